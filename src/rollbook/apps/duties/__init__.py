"""Duties: what the policy and the law ask of whom by when, and whether it was done."""
