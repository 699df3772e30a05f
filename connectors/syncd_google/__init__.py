"""Google Calendar as a tool of syncd."""
