"""What is written about people: their appointments, their accounts, and that they signed in."""
