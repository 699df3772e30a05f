"""The use cases: gather, decide, write down, do."""
