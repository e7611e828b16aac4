"""What may move, and where."""
