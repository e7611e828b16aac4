"""Another distribution's camera move, motion kind and depth source are as good as our own."""

import cv2
import livingstill
import numpy as np
import pytest
from livingstill.audio.mix import choose_beds
from livingstill.camera.path import CAMERAS, describe
from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS
from livingstill.core.model import Region
from livingstill.quality import stream
from livingstill.segmentation.flow_field import velocities
from livingstill.segmentation.overlay import draw_overlay
from livingstill.settings import prompt
from livingstill.settings.shot import Shot

CODE = '''
from math import pi, sin
from typing import ClassVar

import numpy as np
from livingstill.camera.move import Amount
from livingstill.core.kinds import MotionKind, QualityBars, SpeedRange
from livingstill.core.model import InverseDepth, Pose
from livingstill.motion.canvas import Placement, Stage
from livingstill.settings.declare import Group


class Nod(Group):
    """Look down once and come back."""

    amount: Amount = 1.0
    closed: ClassVar[bool] = True
    rest: ClassVar[float] = 0.0

    def pose(self, where, view):
        return Pose(tilt=-1.5 * self.amount * sin(pi * where) ** 2)


class Lift:
    placement = Placement(Stage.DISPLACE)

    def __init__(self, context):
        self.mask = context.mask * np.float32(context.amount)

    def apply(self, phase, canvas):
        canvas.first[..., 1] += self.mask * np.float32(sin(2 * pi * phase))


def right_half(evidence):
    mask = np.zeros(evidence.rgb.shape[:2], np.uint8)
    mask[:, mask.shape[1] // 2 :] = 255
    return mask


LIFT = MotionKind(
    name="lift",
    help="rises and falls",
    build=lambda context: (Lift(context),),
    nouns=("lift", "elevator"),
    verbs=("hoists",),
    colour=(10, 200, 90),
    found_by="named",
    detector=right_half,
    layer="front",
    speeds=SpeedRange(0.01, 0.1, prompted=0.05),
    sounds={"wind": 1.0},
    quality_bars=QualityBars(change=0.9),
)


FOG = MotionKind(name="fog", help="comes and goes", build=lambda context: (Lift(context),))


def ramp(rgb):
    height, width = rgb.shape[:2]
    rows = np.linspace(0, 1, height, dtype=np.float32)
    return InverseDepth(np.repeat(rows[:, None], width, 1), "ramp")


def small(rgb):
    return InverseDepth(np.ones((4, 4), np.float32), "small")
'''

POINTS = """
[livingstill.cameras]
nod = nodding:Nod
torn = nodding:Missing
[livingstill.kinds]
lift = nodding:LIFT
fog = nodding:FOG
[livingstill.depths]
ramp = nodding:ramp
small = nodding:small
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """A distribution as pip leaves it on the path, until the test is over."""
    (tmp_path / "nodding.py").write_text(CODE)
    info = tmp_path / "nodding-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nodding\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.fixture
def photo(tmp_path):
    noise = np.random.default_rng(3).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "photo.png"), cv2.GaussianBlur(noise, (0, 0), 2))
    return tmp_path / "photo.png"


def test_one_clip_of_a_move_a_kind_and_a_depth_from_elsewhere(plugin, photo, tmp_path):
    half = np.zeros((48, 64), np.uint8)
    half[:, 32:] = 255
    cv2.imwrite(str(tmp_path / "half.png"), half)
    clip = livingstill.animate(
        photo, camera="nod:amount=0.5", motion="lift", mask=(f"lift={tmp_path / 'half.png'}",),
        depth="ramp", size="64x48", duration=0.4, smooth=0,
    )  # fmt: skip
    assert clip.depth.source == "ramp"
    assert np.all(np.diff(clip.depth.values[:, 0]) > 0)
    assert [region.label for region in clip.regions] == ["lift"]
    assert clip.camera.at(0.5).tilt == pytest.approx(-0.75)
    flow = clip.motion.at(0.25)[0].first[..., 1]
    assert flow[:, -3:].min() > 0.2  # as far as the guards let it
    assert np.abs(flow[:, :6]).max() < 0.03
    assert len(list(clip.frames())) == 12


def test_the_lists_name_what_a_plugin_brings(plugin):
    assert "nod" in CAMERAS and "lift" in KINDS
    assert KINDS["lift"].help == "rises and falls"


def test_its_words_direct_it_in_a_prompt(plugin):
    shot = Shot(**prompt.read("the elevator hoists up, push in"))
    assert shot.motion == ("lift",)
    (stroke,) = shot.brush
    tail, head = stroke.points
    assert tail[1] - head[1] == pytest.approx(0.1)  # .05 frame widths per second for two seconds


def test_its_strokes_keep_to_its_speeds(plugin):
    rgb, depth = np.zeros((48, 64, 3), np.uint8), np.ones((48, 64), np.float32)
    everywhere = Region("lift", np.full((48, 64), 255, np.uint8))
    fast = Shot(brush=("lift:0.1,0.5,0.9,0.5",)).brush
    assert velocities(rgb, depth, (everywhere,), fast)["lift"].max() == pytest.approx(0.1, rel=0.02)


def test_it_is_found_and_cut_out_as_its_record_says(plugin, photo):
    clip = livingstill.animate(
        photo, motion="lift", size="64x48", duration=0.2, depth="flat", hold_faces=False
    )
    (region,) = clip.regions
    assert (
        region.label == "lift"
        and region.mask[:, 40:].min() == 255
        and not region.mask[:, :30].any()
    )
    front = clip.scene.layers[0].colour >> np.uint32(24)
    assert (front[:, 40:] > 0).all() and not (front[:, :24] > 0).any()


def test_its_colour_shows_in_the_overlay(plugin):
    grey = np.full((90, 120, 3), 128, np.uint8)
    region = Region("lift", np.full((90, 120), 255, np.uint8))
    red, green, blue = draw_overlay(grey, (region,))[60, 60].astype(int)
    assert green > blue > red


def test_it_sounds_and_is_judged_by_its_own_bars(plugin):
    assert choose_beds({"lift": 0.25}) == {"wind": 0.5}
    assert stream.pulsing_limit("lift", "change") == 0.9
    pulsing = {"lift.change": 0.8}
    assert stream.judge_stream(pulsing, 10, 10.0, (64, 48), loop=False) == ()
    pulsing = {"lift.change": 1.0}
    assert stream.judge_stream(pulsing, 10, 10.0, (64, 48), loop=False) != ()


def test_the_lists_go_away_with_the_plugin():
    assert "nod" not in CAMERAS and "lift" not in KINDS
    assert "nod" not in dict(describe())


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"camera": "nodd"}, "did you mean 'nod'"),
        ({"camera": "nod:amount=99"}, r"nod.amount is 99.*at most"),
        ({"camera": "torn"}, "camera move 'torn' of nodding cannot be loaded.*uninstall"),
        ({"depth": "rampp"}, "did you mean 'ramp'"),
        ({"depth": "small"}, r"depth source small gave \(4, 4\).*as large as the photo"),
        ({"motion": "fog"}, 'show it with mask="fog=FILE" or leave it out of motion'),
        ({"motion": "lifd"}, "did you mean 'lift'"),
    ],
)
def test_what_is_wrong_is_said_as_for_our_own(plugin, photo, settings, sentence):
    with pytest.raises(InputError, match=sentence):
        livingstill.animate(photo, size="64x48", duration=0.2, **settings)
