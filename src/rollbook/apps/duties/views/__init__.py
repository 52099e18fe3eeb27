"""What is to be done, and whether the policy is being kept."""
