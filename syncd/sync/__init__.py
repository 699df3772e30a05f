"""The sync core, pure: merging, matching, deciding, limits."""
