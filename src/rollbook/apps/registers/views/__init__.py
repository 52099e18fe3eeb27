"""The pages of the attendance register."""
