"""One file per kind of motion."""
