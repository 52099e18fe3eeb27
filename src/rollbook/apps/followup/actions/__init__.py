"""Writing down what was done about a missing pupil."""
