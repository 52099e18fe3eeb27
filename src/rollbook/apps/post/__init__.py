"""Post: every message that leaves the school, kept, sent again where it failed, and seen where it did not arrive."""
