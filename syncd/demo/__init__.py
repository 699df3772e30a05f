"""The demonstration on local sandboxes."""
