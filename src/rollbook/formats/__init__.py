"""Pure readers and writers, one module or package per file format."""
