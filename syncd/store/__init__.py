"""The local truth: plan, links, journal, history; the only SQL."""
