"""Stands in for ComfyUI's core."""
