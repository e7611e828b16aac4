"""A replacement's picture goes the way of the clip's."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import synthetic
from livingstill.core.model import DEFAULT_FOCAL, Timeline
from livingstill.jobs.rescue.camera_placement import DepthRange, RenderContext
from livingstill.jobs.rescue.camera_track import Track, track
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.followed_camera import follow
from livingstill.jobs.rescue.still_window import Extent, largest_amount, smallest_opening
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
    depths = DepthRange(near, far, DEFAULT_FOCAL)
    first = FirstFrame(inverse, middle, np.zeros((2, 2), np.uint8))
    timeline = Timeline(N, Fraction(24), "none")
    return RenderContext(scene, window, (320, 200), timeline, depths, first)


def made(followed, context):
    renderer = frames.Renderer(context.scene, followed.window, context.size, "draft")
    return track(frames.unpack(renderer.frame(followed.path.at(t))) for t in PHASE)


@pytest.mark.parametrize(
    ("x", "y", "zoom"),
    [(-0.06, 0, 1), (0.04, 0.04, 1), (0.3, 0, 1), (0, 0, 1.12), (0.01, 0, 1.3), (-0.05, 0, 1.03)],
)
def test_the_picture_goes_as_far_and_the_same_way_and_no_other(context, x, y, zoom):
    way = Track.of(x * PHASE, y * PHASE, zoom**PHASE)
    followed = follow(way, context, may_start_closer=True)
    assert followed.share == pytest.approx(1, abs=0.1) and followed.close_in < 1.03
    found = made(followed, context)
    size = np.hypot(np.hypot(x, y), (zoom - 1) / 2)
    assert (found.x[-1], found.y[-1]) == pytest.approx((x, y), abs=0.2 * size)
    assert found.zoom[-1] == pytest.approx(zoom, abs=0.4 * size)


def test_a_turn_to_and_fro_is_followed_however_quick(context):
    x, roll = 0.12 * np.sin(2 * np.pi * PHASE), 6 * PHASE
    followed = follow(Track.of(x, ZERO, np.ones(N), roll), context, may_start_closer=True)
    found = made(followed, context)
    assert np.abs(found.x - x).max() < 0.02 and found.roll[-1] == pytest.approx(6, abs=0.6)


def test_a_way_that_goes_in_begins_with_the_still(context):
    followed = follow(Track.of(ZERO, ZERO, 1.2**PHASE), context, may_start_closer=True)
    assert followed.path.start == 1 and followed.window == context.window


def test_it_pulls_out_from_closer_unless_the_opening_is_kept(context):
    way = Track.of(ZERO, ZERO, 1 / 1.15**PHASE)
    closer = follow(way, context, may_start_closer=True)
    assert closer.path.start == pytest.approx(1.15, abs=0.01)
    assert made(closer, context).zoom[-1] == pytest.approx(1 / 1.15, abs=0.03)
    kept = follow(way, context, may_start_closer=False)
    assert kept.path.start == 1 and kept.share < 0.3


def test_a_pan_closes_in_where_the_opening_is_kept(context):
    way = Track.of(-0.1 * PHASE, ZERO, np.ones(N))
    kept = follow(way, context, may_start_closer=False)
    assert kept.path.start == 1 and 1.15 < kept.close_in < 1.35
    assert made(kept, context).x[-1] == pytest.approx(-0.1, abs=0.015)


def test_a_pan_beyond_the_still_is_cut_down_and_said(context):
    way = Track.of(-1.2 * PHASE, ZERO, np.ones(N))
    followed = follow(way, context, may_start_closer=True)
    assert 0.1 < followed.share < 0.5 and followed.path.start < 1.32
    assert made(followed, context).x[-1] == pytest.approx(-1.2 * followed.share, abs=0.03)


def test_a_far_pan_begins_half_as_close_and_closes_in_on_its_way(context):
    way = Track.of(-0.4 * PHASE, ZERO, np.ones(N))
    followed = follow(way, context, may_start_closer=True)
    assert 1.1 < followed.path.start < 1.3 and followed.close_in > 1.1
    assert made(followed, context).x[-1] == pytest.approx(-0.4 * followed.share, abs=0.04)
    assert followed.share > 0.75


def test_the_smallest_opening_has_room_for_the_way_and_no_more():
    extent = Extent(-0.5, 0.5, -0.3, 0.3, 0.6)
    pan = smallest_opening(Track.of(-0.25 * PHASE, ZERO, np.ones(N)), 1.0, extent)
    assert (pan.zoom, pan.x, pan.y) == pytest.approx((1.25, -0.1, 0))
    out = smallest_opening(Track.of(ZERO, ZERO, 0.8**PHASE), 1.0, extent)
    assert (out.zoom, out.x, out.y) == pytest.approx((1.25, 0, 0))
    margin = Extent(-0.8, 0.8, -0.5, 0.5, 0.6)
    assert smallest_opening(Track.of(-0.25 * PHASE, ZERO, np.ones(N)), 1.0, margin).zoom == 1
    long = Track.of(-1.0 * PHASE, ZERO, np.ones(N))
    assert largest_amount(long, 1.0, 1.5, extent) == pytest.approx(0.5, abs=0.001)


def test_no_frame_shows_beyond_the_still(context):
    from livingstill.render.projection import count_outside

    way = Track.of(0.08 * PHASE, -0.03 * PHASE, np.ones(N))
    for closer in (True, False):
        made = follow(way, context, may_start_closer=closer)
        seen = made.window, context.size
        outside = [
            count_outside(context.scene, made.path.at(t), *seen, border_only=True) for t in PHASE
        ]
        assert max(outside) <= 2
