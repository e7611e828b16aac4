"""Standing water: waves distort reflections when it is calm, chop drifts when it is not.

Waves are linear, on the plane of the lake, in perspective: omega_m = 2 pi m / T and k = omega^2 / g
make dispersion and loop exact together. Amplitudes are JONSWAP's (Hasselmann et al. 1973), in six
directions about the wind. A facet of slope s tilts the reflected ray by 2 s, so the image of what
stands at the far shore is displaced by 2 f s; waves smaller than a node are filtered out. Slope rms
.0028 per m/s of wind, at most .02 (an autumn lake .008, a canal at night .012, glassy .006).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from livingstill.core import threads
from livingstill.core.kinds import MotionKind, SpeedRange
from livingstill.core.model import DEFAULT_FOCAL, Float32Array
from livingstill.imaging import anisotropy, exact
from livingstill.motion.advection import advect_texture, generation_count
from livingstill.motion.canvas import Effect
from livingstill.motion.context import Box, MotionContext, bounding_box, smoothstep
from livingstill.motion.harmonics import (
    HarmonicDisplacement,
    Spectrum,
    gusts,
    limit_gradient,
    limit_to_frame,
)
from livingstill.motion.mirror import build_mirror
from livingstill.motion.wind import bandwidth, choose_harmonics

GRAVITY = 9.81
HEIGHT = 2.0
"""Metres from the camera to the water."""

DIRECTIONS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The water's surface as the camera sees it, over a box of nodes.

    ``z`` (h, 1) and ``x`` (h, w) are metres ahead and to the side; ``far`` (1, w) is the far
    shore's distance; ``focal`` is in pixels.
    """

    z: Float32Array
    x: Float32Array
    far: Float32Array
    focal: float


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the waves of a region of standing water."""
    box = bounding_box(np.where(context.mask >= 0.5, context.mask, np.float32(0)))
    if box is None:
        return ()
    surface = plane(context, box)
    vertical = surface_anisotropy(context)
    if is_mirroring(context, vertical):
        return (
            *build_mirror(context, vertical < 2),
            mirror(context, box, surface),
        )
    return chop(context, box, surface)


def mirror(context: MotionContext, box: Box, surface: Plane) -> HarmonicDisplacement:
    """Return the displacement of what calm water reflects by the slopes of its waves."""
    slope = min(0.0028 * context.wind.speed, 0.02) * context.amount
    harmonics, maps = slopes(context, surface, slope)
    lever_arm = 2 * surface.focal * np.clip(1 - surface.z / surface.far, 0, 1)
    steep = HEIGHT / np.sqrt(surface.z**2 + np.float32(HEIGHT**2))  # sine of the angle of view
    maps[:, 0] *= lever_arm * steep
    maps[:, 1] *= lever_arm
    inside = context.distance_inside()[box.slices]
    edge = smoothstep(inside / (0.004 * context.width))
    ripples = HarmonicDisplacement(
        box,
        context.step,
        (Spectrum.of(harmonics, maps),),
        edge,
        np.maximum(0.8 * inside, np.float32(0.1)),
        gusts(context.wind, box, context.width, 0.05),
        np.full(box.shape, 3.0 / (2 * surface.focal), np.float32) * edge,
    )
    # a real mirror folds what it shows; where facets are the texture, folds look like marble
    ripples = limit_gradient(ripples, max_gradient=0.9, max_gradient_99=0.36)
    return limit_to_frame(ripples, context.mask.shape)


def chop(context: MotionContext, box: Box, surface: Plane) -> tuple[Effect, ...]:
    """Return the drift of facets and the orbital motion of the waves under them."""
    wind, width = context.wind, context.width
    metres = 0.1 * wind.speed * context.amount
    velocity = np.zeros((*context.mask.shape, 2), np.float32)
    if context.direction is not None:
        velocity += context.direction * np.float32(width * context.amount)
    else:
        velocity[box.slices][..., 0] = metres * wind.x * surface.focal / surface.z
        velocity[box.slices][..., 1] = 0.3 * metres * wind.y * surface.focal / surface.z
    speed = np.sqrt(velocity[..., 0] ** 2 + velocity[..., 1] ** 2)
    velocity *= np.minimum(1, 0.06 * width / np.maximum(speed, 1e-6))[..., None]
    inside = context.distance_inside()
    velocity *= smoothstep((inside - context.step) / (0.02 * width))[..., None]
    drift = advect_texture(
        context,
        velocity,
        generations=generation_count(context, 0.7),
        jitter=28 * context.scale,
        max_offset=4.0,
        window=0.5,
        structure=0.8,
        blur=15,
        alternate=True,
    )

    harmonics, maps = slopes(context, surface, 1.0, orbits=True)
    power = float((maps.real**2 + maps.imag**2).sum((0, 1)).mean()) / 2
    rms = 1.1 * context.scale * min(wind.speed / 3, 1.5) * context.amount
    maps *= rms / math.sqrt(max(power, 1e-12))
    inside = inside[box.slices]
    limit = np.minimum(3 * context.scale, np.maximum(0.5 * inside, np.float32(0.1)))
    orbit = HarmonicDisplacement(
        box,
        context.step,
        (Spectrum.of(harmonics, maps),),
        smoothstep(inside / (0.01 * width)),
        limit.astype(np.float32),
    )
    orbit = limit_to_frame(orbit, context.mask.shape)
    return (drift, orbit) if drift else (orbit,)


def plane(context: MotionContext, box: Box) -> Plane:
    """Return the water plane under a region.

    The horizon is where the region's inverse depth, linear in y on a plane, falls to 0; without a
    sound fit it lies a little above the far shore.
    """
    mask = context.mask[box.slices] >= 0.5
    rows, columns = box.shape
    top = float(box.top * context.step)
    span = rows * context.step
    horizon = top - 0.04 * span
    y = (np.arange(rows, dtype=np.float32) + box.top) * context.step
    counts = mask.sum(1)
    if counts.max() > 0 and rows > 8:
        depth = np.where(mask, context.inverse_depth[box.slices], 0).sum(1) / np.maximum(counts, 1)
        used = counts > 0.1 * counts.max()
        slope, offset = np.polyfit(y[used], depth[used], 1) if used.sum() > 4 else (0.0, 0.0)
        if slope > 1e-6:
            horizon = float(np.clip(-offset / slope, top - 0.25 * span, top - 0.02 * span))
    focal = DEFAULT_FOCAL * context.width
    z = (focal * HEIGHT / np.maximum(y - horizon, 1.0))[:, None].astype(np.float32)
    across = (np.arange(columns, dtype=np.float32) + box.left) * context.step - context.width / 2
    shore = np.where(mask.any(0), mask.argmax(0), 0).astype(np.float32)[None]
    smooth = exact.gaussian_blur(shore, max(1.0, 0.02 * context.width / context.step))
    far = (
        focal
        * HEIGHT
        / np.maximum(np.asarray(smooth, np.float32) * context.step + top - horizon, 1.0)
    )
    x = (across[None] * z / np.float32(focal)).astype(np.float32)
    return Plane(z, x, far.astype(np.float32), focal)


def slopes(
    context: MotionContext, surface: Plane, rms: float, orbits: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return harmonics (M,) and complex maps (M, 2, h, w) of the surface's slopes, across and away.

    With ``orbits`` the surface's displacement in pixels instead, by waves ``rms`` metres high:
    circles in the plane of travel.
    """
    from livingstill.kernels import waves as kernels

    wind, seconds = context.wind, context.seconds
    rng = context.generator("waves")
    highest = 2.6 if orbits else 4.8
    harmonics = choose_harmonics(
        seconds, 0.25 if orbits else 0.35, highest, 22 if orbits else 24, rng
    )
    omega = 2 * np.pi * harmonics / seconds
    wavenumber = omega**2 / GRAVITY
    peak_omega = GRAVITY / max(wind.speed, 1.5)
    peak_omega = max(peak_omega, float(omega[0]))
    density = omega**-5.0 * np.exp(-1.25 * (peak_omega / omega) ** 4)
    if orbits:  # a choppy sea is steadier: no peak, a flatter tail
        density *= omega**1.5
    else:
        density *= 3.3 ** np.exp(-((omega - peak_omega) ** 2) / (2 * (0.08 * peak_omega) ** 2))
    height = np.sqrt(2 * density * 2 * np.pi * bandwidth(harmonics, seconds) / DIRECTIONS)
    height *= rms / math.sqrt(
        float((DIRECTIONS * (height * (1 if orbits else wavenumber)) ** 2).sum()) / 2
    )

    z, focal = surface.z[:, 0].astype(np.float64), surface.focal
    rows_metres, columns_metres = (
        z * z / (focal * HEIGHT) * context.step,
        z / focal * context.step,
    )  # metres between two nodes
    heading = math.atan2(-wind.y, wind.x)
    out = np.empty((len(harmonics), 2, *surface.x.shape), np.complex64)
    for m, (k, a) in enumerate(zip(wavenumber, height)):
        spread = 0.5 if omega[m] < 2 * peak_omega else 0.75
        along, across = np.empty((DIRECTIONS, z.size)), np.empty(DIRECTIONS)
        amplitude = np.empty((DIRECTIONS, 2, z.size), np.complex128)
        for d in range(DIRECTIONS):
            angle = heading + spread * rng.standard_normal()
            kx, kz = k * math.cos(angle), k * math.sin(angle)
            along[d], across[d] = rng.random() - kz * z / (2 * math.pi), kx / (2 * math.pi)
            size = a * exact.decay(0.72 * ((kz * rows_metres) ** 2 + (kx * columns_metres) ** 2))
            if orbits:
                size *= focal / z
                amplitude[d, 0] = 1j * math.cos(angle) * size
                amplitude[d, 1] = -size - 1j * math.sin(angle) * size * (HEIGHT / z)
            else:
                amplitude[d, 0], amplitude[d, 1] = -1j * kx * size, -1j * kz * size
        real, imaginary = np.ascontiguousarray(amplitude.real), np.ascontiguousarray(amplitude.imag)
        parts = np.zeros((2, 2, *surface.x.shape), np.float32)
        threads.over_bands(
            partial(kernels.add_waves, surface.x, along, across, real, imaginary, parts), z.size
        )
        out[m].real, out[m].imag = parts[:, 0], parts[:, 1]
    return harmonics, out


