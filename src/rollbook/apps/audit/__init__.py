"""Append-only evidence: who did, changed or looked at what."""
