"""What changes the attendance register. Each action is one transaction with its audit event inside."""
