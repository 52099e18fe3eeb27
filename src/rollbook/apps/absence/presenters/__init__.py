"""The records in words."""
