"""Duties in words."""
