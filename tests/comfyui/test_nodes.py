"""The nodes for ComfyUI, over a stand-in of its interface: schemas, and what each node gives out."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import livingstill
import numpy as np
import pytest
from livingstill import InputError
from livingstill.camera.path import CAMERAS
from livingstill.media import clip_reader
from livingstill.settings.declare import bounds, declared
from livingstill.settings.shot import Shot
from PIL import Image

ROOT = Path(__file__).parents[2] / "integrations" / "comfyui"
STANDIN = Path(__file__).parent / "standin"
MODULES = [
    ".".join(file.relative_to(STANDIN).with_suffix("").parts).removesuffix(".__init__")
    for file in STANDIN.rglob("*.py")
]
SOCKETS = ("camera", "depth", "hold", "audio")
QUICK = {"size": "160x106", "duration": 0.3, "fps": 10.0, "quality": "draft"}


@pytest.fixture(scope="module")
def comfy(tmp_path_factory):
    """The package as ComfyUI loads it, its nodes by id, and the stand-in's modules."""
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    sys.path.insert(0, str(STANDIN))
    modules = {name: importlib.import_module(name) for name in MODULES}
    modules["folder_paths"].TEMPORARY = str(tmp_path_factory.mktemp("temp"))
    spec = importlib.util.spec_from_file_location("custom_node", ROOT / "__init__.py")
    package = importlib.util.module_from_spec(spec)
    sys.modules["custom_node"] = package
    spec.loader.exec_module(package)
    nodes = {node.define_schema().node_id: node for node in package.NODES}
    yield SimpleNamespace(package=package, nodes=nodes, modules=modules)
    sys.path.remove(str(STANDIN))
    for name in [*MODULES, *(m for m in sys.modules if m.partition(".")[0] == "custom_node")]:
        sys.modules.pop(name, None)
    sys.modules.update({name: module for name, module in before.items() if module})


@pytest.fixture(scope="module")
def lake(comfy, samples):
    """The lake as an IMAGE."""
    with Image.open(samples / "lake.jpg") as photo:
        small = np.asarray(photo.convert("RGB").resize((192, 128)), np.float32) / 255
    return comfy.modules["torch"].from_numpy(small[None])


def defaults(node):
    """Return what a node is given where nothing was touched."""
    return {one.id: one.default for one in node.define_schema().inputs if hasattr(one, "default")}


def animated(comfy, lake, **given):
    node = comfy.nodes["LivingstillAnimate"]
    values = {**defaults(node), "mask_kind": {"mask_kind": "none"}, **QUICK, "image": lake, **given}
    return node.execute(**values).args


def file_of(video) -> str:
    return video.get_stream_source()


# Schemas


def test_every_node_has_a_prefixed_id_labels_help_and_a_page(comfy):
    assert len(comfy.nodes) == 7
    for node_id, node in comfy.nodes.items():
        schema = node.define_schema()
        assert node_id.startswith("Livingstill") and schema.category == "livingstill"
        assert schema.description and schema.search_aliases
        ids = [one.id for one in schema.inputs]
        assert len(set(ids)) == len(ids)
        assert all(one.tooltip for one in schema.inputs)
        page = (ROOT / "web" / "docs" / f"{node_id}.md").read_text(encoding="utf-8")
        assert all(f"`{one.id}`" in page for one in (*schema.inputs, *schema.outputs))
    assert not list((ROOT / "web").rglob("*.js"))


def test_inputs_have_the_range_default_and_help_of_their_settings(comfy):
    inputs = {one.id: one for one in comfy.nodes["LivingstillAnimate"].define_schema().inputs}
    shared = [name for name in declared(Shot) if name in inputs and name not in SOCKETS]
    assert len(shared) > 30
    for name in shared:
        field, one = Shot.model_fields[name], inputs[name]
        limits = bounds(field)
        assert field.description[1:] in one.tooltip
        if hasattr(one, "min"):
            assert (one.min, one.max, one.default) == (limits.least, limits.most, field.default)
            steps = one.default / (getattr(one, "round", None) or 1)
            assert steps == pytest.approx(round(steps))  # else the editor rounds it
    assert inputs["seed"].control_after_generate and inputs["seed"].max == 2**32 - 1
    assert inputs["grain"].advanced and not inputs["duration"].advanced


