"""Changing what a school has set: calendar, times, settings, particulars, groups. Each change is one audit event."""
