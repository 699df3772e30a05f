"""syncd keeps one plan of a career in step with the tools a person lives in."""
