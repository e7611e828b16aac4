"""The beds there are: wind, leaves, water, stream, waves, rain and fire, each filtered noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are imported when they are used
from numpy.typing import NDArray

from livingstill.audio.noise import band_gain, gain_noise, scatter_grains, stereo_noise
from livingstill.core.model import SAMPLE_RATE, Float32Array
from livingstill.core.registry import Registry

MAX_TEXTURE_SECONDS = 60.0
"""Seconds after which a texture repeats; its gusts and waves do not."""

_WAVE_SECONDS = 7.0
"""Seconds from one wave to the next, as near as the loop allows."""


@dataclass(frozen=True, slots=True)
class WindGusts:
    """The gusts of the wind in the picture as they are heard.

    ``speed`` is in m/s; ``harmonics`` (M,) and complex ``amplitudes`` (M,) are of the gusts over
    the loop, ``lags`` the seconds after which they reach the left and right ear.
    """

    speed: float = 3.0
    harmonics: tuple[int, ...] = ()
    amplitudes: tuple[complex, ...] = ()
    lags: tuple[float, float] = (0.0, 0.0)

    def strength(self, count: int) -> Float32Array:
        """Return (count, 2) float32: the wind at each ear relative to its mean, never below 0.2."""
        ears = []
        for lag in self.lags:
            turn = np.exp(-2j * np.pi * np.array(self.harmonics) * lag * SAMPLE_RATE / count)
            spectrum = np.zeros(count // 2 + 1, np.complex64)
            spectrum[list(self.harmonics)] = np.array(self.amplitudes) * turn * (count / 2)
            ears.append(1 + scipy.fft.irfft(spectrum, count))
        return np.maximum(np.stack(ears, axis=-1), 0.2).astype(np.float32)


Texture = tuple[Float32Array, float]
"""(n, 2) float32 noise of about unit power, and the power of the wind that drives its level."""


@dataclass(frozen=True, slots=True)
class Bed:
    """A bed: what it is, and its textures from a generator of chance and a count of samples.

    ``in_strong_wind`` names the bed that takes its place in a strong wind.
    """

    help: str
    build: Callable[[np.random.Generator, int, float], tuple[Texture, ...]]
    in_strong_wind: str | None = None


def _wind(rng: np.random.Generator, count: int, speed: float) -> tuple[Texture, ...]:
    """Rumble, body and hiss; the higher a band, the more a gust lifts it."""
    bright = min(max(speed / 6, 0.3), 1.5)
    return (
        (stereo_noise(rng, count, band_gain(count, 60, 220, -3)), 1.0),
        (0.45 * bright * stereo_noise(rng, count, band_gain(count, 260, 900, -3)), 2.0),
        (0.10 * bright * stereo_noise(rng, count, band_gain(count, 1200, 4500, -6)), 3.0),
    )


def _leaves(rng: np.random.Generator, count: int, _: float) -> tuple[Texture, ...]:
    """Many small surfaces that rub: high, and never at the same moment."""
    near = stereo_noise(rng, count, band_gain(count, 2200, 7500, -3))
    far = stereo_noise(rng, count, band_gain(count, 900, 2600, -3))
    flutter = gain_noise(rng, count, 3, 11, 0.35)[:, None]
    return (near * flutter, 2.2), (0.6 * far, 1.5)


def _bubble(low: float, high: float) -> Callable[[np.random.Generator], NDArray[np.float64]]:
    """Return a maker of bubbles that ring between two frequencies.

    A bubble rings at 3 / radius Hz (Minnaert 1933), dies away the faster the smaller it is, and
    rises in pitch as it nears the surface (van den Doel 2005, "Physically based models for liquid
    sounds").
    """

    def grain(rng: np.random.Generator) -> NDArray[np.float64]:
        pitch = low * (high / low) ** rng.random()
        radius = 3 / pitch
        damping = 0.13 / radius + 0.0072 * radius**-1.5
        t = np.arange(int(5 / damping * SAMPLE_RATE)) / SAMPLE_RATE
        rise = 1 + rng.choice([0.0, 0.1], p=[0.6, 0.4]) * damping * t
        size = rng.random() ** 2 * (low / pitch) ** 0.7
        onset = np.minimum(1, t / 0.0008)
        ring = onset * np.sin(2 * np.pi * pitch * rise * t) * np.exp(-damping * t)
        return np.asarray(size * ring, np.float64)

    return grain


def _unit(texture: Float32Array) -> Float32Array:
    return np.asarray(texture / max(float(np.sqrt(np.mean(texture**2))), 1e-9), np.float32)


def _water(rng: np.random.Generator, count: int, _: float) -> tuple[Texture, ...]:
    """A shore: soft wash that comes and goes, drops that ring."""
    lap = gain_noise(rng, count, 0.25, 0.9, 0.55)[:, None]
    wash = stereo_noise(rng, count, band_gain(count, 220, 1100, -4)) * lap
    drops = _unit(scatter_grains(rng, count, 18, _bubble(350, 1700))) * lap
    return (0.8 * wash, 0.4), (0.55 * drops, 0.4)


def _stream(rng: np.random.Generator, count: int, _: float) -> tuple[Texture, ...]:
    """Water over stones: hiss, and bubbles in hundreds."""
    hiss = stereo_noise(rng, count, band_gain(count, 500, 5200, -4))
    bubbles = _unit(scatter_grains(rng, count, 150, _bubble(550, 3400)))
    return (0.6 * hiss * gain_noise(rng, count, 0.4, 2, 0.12)[:, None], 0.0), (0.8 * bubbles, 0.0)


def _waves(rng: np.random.Generator, count: int, _: float) -> tuple[Texture, ...]:
    """A sea: each wave rises as a rumble, breaks bright and washes out."""
    waves = max(1, round(count / SAMPLE_RATE / _WAVE_SECONDS))
    phase = np.arange(count, dtype=np.float64) * waves / count
    phase += 0.12 * np.log(gain_noise(rng, count, 0.05, 0.3, 1.0)) if waves > 2 else 0
    rumble = np.exp(1.6 * (np.cos(2 * np.pi * phase) - 1))
    # the break stands up quickly and dies away slowly: a bump whose phase is bent
    skewed = phase - 0.06 - 0.09 * np.sin(2 * np.pi * phase)
    breaking = np.exp(3.2 * (np.cos(2 * np.pi * skewed) - 1))
    rumble_noise = stereo_noise(rng, count, band_gain(count, 60, 420, -3))
    foam = stereo_noise(rng, count, band_gain(count, 500, 6500, -3))
    slow = (0.25 + rumble)[:, None].astype(np.float32)
    fast = (0.07 + breaking)[:, None].astype(np.float32)
    return (0.9 * rumble_noise * slow, 0.0), (0.8 * foam * fast, 0.0)


def _rain(rng: np.random.Generator, count: int, _: float) -> tuple[Texture, ...]:
    """A steady hiss of all the drops far away, and the taps of those that fall near."""
    far = (
        stereo_noise(rng, count, band_gain(count, 1200, 9000, -2))
        * gain_noise(rng, count, 0.1, 0.6, 0.08)[:, None]
    )
    near = _unit(scatter_grains(rng, count, 70, _bubble(1800, 6500)))
    return (0.85 * far, 0.3), (0.35 * near, 0.3)


def _crackle(rng: np.random.Generator) -> NDArray[np.float64]:
    """A split in the wood: a burst of a few milliseconds, seldom loud."""
    length = rng.uniform(0.001, 0.006)
    t = np.arange(int(6 * length * SAMPLE_RATE)) / SAMPLE_RATE
    burst = rng.standard_normal(len(t)) * np.exp(-t / length)
    size = 0.1 * rng.pareto(1.8) + 0.05
    return np.asarray(min(size, 0.6) * burst, np.float64)


def _fire(rng: np.random.Generator, count: int, _: float) -> tuple[Texture, ...]:
    """The rush of the flames, low and restless, and crackling."""
    rush = (
        stereo_noise(rng, count, band_gain(count, 40, 260, -4))
        * gain_noise(rng, count, 2, 9, 0.3)[:, None]
    )
    hiss = stereo_noise(rng, count, band_gain(count, 900, 5000, -5))
    crackles = _unit(scatter_grains(rng, count, 14, _crackle))
    return (0.8 * rush, 0.3), (0.15 * hiss, 0.3), (0.25 * crackles, 0.0)


BEDS: Registry[Bed] = Registry(
    "bed of sound",
    "livingstill.beds",
    {
        "wind": Bed("moving air, with the gusts that are seen", _wind),
        "leaves": Bed("leaves and grass that rustle as gusts pass", _leaves),
        "water": Bed("a lake that laps at its shore", _water, in_strong_wind="waves"),
        "stream": Bed("a river, brook or fountain", _stream),
        "waves": Bed("a sea that breaks on a beach", _waves),
        "rain": Bed("steady rain", _rain),
        "fire": Bed("a fire that crackles", _fire),
    },
)
"""Every bed by its name."""


def describe() -> list[tuple[str, str]]:
    """Return a name and one line for each bed there is."""
    return [(name, bed.help) for name, bed in BEDS.items()]
