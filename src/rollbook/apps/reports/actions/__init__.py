"""What is taken out of the registers leaves a line in the audit log."""
