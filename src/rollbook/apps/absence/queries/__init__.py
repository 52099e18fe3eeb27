"""What the records say, whom they are about, and what they would change."""
