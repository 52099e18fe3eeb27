"""Staging a file, loading it, undoing an import."""
