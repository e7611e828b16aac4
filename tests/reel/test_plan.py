"""The plan of a reel: which photos, in which order, cut when, and moved how."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import made_tracks
import numpy as np
import pytest
from livingstill.audio import beat
from livingstill.core.errors import InputError
from livingstill.jobs.reel import choice, cuts, duplicates, moves, order, plan, subtitles
from livingstill.jobs.reel.entries import Entry, gather
from livingstill.jobs.reel.facts import Facts
from livingstill.jobs.reel.moves import Option, Stop
from livingstill.jobs.reel.rooms import room_of_name
from livingstill.photo import likeness
from livingstill.settings.reel import ReelSettings

INSIDE, FRONT = {"foliage": 0.02}, {"sky": 0.3, "foliage": 0.3}
PUSH = Option("push-in", "push", 0, 0.6)
PULL = Option("pull-out", "pull", 0, 0.6)
RIGHT = Option("truck-right", "across", 1, 0.5)
LEFT = Option("truck-left", "across", -1, 0.5)
UP = Option("pedestal-up", "down", -1, 0.5)
ALL = (PUSH, PULL, RIGHT, LEFT, UP)


def photo(name, taken=None, shares=INSIDE, *, room=None, blur=1.0, **record):
    room = room_of_name(Path(name).stem) if room is None else room
    entry = Entry(Path(name), room or "", "name" if room else "")
    facts = {
        "taken": taken, "shares": shares, "is_room": "sky" not in shares, "is_drawing": False,
        "size": [600, 400], "blur": blur, "sha256": name,
        "moves": {shape: [asdict(o) for o in ALL] for shape in ("16:9", "9:16", "1:1")},
    }  # fmt: skip
    return Facts.of(entry, {**facts, **record})


def names(photos):
    return [Path(p.name).stem for p in photos]


# order


def test_names_of_rooms_make_a_tour_of_the_house():
    given = [
        "bath",
        "bedroom-1",
        "bedroom-2",
        "dining",
        "front",
        "garden",
        "kitchen",
        "living",
        "pool",
        "view",
        "entrance",
    ]
    done = order.order([photo(f"{name}.jpg") for name in given])
    assert names(done.photos) == (
        [
            "front",
            "entrance",
            "living",
            "kitchen",
            "dining",
            "bedroom-1",
            "bedroom-2",
            "bath",
            "garden",
            "pool",
            "view",
        ]
    )


def test_a_table_wins_over_the_clock_and_that_over_numbers():
    shots = [photo(f"IMG_{n}.jpg", taken=100.0 * n) for n in (3, 1, 2)]
    assert names(order.order(shots, has_table=True).photos) == ["IMG_3", "IMG_1", "IMG_2"]
    assert "taken" in order.order(shots).reason
    renumbered = [photo(f"{n}.jpg", taken=100.0 * (5 - n)) for n in (1, 2, 3)]
    done = order.order(renumbered)  # somebody gave them other numbers than the camera
    assert names(done.photos) == ["1", "2", "3"] and "names" in done.reason


def test_what_only_pictures_tell_goes_outside_in_and_rooms_keep_their_order():
    shots = [
        photo(f"{c}.jpg", shares=s) for c, s in zip("abcde", [INSIDE, FRONT, INSIDE, FRONT, FRONT])
    ]
    shots[3] = photo("d.jpg", shares={"sky": 0.3, "foliage": 0.05})
    done = order.order(shots)
    assert names(done.photos) == ["b", "d", "a", "c", "e"]  # the third view of the house closes it
    assert "cannot be told" in done.reason and "2 photos" in done.reason


def test_a_time_is_only_asked_of_photos_that_have_one():
    with pytest.raises(InputError, match=r"a\.jpg does not say when it was taken"):
        order.order([photo("a.jpg")], "time")
    with pytest.raises(InputError, match="a folder has none"):
        order.order([photo("a.jpg")], "table")


def test_a_table_gives_order_rooms_and_captions(tmp_path):
    text = "\ufeffphoto;room;caption;facts\r\nz.jpg;K\u00fcche;;new in 2024\r\na.jpg;bath;Spa;\r\n"
    (tmp_path / "rooms.csv").write_text(text, encoding="utf-8")
    entries = gather(tmp_path / "rooms.csv")
    assert entries.ordered
    found = [(e.photo.name, e.room, e.caption, e.facts) for e in entries.photos]
    assert found == [("z.jpg", "kitchen", "", "new in 2024"), ("a.jpg", "bathroom", "Spa", "")]
    (tmp_path / "rooms.csv").write_text("photo,room\nz.jpg,kitchin\n")
    with pytest.raises(InputError, match="line 2 has room 'kitchin'; did you mean 'kitchen'"):
        gather(tmp_path / "rooms.csv")


# duplicates


def textured(seed):
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (40, 60, 3), dtype=np.uint8)
    return cv2.resize(small, (900, 600), interpolation=cv2.INTER_CUBIC)


def test_a_second_shot_of_one_view_is_left_out_and_another_view_is_not():
    view = textured(1)
    shifted = cv2.convertScaleAbs(cv2.resize(view[20:590, 30:880], (850, 570)), alpha=0.9, beta=12)
    detail = cv2.resize(view[:300, :450], (900, 600))
    greys = {n: likeness.small_grey(p) for n, p in
             {"a": view, "b": shifted, "c": textured(2), "d": detail}.items()}  # fmt: skip
    shots = [
        photo(
            f"{name}.jpg",
            blur=2.0 if name == "a" else 1.0,
        )
        for name in greys
    ]
    kept, dropped = duplicates.without_duplicates(shots, lambda p: greys[p.entry.photo.stem])
    assert names(kept) == ["b", "c", "d"]  # the sharper of the two stays, in the place of the first
    assert [(d.left_out.name, d.kept.name) for d in dropped] == [("a.jpg", "b.jpg")]
    assert likeness.same_view(greys["a"], greys["b"])
    assert not likeness.same_view(greys["a"], greys["d"])


# choice and length


def test_a_short_reel_shows_one_of_each_kind_before_a_second():
    shots = [photo(n) for n in ("front.jpg", "bedroom1.jpg", "bedroom2.jpg", "bedroom3.jpg", "bath.jpg",
                                "kitchen.jpg", "living.jpg", "laundry.jpg")]  # fmt: skip
    assert names(choice.choose(shots, 5)) == ["front", "bedroom1", "bath", "kitchen", "living"]


def test_a_reel_of_few_rooms_is_shorter_than_it_may_be():
    made = plan.make([photo("kitchen.jpg")] * 3, ReelSettings(duration=60), Fraction(30), None)
    assert made.frames == round(plan.seconds_of(3, ReelSettings(duration=60)) * 30) < 60 * 30


# cuts


@pytest.mark.parametrize(("kind", "tempo"), made_tracks.TRACKS)
@pytest.mark.parametrize("pace", choice.PACES)
def test_every_cut_is_within_40_ms_of_a_beat(kind, tempo, pace):
    sound, beats = made_tracks.track(kind, tempo)
    settings = ReelSettings(duration=made_tracks.SECONDS, pace=pace, title="x")
    shots = plan.choose_rooms([photo(f"kitchen-{i}.jpg") for i in range(9)], settings)
    made = plan.make(shots, settings, Fraction(30), beat.track(sound))
    times = [float(stop.last / made.fps) for stop in made.stops]
    assert len(times) == len(shots) and made.frames == made_tracks.SECONDS * 30
    assert max(min(abs(beats - time)) for time in times) < 0.040
    lengths = np.diff([0, *times])
    assert lengths.min() > 1.0 and lengths[1:].max() < 2.2 * lengths[1:].min()


def test_without_a_beat_the_cuts_are_even():
    assert cuts.cut_times([3.0, 2.0, 2.0], None) == [3.0, 5.0]


# moves


@pytest.mark.parametrize("seed", range(6))
def test_moves_never_fight(seed):
    rng = np.random.default_rng(seed)
    stops = []
    for _ in range(20):
        wanted = [o for o in ALL if rng.random() < 0.7] or [RIGHT]
        if len(wanted) == 1:
            wanted.append(PUSH if wanted[0] is not PUSH else LEFT)
        room = rng.choice(["kitchen", "bedroom", "garden"])
        stops.append(Stop(str(room), room == "garden", [*wanted, RIGHT, LEFT]))
    chosen = moves.choose(stops)
    for before, after in pairwise(chosen):
        assert not {before.family, after.family} <= {"push", "pull"}
        if before.family == after.family:
            assert before.sense == after.sense
    assert len({option.family for option in chosen}) > 1


def test_a_reel_comes_nearer_and_goes_away():
    stops = [
        Stop("front", True, ALL),
        *[Stop(r, False, ALL) for r in ("living", "kitchen")],
        Stop("garden", True, ALL),
    ]
    chosen = moves.choose(stops)
    assert (chosen[0].name, chosen[-1].name) == ("push-in", "pull-out")


def test_a_push_is_made_once_in_a_room():
    stops = [Stop("kitchen", False, (PUSH, RIGHT))] * 5
    assert sum(option is PUSH for option in moves.choose(stops)) == 1


def test_a_move_is_no_faster_in_a_short_shot():
    assert RIGHT.choice(1.8).startswith("truck-right:amount=0.25")
    looked_along = Option("truck-right", "across", 1, 0.5, 40.0, 0.4)
    assert "travel=10,rest=0.4" in looked_along.choice(2.0)


# subtitles


def test_subtitles_name_rooms_that_are_known_and_join_neighbours():
    shots = [photo("kitchen-1.jpg"), photo("kitchen-2.jpg"), photo("x.jpg"), photo("bath.jpg")]
    made = plan.make(shots, ReelSettings(duration=12, transition="cut"), Fraction(25), None)
    found = subtitles.cues(made)
    assert [cue.text for cue in found] == ["Kitchen", "Bathroom"]
    assert found[0] == (0.0, float(made.stops[1].last / 25), "Kitchen")
    assert subtitles.webvtt([subtitles.Cue(3599.9996, 3661.5, "A & B")]) == (
        "WEBVTT\n\n01:00:00.000 --> 01:01:01.500\nA &amp; B\n\n"
    )
