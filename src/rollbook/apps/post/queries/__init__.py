"""The messages of a school and what became of them."""