def is_mirroring(context: MotionContext, vertical: float) -> bool:
    """Return whether water mirrors rather than shows its own waves.

    Facets of waves are horizontal: on rough water the finest gradients are vertical. A smooth
    surface has the land's gradients; a ruffled one must correlate all the better with the land.
    ``vertical`` is the surface's gradient anisotropy.
    """
    if vertical < 2:
        return True
    like = anisotropy.mirror_correlation(context.colour.mean(2), context.mask >= 0.5)
    return like > 0.3 + 0.07 * (math.log2(vertical) - 1.3)


def surface_anisotropy(context: MotionContext) -> float:
    """Return the gradient anisotropy of a region's finest detail."""
    inside = exact.resize_linear(context.mask, context.rgb.shape[1::-1]) > 0.5
    grey = cv2.cvtColor(context.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return anisotropy.gradient_anisotropy(grey, inside, max(1.0, context.scale))


KIND = MotionKind(
    name="water",
    help="lake, canal, sea: ripples bend reflections, or chop drifts",
    build=build,
    nouns=(
        "water",
        "lake",
        "pond",
        "canal",
        "sea",
        "ocean",
        "ripple",
        "ripples",
        "wave",
        "waves",
        "seas",
        "oceans",
        "surf",
        "bay",
        "harbour",
        "harbor",
        "lagoon",
        "puddle",
        "pool",
        "swell",
        "tide",
        "surface",
        "fjord",
        "foam",
        "reservoir",
        "marsh",
        "wetland",
        "jacuzzi",
        "froth",
        "whitecaps",
        "breakers",
    ),
    nouns_with_verb=("reflection", "reflections"),
    verbs=(
        "ripple",
        "shimmer",
        "sparkle",
        "glisten",
        "glitter",
        "glint",
        "lap",
        "crash",
        "roll",
        "swell",
        "undulate",
        "break",
        "splash",
        "churn",
        "surge",
        "heave",
        "slosh",
        "drift",
        "swirl",
        "spread",
        "gleam",
        "wash",
        "pound",
        "boil",
        "roar",
        "bubble",
        "shine",
        "tremble",
        "quiver",
        "rush",
        "stir",
        "pulse",
        "dance",
        "sway",
        "lick",
        "spray",
        "foam",
        "ruffle",
        "pulsate",
        "scintillate",
        "glide",
        "smash",
    ),
    classes=("water",),
    colour=(40, 110, 230),
    found_by="auto",
    detector="livingstill.segmentation.water:find_still_water",
    rigid="livingstill.segmentation.plan:static_in_water",
    speeds=SpeedRange(0.005, 0.06, prompted=0.02),
    kernels=("waves",),
    sounds={"water": 1.0},
    wind_driven=True,
)
