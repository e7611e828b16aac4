"""What moves in the scene."""
