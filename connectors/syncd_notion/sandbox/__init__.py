"""A sandbox of Notion: the part of its HTTP API that syncd uses, on loopback."""
