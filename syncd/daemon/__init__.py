"""Running for months."""
