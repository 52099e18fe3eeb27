"""Who is missing, what was done about it, and who is ringing whom."""
