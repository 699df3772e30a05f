"""Todoist as a tool of syncd."""
