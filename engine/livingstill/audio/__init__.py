"""What a clip sounds like: beds of filtered noise for what moves, and a recording fitted to a clip."""
