"""Truth: what a clip says of itself is what its frames are."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill import animate
from livingstill.core.errors import InputError
from livingstill.core.model import Photo
from livingstill.finish import disclosure
from livingstill.finish.finisher import Finisher
from livingstill.finish.layout import overlaps, safe_area
from livingstill.jobs import certificate, provenance
from livingstill.jobs.animate import animate_file
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.run import batch, finished
from livingstill.jobs.batch.sources import Row
from livingstill.media import metadata
from livingstill.settings.shot import Job, Shot, split

SMALL = {"size": "160x120", "duration": 0.4, "fps": 10, "quality": "draft"}
BLACK = np.zeros((8, 8, 3), np.uint8)


@pytest.fixture
def step(tmp_path):
    """A near half before a far half, as photo and depth file: a move across uncovers a strip."""
    rng = np.random.default_rng(2)
    rgb = cv2.resize(rng.integers(60, 200, (12, 16, 3), np.uint8), (160, 120))
    depth = np.full((120, 160), 6000, np.uint16)
    depth[:, 80:] = 60000
    cv2.imwrite(str(tmp_path / "p.png"), rgb)
    cv2.imwrite(str(tmp_path / "d.png"), depth)
    return {"photo": tmp_path / "p.png", "depth": str(tmp_path / "d.png")}


def certified(step, **settings):
    values = {**SMALL, "depth": step["depth"], "loop": "none", "camera": "static"}
    return certificate.certify(animate(step["photo"], **{"motion": "none", **values, **settings}))


def test_a_still_camera_fills_and_moves_nothing(step):
    shares = certified(step, truth=True).shares
    assert (shares.filled, shares.moved, shares.graded, shares.overlaid, shares.bars) == (0,) * 5


def test_what_a_move_uncovers_is_counted(step):
    little, much = (
        certified(step, camera=f"truck-left:amount={amount}", truth=True).shares
        for amount in (0.4, 1.2)
    )
    assert 0 < little.filled < much.filled < 0.2
    assert little.filled < little.most_filled


def test_what_moves_is_counted_and_named(step, tmp_path):
    mask = np.zeros((120, 160), np.uint8)
    mask[60:, :] = 255
    cv2.imwrite(str(tmp_path / "m.png"), mask)
    given = [f"water={tmp_path / 'm.png'}"]
    made = certified(step, mask=given, truth=True, motion="water")
    assert made.moving == ("water",) and made.shares.moved == pytest.approx(0.5, abs=0.05)
    assert "set in motion by software (water) and were not recorded" in made.statement
    assert made.source_type == "humanEdits" and "set in motion: water" in made.edits
    clip = animate(step["photo"], **SMALL, depth="flat", mask=given, motion="water", truth=True)
    assert any("not camera only" in note for note in clip.notes)
    still = animate(step["photo"], **SMALL, depth="flat", truth=True)
    assert still.shot.motion == ("none",) and not still.moving


def test_grade_overlays_and_bars_are_counted(step):
    made = certified(step, exposure=0.5, disclosure="Made by software", fit="pad", aspect="1:1",
                     size="120x120")  # fmt: skip
    assert made.shares.bars == pytest.approx(0.25) and made.shares.graded == pytest.approx(0.75)
    assert 0 < made.shares.overlaid < 0.25
    assert made.edits == ("graded: exposure 0.5", "laid over: disclosure")


def test_a_video_of_several_clips_has_one_certificate(step):
    still, moved = certified(step), certified(step, camera="truck-left:amount=1.2", exposure=0.2)
    both = certificate.combine([(still, 30), (moved, 10)])
    assert both.shares.filled == pytest.approx(moved.shares.filled / 4)
    assert both.shares.most_filled == moved.shares.most_filled
    assert both.cameras == (*still.cameras, *moved.cameras) and len(both.photos) == 1
    assert (still.source_type, both.source_type) == ("algorithmicallyEnhanced", "humanEdits")


def test_a_photo_that_declares_itself_generated_hands_that_on():
    photo = Photo(BLACK, source_type="trainedAlgorithmicMedia")
    said = provenance.metadata(Shot(), photo)
    assert said["source_type"] == provenance.SOURCE_TYPES + "trainedAlgorithmicMedia"
    assert "no generated content" not in said["comment"]
    packet = metadata.packet(
        provenance.metadata(Shot(exposure=1, disclosure="a & b"), Photo(BLACK))
    )
    assert b"digitalsourcetype/humanEdits</Iptc4xmpExt:DigitalSourceType>" in packet
    assert packet.count(b"<stEvt:action>edited</stEvt:action>") == 2


def test_the_source_type_of_a_photos_metadata_is_read(tmp_path):
    path = tmp_path / "g.jpg"
    cv2.imwrite(str(path), np.full((32, 32, 3), 90, np.uint8))
    with path.open("r+b") as file:
        metadata.embed(
            file, ".jpg", {"source_type": provenance.SOURCE_TYPES + "compositeSynthetic"}
        )
    clip = animate(path, size="32x32", duration=0.2, depth="flat", camera="static")
    assert clip.photo.source_type == "compositeSynthetic"
    assert "some declare compositeSynthetic" in certificate.certify(clip).statement


def test_certificates_are_written_beside_the_clip_and_nothing_is_replaced(step, tmp_path):
    shot, job = split({**SMALL, "depth": "flat", "truth": True, "camera": "static"})
    job = Job(photo=step["photo"], output=(str(tmp_path / "a.mp4"),))
    animate_file(shot, job)
    told = json.loads((tmp_path / "a.certificate.json").read_text())
    assert told["file"]["sha256"] == provenance.digest(tmp_path / "a.mp4")
    assert told["photos"][0]["sha256"] == provenance.digest(step["photo"])
    assert told["shares"]["moved"] == 0 and re.fullmatch("[0-9a-f]{64}", told["settings_sha256"][0])
    assert (tmp_path / "a.certificate.txt").read_text().startswith(told["statement"])
    frames = Job(photo=step["photo"], output=(str(tmp_path / "b-%02d.png"),))
    animate_file(shot, frames)
    told = json.loads((tmp_path / "b.certificate.json").read_text())
    pictures = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("b-*.png")))
    assert told["file"]["sha256"] == hashlib.sha256(pictures).hexdigest()
    (tmp_path / "a.mp4").unlink()
    with pytest.raises(InputError, match=r"a\.certificate\.json exists; give --overwrite"):
        animate_file(shot, job)
    assert not (tmp_path / "a.mp4").exists()


def test_outputs_that_differ_in_their_suffixes_have_a_certificate_each(step, tmp_path):
    shot, _ = split({**SMALL, "depth": "flat", "truth": True, "camera": "static"})
    outputs = tuple(str(tmp_path / name) for name in ("a.mp4", "a.webm"))
    animate_file(shot, Job(photo=step["photo"], output=outputs))
    for output in outputs:
        told = json.loads(Path(f"{output}.certificate.json").read_text())
        assert told["file"]["sha256"] == provenance.digest(Path(output))
    assert not (tmp_path / "a.certificate.json").exists()


def test_a_listing_is_true_and_a_lost_certificate_is_made_again(step, tmp_path):
    settings = {"size": "64x48", "duration": 0.2, "quality": "draft", "depth": "flat"}
    report = batch([step["photo"]], tmp_path / "out", settings, preset="listing", workers=1)
    assert "nothing in the scene moves" in report.records[0]["certificate"]
    (task,) = plan([Row(step["photo"])], tmp_path / "out", settings, "listing")
    assert finished(task, task.outputs[0])
    (tmp_path / "out" / "p.certificate.txt").unlink()
    assert finished(task, task.outputs[0]) is None


# The disclosure

WORDS = "Virtual camera move made from one photograph; nothing in the scene was changed"


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (320, 180)])
def test_a_disclosure_is_legible_in_the_safe_area_and_meets_nothing(size):
    shot = Shot(disclosure=WORDS, price="$ 1,250,000", address="12 Lake Road", title="Lake house")
    frame = (0, 0, *size)
    made = Finisher(shot, size, frame, animate(BLACK.repeat(4, 0).repeat(4, 1)).timeline)
    assert not [note for note in made.notes if "overlap" in note]
    sprite = disclosure.draw(shot, frame)
    left, top, width, height = safe_area(frame)
    x, y, w, h = sprite.box
    assert left <= x and top <= y and x + w <= left + width and y + h <= top + height
    assert w * h < 0.17 * size[0] * size[1]
    # white letters on the plate over white paper: contrast 4.5 at least (WCAG 2.2)
    rgba = np.ascontiguousarray(sprite.rgba).view(np.uint8).reshape(h, w, 4).astype(float)
    plate = rgba[h // 2, 2, 0] + 255 - rgba[h // 2, 2, 3]
    light = ((plate / 255 + 0.055) / 1.055) ** 2.4
    assert 1.05 / (light + 0.05) >= 4.5 and rgba[..., 0].max() > 250


def test_a_disclosure_goes_where_a_corner_is_free():
    frame, shot = (0, 0, 640, 360), Shot(disclosure="virtual")
    first = disclosure.draw(shot, frame)
    second = disclosure.draw(shot, frame, [first.box])
    assert not overlaps(first.box, second.box) and second.left < first.left
    words = Shot(disclosure="this is made by software " * 3)
    card = (32, 300, 330, 42)
    narrow, wide = disclosure.draw(words, frame, [card]), disclosure.draw(words, frame)
    assert narrow.left > 362 and narrow.rgba.shape[1] < wide.rgba.shape[1]
    told = Shot(disclosure="virtual", disclosure_place="top")
    assert disclosure.draw(told, frame, [first.box]).top < 40
    assert disclosure.draw(Shot(), frame) is None


def test_it_is_measured_when_the_last_frame_is_handed_over(step, tmp_path):
    clip = animate(step["photo"], **{**SMALL, "depth": step["depth"], "motion": "none"})
    seen, target = [], tmp_path / "clip.mp4"

    def meanwhile():
        seen.append(("meanwhile", target.exists()))

    clip.save(target, on_frame=lambda _: seen.append("frame"), meanwhile=meanwhile)
    assert seen == ["frame"] * clip.timeline.frames + [("meanwhile", False)]
    assert target.exists()


@pytest.mark.parametrize("name", ["clip.mp4", "clip-%02d.png"])
def test_a_clip_that_cannot_be_certified_is_not_left_behind(step, tmp_path, name):
    clip = animate(step["photo"], **{**SMALL, "depth": step["depth"], "motion": "none"})

    def fail():
        time.sleep(0.3)  # in which the encoder may finish
        raise InputError("no certificate")

    with pytest.raises(InputError, match="no certificate"):
        clip.save(tmp_path / name, meanwhile=fail)
    assert not any(tmp_path.glob("*clip*"))
