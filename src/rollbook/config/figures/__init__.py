"""What the commands `measures` and `threshold` do with a file of marks: read, select, group, count, print."""
