"""Periodic moves about the photo's own pose: static, sway and handheld, sums of harmonics."""

from __future__ import annotations

from math import sin, sqrt, tau
from typing import ClassVar

import numpy as np

from livingstill.camera.move import Amount, Parallax, depth_reach
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.settings.declare import Group


class Static(Group):
    """Stay where the photo was taken."""

    amount: Amount = 1.0
    closed: ClassVar[bool] = True
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:  # noqa: ARG002
        """Return the photo's own pose."""
        return Pose()


class Sway(Group):
    """Drift gently from side to side in a flat figure of eight about the subject."""

    amount: Amount = 1.0
    parallax: Parallax = 3.0
    closed: ClassVar[bool] = True
    rest: ClassVar[float] = 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at phase ``progress``."""
        radius = self.amount * self.parallax / 200 / view.focal / depth_reach(view, view.subject)
        return Pose(
            x=radius * sin(tau * progress),
            y=0.25 * radius * sin(2 * tau * progress),
            pivot=view.subject,
        )


class Handheld(Group):
    """Breathe and shake a little, as a camera in a steady hand does.

    Five sums of harmonics of the turn with amplitudes that fall with frequency and stop at
    ``FASTEST``; the phases come from the shot's seed.
    """

    amount: Amount = 1.0
    parallax: Parallax = 1.0
    closed: ClassVar[bool] = True
    rest: ClassVar[float] = 0.0

    FASTEST: ClassVar[float] = 1.0
    """Hertz."""

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at phase ``progress``."""
        count = max(2, min(40, int(self.FASTEST * view.seconds)))
        k = np.arange(1, count + 1)
        hertz = k / view.seconds
        size = 1 / (1 + (hertz / 0.25) ** 2)
        size /= sqrt(float((size**2).sum()) / 2)  # root mean square 1
        phases = np.random.default_rng((view.seed, 0x11A4D)).uniform(0, tau, (5, count))
        x, y, pan, tilt, roll = (
            float(v) for v in (size * np.sin(tau * k * progress + phases)).sum(1)
        )
        radius = self.amount * self.parallax / 400 / view.focal / depth_reach(view, view.subject)
        turn = 0.05 * self.amount
        return Pose(
            x=radius * x,
            y=0.8 * radius * y,
            pan=turn * pan,
            tilt=turn * tilt,
            roll=0.8 * turn * roll,
            pivot=view.subject,
        )
