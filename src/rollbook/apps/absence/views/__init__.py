"""The pages of activities, dual registration, part-time timetables and suspensions."""
