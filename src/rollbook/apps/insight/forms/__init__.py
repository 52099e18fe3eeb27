"""The questions the figures are asked by, a module for each page."""
