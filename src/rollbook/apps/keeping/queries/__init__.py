"""What keeping asks: the tables as they go into a back-up, the back-ups made."""
