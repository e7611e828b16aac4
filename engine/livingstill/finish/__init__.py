"""What is done to finished frames: grade, vignette, grain, titles, cards, logos."""
