"""Thousands of wrong inputs through the real command line; what must hold of every one of them."""
