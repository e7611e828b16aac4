"""What can go wrong on purpose."""

from __future__ import annotations


class LivingStillError(Exception):
    """Anything raised deliberately; the message is one sentence for the user."""


class InputError(LivingStillError):
    """Something the caller can change: a file, a value, an option."""


class Cancelled(LivingStillError):  # noqa: N818  (no error: its user ended the job)
    """A job that was ended on demand; what it had finished is kept."""
