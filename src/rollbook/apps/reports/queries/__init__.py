"""What may be printed for whom."""
