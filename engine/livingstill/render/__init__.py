"""Scene, pose and motion to frames."""
