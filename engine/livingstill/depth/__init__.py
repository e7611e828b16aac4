"""Where inverse depth comes from."""
