"""What is printed: certificates, group registers, blank registers."""
