"""A sandbox of Todoist: the part of its HTTP API that syncd uses, on loopback."""
