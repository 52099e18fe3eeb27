"""How fast it is: `make bench` measures the real server on both databases in one run."""
