"""Stereo files: what is in them, what they say of themselves, and what is refused."""

from __future__ import annotations

import json
import shutil

import av
import cv2
import numpy as np
import pytest

QUICK = ("--size", "160", "--duration", "0.4", "--fps", "10", "--camera", "static", "--no-progress")


def decoded(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def said(path):
    """Return FFmpeg's stereo mode of a file's video, and whether a frame has stereo side data."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(video=0))
        kinds = {data.type.name for data in frame.side_data.keys()}  # noqa: SIM118 - not a mapping
        return stream.metadata.get("stereo_mode"), "STEREO3D" in kinds


@pytest.fixture
def photo(tmp_path, samples):
    shutil.copy(samples / "lake.jpg", tmp_path / "lake.jpg")
    return tmp_path / "lake.jpg"


@pytest.mark.parametrize(
    ("layout", "name", "mode", "size"),
    [
        ("sbs", "lake_sbs.mp4", None, (320, 106)),
        ("half-sbs", "lake_hsbs.mov", None, (160, 106)),
        ("top-bottom", "lake_tb.mkv", "top_bottom", (160, 212)),
        ("sbs", "lake_sbs.webm", "left_right", (320, 106)),
    ],
)
def test_a_pair_is_tagged_as_its_players_expect(livingstill, photo, layout, name, mode, size):
    codec = ("--codec", "h264") if name.endswith(".mov") else ()
    answer = livingstill(photo, "--stereo", layout, "-o", name, *codec, *QUICK, "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["size"] == list(size)
    assert 1.5 < told["continuity"]["stereo.widest"] <= 2.001
    assert said(photo.parent / name) == (mode, True)
    assert [frame.shape for frame in decoded(photo.parent / name)] == [(size[1], size[0], 3)] * 4


def test_the_box_leaves_pictures_and_sound_where_they_are(livingstill, photo):
    options = (*QUICK, "--audio", "water", "--stereo")
    livingstill(photo, *options, "sbs", "-o", "tagged.mp4")
    livingstill(photo, *options, "sbs", "-o", "plain.mkv", "--codec", "h264")
    tagged, plain = (decoded(photo.parent / name) for name in ("tagged.mp4", "plain.mkv"))
    assert all(map(np.array_equal, tagged, plain))
    with av.open(str(photo.parent / "tagged.mp4")) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 15_000
    index = (photo.parent / "tagged.mp4").read_bytes()
    assert index.count(b"st3d") == 1 and index.find(b"avcC") < index.find(b"st3d")


def test_both_eyes_share_the_water_and_the_same_file_comes_again(livingstill, photo):
    files = []
    for name in ("a.mp4", "b.mp4"):
        options = ("--stereo", "sbs", "--converge", "0", "--motion", "cloud", "--amount", "2")
        answer = livingstill(photo, *options, *QUICK, "-o", name, "--manifest", name + ".json")
        assert answer.code == 0, answer.err
        files.append((photo.parent / name).read_bytes())
    assert files[0] == files[1]
    frames = np.stack(decoded(photo.parent / "a.mp4")).astype(int)
    left, right = frames[:, :32, :160], frames[:, :32, 160:]  # sky, which stays in the plane
    assert np.abs(np.diff(left, axis=0)).max() > 2, "the clouds drift"
    assert np.abs(left - right).mean() < 1.5
    again = livingstill("render", "a.mp4.json", "-o", "again.mp4")
    assert again.code == 0, again.err


@pytest.mark.parametrize("name", ["pair.png", "pair.jpg"])
def test_a_picture_is_the_photo_at_rest(livingstill, photo, name):
    assert (
        livingstill(
            photo, "--stereo", "sbs", "-o", name, "--size", "160", "--report", "r.html"
        ).code
        == 0
    )
    pair = cv2.imread(str(photo.parent / name))
    assert pair.shape == (106, 320, 3)
    still = cv2.resize(cv2.imread(str(photo)), (160, 106), interpolation=cv2.INTER_AREA)
    for eye in (pair[:, :160], pair[:, 160:]):
        assert np.abs(eye[20:, 20:140].astype(int) - still[20:, 20:140]).mean() < 25
    assert "parallax of the nearest percent" in (photo.parent / "r.html").read_text()


def test_a_file_without_a_name_has_the_name_that_players_know(livingstill, photo):
    answer = livingstill(photo, "--stereo", "quilt:3x2", "--aspect", "3:4", *QUICK)
    assert answer.code == 0, answer.err
    frames = decoded(photo.parent / "lake_qs3x2a0.75.mp4")
    assert frames[0].shape == (2 * 160, 3 * 120, 3)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--stereo", "vr"),
            "stereo is vr; it must be sbs, half-sbs, top-bottom, anaglyph or quilt",
        ),
        (("--stereo", "quilt:99x9"), "it must have 1 to 16 views across and down"),
        (("--stereo", "sbs", "-o", "x.gif"), "clip x.gif is a GIF, whose 256 colours spoil"),
        (("--stereo", "sbs", "-o", "x.MP.jpg"), "is a Motion Photo, which has one view"),
        (("--stereo", "sbs", "--eyes", "9%"), "for a pair it must be at most 8 percent"),
        (("--stereo", "sbs", "--eyes", "90%"), "it must be 0.05 to 16 percent of the width"),
        (("--stereo", "sbs", "--eyes", "wide"), "it must be percent of the width, as in 2%, or mm"),
        (("--stereo", "sbs", "--eyes", "6mm@2mm"), "it must be on a screen 20 to 50000 mm wide"),
        (("--eyes", "2%"), "eyes is 2% without a stereo layout; give --stereo too"),
        (("--stereo", "sbs", "--converge", "2"), "it must be auto or a number from 0 (far) to 1"),
        (("--stereo", "sbs", "--alpha", "moving", "-o", "x.webm"), "alpha is moving with --stereo"),
        (
            ("--stereo", "sbs", "--title", "A", "--title-depth", "auto"),
            "title-depth is auto with --stereo",
        ),
        (("--stereo", "sbs", "-o", "x.png", "-o", "x.mp4"), "write it with --poster x.png"),
        (
            (
                "-o",
                "x.jpg",
            ),
            "clip x.jpg is one picture; name a sequence",
        ),
    ],
)
def test_a_mistake_is_one_sentence(livingstill, photo, options, sentence):
    before = set(photo.parent.iterdir())
    answer = livingstill(photo, *options)
    assert answer.code == 2
    assert sentence in answer.err and answer.err.count("\n") == 1
    assert set(photo.parent.iterdir()) == before
