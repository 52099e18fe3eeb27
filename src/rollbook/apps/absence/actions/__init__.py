"""What is planned and agreed about absence: recorded, changed, ended; the planned marks follow."""
