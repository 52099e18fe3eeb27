"""The figures in words and pictures, as the templates take them."""
