"""The photo as layers."""
