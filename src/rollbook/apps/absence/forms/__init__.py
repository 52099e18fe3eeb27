"""The forms of activities, dual registration, part-time timetables and suspensions."""
