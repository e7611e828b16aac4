"""What leaves a render besides pictures: the matte of chosen parts, sound and provenance."""

from __future__ import annotations

import json
from fractions import Fraction

import cv2
import numpy as np
import pytest
from livingstill import animate
from livingstill.core.errors import InputError
from livingstill.core.model import Flow, Layer, Photo, Pose, Region, Scene, Timeline
from livingstill.jobs import matte, provenance, soundtrack
from livingstill.render.frames import Renderer, full_window
from livingstill.settings.shot import Shot

SIDE = 48


def sheet(colour: tuple[int, int, int], alpha: np.ndarray, depth: float) -> Layer:
    rgba = np.empty((SIDE, SIDE, 4), np.uint8)
    rgba[..., :3] = np.rint(np.array(colour) * alpha[..., None] / 255)
    rgba[..., 3] = alpha
    return Layer(rgba.view(np.uint32)[..., 0], np.full((SIDE, SIDE), depth, np.float32))


@pytest.fixture
def scene() -> Scene:
    front = np.zeros((SIDE, SIDE), np.uint8)
    front[10:30, 8:28] = 255
    front[30:34, 8:28] = 128
    return Scene((sheet((250, 40, 10), front, 1.0), sheet((20, 90, 200), front * 0 + 255, 0.0)))


def grey(frame: np.ndarray) -> np.ndarray:
    return (frame & 255).astype(int)


def test_the_matte_of_a_layer_is_what_is_seen_of_it(scene):
    pose = Pose(x=0.05)
    full = Renderer(scene, full_window(scene.size, (SIDE, SIDE)), (SIDE, SIDE)).frame(pose).copy()
    white = matte.select_parts(scene, (), "layer:1")
    share = grey(Renderer(white, full_window(white.size, (SIDE, SIDE)), (SIDE, SIDE)).frame(pose))
    # blue over red: the frame is share * red + (1 - share) * blue, whatever the camera did
    red = full.view(np.uint8).reshape(SIDE, SIDE, 4)[..., 0].astype(int)
    np.testing.assert_allclose(red, 20 + share * 230 / 255, atol=4)
    assert 0 < (share > 200).sum() < share.size
    behind = matte.select_parts(scene, (), "layer:2")
    rest = grey(Renderer(behind, full_window(behind.size, (SIDE, SIDE)), (SIDE, SIDE)).frame(pose))
    np.testing.assert_allclose(share + rest, 255, atol=2)


def test_cutting_keeps_colours_and_makes_them_premultiplied(scene):
    frame = (
        Renderer(scene, full_window(scene.size, (SIDE, SIDE)), (SIDE, SIDE)).frame(Pose()).copy()
    )
    white = matte.select_parts(scene, (), "layer:1")
    made = matte.apply_matte(
        frame, Renderer(white, full_window(white.size, (SIDE, SIDE)), (SIDE, SIDE)).frame(Pose())
    )
    rgba = made.view(np.uint8).reshape(SIDE, SIDE, 4)
    assert tuple(rgba[20, 18]) == (250, 40, 10, 255)
    assert tuple(rgba[2, 2]) == (0, 0, 0, 0)


def test_a_region_is_cut_by_its_mask(scene):
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[:, 20:] = 255
    white = matte.select_parts(scene, (Region("water", mask),), "water")
    share = grey(Renderer(white, full_window(white.size, (SIDE, SIDE)), (SIDE, SIDE)).frame(Pose()))
    np.testing.assert_allclose(share, mask, atol=2)
    with pytest.raises(InputError, match="there are water, moving, layer:1"):
        matte.select_parts(scene, (Region("water", mask),), "snow")
    with pytest.raises(InputError, match="layers 1 to 2"):
        matte.select_parts(scene, (), "layer:3")


def test_light_does_not_change_a_shape():
    zero, two = np.zeros((3, 3, 2), np.float32), np.full((3, 3), 2, np.float32)
    lit = Flow(
        zero, first_gain=two, second=zero + 1, second_gain=two, bias=np.zeros((3, 3, 3), np.float32)
    )

    class Moves:
        def at(self, phase):
            return (lit, None, lit)

    first, none, same = matte.MotionWithoutLight(Moves()).at(0.3)
    assert none is None and first is same and first.bias is None
    np.testing.assert_allclose(first.first_gain + first.second_gain, 1)


def test_a_clip_sounds_as_long_as_it_lasts():
    shot = Shot(audio="rain,wind", duration=1.1, fps=29.97)
    sound, said = soundtrack.make(shot, Timeline(33, Fraction(30000, 1001)), {}, 0.6)
    assert sound.shape == (52853, 2) and said == "sound of rain, wind"
    auto = Shot(audio="auto")
    assert soundtrack.make(auto, Timeline(30, Fraction(30)), {"twinkle": 0.2}, 0.6)[0] is None
    assert soundtrack.make(Shot(), Timeline(30, Fraction(30)), {"water": 0.2}, 0.6) == (None, "")
    with pytest.raises(InputError, match="audio is strem; it must be a file, auto, or some of"):
        soundtrack.check(Shot(audio="strem"))


def test_provenance_names_settings_and_hides_folders(tmp_path):
    shot = Shot(
        audio="/home/me/my song.mp3", mask=["water=/home/me/m.png"], aspect="16:9",
        modulate=["wind=/home/me/a.wav"],
    )  # fmt: skip
    said = provenance.metadata(shot, Photo(np.zeros((2, 2, 3), np.uint8), sha256="ab" * 32))
    assert said["comment"].endswith("; no generated content")
    assert json.loads(said["settings"]) == {
        "audio": "my song.mp3",
        "aspect": "16:9",
        "mask": ["water=m.png"],
        "modulate": ["wind=a.wav"],
    }
    with pytest.raises(InputError, match=r"give \.json or \.xmp"):
        provenance.check_sidecar(tmp_path / "a.txt", False)


def test_one_render_gives_clip_poster_and_what_it_is(tmp_path):
    rng = np.random.default_rng(3)
    photo = cv2.resize(rng.integers(0, 255, (12, 16, 3), np.uint8), (96, 64))
    cv2.imwrite(str(tmp_path / "p.png"), photo)
    clip = animate(
        tmp_path / "p.png", size="96x64", duration=0.4, fps=10, depth="flat", motion="none",
        camera="static", alpha="layer:1", audio="wind",
    )  # fmt: skip
    saved = clip.save(
        str(tmp_path / "a.webm"), str(tmp_path / "b.png"), poster=tmp_path / "poster.png"
    )
    assert saved.notes[:2] == ("sound of wind", f"{tmp_path / 'b.png'} carries no sound")
    poster = cv2.imread(str(tmp_path / "poster.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_allclose(poster[..., :3].astype(int), photo, atol=3)
    provenance.write_sidecar(
        tmp_path / "s.json",
        provenance.metadata(clip.shot, clip.photo),
        [str(tmp_path / "b.png")],
    )
    told = json.loads((tmp_path / "s.json").read_text())
    assert told["photo"]["sha256"] == provenance.digest(tmp_path / "p.png")
    assert told["files"] == [{"name": "b.png", "sha256": provenance.digest(tmp_path / "b.png")}]
