"""The director finds each kind of fault, names it, and is silent on clean clips."""

from __future__ import annotations

import dataclasses
import json

import cv2
import faults
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.quality import no_reference, report
from livingstill.quality import verdict as director
from livingstill.quality.faults.freeze import Freeze
from livingstill.quality.faults.statistics import pattern_correlation

FPS = 24.0


@pytest.fixture(scope="module")
def loop():
    return faults.swaying(faults.texture(160, 256, 4), 48, fps=FPS)


@pytest.fixture(scope="module")
def push():
    return faults.pushing(faults.texture(160, 256, 5), 40)


def test_clean_clips_have_no_fault(loop, push):
    assert director.check(loop, FPS, loop=True).faults == ()
    assert director.check(push, FPS).faults == ()


@pytest.mark.parametrize("shape", [(60, 960), (20, 900), (960, 60)])
def test_a_strip_is_watched_too(shape):
    assert director.check(faults.pushing(faults.texture(*shape, 5), 8), FPS).faults == ()


def test_tiles_without_a_pattern_stay_as_they_are():
    flat, slope = np.full((1, 4, 6), 90, np.float32), np.arange(24, dtype=np.float32)[None]
    slope = slope.reshape(1, 4, 6)
    assert pattern_correlation(flat, flat + 20) == 1
    assert pattern_correlation(slope, slope + 20) > 0.99
    assert pattern_correlation(slope, -slope) < -0.99


@pytest.mark.parametrize("name", faults.FAULTS)
def test_a_fault_is_found_and_named(loop, name):
    spoiled = faults.FAULTS[name](loop, np.random.default_rng(7))
    verdict = director.check(spoiled.clip, FPS)
    fitting = [
        f
        for f in verdict.faults
        if f.kind in spoiled.kinds and f.first <= spoiled.last + 1 and f.last >= spoiled.first - 1
    ]
    assert fitting
    if name != "drift":
        outside = np.ones(len(verdict.bad), bool)
        outside[max(0, spoiled.first - 1) : spoiled.last + 2] = False
        assert not (verdict.bad & outside).any()


def test_a_jump_at_the_seam_is_found_when_the_clip_should_loop(loop):
    spoiled = faults.unseamed(loop, np.random.default_rng(0))
    assert [f.kind for f in director.check(spoiled.clip, FPS, loop=True).faults] == ["seam"]
    assert director.check(spoiled.clip, FPS).clean


def test_the_box_lies_where_the_fault_is(loop):
    clip = [f.copy() for f in loop]
    for i in range(20, 23):
        clip[i][40:120, 160:240] = np.roll(clip[i][40:120, 160:240], 9 * (-1) ** i, axis=1)
    (fault, *_) = director.check(clip, FPS).faults
    x, y, w, h = fault.box
    assert 140 <= x <= 176 and x + w <= 256 and 20 <= y <= 56 and y + h <= 140
    assert (fault.first, fault.last) == (20, 22)


def test_a_still_that_is_not_the_clips_is_told(loop):
    other = faults.texture(160, 256, 77)
    assert director.check(loop[:24], FPS, loop[0]).clean
    # an unlike still is no drift of the clip: likeness is low from the start
    series = no_reference.observe(loop[:6], FPS, other)
    assert (
        series.identity.mean() < 0.6 < no_reference.observe(loop[:6], FPS, loop[0]).identity.mean()
    )


