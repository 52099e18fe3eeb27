"""What the background says of itself: its jobs, their runs, whether a worker is alive."""
