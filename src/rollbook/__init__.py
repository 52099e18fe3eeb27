"""Attendance for schools in England: registers, the law behind them, and the work that follows from them."""

__version__ = "0.1.0"
