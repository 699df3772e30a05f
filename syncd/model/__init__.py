"""The plan's kinds, values and rules: pure."""
