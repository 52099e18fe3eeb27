"""What is being imported, what it would do, and what it did."""
