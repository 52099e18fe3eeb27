"""What is owed, asked of everybody who knows."""
