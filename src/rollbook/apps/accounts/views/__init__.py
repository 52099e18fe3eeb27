"""The pages about people and about signing in."""