def test_the_camera_has_every_move_with_its_own_keys(comfy):
    (move,) = comfy.nodes["LivingstillCamera"].define_schema().inputs
    options = {one.key: {key.id: key for key in one.inputs} for one in move.options}
    assert set(options) == {"auto", *CAMERAS}
    assert options["orbit"]["parallax"].max == 12
    execute = comfy.nodes["LivingstillCamera"].execute
    plain = {key: one.default for key, one in options["orbit"].items()}
    assert execute(move={"move": "orbit", **plain}).args[1] == "orbit"
    changed = {**plain, "amount": 2.0, "ease": "cubic", "focus": "0.4,0.6"}
    assert (
        execute(move={"move": "orbit", **changed}).args[0]
        == "orbit:amount=2,ease=cubic,focus=0.4,0.6"
    )


# Clips


def test_animate_gives_the_same_clip_as_the_library_and_keeps_it_on_disk(comfy, lake):
    progress = comfy.modules["comfy_api.latest"].PROGRESS
    progress.clear()
    video, images, notes, shot = animated(comfy, lake, camera="orbit:amount=0.5", seed=3)
    frames = list(clip_reader.frames(file_of(video)))
    assert len(frames) == 3 and images.shape == (1, 106, 160, 3) and "water" in notes
    levels = np.rint(np.asarray(lake[0]) * 255).astype(np.uint8)
    known = livingstill.animate(levels, camera="orbit:amount=0.5", seed=3, **QUICK)
    np.testing.assert_array_equal(np.rint(images[0] * 255).astype(np.uint8), next(known.frames()))
    assert (3, 3, "7") in progress
    assert 'camera = "orbit:amount=0.5"' in shot and "seed = 3" in shot
    assert animated(comfy, lake, all_frames=True)[1].shape[0] == 3


def test_masks_depth_and_sound_are_taken_from_sockets(comfy, lake):
    from_numpy = comfy.modules["torch"].from_numpy
    mask = np.zeros((1, 128, 192), np.float32)
    mask[:, 90:] = 1
    audio = {
        "waveform": from_numpy(
            np.random.default_rng(0).normal(0, 0.2, (1, 2, 48000)).astype(np.float32)
        ),
        "sample_rate": 48000,
    }
    video, _, notes, _ = animated(
        comfy, lake, motion="water", audio=audio, audio_drives="wind",
        mask_kind={"mask_kind": "water", "mask": from_numpy(mask)},
        depth=from_numpy(np.repeat(mask[..., None], 3, axis=3)),
    )  # fmt: skip
    assert "water 30%" in notes and "the wind follows the loudness of audio.wav" in notes
    assert clip_reader.info(file_of(video)).audio
    with pytest.raises(InputError, match="no audio is connected"):
        animated(comfy, lake, audio_drives="wind")
    with pytest.raises(InputError, match="holds 2 pictures and one is taken"):
        animated(comfy, np.concatenate([lake, lake]).view(type(lake)))


def test_depth_and_regions_are_pictures_and_the_scene_is_a_glb(comfy, lake):
    node = comfy.nodes["LivingstillDepthAndRegions"]
    given = {**defaults(node), "image": lake, "mesh": True, "mask_of": "water"}
    depth, overview, mask, kinds, scene = node.execute(**given).args
    assert depth.shape == overview.shape == (1, 128, 192, 3) and mask.shape == (1, 128, 192)
    assert 0.1 < mask.mean() < 0.5 and mask[0, 100:].mean() > mask[0, :40].mean()
    assert depth[0, 120].mean() > depth[0, 5].mean() and "water" in kinds
    assert scene.format == "glb" and Path(scene.get_source()).read_bytes()[:4] == b"glTF"
    blocked = node.execute(**{**given, "mesh": False}).args[4]
    assert "switch its mesh on" in blocked.message


