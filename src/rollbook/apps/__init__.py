"""The capabilities of Rollbook, one Django app each."""
