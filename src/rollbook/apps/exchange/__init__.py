"""What comes in and goes out as files: imports with a column mapper, their undoing."""
