"""What a user asks for: the stages put in order."""
