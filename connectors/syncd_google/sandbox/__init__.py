"""A sandbox of Google Calendar: the part of its HTTP API that syncd uses, on loopback."""
