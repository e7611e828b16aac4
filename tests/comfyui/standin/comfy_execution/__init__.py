"""Stands in for ComfyUI's execution."""
