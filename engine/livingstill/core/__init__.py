"""Frozen types, errors, registries and the helpers every floor uses."""
