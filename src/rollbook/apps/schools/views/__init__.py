"""The pages of the school's own set-up."""