def test_clips_are_checked_looped_held_and_rescued(comfy, lake):
    video = animated(comfy, lake, duration=1.0)[0]
    check, loop, hold, rescue = (
        comfy.nodes[f"Livingstill{name}"] for name in ("Check", "Loop", "Hold", "Rescue")
    )
    output = check.execute(video=video, loop=True, still=lake)
    assert json.loads(output.args[2]) == [] and output.args[0] is True
    assert output.ui.value == output.args[1] == "no fault found"
    for node, given in ((loop, {}), (hold, {"still": lake}), (rescue, {"still": lake})):
        values = {**defaults(node), "video": video, **given}
        result = node.execute(**values).args
        assert clip_reader.info(file_of(result[0])).frames and result[1]


def test_a_trimmed_clip_is_written_before_it_is_read(comfy, lake, tmp_path):
    video = animated(comfy, lake)[0]
    media = sys.modules["custom_node.media"]
    assert media.file_of(video, tmp_path) == Path(file_of(video))
    trimmed = type(video)(file_of(video), start_time=0.1)
    assert media.file_of(trimmed, tmp_path) == tmp_path / "clip.mp4"


def test_the_fingerprint_is_the_shots(comfy):
    fingerprint = comfy.nodes["LivingstillAnimate"].fingerprint_inputs
    values = defaults(comfy.nodes["LivingstillAnimate"])
    first = fingerprint(**values)
    assert fingerprint(**{**values, "size": "1920", "motion": "auto"}) != first
    assert fingerprint(**{**values, "size": " 1080P "}) == first  # the same shot, written otherwise
    assert fingerprint(**{**values, "seed": 1}) != first
    assert fingerprint(**{**values, "size": "huge"}) != first  # the run says what is wrong with it


def test_cancelling_leaves_no_file(comfy, lake):
    management = comfy.modules["comfy.model_management"]
    folder = Path(comfy.modules["folder_paths"].TEMPORARY)
    before = set(folder.iterdir())
    management.INTERRUPTED.append(True)
    try:
        with pytest.raises(management.InterruptProcessingException):
            animated(comfy, lake)
    finally:
        management.INTERRUPTED.clear()
    assert set(folder.iterdir()) == before


# The package


def test_help_pages_and_example_workflows_are_what_the_schemas_make_of_them(comfy, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT.parents[1] / "tools"))
    pages = importlib.import_module("comfyui_pages")
    workflows = importlib.import_module("comfyui_workflows")
    schemas = {name: node.define_schema() for name, node in comfy.nodes.items()}
    for name, schema in schemas.items():
        page = (ROOT / "web" / "docs" / f"{name}.md").read_text(encoding="utf-8")
        assert page == pages.page(page, schema), "run tools/comfyui_pages.py"
    examples = ROOT / "example_workflows"
    assert {file.stem for file in examples.glob("*.json")} == set(workflows.WORKFLOWS)
    for name, nodes in workflows.WORKFLOWS.items():
        saved = json.loads((examples / f"{name}.json").read_text(encoding="utf-8"))
        assert saved == workflows.graph(name, nodes, schemas), "run tools/comfyui_workflows.py"
        with Image.open(examples / f"{name}.jpg") as picture:
            assert picture.size == (480, 320)
    used = {node.kind for nodes in workflows.WORKFLOWS.values() for node in nodes}
    assert set(schemas) <= used


def test_the_package_depends_on_this_version_and_says_so_to_the_registry(comfy):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (requirement,) = project["project"]["dependencies"]
    assert (ROOT / "requirements.txt").read_text().strip() == requirement
    version = livingstill.__version__
    assert project["project"]["version"] == version
    assert requirement.startswith(f"livingstill>={version.rpartition('.')[0]},<")
    assert project["tool"]["comfy"]["PublisherId"] == "livingstill"
    assert (ROOT / "LICENSE").read_bytes() == (ROOT.parents[1] / "LICENSE").read_bytes()
    assert comfy.package.WEB_DIRECTORY == "./web"


def test_nodes_run_no_text_as_code_and_install_nothing():
    for file in ROOT.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\b(eval|exec|subprocess|os\.system|pip)\b\s*\(", text), file
