"""The search for a timetable: fenced off; who changes a rule of blocks need not read it."""
