"""Every detector finds its fault, is silent on what looks like it, and keeps what all promise."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import get_type_hints

import cv2
import faults
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.quality import no_reference
from livingstill.quality.faults.detector import Detection, Limit
from livingstill.quality.faults.detectors import DETECTORS, fault_kind, find_faults
from livingstill.quality.faults.kinds import KINDS, MELT, FaultKind

FPS = 24.0
TEXTURE = faults.texture(160, 256, 4)

Clip = faults.Clip


def sway() -> Clip:
    return faults.swaying(TEXTURE, 48, fps=FPS)


def spoiled(name: str, seed: int = 7) -> Clip:
    return faults.FAULTS[name](sway(), np.random.default_rng(seed)).clip


def touched() -> Clip:
    """A camera that stands and is touched: one frame is off by a quarter of a pixel of 480."""
    coarse = np.random.default_rng(3).integers(0, 256, (27, 43, 3), np.uint8)
    still = cv2.resize(coarse, (256, 160), interpolation=cv2.INTER_CUBIC)
    matrix = np.float32([[1, 0, 0.14], [0, 1, 0]])
    hop = cv2.warpAffine(still, matrix, (256, 160), flags=cv2.INTER_CUBIC)
    return [*[still] * 20, hop, *[still] * 20]


def pan(steps: list[float]) -> Clip:
    """A smooth picture that slides by so many pixels per step."""
    wide = cv2.GaussianBlur(faults.texture(160, 800, 4), (0, 0), 3)
    clip = []
    for x in np.cumsum(steps):
        matrix = np.float32([[1, 0, -x], [0, 1, 0]])
        clip.append(cv2.warpAffine(wide, matrix, (256, 160), flags=cv2.INTER_CUBIC))
    return clip


def levels(gains: list[float]) -> Clip:
    return [np.clip(f * g, 0, 255).astype(np.uint8) for f, g in zip(sway(), gains)]


def fading() -> Clip:
    return levels(list(np.minimum(1, np.arange(48) / 20 + 0.2)))


def exposure() -> Clip:
    """A camera that adapts its exposure over a second."""
    return levels(list(1 - 0.3 / (1 + np.exp((24 - np.arange(48)) / 4))))


def uneven_beat() -> Clip:
    return pan([1.0, 1.0, 3.0] * 14)


def speeding_up() -> Clip:
    return pan([0.2 * t for t in range(24)])


def pushing_far() -> Clip:
    return faults.pushing(TEXTURE, 30, 1.3)


def dark_border() -> Clip:
    clip = [f.copy() for f in sway()]
    for frame in clip:
        frame[:16] = frame[-16:] = 0
    return clip


def refreshed() -> Clip:
    """A scene that stands still, drawn anew by a coder's key frames, between two stretches of motion."""
    moving = sway()
    still = [moving[15]] * 18
    for t in (6, 12):
        rng = np.random.default_rng(t)
        noisy = moving[15] + faults.grain(moving[15].shape[:2], rng, 2.0)[..., None]
        still[t] = noisy.clip(0, 255).astype(np.uint8)
    return [*moving[:15], *still, *moving[16:32]]


def held_twos() -> Clip:
    """Animation on twos and threes: the picture is held unevenly all through the clip."""
    clip, rng = pan([2.0] * 30), np.random.default_rng(2)
    return [frame for frame in clip for _ in range(int(rng.integers(1, 4)))]


