"""What is sent about duties."""
