"""Stands in for ComfyUI's interface of nodes."""
