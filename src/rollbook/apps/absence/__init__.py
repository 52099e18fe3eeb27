"""What is planned and agreed about absence: activities, dual registration, part-time timetables, suspensions."""
