"""Notion as a tool of syncd."""
