"""Clean clips are kept, a few bad frames repaired, the rest replaced."""

from __future__ import annotations

from types import SimpleNamespace

import faults
import numpy as np
import pytest
from livingstill.jobs.rescue import run
from livingstill.jobs.rescue.decision import decide, harm
from livingstill.quality import verdict as director
from livingstill.quality.verdict import Verdict, make_fault
from livingstill.settings.rescue import RescueJob

SIZE, FPS = (640, 360), 24.0


def verdict(*spans, frames=60):
    found = [make_fault(kind, a, b, (0, 0, 640, 360), SIZE, FPS, s) for kind, a, b, s in spans]
    return Verdict(frames, FPS, SIZE, director.worst_first(found), {})


@pytest.mark.parametrize(
    ("spans", "want"),
    [
        ([], "keep"),
        ([("seam", 59, 59, 9.0)], "keep"),
        ([("black", 20, 22, 5.0)], "repair"),
        ([("black", 20, 22, 5.0), ("flicker", 40, 41, 2.0)], "repair"),
        ([("scramble", 20, 30, 5.0)], "replace"),
        ([("drift", 0, 59, 3.0)], "replace"),
        ([("drift", 0, 59, 1.02)], "keep"),
        ([("cut", 12, 12, 3.0)], "replace"),
        ([("melt", 57, 59, 3.0)], "keep"),
        ([("melt", 57, 59, 3.0), ("black", 20, 21, 5.0)], "repair"),
        ([("melt", 50, 59, 3.0)], "replace"),
        ([("black", 20, 21, 3.0), ("melt", 22, 24, 1.3)], "repair"),
        ([("melt", i, i + 2, 3.0) for i in range(2, 56, 5)], "replace"),
    ],
)
def test_the_decision_follows_how_much_is_bad(spans, want):
    decision = decide(verdict(*spans))
    assert decision.decision == want and decision.reasons
    assert decision.rebuild.any() == (want == "repair")


def test_what_is_too_slight_to_count_is_told():
    slight = ("melt", 40, 42, 1.05)
    assert decide(verdict(("black", 20, 22, 5.0), slight)).reasons[-1] == (
        "1 slighter fault does not count; --strict 1.2 counts every one"
    )
    both = decide(verdict(("black", 20, 22, 5.0), slight), strict=1.2)
    assert both.rebuild[40:43].all() and not any("slighter" in r for r in both.reasons)


def test_a_cut_between_two_shots_is_an_edit():
    assert decide(verdict(("cut", 60, 60, 5.0), frames=120)).decision == "keep"
    assert decide(verdict(("cut", 20, 20, 5.0), frames=120)).decision == "replace"


def test_the_ends_of_an_edited_clip_may_be_trimmed_short():
    cuts = [("cut", at, at, 5.0) for at in (20, 110)]
    assert decide(verdict(*cuts, frames=120)).decision == "replace"
    assert decide(verdict(*cuts, ("cut", 60, 60, 5.0), frames=180)).decision == "keep"


def test_a_moment_s_skip_in_a_long_clip_is_left():
    assert decide(verdict(("drop", 20, 21, 2.0), frames=60)).decision == "repair"
    assert decide(verdict(("drop", 20, 21, 2.0), frames=250)).decision == "keep"
    assert decide(verdict(("black", 20, 21, 2.0), frames=250)).decision == "repair"


def test_rare_and_slight_faults_are_left():
    skips = [("drop", at, at + 1, 1.8) for at in (60, 180)]
    assert decide(verdict(*skips, frames=240)).decision == "keep"
    assert decide(verdict(*skips, frames=94)).decision == "repair"
    assert decide(verdict(("drop", 60, 61, 3.0), frames=120)).decision == "repair"
    assert decide(verdict(("flicker", 60, 60, 1.8), frames=120)).decision == "keep"
    assert decide(verdict(("flicker", 60, 60, 1.8), frames=44)).decision == "repair"
    assert decide(verdict(("flicker", 60, 60, 2.5), frames=120)).decision == "repair"


def test_harm_is_the_share_of_the_clip_times_how_visible():
    whole, half = verdict(("drift", 0, 59, 1e9)), verdict(("melt", 0, 29, 1e9))
    assert harm(whole.faults, 60, FPS) == pytest.approx(1.0)
    assert harm(half.faults, 60, FPS) == pytest.approx(0.5)
    assert harm(verdict(("drift", 0, 59, 1.0)).faults, 60, FPS) == pytest.approx(0.0)


def test_a_decision_says_the_harm():
    reasons = " ".join(decide(verdict(("melt", 57, 59, 3.0))).reasons)
    assert "harm 1.7%" in reasons and "replaced from 2.0% on" in reasons


def test_strictness_scales_what_counts():
    doubtful, slight = (verdict(("flicker", 20, 22, strength)) for strength in (1.1, 1.5))
    assert decide(doubtful).decision == "keep"
    assert decide(doubtful, strict=1.5).decision == "repair"
    assert decide(slight).decision == "repair"
    assert decide(slight, strict=0.5).decision == "keep"
    assert decide(verdict(("drift", 0, 59, 90.0)), strict=0).decision == "keep"


@pytest.mark.parametrize(
    ("name", "want"),
    [("black", "repair"), ("scramble", "repair"), ("duplicate", "repair"), ("drift", "replace")],
)
def test_spoiled_clips_get_the_decision_they_need(name, want):
    clip = faults.swaying(faults.texture(160, 256, 4), 48, fps=FPS)
    spoiled = faults.FAULTS[name](clip, np.random.default_rng(7))
    decision = decide(director.check(spoiled.clip, FPS))
    assert decision.decision == want
    if want == "repair":
        assert decision.rebuild[spoiled.first : spoiled.last + 1].all()


@pytest.mark.parametrize(
    ("spans", "want"),
    [
        ([("melt", 20, 20, 8.0)], "keep"),
        ([("melt", i, i + 1, 8.0) for i in range(5, 50, 6)], "replace"),
    ],
)
def test_a_clip_is_not_lost_to_a_few_frames_that_no_repair_heals(spans, want):
    observation = SimpleNamespace(review=SimpleNamespace(verdict=verdict(*spans)), truncated=False)
    plan = decide(observation.review.verdict)
    decision = run._after_failed_repair(observation, plan, "it is left", RescueJob())
    assert decision.decision == want and decision.reasons[0] == "it is left"
    assert not decision.rebuild.any()


def test_reasons_say_how_sure_they_are():
    reasons = decide(verdict(("scramble", 20, 30, 5.0), ("flicker", 20, 21, 1.5))).reasons
    assert reasons[-1].startswith("frames 20 to 30, ") and "flickers" in reasons[-1]
    assert reasons[-1].endswith("confidence high, 5.0 times its limit")
