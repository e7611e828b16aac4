"""Exact figures of a clip we rendered: its flow, masks and occlusion are known, nothing is estimated."""
