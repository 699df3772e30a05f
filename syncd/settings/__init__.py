"""The settings: what can be set, where it comes from, and what is said of what is wrong."""
