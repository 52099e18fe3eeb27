"""The page of the background's work."""
