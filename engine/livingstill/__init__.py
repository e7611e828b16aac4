"""livingstill turns one still photo into a short living clip: deterministic, offline, on a CPU."""

__version__ = "0.1.0"
