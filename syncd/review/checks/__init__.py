"""The checks of the plan: what is missing, what can't work, and how to mend it."""