def held_eights() -> Clip:
    """A clip of 8 frames a second in a file of 30, as generators' clips often are."""
    clip = pan([2.0] * 16)
    return [clip[i * 8 // 30] for i in range(60)]


def held_unevenly() -> Clip:
    """A webcam's clip of 12 and more frames a second in a file of 25, with pictures left out."""
    clip, rng = pan([2.0, 2.4, 1.8] * 30), np.random.default_rng(4)
    kept = np.cumsum(rng.choice([1, 1, 1, 2], 60))
    return [clip[i] for i in kept if i < len(clip) for _ in range(int(rng.integers(1, 4)))]


def turning() -> Clip:
    """A pan that goes left and then right."""
    return pan([-1.5] * 20 + [1.5] * 20)


def turning_coded() -> Clip:
    """A pan that slows down, turns and sets off, of which a coder left out the smallest steps."""
    slowing = [2.0] * 10 + [1.6, 1.2, 0.9, 0.7, 0.55]
    return pan([*slowing, *[0.0] * 7, *(-step for step in [0.7, *slowing[::-1][1:]])])


def sweeping_coded() -> Clip:
    """A camera that sweeps to and fro as a sine in three seconds; a coder left out its smallest steps."""
    steps = 1.5 * np.sin(2 * np.pi * (np.arange(90) + 0.5) / 90)
    steps[42:48] = 0
    steps[48] += steps[45:48].sum()
    return pan(list(steps))


def sweeping_in_thirds() -> Clip:
    """A slow sweep of which a coder draws every third step better, and at the turn none, then all at once."""
    steps = 1.2 * np.sin(2 * np.pi * (np.arange(150) + 0.5) / 150) * np.tile([0.8, 0.8, 1.4], 50)
    steps[72:80] = 0
    steps[80] -= 0.5
    return pan(list(steps))


def late_frame() -> Clip:
    """A hand-held pan of which one frame came late: a long step and a short one."""
    return pan([2.0] * 20 + [3.2, 0.8] + [2.0] * 20)


def requantised() -> Clip:
    """A coder that blurs from one frame on."""
    return [cv2.GaussianBlur(f, (0, 0), 0.8) if t > 20 else f for t, f in enumerate(sway())]


def dim_noise() -> Clip:
    """A night scene in which dark parts change by a level now and then."""
    clip = [(f // 12).astype(np.uint8) for f in sway()]
    for t in (20, 33):
        clip[t] = clip[t].copy()
        clip[t][40:90, 60:130] += 1
    return clip


def passing_edge() -> Clip:
    """A dark wall that slides out of the frame: its edge has less and less to show."""
    clip = []
    for t, frame in enumerate(sway()):
        shown = frame.astype(np.float32)
        shown[:, :40] *= max(0.02, 1 - t / 24) if t < 24 else max(0.02, t / 24 - 1)
        clip.append(shown.astype(np.uint8))
    return clip


def plain_floor() -> Clip:
    """A floor without detail on which faint marks come into view at the lower edge."""
    rng, clip = np.random.default_rng(0), [f.copy() for f in sway()]
    for t, frame in enumerate(clip):
        floor = np.full((8, 256, 3), 120, np.int32)
        floor += 3 * (np.arange(256) % 2)[None, :, None] * (t >= 20)
        floor += rng.integers(0, 3, floor.shape) * (t > 20)
        frame[-8:] = floor.astype(np.uint8)
    return clip


def passer_by() -> Clip:
    clip = []
    for t, empty in enumerate(sway()):
        frame, left = empty.copy(), 16 * (t - 14)
        frame[30:, max(0, left) : max(0, left + 60)] = (12, 10, 16)
        clip.append(frame)
    return clip


def flames() -> Clip:
    rng = np.random.default_rng(5)
    across = np.exp(-(((np.arange(256) - 128) / 60) ** 2))[None, :, None]
    base = TEXTURE.astype(np.float32)
    return [
        np.clip(base + across * faults.grain((160, 256), rng, 9.0)[..., None], 0, 255).astype(
            np.uint8
        )
        for _ in range(48)
    ]


def pulled_down() -> Clip:
    clip = pan([2.0] * 40)
    return [clip[i * 4 // 5] for i in range(50)]


def cut_short() -> Clip:
    return faults.unseamed(sway(), np.random.default_rng(0)).clip


def swapped(clip: Clip) -> Clip:
    """The right half turns into another picture over half a second."""
    other, out = faults.texture(160, 256, 50), [f.copy() for f in clip]
    for i in range(16, len(clip)):
        share = min(1.0, (i - 15) / 12)
        part = out[i][:, 128:].astype(np.float32)
        out[i][:, 128:] = (part * (1 - share) + other[:, 128:] * share).astype(np.uint8)
    return out


def shapeless() -> Clip:
    """A wheel of six spokes whose number and place are drawn anew in every frame."""
    rng, clip = np.random.default_rng(0), sway()
    for frame in clip:
        cv2.circle(frame, (128, 80), 72, (200, 200, 200), -1)
        for angle in rng.uniform(0, 2 * np.pi, rng.integers(2, 6)):
            end = 128 + 70 * np.cos(angle), 80 + 70 * np.sin(angle)
            cv2.line(frame, (128, 80), tuple(map(round, end)), (30, 30, 60), 16)
    return clip


def sparks() -> Clip:
    """Small bright things on black, others in every frame."""
    rng = np.random.default_rng(0)
    clip = []
    for _ in range(40):
        frame = np.zeros((160, 256, 3), np.uint8)
        frame[rng.integers(0, 159, 400), rng.integers(0, 255, 400)] = 255
        clip.append(cv2.dilate(frame, np.ones((2, 2), np.uint8)))
    return clip


def melting_water() -> Clip:
    clip = flames()
    y, x = np.mgrid[:160, :256].astype(np.float32)
    window = np.exp(-(((x - 128) / 36) ** 2 + ((y - 80) / 36) ** 2))
    for i in range(6):
        bend = 9 * window * np.sin(np.pi * (i + 1) / 7)
        at = np.float32(x + bend * np.sin(y / 9 + i)), np.float32(y + bend * np.sin(x / 9))
        clip[20 + i] = cv2.remap(clip[20 + i], *at, cv2.INTER_LINEAR)
    return clip


def bent() -> Clip:
    """Window bars beside leaves that sway; a few of the bars are bent for three frames."""
    y, x = np.mgrid[:160, :256].astype(np.float32)
    window = np.exp(-(((x - 208) / 14) ** 2 + ((y - 40) / 14) ** 2))
    clip = sway()
    for frame in clip:
        frame[16:64, 176:240:6] //= 3
    for i, bend in enumerate((5, 8, 5)):
        at = np.float32(x + bend * window * np.sin(y / 4)), np.float32(y)
        clip[22 + i] = cv2.remap(clip[22 + i], *at, cv2.INTER_LINEAR)
    return clip


def blinking() -> Clip:
    """An eye, dark and white, that closes for three frames."""
    clip = sway()
    for t, frame in enumerate(clip):
        if t in (22, 23, 24):
            cv2.ellipse(frame, (200, 40), (26, 18), 0, 0, 360, (190, 140, 120), -1)
        else:
            cv2.ellipse(frame, (200, 40), (26, 18), 0, 0, 360, (235, 235, 235), -1)
            cv2.circle(frame, (200, 40), 15, (30, 20, 10), -1)
    return clip


def tossed_ball() -> Clip:
    """A ball of three tiles that flies through the picture."""
    clip = sway()
    for i, frame in enumerate(clip[20:28]):
        cv2.circle(frame, (120 + 18 * i, 110 - 20 * i + 3 * i * i), 18, (170, 60, 40), -1)
    return clip


def boiling() -> Clip:
    """A texture that stands, a fifth of which is drawn anew in each frame."""
    rng, clip = np.random.default_rng(0), []
    base = faults.grain((160, 256), rng, 36.0, 8.0)
    for _ in range(40):
        level = 120 + base + faults.grain((160, 256), rng, 18.0, 8.0)
        clip.append(np.clip(level, 0, 255)[..., None].repeat(3, -1).astype(np.uint8))
    return clip


def bubbles() -> Clip:
    """Small bright bubbles, others in each frame, before a standing texture."""
    rng, clip = np.random.default_rng(0), []
    wall = faults.texture(160, 256) // 2
    for _ in range(40):
        spots = np.zeros((160, 256), np.uint8)
        spots[rng.integers(0, 159, 700), rng.integers(0, 255, 700)] = 255
        clip.append(np.maximum(wall, cv2.dilate(spots, np.ones((2, 2), np.uint8))[..., None]))
    return clip


def refocused() -> Clip:
    """A standing texture that goes out of focus and returns."""
    wall = faults.texture(160, 256)
    sigmas = 0.1 + 3 * np.sin(np.pi * np.arange(40) / 39)
    return [cv2.GaussianBlur(wall, (0, 0), float(sigma)) for sigma in sigmas]


def tinted(target: tuple[int, int, int], share: Callable[[int], float]) -> Clip:
    """A bluish scene mixed with one colour by a share of its shadows."""
    base = np.clip(faults.texture(160, 256) * 0.5 + [20, 50, 90], 0, 255)
    out = []
    for i in range(40):
        out.append(np.clip(base * (1 - share(i)) + np.array(target) * share(i), 0, 255))
    return [frame.astype(np.uint8) for frame in out]


def swinging() -> Clip:
    """A scene whose light turns from blue to orange and back in a second and a half."""
    clip = []
    base = np.clip(faults.texture(160, 256) * 0.5 + [20, 50, 90], 0, 255)
    for i in range(40):
        swing = np.sin(np.pi * np.clip((i - 4) / 32, 0, 1)) ** 2
        clip.append(np.clip(base + swing * np.array([60, 10, -40]), 0, 255).astype(np.uint8))
    return clip


def fading_to_white() -> Clip:
    return tinted((255, 255, 255), lambda i: min(1.0, i / 20))


def fading_to_black() -> Clip:
    return tinted((0, 0, 0), lambda i: min(1.0, i / 20))


def dissolving() -> Clip:
    """A dissolve of half a second between two shots of other colours."""
    other = np.clip(faults.texture(160, 256, seed=9) * 0.5 + [90, 40, 10], 0, 255)
    clip = tinted((0, 0, 0), lambda i: 0.0)
    for i, frame in enumerate(clip):
        share = min(1.0, max(0.0, (i - 14) / 12))
        clip[i] = (frame * (1 - share) + other * share).astype(np.uint8)
    return clip


def time_lapse() -> Clip:
    """A flower bed from noon to evening: its colours go 5 levels in 6 seconds."""
    clip = faults.swaying(TEXTURE[::2, ::2], 144, fps=FPS)
    out = [f + (i / 144) * np.array([8.0, 0, -8.0]) for i, f in enumerate(clip)]
    return [frame.clip(0, 255).astype(np.uint8) for frame in out]


def moved_on() -> Clip:
    """A shot that goes over into another one of other colours."""
    first, second = (faults.texture(160, 256, seed) * 0.6 for seed in (4, 9))
    clip = []
    for i in range(48):
        share = np.clip((i - 10) / 28, 0, 1)
        clip.append(first * (1 - share) + (second + np.array([0, 10, 60])) * share)
    return [frame.clip(0, 255).astype(np.uint8) for frame in clip]


def paled_at_the_end() -> Clip:
    """A clip whose last frame has a trace of another colour, as decoders of latents leave it."""
    clip = sway()
    return [*clip[:-1], (clip[-1] + np.array([3.0, 0, -3.0])).clip(0, 255).astype(np.uint8)]


def lightning() -> Clip:
    clip = tinted((0, 0, 0), lambda i: 0.0)
    for i in (12, 13, 17):
        clip[i] = np.clip(clip[i] * 1.2 + [90, 70, 120], 0, 255).astype(np.uint8)
    return clip


CASES: dict[str, tuple[Callable[[], Clip], tuple[Callable[[], Clip], ...]]] = {
    "black": (lambda: spoiled("black"), (fading,)),
    "freeze": (
        lambda: spoiled("freeze"),
        (
            pulled_down,
            held_twos,
            held_eights,
            held_unevenly,
            turning_coded,
            sweeping_coded,
            sweeping_in_thirds,
        ),
    ),
    "border": (lambda: spoiled("border"), (dark_border, passing_edge, plain_floor)),
    "outlier": (lambda: spoiled("fold"), (passer_by, touched)),
    "level shift": (lambda: spoiled("colour jump"), (passer_by, exposure, paled_at_the_end)),
    "global flicker": (lambda: spoiled("flicker", 8), (passer_by, exposure)),
    "jitter": (lambda: spoiled("jitter"), (turning, touched)),
    "blur": (lambda: spoiled("blur"), (flames, requantised)),
    "stride": (lambda: pan([2.0] * 20 + [6.0] + [2.0] * 20), (uneven_beat, late_frame)),
    "gap": (lambda: spoiled("drop"), (uneven_beat, late_frame, speeding_up)),
    "grain": (lambda: spoiled("grain"), (flames,)),
    "local flicker": (lambda: spoiled("local flicker"), (passer_by, dim_noise)),
    "residual burst": (lambda: spoiled("leak"), (passer_by,)),
    "excursion": (lambda: spoiled("melt"), (flames, dim_noise)),
    "distortion": (bent, (flames, passer_by, blinking, tossed_ball, dim_noise, sparks)),
    "morph": (shapeless, (flames, passer_by, turning, dim_noise, sparks)),
    "boil": (
        boiling,
        (sway, passer_by, turning, dim_noise, bubbles, refocused, exposure, pushing_far),
    ),
    "drift": (lambda: spoiled("drift"), (fading, time_lapse, moved_on)),
    "colour swing": (
        swinging,
        (
            fading,
            fading_to_white,
            fading_to_black,
            dissolving,
            lightning,
            exposure,
            turning,
            flames,
        ),
    ),
    "identity": (lambda: swapped(sway()), (pushing_far,)),
    "seam": (cut_short, (sway,)),
}


@pytest.fixture(scope="module")
def measured():
    """Measure a clip once per module, held against its own first frame."""
    known: dict[Callable[[], Clip], no_reference.Series] = {}

    def measure(make: Callable[[], Clip]) -> no_reference.Series:
        if make not in known:
            clip = make()
            series = no_reference.observe(clip, FPS, clip[0])
            series = dataclasses.replace(series, solid=np.ones(series.grid, bool))
            for field in dataclasses.fields(series):
                value = getattr(series, field.name)
                if isinstance(value, np.ndarray):
                    value.flags.writeable = False
            known[make] = series
        return known[make]

    return measure


def found(series: no_reference.Series, name: str) -> Detection:
    """Ask one detector alone: nothing is explained by others."""
    nothing = np.zeros(len(series), bool)
    nothing.flags.writeable = False
    return DETECTORS[name].find(series, nothing)


def test_every_detector_has_its_fault_and_its_look_alike():
    assert list(CASES) == list(DETECTORS)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_detector_finds_its_fault(measured, name):
    series = measured(CASES[name][0])
    result = found(series, name)
    assert result.findings
    for finding in result.findings:
        assert finding.kind in DETECTORS[name].kinds and finding.strength > 0
        assert 0 <= finding.first <= finding.last < len(series)
        assert finding.tiles.shape == series.grid and finding.tiles.any()


@pytest.mark.parametrize(
    ("name", "innocent"), [(name, alike) for name, case in CASES.items() for alike in case[1]]
)
def test_a_detector_is_silent_on_what_only_looks_like_its_fault(measured, name, innocent):
    assert found(measured(innocent), name).findings == ()


def test_a_clip_whose_pictures_are_held_skips_and_hops_by_habit():
    series = no_reference.observe(held_unevenly(), FPS)
    assert not find_faults(series, loop=False)


def test_what_boils_by_its_nature_is_no_fault(measured):
    series = measured(boiling)
    for solid in (None, np.zeros(series.grid, bool)):
        natural = dataclasses.replace(series, solid=solid)
        assert not DETECTORS["boil"].find(natural, np.zeros(len(series), bool)).findings


def test_a_key_frame_that_draws_a_still_scene_anew_ends_no_freeze():
    clip = refreshed()
    observer = no_reference.Observer()
    for frame in clip:
        observer.add(frame)
    keys = [t in (0, 21, 27) for t in range(len(clip))]
    result = found(observer.series(FPS, (), keys), "gap")
    assert not [f for f in result.findings if f.last in (21, 27)]


@pytest.mark.parametrize("name", DETECTORS)
def test_every_limit_has_words_and_a_unit(name):
    detector = DETECTORS[name]
    hints = get_type_hints(type(detector), include_extras=True)
    for field in dataclasses.fields(detector):
        (limit,) = (a for a in hints[field.name].__metadata__ if isinstance(a, Limit))
        assert limit.help and limit.unit


@pytest.mark.parametrize("name", DETECTORS)
def test_kinds_and_inputs_are_known(name):
    detector = DETECTORS[name]
    assert detector.name == name and type(detector).__doc__
    assert all(KINDS[kind.name] is kind for kind in detector.kinds)
    assert set(detector.after) <= set(DETECTORS)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_list_means_nothing(measured, order):
    series = measured(CASES["grain"][0])
    listed = dict(sorted(DETECTORS.items())[::order])
    key = [(f.kind.name, f.first, f.last, f.strength) for f in find_faults(series, loop=True)]
    again = find_faults(series, loop=True, detectors=listed)
    assert sorted(key) == sorted((f.kind.name, f.first, f.last, f.strength) for f in again)


def test_detectors_that_wait_for_each_other_or_for_none_are_refused(measured):
    series = measured(sway)
    first = dataclasses.make_dataclass("First", [], namespace={"after": ("second",)}, frozen=True)
    second = dataclasses.make_dataclass("Second", [], namespace={"after": ("first",)}, frozen=True)
    with pytest.raises(InputError, match="wait for each other"):
        find_faults(series, loop=False, detectors={"first": first(), "second": second()})
    with pytest.raises(InputError, match="comes after 'second', which there is not"):
        find_faults(series, loop=False, detectors={"first": first()})


def test_a_melt_near_the_first_frame_is_no_error():
    clip = melting_water()[19:]
    assert find_faults(no_reference.observe(clip, FPS), loop=False) is not None
    for start in range(12, 20):
        find_faults(no_reference.observe(melting_water()[start : start + 24], FPS), loop=False)


PLUGIN = '''
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from livingstill.quality.faults.detector import Detection, Finding, Limit
from livingstill.quality.faults.kinds import FaultKind

GREEN = FaultKind("green", "it is green", "a lost chroma plane; decode it again", "#00ff00")


@dataclass(frozen=True, slots=True)
class Green:
    """Frames whose chroma is that of an empty plane."""

    name: ClassVar = "green"
    kinds: ClassVar = (GREEN,)
    after: ClassVar = ()
    loop_only: ClassVar = False
    cr: Annotated[float, Limit("mean Cr", "levels")] = 90.0

    def find(self, series, explained):
        low = np.flatnonzero(series.chroma[..., 0].mean((1, 2)) < self.cr)
        tiles = np.ones(series.grid, bool)
        return Detection(tuple(Finding(GREEN, int(t), int(t), tiles, 2.0) for t in low))


GREEN_FRAMES = Green()
'''


def test_a_detector_of_another_distribution_is_asked_too(tmp_path, monkeypatch):
    (tmp_path / "greenish.py").write_text(PLUGIN)
    info = tmp_path / "greenish-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greenish\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[livingstill.faults]\ngreen = greenish:GREEN_FRAMES\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    clip = sway()[:12]
    clip[5] = np.full_like(clip[5], (0, 135, 0))
    kinds = {f.kind.name for f in find_faults(no_reference.observe(clip, FPS), loop=False)}
    assert "green" in kinds and fault_kind("green").appearance == "it is green"


def test_a_kind_nobody_declared_is_still_named():
    assert fault_kind("melt") is MELT
    assert isinstance(fault_kind("of another version"), FaultKind)
