"""What is done for pupils' attendance, as pages and cards show it."""
