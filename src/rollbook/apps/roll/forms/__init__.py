"""Forms of the admission register."""
