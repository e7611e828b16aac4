"""Music made of clicks, drums and a chord, whose beats are known."""

from __future__ import annotations

import numpy as np
from livingstill.core.model import SAMPLE_RATE

SECONDS = 24.0

TRACKS = (
    ("click", 120.0),
    ("drums", 70.0),
    ("drums", 170.0),
    ("swung", 96.0),
    ("intro", 128.0),
)
"""Kind and tempo of five of them; ``intro`` is soft for eight seconds before its drums begin."""


def track(kind: str, tempo: float, seconds: float = SECONDS) -> tuple[np.ndarray, np.ndarray]:
    """Return a track, (n, 2) float32 at 48 kHz, and the instants of its beats."""
    out = np.zeros(round(seconds * SAMPLE_RATE))
    beats = np.arange(0.3, seconds - 0.3, 60 / tempo)
    for i, at in enumerate(beats):
        if kind == "click":
            _hit(out, at, _noise(0.02, 300, 0.5, 1))
        elif kind != "intro" or at >= 8:
            _hit(out, at, _kick() if i % 2 == 0 else _noise(0.18, 25, 0.35, 2))
            offbeat = (2 / 3 if kind == "swung" else 1 / 2) * 60 / tempo
            for hat in (0.0, offbeat):
                _hit(out, at + hat, _noise(0.05, 90, 0.12, 3))
    if kind != "click":
        out += chord(seconds, 0.05)
    return np.stack([out, out], axis=1).astype(np.float32), beats


def chord(seconds: float, size: float) -> np.ndarray:
    """Return a held chord that swells, (n,)."""
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tones = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.2, 329.6))
    return size * tones * (1 + 0.3 * np.sin(2 * np.pi * 0.31 * t))


def _hit(out: np.ndarray, at: float, sound: np.ndarray) -> None:
    first = round(at * SAMPLE_RATE)
    part = sound[: max(0, len(out) - first)]
    out[first : first + len(part)] += part


def _decay(seconds: float, rate: float) -> np.ndarray:
    return np.exp(-rate * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


def _kick() -> np.ndarray:
    t = np.arange(round(0.25 * SAMPLE_RATE)) / SAMPLE_RATE
    return 0.8 * np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-30 * t)))) * _decay(0.25, 14)


def _noise(seconds: float, rate: float, size: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return size * rng.standard_normal(round(seconds * SAMPLE_RATE)) * _decay(seconds, rate)
