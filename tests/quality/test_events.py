"""Faults of different kinds at one time and place are told as one event."""

from __future__ import annotations

import pytest
from livingstill.quality.events import find_events, times_limit
from livingstill.quality.verdict import make_fault

SIZE, FPS, FRAMES = (640, 360), 24.0, 100
WHOLE, LEFT, RIGHT = (0, 0, 640, 360), (0, 0, 200, 360), (400, 0, 240, 360)


def events(*spans):
    faults = [make_fault(kind, a, b, box, SIZE, FPS, 3.0) for kind, a, b, box in spans]
    return find_events(faults, FRAMES, SIZE, FPS)


def test_neighbouring_faults_of_different_kinds_are_one_event():
    (event,) = events(("drop", 20, 21, WHOLE), ("flicker", 22, 23, WHOLE), ("melt", 25, 26, LEFT))
    assert (event.first, event.last, len(event.faults)) == (20, 26, 3)
    assert event.message.startswith("frames 20 to 26, 0.83 s to 1.08 s, whole picture: ")
    assert "the motion skips" in event.message and " and " in event.message
    assert event.message.count("likely") == 1 and event.message.endswith(".")


@pytest.mark.parametrize(
    "other",
    [("melt", 30, 31, WHOLE), ("melt", 20, 21, RIGHT), ("drift", 0, 99, WHOLE)],
    ids=["later", "elsewhere", "of the whole clip"],
)
def test_what_has_nothing_in_common_stays_apart(other):
    assert len(events(("drop", 20, 21, LEFT), other)) == 2


def test_a_fault_alone_keeps_its_sentence_and_no_fault_is_no_event():
    fault = make_fault("drop", 20, 21, WHOLE, SIZE, FPS, 1.5)
    (event,) = find_events([fault], FRAMES, SIZE, FPS)
    assert event.message == fault.message
    assert event.confidence == "confidence fair, 1.5 times its limit"
    assert find_events([], FRAMES, SIZE, FPS) == ()


@pytest.mark.parametrize("strength", [1.0, 1.1, 1.9, 8.0])
def test_severity_tells_how_far_beyond_its_limit_a_fault_is(strength):
    fault = make_fault("drop", 1, 2, WHOLE, SIZE, FPS, strength)
    assert times_limit(fault.severity) == pytest.approx(strength, rel=0.02)
