"""What is begun, reviewed and ended for pupils' attendance."""
