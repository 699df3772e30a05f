"""Reviews: the facts of a period, and their rendering. Pure."""
