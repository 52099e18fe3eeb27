"""What is done for keeping: making a back-up, restoring one."""
