"""The forms about people and about signing in."""