def test_repeats_at_a_steady_beat_are_a_frame_rate_conversion(push):
    pulled = [push[i * 4 // 5] for i in range(len(push) * 5 // 4)]
    assert director.check(pulled, FPS).clean
    # coding hides two of three of them
    series = no_reference.observe(pulled, FPS)
    repeats = [t for t in range(2, len(pulled)) if (pulled[t] == pulled[t - 1]).all()]
    hidden = series.change.copy()
    for t in (t for n, t in enumerate(repeats) if n % 3):
        hidden[0, t] = 0.4 * hidden[0, t - 1]
    series = dataclasses.replace(series, change=hidden)
    assert not Freeze().find(series, np.zeros(len(series), bool)).findings


def test_whoever_walks_through_the_picture_is_no_fault(loop):
    clip = []
    for t, empty in enumerate(loop):
        frame, left = empty.copy(), 16 * (t - 14)
        frame[30:, max(0, left) : max(0, left + 60)] = (12, 10, 16)
        clip.append(frame)
    assert director.check(clip, FPS).clean


def test_the_pop_of_a_key_frame_is_no_fault_and_more_than_that_is(loop):
    rng = np.random.default_rng(3)
    fresh = [f.astype(np.float32) + faults.grain(f.shape[:2], rng, 1.6)[..., None] for f in loop]
    held = [fresh[0] - loop[0], fresh[24] - loop[24]]
    clip = [(f + held[t >= 24]).clip(0, 255).astype(np.uint8) for t, f in enumerate(loop)]

    def told(clip, keys):
        observer = no_reference.Observer()
        for frame in clip:
            observer.add(frame)
        return [f.kind for f in director.judge(observer.series(FPS, (), keys)).faults]

    keys = [t % 24 == 0 for t in range(48)]
    assert told(clip, ()) and not told(clip, keys)
    clip[24] = clip[24] * 0
    assert told(clip, keys) == ["black"]


def test_the_json_of_a_fault_has_exactly_the_promised_keys(loop, tmp_path):
    spoiled = faults.blackened(loop, np.random.default_rng(1))
    verdict = director.check(spoiled.clip, FPS)
    report.write_json(verdict, tmp_path / "r.json")
    told = json.loads((tmp_path / "r.json").read_text())
    assert set(told["faults"][0]) == {"kind", "first", "last", "box", "severity", "message"}
    assert told["clean"] is False and told["faults"][0]["kind"] == "black"


def test_the_report_needs_nothing_but_itself(loop, tmp_path):
    spoiled = faults.melted(loop, np.random.default_rng(1))
    series = no_reference.observe(spoiled.clip, FPS)
    verdict = director.judge(series)
    shown = {i: spoiled.clip[i] for i in report.worst(verdict)}
    assert shown
    report.write_html(verdict, series, shown, tmp_path / "r.html", "a <clip>")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "http" not in page and "<script" not in page and "a &lt;clip&gt;" in page
    assert page.count("data:image/jpeg") == len(shown) + 2


@pytest.mark.parametrize("frames", [1, 2, 3, 7])
def test_very_short_clips_are_judged_too(loop, frames):
    assert director.check(loop[:frames], FPS, loop[0], loop=True).frames == frames


def test_odd_sizes_are_judged(loop):
    assert director.check([f[:37, :51] for f in loop[:12]], FPS).clean


def test_no_frames_and_frames_of_two_sizes_are_refused(loop):
    with pytest.raises(InputError, match="no frames"):
        director.check([], FPS)
    with pytest.raises(InputError, match="must have one size"):
        director.check([loop[0], loop[0][:100]], FPS)


def test_observing_is_the_same_on_any_thread_count(loop):

    before = cv2.getNumThreads()
    try:
        seen = []
        for n in (1, 4):
            cv2.setNumThreads(n)
            seen.append(no_reference.observe(loop[:8], FPS))
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(seen[0].residual, seen[1].residual)
    np.testing.assert_array_equal(seen[0].flow, seen[1].flow)


def test_a_camera_that_goes_far_is_still_the_stills():
    photo = faults.texture(160, 256, 5)
    clip = faults.pushing(photo, 30, 1.3)
    assert director.check(clip, FPS, clip[0]).clean


def test_content_that_is_replaced_is_noted(loop):
    clip = [f.copy() for f in loop]
    other = faults.texture(160, 256, 50)
    for i in range(16, 48):
        share = min(1.0, (i - 15) / 12)
        part = clip[i][:, 128:].astype(np.float32)
        clip[i][:, 128:] = (part * (1 - share) + other[:, 128:] * share).astype(np.uint8)
    verdict = director.check(clip, FPS, loop[0])
    (fault,) = [f for f in verdict.notes if f.kind == "identity"]
    assert 18 <= fault.first <= 28 and fault.last == 47 and fault.box[0] >= 96


def test_lost_frames_are_told_from_frames_that_took_longer(push):
    times = list(np.delete(np.arange(len(push)), [20, 21]) / FPS)
    lost = [f for i, f in enumerate(push) if i not in (20, 21)]

    def drops(times):
        observer = no_reference.Observer()
        for frame in lost:
            observer.add(frame)
        verdict = director.judge(observer.series(FPS, times))
        return [(f.first, f.last) for f in verdict.faults if f.kind == "drop"]

    assert drops(()) == [(19, 20)]
    assert drops(times) == []


def test_what_melts_in_falling_water_is_told_from_the_water():
    rng = np.random.default_rng(7)
    scene = faults.texture(160, 256, 4).astype(np.float32)
    across = np.exp(-(((np.arange(256) - 128) / 60) ** 2))[None, :, None]
    water = [
        (scene + across * faults.grain((160, 256), rng, 6.0)[..., None]).clip(0, 255)
        for _ in range(48)
    ]
    clip = [frame.astype(np.uint8) for frame in water]
    assert director.check(clip, FPS).clean
    y, x = np.mgrid[:160, :256].astype(np.float32)
    window = np.exp(-(((x - 128) / 36) ** 2 + ((y - 80) / 36) ** 2))
    for i in range(6):
        bend = 9 * window * np.sin(np.pi * (i + 1) / 7)
        clip[20 + i] = cv2.remap(
            clip[20 + i],
            np.float32(x + bend * np.sin(y / 9 + i)),
            np.float32(y + bend * np.sin(x / 9)),
            cv2.INTER_LINEAR,
        )
    (fault,) = director.check(clip, FPS).faults
    assert fault.kind == "melt" and 19 <= fault.first <= 21 and 24 <= fault.last <= 26


def test_a_skip_is_told_from_the_beat_of_a_converted_rate():
    wide = cv2.GaussianBlur(faults.texture(160, 400, 4), (0, 0), 3)

    def moved(x):
        frame = wide[:, :256].copy()
        frame[40:120, 60:160] = wide[40:120, 60 + x : 160 + x]
        return frame

    at = np.cumsum([1, 1, 3] * 16)
    assert director.check(map(moved, at), FPS).clean
    at[24:] += 5
    (fault,) = director.check(map(moved, at), FPS).faults
    assert fault.kind == "drop" and fault.last == 24


def test_a_freeze_that_a_coder_betters_is_told_whole(loop):
    clip = [f.astype(np.float32) for f in loop]
    for i in range(18, 23):
        clip[i] = clip[17] + (0.22 * (clip[18] - clip[17]) if i > 18 else 0)
    (fault,) = director.check([f.astype(np.uint8) for f in clip], FPS).faults
    assert fault.kind == "freeze" and (fault.first, fault.last) == (18, 22)
