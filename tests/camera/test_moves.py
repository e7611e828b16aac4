"""What all camera moves promise, and what each direction means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from livingstill.camera.path import CAMERAS, class_of, describe, keys, parse, resolve
from livingstill.camera.projection import project
from livingstill.camera.timing import EASES, Timing
from livingstill.camera.truck import Truck
from livingstill.camera.view import CameraView
from livingstill.core.errors import InputError
from livingstill.core.model import Pose
from livingstill.settings.declare import choices, declared
from livingstill.settings.values import MoveSpec

RAMP = np.tile(np.linspace(0.1, 1, 60, dtype=np.float32)[:, None], (1, 90))
VIEW = CameraView.of(RAMP, 0.95, (0.4, 0.6))
FLAT = CameraView.of(np.full((60, 90), 0.5, np.float32))
LOOPS = ("seamless", "bounce", "none", "hold")
GRID = np.array([(x, y, w) for x in (-0.4, 0.0, 0.4) for y in (-0.25, 0.2) for w in (0.1, 0.5, 1)])
SLIDERS = "sliders:horizontal=40,vertical=-20,pan=30,tilt=10,zoom=60,roll=-20"
CHOICES = [SLIDERS if name == "sliders" else name for name in CAMERAS]


def camera(text, loop="seamless", view=VIEW, duration=5.0, seed=0):
    return resolve(MoveSpec.parse(text), view, loop=loop, duration=duration, seed=seed)


def track(path, times, points=GRID, focal=0.95):
    """Follow points in frame widths: (times, points, 2)."""
    return np.array([np.stack(project(*points.T, path.at(float(t)), focal), -1) for t in times])


def with_key(text, key):
    return f"{text},{key}" if ":" in text else f"{text}:{key}"


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("loop", ["seamless", "bounce"])
def test_every_move_ends_exactly_where_it_starts_when_it_loops(name, loop):
    path = camera(name, loop)
    assert path.at(1.0) == path.at(0.0)
    assert camera(with_key(name, "period=1.7"), loop).at(1.0) == path.at(0.0) or name == "handheld"


@pytest.mark.parametrize("name", CHOICES)
def test_every_move_is_pure_and_finite(name):
    for view in (VIEW, FLAT):
        for loop in LOOPS:
            path, again = camera(name, loop, view), camera(name, loop, view)
            poses = [path.at(t) for t in np.linspace(0, 1, 7)]
            assert poses == [again.at(t) for t in np.linspace(0, 1, 7)]
            assert all(math.isfinite(getattr(p, f)) for p in poses for f in Pose.__slots__)


@pytest.mark.parametrize("name", CHOICES)
def test_no_amount_is_no_move(name):
    seen = track(camera(with_key(name, "amount=0"), "none"), np.linspace(0, 1, 5))
    assert np.abs(seen - GRID[:, :2]).max() < 1e-12


@pytest.mark.parametrize("name", [n for n in CHOICES if n != SLIDERS])
@pytest.mark.parametrize("loop", ["seamless", "bounce", "none"])
def test_every_move_is_smooth_to_a_tenth_of_a_pixel(name, loop):
    frames = np.arange(150) / 149 if loop == "none" else np.arange(-2, 152) / 150 % 1.0
    seen = track(camera(name, loop), frames) * 1920
    assert np.abs(np.diff(seen, 2, axis=0)).max() <= 0.1


@pytest.mark.parametrize("name", [n for n in CHOICES if n not in ("static", "rack-focus", SLIDERS)])
def test_every_move_is_seen_and_gentle(name):
    seen = track(camera(name, "none"), np.linspace(0, 1, 60))
    travel = (seen.max(0) - seen.min(0)).max()
    assert 0.008 < travel < 0.085, travel


@pytest.mark.parametrize("name", [n for n in CHOICES if n not in ("static", "handheld")])
def test_twice_the_amount_is_twice_the_way(name):
    one = track(camera(name, "none"), (0.0, 1.0))
    two = track(camera(with_key(name, "amount=2"), "none"), (0.0, 1.0))
    way, ways = np.abs(one[1] - one[0]).max(), np.abs(two[1] - two[0]).max()
    assert ways == pytest.approx(2 * way, rel=0.13, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "opposite"),
    [
        ("pan-left", "pan-right"),
        ("tilt-up", "tilt-down"),
        ("roll-left", "roll-right"),
        ("truck-left", "truck-right"),
        ("pedestal-up", "pedestal-down"),
        ("push-in", "pull-out"),
        ("zoom-in", "zoom-out"),
    ],
)
def test_a_move_played_backwards_is_its_opposite(name, opposite):
    times = np.linspace(0, 1, 9)
    forth = track(camera(name, "none"), times)
    back = track(camera(opposite, "none"), times[::-1])
    np.testing.assert_allclose(forth, back, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [
        ("truck-right", 0, -1),  # near things move left
        ("truck-left", 0, 1),
        ("pedestal-up", 1, 1),  # near things sink
        ("pedestal-down", 1, -1),
        ("pan-right", 0, -1),
        ("pan-left", 0, 1),
        ("tilt-up", 1, 1),
        ("tilt-down", 1, -1),
    ],
)
def test_directions_are_those_of_film_people(name, axis, sign):
    seen = track(camera(name, "none"), (0.0, 1.0), np.array([(0.0, 0.0, 1.0)]))
    assert np.sign((seen[1] - seen[0])[0, axis]) == sign


def test_pan_has_no_parallax_and_truck_has_the_parallax_asked_for():
    pair = np.array([(0.1, 0.1, VIEW.far), (0.1, 0.1, VIEW.near)])
    panned = track(camera("pan-right", "none"), (0.0, 1.0), pair)
    np.testing.assert_array_equal(panned[:, 0], panned[:, 1])
    trucked = track(camera("truck-right:parallax=2", "none"), (0.0, 1.0), pair)
    far, near = (trucked[1] - trucked[0])[:, 0]
    assert far == pytest.approx(0, abs=1e-12)
    assert near == pytest.approx(-0.02, rel=1e-9)


def test_push_in_magnifies_the_middle_as_asked_and_keeps_the_subject_in_place():
    across, down = VIEW.offset
    points = np.array([(across, down, w) for w in (0.1, 0.5, 1.0)])
    beside = points + np.array([0.01, 0, 0])
    for text in ("push-in:magnify=6", "push-in:magnify=30"):
        path = camera(text, "none")
        np.testing.assert_allclose(track(path, (1.0,), points)[0], points[:, :2], atol=1e-12)
        grown = (track(path, (1.0,), beside) - track(path, (1.0,), points))[0, :, 0] / 0.01
        assert (np.diff(grown) > 0).all()
        middle = np.array([(across, down, VIEW.middle), (across + 0.01, down, VIEW.middle)])
        apart = np.diff(track(path, (1.0,), middle)[0, :, 0])[0] / 0.01
        assert apart == pytest.approx(1.06 if "6" in text else 1.3, rel=1e-9)


def test_dolly_zoom_keeps_the_size_of_the_subject_and_lets_the_background_loom():
    path = camera("dolly-zoom:magnify=10", "none")
    points = np.array([(0.2, 0.1, VIEW.subject), (0.2, 0.1, VIEW.far)])
    subject, far = track(path, (1.0,), points)[0, :, 0] / 0.2
    assert subject == pytest.approx(1, abs=1e-12)
    assert far == pytest.approx(1.1, rel=0.02)


@pytest.mark.parametrize("name", ["orbit", "arc", "sway"])
def test_what_the_camera_circles_stays_where_it_is(name):
    view = CameraView.of(RAMP, 0.95, (0.5, 0.5))
    seen = track(
        camera(name, "none", view), np.linspace(0, 1, 20), np.array([(0, 0, view.subject)])
    )
    assert np.abs(seen).max() < 1e-4


def test_ken_burns_needs_no_depth_and_keeps_the_frame_full():
    corners = np.array([(x, y, w) for x in (-0.5, 0.5) for y in (-1 / 3, 1 / 3) for w in (0, 1)])
    for subject in ((0.5, 0.5), (0.0, 1.0), (0.8, 0.3)):
        view = CameraView.of(np.full((60, 90), 0.5, np.float32), 0.95, subject)
        for seen in track(camera("ken-burns", "none", view), np.linspace(0, 1, 5), corners):
            np.testing.assert_allclose(seen[::2], seen[1::2], atol=2e-4)
            assert np.all(np.abs(seen[:, 0]) > 0.4999)
            assert np.all(np.abs(seen[:, 1]) > 0.3332)


def test_focus_says_what_stays_put():
    path = camera("sway:focus=0.5,0.0")
    assert path.at(0.1).pivot == pytest.approx(0.11, abs=0.02)
    assert camera("sway:focus=0.5,1").at(0.1).pivot == pytest.approx(0.98, abs=0.02)


@pytest.mark.parametrize("ease", EASES)
def test_every_ease_goes_from_start_to_end(ease):
    curve = [EASES[ease](u) for u in np.linspace(0, 1, 101)]
    assert curve[0] == pytest.approx(0, abs=1e-12) and curve[-1] == pytest.approx(1)
    assert ease == "back" or (np.diff(curve) >= 0).all()
    path = camera(f"zoom-in:ease={ease}", "none")
    assert path.at(0).zoom == pytest.approx(1) and path.at(1).zoom == pytest.approx(1.08)


def test_hold_rests_at_the_end():
    path = camera("zoom-in:hold=0.5", "hold")
    assert path.at(0.25).zoom < path.at(0.5).zoom == path.at(0.8).zoom == path.at(1).zoom
    assert camera("zoom-in", "hold").at(0.7) == camera("zoom-in", "hold").at(1)


@pytest.mark.parametrize("loop", ["seamless", "none", "hold"])
@pytest.mark.parametrize("name", ["orbit", "sway", "handheld"])
def test_a_closed_move_comes_to_rest_gently(name, loop):
    def jolt(path):
        return np.abs(np.diff(track(path, np.arange(151) / 150), 2, axis=0)).max()

    held = camera(with_key(name, "hold=0.3"), loop)
    assert held.at(0.75) == held.at(0.9) == held.at(0.0) == held.at(1.0)
    # twice the speed at the middle of a shorter way; a sudden stop is 20 times and more
    assert jolt(held) < 8 * jolt(camera(name))


def test_a_period_makes_whole_turns_of_a_loop():
    path = camera("orbit:period=2.2", duration=4.4)
    assert path.at(0.1).x == pytest.approx(path.at(0.6).x)
    assert camera("orbit:period=3", duration=5).at(1) == camera("orbit", duration=5).at(0)


def test_rest_says_where_on_the_move_the_photo_stands():
    assert camera("truck-left:rest=0", "none").at(0) == Pose(pivot=camera("truck-left").at(0).pivot)
    assert camera("push-in", "none").at(0) == Pose() == camera("pull-out", "none").at(1)


def test_handheld_follows_its_seed():
    assert camera("handheld", seed=1).at(0.3) == camera("handheld", seed=1).at(0.3)
    assert camera("handheld", seed=1).at(0.3) != camera("handheld", seed=2).at(0.3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("orbit:parallax=30", "orbit.parallax is 30; it must be at most 12 percent of the width"),
        ("orbt", "no camera move is called 'orbt'; did you mean 'orbit'?"),
        ("orbit:paralax=3", "orbit has no key 'paralax'; did you mean 'parallax'?"),
        ("push-in:amount=x", "push-in.amount is x; it must be a number, as in 1"),
        ("truck-left:amount=-1", "truck-left.amount is -1; it must be at least 0 times"),
        ("pan-left:ease=sin", "pan-left.ease is sin; did you mean 'sine'?"),
        ("sway:focus=.3", "sway.focus is .3; it must be two numbers x,y"),
        (
            "sway:focus=.3,7",
            "sway.focus is .3,7; it must have both numbers in 0..1, fractions of the photo",
        ),
        ("sway:amount=nan", "sway.amount is nan; it must be a finite number"),
    ],
)
def test_a_mistake_names_thing_value_and_remedy(text, sentence):
    with pytest.raises(InputError) as caught:
        parse(MoveSpec.parse(text))
    assert str(caught.value) == sentence


def test_every_move_tells_what_it_does_and_has_an_amount():
    rows = dict(describe())
    assert set(rows) == {"auto", "@FILE.toml", *CAMERAS}
    assert all(text.endswith(".") and "{" not in text for text in rows.values())
    for name in CAMERAS:
        assert "amount" in declared(class_of(CAMERAS[name]))
        assert all(key.help for key in keys(name))


def test_every_ease_can_be_named():
    assert tuple(EASES) == choices(Timing.model_fields["ease"])


def test_auto_takes_an_amount_and_a_timing_and_nothing_else():
    parse(MoveSpec.parse("auto:amount=0.5,hold=0.2"))
    with pytest.raises(InputError, match="auto has no key 'magnify'"):
        parse(MoveSpec.parse("auto:magnify=2"))


def test_a_truck_that_travels_takes_even_the_farthest_point_along():
    depth = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (48, 1))
    view = CameraView.of(depth)
    for parallax in (0.0, 3.5):
        pose = Truck(toward="right", parallax=parallax, travel=10).pose(0.5, view)
        zero = np.zeros(2)
        across, down = project(zero, zero, np.array([view.far, view.near]), pose, view.focal)
        assert np.allclose(across, [-0.05, -0.05 - parallax / 200], atol=2e-3)
        assert np.allclose(down, 0)
