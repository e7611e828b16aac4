"""Measuring clips."""
