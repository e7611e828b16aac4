"""What a newcomer types first: nothing, a word, a size, the same line twice."""

from __future__ import annotations

import json
import re

import pytest
from livingstill.camera.path import CAMERAS, keys
from livingstill.depth.models import MODELS
from livingstill.media.formats import FORMATS
from livingstill.motion.builder import KINDS
from livingstill_cli.main import COMMANDS

FLAT = ("--duration", "0.2", "--fps", "10", "--quality", "draft", "--depth", "flat",
        "--motion", "none", "--camera", "static")  # fmt: skip
SMALL = (*FLAT, "--size", "96")


@pytest.fixture
def lake(samples):
    return samples / "lake.jpg"


def test_nothing_and_help_show_the_commands(livingstill):
    answers = [livingstill(), livingstill("help"), livingstill("--help")]
    assert {answer.code for answer in answers} == {0}
    assert answers[0].out == answers[1].out == answers[2].out
    assert all(re.search(rf"^  {name} ", answers[0].out, re.M) for name in COMMANDS)


def test_help_and_version_are_words(livingstill):
    assert livingstill("help", "depth").out == livingstill("depth", "--help").out != ""
    assert (
        livingstill("help", "models", "fetch").out == livingstill("models", "fetch", "--help").out
    )
    assert livingstill("version").out == livingstill("--version").out != ""
    assert "did you mean 'moves'" in livingstill("help", "mvoes").err
    assert "did you mean 'help'" in livingstill("hepl").err


def test_an_unnamed_clip_takes_the_next_free_name_and_says_so(livingstill, lake, tmp_path):
    (tmp_path / "lake.mp4").write_bytes(b"mine")
    second, third = livingstill(lake, *SMALL), livingstill(lake, *SMALL, "--json")
    assert (second.code, third.code) == (0, 0), second.err
    assert "lake.mp4 is kept; this clip is called lake-2.mp4" in second.err
    told = json.loads(third.out)
    assert told["outputs"] == ["lake-3.mp4"] and "called lake-3.mp4" in told["notes"][-1]
    assert (tmp_path / "lake.mp4").read_bytes() == b"mine"
    assert livingstill(lake, *SMALL, "--overwrite").code == 0
    assert (tmp_path / "lake.mp4").read_bytes() != b"mine"


def test_shapes_of_an_unnamed_clip_share_the_next_free_name(livingstill, lake, tmp_path):
    (tmp_path / "lake-1x1.mp4").write_bytes(b"mine")
    answer = livingstill(lake, *SMALL, "--aspect", "4:3,1:1", "--json")
    assert answer.code == 0, answer.err
    names = [told["outputs"] for told in json.loads(answer.out)]
    assert names == [["lake-2-4x3.mp4"], ["lake-2-1x1.mp4"]]


def test_a_manifest_renders_again_beside_its_clip(livingstill, lake):
    assert livingstill(lake, *SMALL, "--manifest", "lake.json").code == 0
    again = livingstill("render", "lake.json")
    assert again.code == 0 and "this clip is called lake-2.mp4" in again.err


@pytest.mark.parametrize("command", ["depth", "regions"])
def test_an_unnamed_picture_takes_the_next_free_name(livingstill, lake, tmp_path, command):
    known = ("--depth", "flat", "--quality", "draft")
    (tmp_path / f"lake-{command}.png").write_bytes(b"mine")
    answer = livingstill(command, lake, *known)
    assert answer.code == 0 and f"this one is lake-{command}-2.png" in answer.err
    refused = livingstill(command, lake, *known, "-o", f"lake-{command}.png")
    assert refused.code == 2 and "--overwrite" in refused.err
    assert (tmp_path / f"lake-{command}.png").read_bytes() == b"mine"


def test_unnamed_takes_go_together_under_the_next_free_name(livingstill, lake, tmp_path):
    (tmp_path / "lake-takes.png").write_bytes(b"mine")
    answer = livingstill("takes", lake, "-n", "1", *SMALL)
    assert answer.code == 0 and "takes of lake.jpg are kept" in answer.err
    assert {"lake-2-seed0.mp4", "lake-2-takes.png"} <= {file.name for file in tmp_path.iterdir()}


def test_takes_that_leave_nothing_to_chance_say_so(livingstill, lake, tmp_path):
    answer = livingstill("takes", lake, "-n", "2", *SMALL, "-o", "new/deep/lake.mp4")
    assert answer.code == 0
    assert "note: the takes look alike: at most 0.0% of the picture differs" in answer.err
    assert (tmp_path / "new/deep/lake-takes.png").is_file()


