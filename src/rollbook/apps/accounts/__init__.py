"""Members of staff, their appointments by date, and how they sign in."""
