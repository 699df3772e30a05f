"""The use cases: pull, decide, write down, push."""
