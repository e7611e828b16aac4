"""A replacement's picture goes the way of the clip's."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import synthetic
from livingstill.core.model import DEFAULT_FOCAL, Timeline
from livingstill.jobs.rescue.first_frame import FirstFrame, Track, track
from livingstill.jobs.rescue.followed_camera import Depths, RenderContext, follow
from livingstill.render import frames
from livingstill.scene.layers import build_layers

N = 12
PHASE = np.linspace(0, 1, N)
ZERO = np.zeros(N)


@pytest.fixture(scope="module")
def context():
    rgb, distance = synthetic.cast(320, 200)
    inverse = (distance.min() / distance).astype(np.float32)
    scene = build_layers(rgb, inverse)
    near, middle, far = (float(np.percentile(inverse, q)) for q in (98, 25, 2))
    window = frames.Window(159.5, 99.5, 1.0)
    depths = Depths(near, far, DEFAULT_FOCAL)
    first = FirstFrame(inverse, middle, np.zeros((2, 2), np.uint8))
    timeline = Timeline(N, Fraction(24), "none")
    return RenderContext(scene, window, (320, 200), timeline, depths, first)


def made(followed, context):
    renderer = frames.Renderer(context.scene, context.window, context.size, "draft")
    return track(frames.unpack(renderer.frame(followed.path.at(t))) for t in PHASE)


@pytest.mark.parametrize(
    ("x", "y", "zoom"),
    [(-0.06, 0, 1), (0.04, 0.04, 1), (0.1, 0, 1), (0, 0, 1.12), (0.01, 0, 1.3), (-0.05, 0, 1.03)],
)
def test_the_picture_goes_as_far_and_the_same_way(context, x, y, zoom):
    way = Track.of(x * PHASE, y * PHASE, zoom**PHASE)
    followed = follow(way, context, may_start_closer=True)
    assert followed.share == pytest.approx(1, abs=0.1) and followed.start == 1
    found = made(followed, context)
    if np.hypot(x, y) > (zoom - 1) / 2:
        assert (found.x[-1], found.y[-1]) == pytest.approx((x, y), abs=0.2 * np.hypot(x, y))
    else:
        assert found.zoom[-1] - 1 == pytest.approx(zoom - 1, rel=0.2)


def test_it_pulls_out_from_closer_unless_the_opening_is_kept(context):
    way = Track.of(ZERO, ZERO, 1 / 1.15**PHASE)
    closer = follow(way, context, may_start_closer=True)
    assert closer.start == pytest.approx(1.15, abs=0.01)
    assert made(closer, context).zoom[-1] == pytest.approx(1 / 1.15, abs=0.03)
    kept = follow(way, context, may_start_closer=False)
    assert kept.start == 1 and kept.share < 0.3


def test_a_pan_beyond_the_still_is_cut_down_and_said(context):
    way = Track.of(-0.5 * PHASE, ZERO, np.ones(N))
    followed = follow(way, context, may_start_closer=True)
    assert 0.15 < followed.share < 0.7 and followed.close_in < 1.52
    assert made(followed, context).x[-1] == pytest.approx(-0.5 * followed.share, abs=0.02)


def test_no_frame_shows_beyond_the_still(context):
    from livingstill.render.projection import count_outside

    way = Track.of(0.08 * PHASE, -0.03 * PHASE, np.ones(N))
    path = follow(way, context, may_start_closer=True).path
    outside = [
        count_outside(context.scene, path.at(t), context.window, context.size, border_only=True)
        for t in PHASE
    ]
    assert max(outside) <= 2
