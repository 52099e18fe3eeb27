"""Packed registers (one byte a session) and the kernels over them. NumPy, no Django."""
