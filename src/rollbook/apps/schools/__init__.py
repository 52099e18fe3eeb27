"""The school, its calendar, its day times, its teaching groups and its policy settings by date."""
