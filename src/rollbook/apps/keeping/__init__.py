"""Keeping: back-ups, filling an empty machine from one, and the purge of what is six years old."""