def test_takes_differ_and_are_ranked_by_the_figures_that_are_told(livingstill, lake):
    moving = ("--duration", "1", "--fps", "10", "--quality", "draft", "--size", "320")
    answer = livingstill("takes", lake, "-n", "3", *moving, "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    best, *others = told
    assert best["differs"] == 0 and all(take["differs"] > 0.005 for take in others)
    ranks = [
        (round(take["severity"], 2), *(round(take["figures"][name], 2) for name in ("seam", "brightness_std")))
        for take in told
    ]  # fmt: skip
    assert ranks == sorted(ranks)
    answer = livingstill("takes", lake, "-n", "2", *moving)
    lines = [line for line in answer.err.splitlines() if re.match(r"\d\. ", line)]
    assert len(lines) == 2 and "look alike" not in answer.err
    assert all("faults 0" in line and "seam" in line and "brightness" in line for line in lines)
    assert "differs from 1 in" in lines[1]


@pytest.mark.parametrize("command", ["depth", "regions", "scene"])
def test_what_is_written_makes_its_folder(livingstill, lake, tmp_path, command):
    known = ("--depth", "flat", "--quality", "draft")
    name = "new/deep" if command == "scene" else "new/deep/picture.png"
    more = ("--mesh", "new/mesh/lake.glb") if command == "scene" else ()
    answer = livingstill(command, lake, *known, "-o", name, *more)
    assert answer.code == 0, answer.err
    assert any((tmp_path / "new/deep").iterdir())
    assert (tmp_path / "new/mesh/lake.glb").is_file() == bool(more)


@pytest.mark.parametrize(
    ("size", "want"),
    [("96", [96, 64]), ("x64", [96, 64]), ("90x", [90, 60]), ("97x65", [98, 66])],
)
def test_a_size_may_be_one_side(livingstill, lake, size, want):
    answer = livingstill(lake, *FLAT, "--size", size, "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["size"] == want
    assert any("98x66" in note for note in told["notes"]) == (size == "97x65")


def test_a_size_of_both_sides_wins_over_a_preset_and_contradicts_an_aspect(
    livingstill, lake, tmp_path
):
    batch = ("batch", lake, "-o", "clips", "--preset", "listing", "--workers", "1", *FLAT[:8])
    done = livingstill(*batch, "--size", "96x64", "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "clips/lake.mp4").is_file()
    refused = livingstill(*batch, "--size", "96x64", "--aspect", "9:16")
    assert refused.code == 2 and refused.err.count("\n") == 1
    assert "size 96x64 is not 9:16; give one of them" in refused.err
    refused = livingstill(lake, *FLAT, "--size", "96x64", "--aspect", "9:16,1:1")
    assert refused.code == 2 and "size 96x64 is not 9:16" in refused.err


def test_a_size_on_the_command_line_wins_over_the_shape_of_a_shot_file(livingstill, lake, tmp_path):
    (tmp_path / "shot.toml").write_text('aspect = "1:1"\n')
    answer = livingstill(lake, *FLAT, "--shot", "shot.toml", "--size", "96x64", "--json")
    assert json.loads(answer.out)["size"] == [96, 64]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("a.jpg", "b.jpg"), "livingstill batch a.jpg b.jpg -o clips/"),
        (("a.jpg", "out.mp4"), "-o out.mp4"),
        (("clip.mp4",), "livingstill check clip.mp4"),
        (("clip.mp4",), "livingstill rescue clip.mp4"),
        (("shots",), "livingstill batch shots"),
        (("shot.toml",), "livingstill render shot.toml"),
        (("list.csv",), "livingstill batch list.csv"),
        (("depth", "clip.mp4"), "livingstill check clip.mp4"),
    ],
)
def test_what_another_command_takes_is_told_its_name(livingstill, tmp_path, args, words):
    for name in ("clip.mp4", "shot.toml", "list.csv"):
        (tmp_path / name).write_text("x")
    (tmp_path / "shots").mkdir()
    before = set(tmp_path.iterdir())
    answer = livingstill(*args)
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert words in answer.err
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("moves", ["auto", *CAMERAS]),
        ("kinds", KINDS),
        ("formats", FORMATS),
        ("models", ["embedded", *MODELS]),
    ],
)
def test_every_name_that_is_listed_can_be_asked_about(livingstill, command, names):
    listed = json.loads(livingstill(command, "--json").out)
    for name in names:
        assert livingstill(command, name).out.startswith(f"{name}: ")
        told = json.loads(livingstill(command, name, "--json").out)
        assert told["name"] == name and name in listed
    answer = livingstill(command, f"{next(iter(names))}x")
    assert answer.code == 2 and f"did you mean '{next(iter(names)).lstrip('.')}'" in answer.err


def test_a_move_tells_keys_units_ranges_and_defaults(livingstill):
    told = json.loads(livingstill("moves", "orbit", "--json").out)
    assert [key["key"] for key in told["keys"]] == [key.key for key in keys("orbit")]
    amount = next(key for key in told["keys"] if key["key"] == "amount")
    assert (amount["default"], amount["unit"], amount["least"]) == (1, "times", 0)
    text = livingstill("moves", "orbit").out
    assert re.search(rf"^amount +1 +0 to {amount['most']:g} +times  ", text, re.M)
    assert "linear, sine, cubic" in text


def test_stages_are_told_once_and_the_figures_when_asked(livingstill, samples):
    photo, more = samples / "meadow.jpg", ("--size", "96", *FLAT[:6], "--motion", "none")
    plain = livingstill(photo, *more, "--depth", "cues")
    told = livingstill(photo, *more, "--depth", "cues", "-v")
    for answer in (plain, told):
        assert len(re.findall(r"^scene: ", answer.err, re.M)) == 1
        assert not re.search(r"note: .*(opens|\d px)", answer.err)
    assert "seam" not in plain.err
    assert ("camera.uncovered_percent" in told.err) == ("hidden comes into view" in told.err)
    report = json.loads(livingstill(photo, *more, "--depth", "cues", "--json").out)
    assert set(report["camera_cost"]) <= {"uncovered_percent", "bent_px_of_1920"}


def test_layers_are_counted_as_the_option_counts_them(livingstill, lake):
    asked = ("--size", "160", *FLAT[:6], "--motion", "cloud", "--layers", "2")
    told = json.loads(livingstill(lake, *asked, "--json").out)
    assert told["layers"] == 2 and told["layers_apart"] == ["sky"]
    assert "2 layers plus the moving sky" in livingstill(lake, *asked).err
