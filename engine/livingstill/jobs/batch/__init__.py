"""Many photos to clips: gathered, rendered by processes, resumed after a kill, reported, joined."""
