"""Clips that a generator spoiled: kept, repaired, or replaced from their still."""
