"""Reels end to end: files that play, twins, what a kill, a bad photo or a lost worker leave."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import wave
from dataclasses import replace
from pathlib import Path

import av
import cv2
import made_tracks
import numpy as np
import pytest
from livingstill.core.errors import Cancelled, InputError
from livingstill.core.model import SAMPLE_RATE
from livingstill.jobs.reel import assembly
from livingstill.jobs.reel.run import plan_reel, reel
from livingstill.jobs.reel.shot import BRANDED, PLAIN, SHARED, Overlay, ShotValues, Span
from livingstill.jobs.reel.work import lost, make
from livingstill.settings.reel import ReelSettings

SMALL = {
    "size": "360p",
    "fps": 10,
    "duration": 8,
    "pace": "fast",
    "depth": "cues",
    "quality": "draft",
    "aspect": "16:9,1:1",
}
LISTING = {"title": "Villa", "address": "14 Lake Road", "facts": "5 beds", "agent": "A. Keller"}


def here(work):
    """Make the pieces in this process, one after another."""
    while work:
        yield make(work.popleft())


@pytest.fixture(scope="module")
def listing(tmp_path_factory):
    """A folder of three rooms, a photo of one of them again, and a broken one; a logo and music."""
    folder = tmp_path_factory.mktemp("listing")
    (folder / "photos").mkdir()
    rng = np.random.default_rng(5)
    for name in ("front", "kitchen", "bath"):
        small = rng.integers(0, 255, (30, 45, 3), dtype=np.uint8)
        view = cv2.resize(small, (540, 360), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / "photos" / f"{name}.png"), view)
    cv2.imwrite(
        str(folder / "photos" / "kitchen-2.png"),
        cv2.imread(str(folder / "photos/kitchen.png"))[4:, 5:],
    )
    (folder / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    logo = np.zeros((40, 120, 4), np.uint8)
    logo[:, 20:100] = (40, 160, 220, 255)
    cv2.imwrite(str(folder / "logo.png"), logo)
    sound, _ = made_tracks.track("drums", 120, 5)
    with wave.open(str(folder / "music.wav"), "wb") as file:
        file.setparams((2, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return folder


@pytest.fixture(scope="module")
def made(listing):
    """The reel of the listing, and its folder."""
    values = {**SMALL, **LISTING, "logo": listing / "logo.png", "music": listing / "music.wav"}
    return reel(listing / "photos", listing / "reel", values, runner=here)


def frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as clip:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)])


def digests(folder: Path) -> dict[str, str]:
    files = sorted(
        path for path in folder.iterdir() if path.suffix in {".mp4", ".jpg", ".srt", ".vtt", ".txt"}
    )
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_bad_photo_and_a_duplicate_stop_nothing_and_are_told(made):
    assert [stop.photo.name for stop in made.plan.stops] == ["front.png", "kitchen.png", "bath.png"]
    assert list(made.failed) == ["broken.jpg"] and "is no picture" in made.failed["broken.jpg"]
    text = "\n".join(made.lines())
    assert "kitchen-2.png shows the same as kitchen.png" in text and "broken.jpg: photo" in text


def test_every_reel_has_its_size_length_sound_and_chapters(made):
    assert len(made.videos) == 4
    for name in made.videos:
        with av.open(str(made.folder / name)) as clip:
            picture, track = clip.streams.video[0], clip.streams.audio[0]
            assert (picture.width, picture.height) == ((640, 360) if "16x9" in name else (360, 360))
            stamps = [frame.pts * frame.time_base for frame in clip.decode(video=0)]
            assert stamps == [index / made.plan.fps for index in range(80)]
            assert abs(float(track.duration * track.time_base) - 8) < 0.1
            titles = [chapter["metadata"]["title"] for chapter in clip.chapters()]
            assert titles == ["Exterior", "Kitchen", "Bathroom", "14 Lake Road"]
        assert (made.folder / name).with_suffix(".jpg").is_file()
    assert "Kitchen" in (made.folder / "reel.srt").read_text()
    assert json.loads((made.folder / "reel.json").read_text())["rooms"][1]["room"] == "kitchen"
    assert not list((made.folder / ".livingstill" / "reel").glob("shot-*"))


def test_the_music_ends_softly_with_the_reel(made):
    with av.open(str(made.folder / "reel-16x9.mp4")) as clip:
        sound = np.concatenate([f.to_ndarray()[0] for f in clip.decode(audio=0)])[: 8 * SAMPLE_RATE]
    level = [np.sqrt(np.mean(part**2)) for part in np.array_split(sound, 16)]
    assert level[-1] < 0.3 * max(level[:8]) and abs(sound[-200:]).max() < 0.01


def test_twins_differ_only_where_the_branding_is(made):
    branded, plain = (frames(made.folder / f"reel-16x9{end}.mp4") for end in ("", "-unbranded"))
    card = made.plan.card_span()
    differs = [bool((a != b).any()) for a, b in zip(branded, plain)]
    second = made.plan.stops[1]
    between = range(second.first - made.plan.half, made.plan.closing + made.plan.half)
    assert not any(differs[index] for index in between)  # the very same packets
    assert differs[sum(card) // 2] and differs[-1]
    far = np.abs(branded[sum(card) // 2].astype(int) - plain[sum(card) // 2])
    logo = far[:120, 440:].mean()
    assert logo > 10 * far[120:].mean()


def test_each_reel_has_a_certificate_and_that_of_the_plain_twin_names_no_branding(made):
    for name in made.videos:
        told = json.loads((made.folder / name).with_suffix(".certificate.json").read_text())
        assert "nothing in the scene moves" in told["statement"] and len(told["photos"]) == 3
        assert (
            told["file"]["sha256"] == hashlib.sha256((made.folder / name).read_bytes()).hexdigest()
        )
        assert 0 < told["shares"]["overlaid"] < told["shares"]["graded"] < 0.5  # the closing card
        branded = "unbranded" not in name
        assert ("logo" in " ".join(told["edits"])) == branded
        data = (made.folder / name).read_bytes()
        assert b"humanEdits" in data and (b"logo" in data) == branded and b"Keller" not in data


def test_before_encoding_twins_are_equal_outside_the_logo(listing):
    settings = ReelSettings(**SMALL, **LISTING, logo=listing / "logo.png", watermark=True)
    frame = np.full((360, 640), 0xFF808080, np.uint32)
    for card in ("opening", ""):
        values = ShotValues(settings, {}, Span(30, 0, 0, (2, 28)), card, (BRANDED, PLAIN))
        assert values.bodies() == (BRANDED, PLAIN)
        branded, plain = (Overlay.of(values, "16:9", v).over(frame, 15) for v in (BRANDED, PLAIN))
        rows, columns = np.nonzero(branded != plain)
        assert len(rows) and rows.max() < 120 and columns.min() > 400
    assert ShotValues(ReelSettings(**SMALL), {}, Span(9, 0, 0, (0, 0)), "", (PLAIN,)).bodies() == (
        SHARED,
    )


def test_what_is_finished_is_not_made_again_and_other_files_are_not_replaced(
    made, listing, tmp_path
):
    values = {**SMALL, **LISTING, "logo": listing / "logo.png", "music": listing / "music.wav"}

    def broken_only(work):
        assert all("broken" in piece.photo for piece in work)
        return here(work)

    again = reel(listing / "photos", made.folder, values, runner=broken_only)
    assert again.kept and again.videos == made.videos
    (tmp_path / "reel-16x9.mp4").write_bytes(b"mine")
    with pytest.raises(InputError, match="was not made by a reel"):
        reel(listing / "photos", tmp_path, SMALL, runner=broken_only)
    assert (tmp_path / "reel-16x9.mp4").read_bytes() == b"mine"


def test_a_reel_that_ends_while_it_is_joined_goes_on(listing, tmp_path, monkeypatch):
    values, written = {**SMALL, "transition": "cut"}, []

    def dies_after_the_first(*arguments):
        if written:
            raise KeyboardInterrupt
        written.append(arguments[0])
        write_video(*arguments)

    write_video = assembly.write_video
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(assembly, "write_video", dies_after_the_first)
        reel(listing / "photos", tmp_path, values, runner=here)
    assert written[0].is_file()
    done = reel(listing / "photos", tmp_path, values, runner=here)
    assert all((tmp_path / name).is_file() for name in (*done.videos, *done.files))


def test_an_interrupted_reel_goes_on_and_gives_the_same_files(made, listing):
    values = {**SMALL, **LISTING, "logo": listing / "logo.png", "music": listing / "music.wav"}
    folder, pieces = listing / "again", []

    def dies_in_the_third_shot(work):
        while work:
            piece = work.popleft()
            if piece.kind == "shot" and len(pieces) == 2:
                raise KeyboardInterrupt
            pieces.extend([piece.name] if piece.kind == "shot" else [])
            yield make(piece)

    with pytest.raises(KeyboardInterrupt):
        reel(listing / "photos", folder, values, runner=dies_in_the_third_shot)
    assert not digests(folder)
    done = []

    def counting(work):
        done.extend(piece.name for piece in work if piece.kind == "shot")
        return here(work)

    reel(listing / "photos", folder, values, runner=counting)
    assert len(done) == 2 and not set(done) & set(pieces)
    assert digests(folder) == digests(made.folder)


def test_a_photo_that_fails_while_it_is_rendered_costs_the_others_nothing(listing, tmp_path):
    made, plays = [], [False]

    def kitchen_fails(work):
        while work:
            piece = work.popleft()
            if piece.kind == "shot" and "kitchen" in piece.photo and not plays[0]:
                yield lost(piece, "its process died")
            else:
                made.append((piece.kind, Path(piece.photo).stem))
                yield make(piece)

    values = {**SMALL, "aspect": "16:9"}
    done = reel(listing / "photos", tmp_path, values, runner=kitchen_fails)
    assert [stop.photo.name for stop in done.plan.stops] == ["front.png", "bath.png"]
    assert done.failed["kitchen.png"] == "its process died"
    planned = plan_reel(listing / "photos", tmp_path, values, runner=here).plan
    assert done.plan.stops[0].last == planned.stops[1].last  # the room before is seen longer
    assert done.plan.stops[1:] == planned.stops[2:]
    assert len(frames(tmp_path / "reel-16x9.mp4")) == done.plan.frames
    made.clear()
    again = reel(listing / "photos", tmp_path, values, runner=kitchen_fails)
    assert again.kept and [name for kind, name in made if kind != "survey"] == []
    plays[0] = True  # another attempt makes what is missing, and no other shot
    again = reel(listing / "photos", tmp_path, values, runner=kitchen_fails)
    assert len(again.plan.stops) == 3 and "kitchen.png" not in again.failed
    assert [name for kind, name in made if kind == "shot"] == ["kitchen"]
    alone = reel(listing / "photos", tmp_path / "alone", values, runner=here)
    assert digests(tmp_path) == digests(alone.folder)


def test_a_reel_without_workers_or_space_says_what_is_missing_and_goes_on(listing, tmp_path):
    values = {**SMALL, "aspect": "16:9", "transition": "cut"}

    def ends_after(count, message, **why):
        def runner(work):
            shots = 0
            while work:
                piece = work.popleft()
                shots += piece.kind == "shot"
                yield lost(piece, message, **why) if shots > count else make(piece)

        return runner

    done = reel(listing / "photos", tmp_path, values, runner=ends_after(1, "x", missing=True))
    assert not done.videos and set(done.missing) == {"kitchen.png", "bath.png"}
    assert "2 of 3 rooms are missing (x): kitchen.png, bath.png" in "\n".join(done.lines())
    full = f"cannot write a.mp4: {os.strerror(errno.ENOSPC)}"
    done = reel(listing / "photos", tmp_path, values, runner=ends_after(1, full))
    assert list(done.missing.values()) == [full] and not digests(tmp_path)
    assert reel(listing / "photos", tmp_path, values, runner=here).videos == ("reel-16x9.mp4",)


@pytest.mark.parametrize(("failed", "missing", "code"), [(0, 0, 0), (1, 0, 1), (0, 1, 1)])
def test_the_command_ends_with_1_where_a_room_is_left_out(
    livingstill, made, monkeypatch, failed, missing, code
):
    told = {
        "failed": {"a.jpg": "why"} if failed else {},
        "missing": {"b.jpg": "x"} if missing else {},
    }
    result = replace(made, **told)
    monkeypatch.setattr("livingstill.jobs.reel.run.reel", lambda *_, **__: result)
    answer = livingstill("reel", "photos", "-o", "out")
    assert answer.code == code and ("goes on from here" in answer.err + answer.out) == bool(missing)


def test_a_plan_is_made_without_rendering_and_is_what_is_made(listing, made, tmp_path):
    values = {**SMALL, **LISTING, "logo": listing / "logo.png", "music": listing / "music.wav"}
    kinds = []

    def noting(work):
        while work:
            kinds.append(work[0].kind)
            yield make(work.popleft())

    planned = plan_reel(listing / "photos", tmp_path, values, runner=noting)
    told, result = planned.as_json(), made.as_json()
    assert {key: result[key] for key in told} == told and set(kinds) == {"survey"}
    assert told["tempo"] == pytest.approx(120, abs=1)
    cuts = [room["start"] for room in told["rooms"][1:]]
    assert all(min(abs(cut - beat) for beat in told["beats"]) < 0.06 for cut in cuts)
    assert [path.name for path in tmp_path.iterdir()] == [".livingstill"]
    kinds.clear()
    replanned = plan_reel(listing / "photos", tmp_path, {**values, "pace": "calm"}, runner=noting)
    assert (
        len(kinds) == 1 and replanned.plan != planned.plan
    )  # the broken photo alone is read again


def test_a_cancelled_reel_ends_and_goes_on(listing, tmp_path):
    asked = iter([False] * 6 + [True] * 99)
    values = {**SMALL, "aspect": "16:9", "transition": "cut"}
    with pytest.raises(Cancelled, match="what is finished is not made again"):
        reel(listing / "photos", tmp_path, values, runner=here, cancelled=lambda: next(asked))
    rendered = len(list((tmp_path / ".livingstill" / "reel").glob("shot-*.json")))
    assert 0 < rendered < 3 and not digests(tmp_path)


def test_subtitles_of_an_earlier_reel_do_not_stay_beside_one_without(listing, tmp_path):
    (tmp_path / "photos").mkdir()
    name = tmp_path / "photos" / "kitchen.png"
    name.write_bytes((listing / "photos" / "kitchen.png").read_bytes())
    values = {**SMALL, "aspect": "1:1", "duration": 5}
    reel(tmp_path / "photos", tmp_path / "out", values, runner=here)
    assert (tmp_path / "out" / "reel.srt").is_file()
    name.rename(name.with_name("IMG_7.png"))
    done = reel(tmp_path / "photos", tmp_path / "out", values, runner=here)
    assert not done.kept and not list((tmp_path / "out").glob("reel.[sv]*"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"aspect": "16:9,16:9"}, "aspect is 16:9,16:9; it must be some of 16:9, 9:16, 1:1, 4:5, each once"),
        ({"watermark": True}, "no logo is given; add --logo FILE"),
        ({"music": "none.mp3"}, "sound none.mp3 does not exist"),
        ({"duration": 2}, "duration is 2; it must be at least 5 seconds"),
        ({"accent": "goldish", "title": "a", "price": "1"}, "accent is goldish; it must be a colour"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_before_any_work(listing, tmp_path, values, sentence):
    with pytest.raises(InputError) as caught:
        reel(listing / "photos", tmp_path / "out", {**SMALL, **values}, runner=here)
    assert sentence in str(caught.value)


@pytest.mark.slow
def test_a_reel_killed_and_resumed_gives_the_files_of_an_unbroken_run(listing, made, tmp_path):
    values = {**SMALL, **LISTING, "logo": listing / "logo.png", "music": listing / "music.wav"}
    options = [f"--{key}={value}" for key, value in values.items()]
    command = [sys.executable, "-m", "livingstill_cli", "reel", str(listing / "photos"), "-o",
               str(tmp_path), *options, "--workers", "2", "-q"]  # fmt: skip
    for shots in (1, 2):
        process = subprocess.Popen(command, start_new_session=True)
        deadline = time.monotonic() + 300
        while len(list(tmp_path.glob(".livingstill/reel/shot-*.json"))) < shots:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False).returncode == 1  # the broken photo
    assert digests(tmp_path) == digests(made.folder)


@pytest.mark.slow
def test_a_cluster_gives_the_files_of_one_machine(listing, made, tmp_path):
    pytest.importorskip("distributed")
    from livingstill.jobs import cluster

    values = {**SMALL, **LISTING, "logo": listing / "logo.png", "music": listing / "music.wav"}
    with cluster.connect("local", 2) as client:
        reel(
            listing / "photos", tmp_path, values, runner=lambda work: cluster.run_reel(client, work)
        )
    assert digests(tmp_path) == digests(made.folder)
