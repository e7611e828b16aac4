"""The sound of a clip: beds of filtered noise for what moves, or a recording fitted to it."""
