"""Frames come in the order that a page wants them, each once, and what is asked for comes first."""

from __future__ import annotations

import pytest

pytest.importorskip("starlette", reason="the extra [studio] is not installed")

from livingstill_cli.studio.frames import Frames, LookJob, in_order


@pytest.fixture(scope="module")
def frames(samples):
    from livingstill import animate

    clip = animate(samples / "lake.jpg", size="160x", duration=1, fps=12, camera="static")
    return Frames(clip)


def test_every_frame_comes_once_from_the_start_on_and_around(frames):
    assert frames.filtered
    sent = [(index, plain) for index, _, plain in in_order(LookJob(1, 10), frames, frames.count)]
    assert sent[0] == (10, True)  # at once, without its filter
    assert [index for index, _ in sent[1:]] == [10, 11, *range(10)]
    assert not any(plain for _, plain in sent[1:])


def test_a_frame_that_is_asked_for_comes_next_even_amid_another_one(frames):
    job, sent = LookJob(1, 0), []
    for index, _, plain in in_order(job, frames, frames.count):
        sent.append((index, plain))
        if len(sent) == 1:
            job.ask(6)  # the first frame's neighbours are being rendered now
        elif len(sent) == 2:
            job.ask(8)  # the playhead is dragged on
        elif len(sent) == 4:
            job.ask(0)
    assert sent[:4] == [(0, True), (6, True), (8, True), (8, False)]
    assert sent[4:6] == [(0, True), (0, False)]
    assert sorted(index for index, plain in sent if not plain) == list(range(12))


def test_a_look_that_is_no_longer_wanted_ends_amid_a_frame(frames):
    job = LookJob(1, 0)
    sent = []
    for index, _, plain in in_order(job, frames, frames.count):
        sent.append((index, plain))
        job.end()
    assert sent == [(0, True)]


def test_a_frame_that_does_not_exist_is_not_waited_for(frames):
    job, sent = LookJob(1, 0), []
    for index, *_ in in_order(job, frames, frames.count):
        sent.append(index)
        job.ask(10**6)
    assert sorted(sent[1:]) == list(range(12))


def test_an_unfiltered_frame_is_the_clips_own(frames):
    from dataclasses import replace

    from livingstill_cli.studio.pictures import frame_jpeg

    clip = frames._clip
    plain = replace(clip, shot=clip.shot.model_copy(update={"smooth": 0.0}))
    for index in (5, 2):
        assert frames.unfiltered(index) == frame_jpeg(next(plain.packed(range(index, index + 1))))
