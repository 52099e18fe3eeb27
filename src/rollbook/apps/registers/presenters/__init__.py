"""What the templates show of the attendance register, in words."""
