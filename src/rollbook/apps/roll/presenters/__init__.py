"""What the pages of the admission register show, in words."""
