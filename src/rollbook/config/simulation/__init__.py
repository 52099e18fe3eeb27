"""Invented schools: people who do not exist, and marks drawn from what the Department for Education publishes.

The modules from `terms` to `recording` are pure: the same seed and day give the same school. `loading` alone knows the
database.
"""
