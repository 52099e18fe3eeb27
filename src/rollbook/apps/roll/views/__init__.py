"""Pages of the admission register."""
