"""Keeping a message, carrying it, and what a person does with one that did not get through."""
