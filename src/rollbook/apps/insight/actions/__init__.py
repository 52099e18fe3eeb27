"""What is done with figures, each with its event in the audit log."""
