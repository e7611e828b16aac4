"""Timelines for editors: what the library reads back is what was meant, and media and cuts are there."""

from __future__ import annotations

import importlib.util
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from clip_scenes import written
from livingstill.core.errors import InputError
from livingstill.jobs.batch import timeline
from livingstill.jobs.batch.run import batch
from livingstill.jobs.batch.timeline import Media
from livingstill.media import clip_reader
from livingstill.settings.timeline import TimelineSettings

needs_otio = pytest.mark.skipif(
    not importlib.util.find_spec("opentimelineio"), reason="the extra timeline is not here"
)

SMALL = {"size": "64x48", "duration": 0.2, "motion": "none", "depth": "cues", "quality": "draft"}


def photo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.tile(np.arange(0, 192, 2, dtype=np.uint8), (72, 1)))


def media(frames: int = 150, fps: Fraction = Fraction(30), **texts: str) -> Media:
    return Media(Path("out/50% a.mp4"), frames, fps, False, texts)


@needs_otio
def test_a_timeline_is_read_back_as_it_was_written():
    import opentimelineio as otio

    clips = [media(title="Lake"), media(90, Fraction(30000, 1001)), media(120, price="$ 1")]
    for dissolve in (None, 0.6):
        built = timeline.build(clips, "house", 0.5, dissolve)
        read = otio.adapters.read_from_string(
            otio.adapters.write_to_string(built, "otio_json"), "otio_json"
        )
        assert read.is_equivalent_to(built)
        track = read.video_tracks()[0]
        for clip in track.find_clips():
            known = clip.media_reference.available_range
            assert known.extended_by(clip.source_range) == known
            assert clip.media_reference.target_url == "50%25%20a.mp4"  # beside the timeline
        assert [str(c.metadata["livingstill"]["fps"]) for c in track.find_clips()][
            1
        ] == "30000/1001"
        (marker,) = track[0].markers
        assert (marker.name, marker.comment, marker.marked_range) == (
            "Lake",
            "title",
            track[0].source_range,
        )


@needs_otio
def test_dissolves_lie_within_the_media_and_make_the_timeline_as_long_as_the_tour():
    import opentimelineio as otio

    built = timeline.build([media(), media(90), media(10)], "house", 0.5, 0.6)
    track = built.video_tracks()[0]
    overlaps = [18, 5]  # of the last, half the clip
    assert track.duration().value == 150 + 90 + 10 - sum(overlaps)
    for index, item in enumerate(track):
        if not isinstance(item, otio.schema.Transition):
            continue
        before, after = track[index - 1], track[index + 1]
        tail = (
            before.available_range().end_time_exclusive() - before.source_range.end_time_exclusive()
        )
        assert tail >= item.out_offset and after.source_range.start_time >= item.in_offset
        assert (item.in_offset + item.out_offset).value == overlaps.pop(0)


def test_hard_cuts_keep_handles_where_the_clip_is_long_enough():
    first, short = timeline.hard_cuts([media(150), media(40)], 0.5)
    assert (first.first, first.count) == (15, 120)
    assert (short.first, short.count) == (0, 40)


@needs_otio
def test_a_batch_writes_one_timeline_per_folder_and_never_over_another_ones(tmp_path):
    import opentimelineio as otio

    source, out = tmp_path / "in", tmp_path / "out"
    for name in ("a.png", "b.png", "house/c.png"):
        photo(source / name)
    (source / "bad.jpg").write_bytes(b"no picture")
    settings = TimelineSettings(timeline=True, handles=0.04)
    report = batch([source], out, SMALL | {"title": "A"}, workers=1, timelines=settings)
    assert [one["output"] for one in report.timelines] == ["timeline.otio", "house/timeline.otio"]
    read = otio.adapters.read_from_file(str(out / "timeline.otio"))
    clips = list(read.find_clips())
    assert [clip.name for clip in clips] == ["a", "b"]
    for clip in clips:
        file = out / clip.media_reference.target_url
        assert clip.available_range().duration.value == len(list(clip_reader.frames(file)))
        assert clip.source_range.duration.value == 6 - 2
        assert [marker.name for marker in clip.markers] == ["A"]
    assert "timeline.otio" in (out / "report.html").read_text()

    again = batch([source], out, SMALL | {"title": "A"}, workers=1, timelines=settings)
    assert again.skipped == 3 and again.timelines == report.timelines
    (out / "timeline.otio").write_text("edited")
    with pytest.raises(InputError, match="was changed since; give --overwrite"):
        batch([source], out, SMALL | {"title": "A"}, workers=1, timelines=settings)


def test_without_the_library_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    photo(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"pip install 'livingstill\[timeline\]'"):
        batch(
            [tmp_path / "a.png"], tmp_path / "out", SMALL, timelines=TimelineSettings(timeline=True)
        )
    assert not list((tmp_path / "out").glob("*.mp4"))


@needs_otio
def test_sound_has_a_track_of_its_own_with_gaps_where_a_clip_is_silent(tmp_path):
    silent = Media(written(tmp_path / "a.mp4"), 13, Fraction(30), False, {})
    loud = Media(tmp_path / "b.mp4", 13, Fraction(30), True, {})
    assert not timeline.build([silent], "x", 0, None).audio_tracks()
    (track,) = timeline.build([silent, loud], "x", 0, None).audio_tracks()
    assert [type(item).__name__ for item in track] == ["Gap", "Clip"]
    assert track.duration().value == 26
