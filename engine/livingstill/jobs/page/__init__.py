"""The layered scene as a page that moves with pointer, touch and tilt."""
