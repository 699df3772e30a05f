"""The plan as YAML, JSON and Markdown, and back from YAML and JSON."""
