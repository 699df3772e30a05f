"""The rules of the plan: what follows from what, as pure functions."""
