"""A sentence becomes settings, or an error that says which word."""

from __future__ import annotations

from pathlib import Path

import pytest
from livingstill.core.errors import InputError
from livingstill.settings import prompt
from livingstill.settings.shot import Shot
from prompt_sentences import SENTENCES

FURTHER = Path(__file__).with_name("prompt_sentences.tsv").read_text(encoding="utf-8").splitlines()
"""Sentence, options, and the problems, between tabs: sentences that were written before they were read."""


def shot(text):
    return Shot(**prompt.read(text))


def test_the_example_of_the_manual():
    made = shot("clouds drift left slowly, gentle ripples, push in")
    assert made.motion == ("cloud", "water")
    assert made.camera.name == "push-in"
    (tail, head) = made.brush[0].points
    assert made.brush[0].kind == "cloud"
    assert head[0] < tail[0]
    assert [str(amount) for amount in made.amount_of] == ["water=0.6"]


def test_wind_has_a_direction_and_a_strength():
    assert shot("strong wind from the right, trees sway").wind.direction == 180
    assert shot("gentle breeze to the left, grass waves").wind.speed < 3


def test_slowly_makes_a_shorter_stroke_than_fast():
    def length(text):
        tail, head = shot(text).brush[0].points
        return abs(head[0] - tail[0])

    assert length("river flows right slowly") < length("river flows right fast")


def test_things_joined_by_and_share_what_is_said_of_them():
    assert shot("trees and grass sway gently").amount == 0.6
    assert shot("trees and grass sway gently").motion == ("foliage", "grass")


def test_no_takes_a_kind_away():
    assert "cloud" not in shot("no clouds").motion
    assert shot("trees sway, no clouds").motion == ("foliage",)


def test_a_camera_can_be_slow():
    assert str(shot("slow pan left").camera) == "pan-left:amount=0.6"
    assert shot("camera still, fire flickers").camera.name == "static"


@pytest.mark.parametrize(
    "text", ["clouds dance left", "klouds drift", "zebra", "", "slowly", "; ,"]
)
def test_what_is_not_understood_is_refused(text):
    with pytest.raises(InputError, match="prompt"):
        prompt.read(text)


def test_a_near_miss_is_suggested():
    with pytest.raises(InputError, match="did you mean 'clouds'"):
        prompt.read("klouds drift left")


def test_every_camera_word_is_a_move():
    from livingstill.camera.path import CAMERAS

    assert set(prompt.camera_phrases().values()) == set(CAMERAS)


@pytest.mark.parametrize(("sentence", "options", "problems"), SENTENCES)
def test_what_people_type_comes_to_options_and_problems(sentence, options, problems):
    if options == "error":
        with pytest.raises(InputError) as caught:
            prompt.understand(sentence)
        told = (str(caught.value),)
    else:
        reading = prompt.understand(sentence)
        Shot(**reading.settings)
        assert reading.options() == options
        told = reading.problems
    assert len(told) == len(problems)
    assert all(part in whole for part, whole in zip(problems, told, strict=True))


@pytest.mark.parametrize("row", FURTHER)
def test_further_sentences_come_to_options_and_problems(row):
    sentence, options, *problems = row.split("\t")
    if options == "error":
        with pytest.raises(InputError) as caught:
            prompt.understand(sentence)
        assert [str(caught.value)] == problems
    else:
        reading = prompt.understand(sentence)
        Shot(**reading.settings)
        assert (reading.options(), list(reading.problems)) == (options, problems)


def test_the_notes_of_a_prompt_say_it_as_options():
    assert prompt.notes("water ripples, pan left") == (
        "prompt understood as --camera pan-left --motion water",
    )
    assert prompt.notes(None) == ()


def test_a_contradiction_is_named():
    (problem,) = prompt.understand("clouds drift, no clouds, push in").problems
    assert "cloud to move and to stay still" in problem
    (problem,) = prompt.understand("zoom in and zoom out").problems
    assert "one camera move; zoom-in is taken" in problem
    assert prompt.understand("pan left, no zoom").problems == ()


@pytest.mark.parametrize(
    "said", ["no {}", "don't move the {}", "keep the {} still", "freeze the {}"]
)
def test_every_way_to_say_no_holds(said):
    for noun, kind in (("clouds", "cloud"), ("trees", "foliage"), ("river", "flow")):
        assert kind not in shot(said.format(noun)).motion


@pytest.mark.parametrize(
    "text", ["people walk", "the dog runs", "make it rain", "the leaves fall", "remove the sky"]
)
def test_what_cannot_be_made_is_refused_and_beside_others_named(text):
    with pytest.raises(InputError, match="which cannot be made"):
        prompt.read(text)
    reading = prompt.understand(f"{text}, flag flutters")
    assert reading.settings["motion"] == ("flag",)
    assert "cannot be made" in reading.problems[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("except the sky", "only what stays still, cloud"),
        ("– except it bit leaves not except keep", "to move and to stay still"),
        ("two mist gale 5 up move bit still hair", "understood only in part"),
    ],
)
def test_words_without_a_sentence_are_read_without_a_crash(text, problem):
    assert any(problem in told for told in prompt.understand(text).problems)
