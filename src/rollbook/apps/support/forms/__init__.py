"""What is asked about support and about meetings with parents."""
