"""A drifting clip held to the still it was made of."""
