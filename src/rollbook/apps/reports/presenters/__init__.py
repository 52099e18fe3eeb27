"""Certificates and registers as pages, paper and files take them."""
