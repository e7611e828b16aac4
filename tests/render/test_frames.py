import hashlib
import os
import subprocess
import sys
from math import radians, tan

import cv2
import naive
import numpy as np
import pytest
import synthetic
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import DEFAULT_FOCAL, Flow, Layer, Pose, Scene
from livingstill.jobs.novel_view import novel_view
from livingstill.render.frames import Card, Renderer, count_outside, full_window, safe_zoom, unpack
from livingstill.render.projection import Projection
from livingstill.scene.layers import build_layers

SIZE = (243, 161)


@pytest.fixture(scope="module")
def still():
    rgb, distance = synthetic.cast(*SIZE)
    return rgb, (distance.min() / distance).astype(np.float32)


@pytest.fixture(scope="module")
def scene(still):
    return build_layers(*still)


@pytest.fixture(scope="module")
def plane(still):
    """The photo as a plane at inverse depth 0.5."""
    return build_layers(still[0], np.full(still[0].shape[:2], 0.5, np.float32))


def render(scene, pose=None, quality="standard", flows=None, size=SIZE):
    renderer = Renderer(scene, full_window(scene.size, size), size, quality)
    return unpack(renderer.frame(pose or Pose(), flows)).astype(int)


def shifted(rgb, x, y):
    h, w = rgb.shape[:2]
    mx, my = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    return cv2.remap(
        rgb,
        mx + np.float32(x),
        my + np.float32(y),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(int)


def some_flow(seed=0, full=True):
    rng = np.random.default_rng(seed)
    grid = (SIZE[1] // 4 + 2, SIZE[0] // 4 + 2)

    def field(*shape, scale):
        noise = cv2.GaussianBlur(rng.normal(size=(*grid, *shape)).astype(np.float32), (0, 0), 3)
        return (noise / np.abs(noise).max() * scale).astype(np.float32)

    if not full:
        return Flow(field(2, scale=4))
    gain = 0.5 + field(scale=0.3)
    return Flow(field(2, scale=4), gain, field(2, scale=5), 1 - gain, field(3, scale=20))


@pytest.mark.parametrize("quality", ["draft", "standard", "high"])
def test_at_rest_the_frame_is_the_photo(still, scene, quality):
    assert np.abs(render(scene, quality=quality) - still[0]).max() <= 1


def test_linear_light_leaves_the_photo_at_rest(still, scene):
    renderer = Renderer(scene, full_window(SIZE, SIZE), SIZE, linear_light=True)
    off = np.abs(unpack(renderer.frame(Pose())).astype(int) - still[0])
    assert off.mean() < 0.3 and np.percentile(off, 99.5) <= 3


def test_a_plane_moves_by_its_parallax(still, plane):
    pose = Pose(x=0.02, y=-0.01, pivot=0.1)
    shift = DEFAULT_FOCAL * SIZE[0] * (0.5 - 0.1)
    got = render(plane, pose, "draft")
    want = shifted(still[0], 0.02 * shift, -0.01 * shift)
    assert np.abs(got - want).max() <= 1


def test_a_plane_grows_when_the_camera_comes_nearer(plane):
    near = render(plane, Pose(z=0.4))  # 1 / (1 - 0.4 * 0.5)
    zoomed = render(plane, Pose(zoom=1.25))
    assert np.abs(near - zoomed).max() <= 1


def test_panning_shifts_the_middle_by_the_tangent(still, plane):
    angle = 2.0
    shift = DEFAULT_FOCAL * SIZE[0] * tan(radians(angle))
    got = render(plane, Pose(pan=angle), "draft")
    middle = np.s_[SIZE[1] // 2, SIZE[0] // 2 - 2 : SIZE[0] // 2 + 3]
    assert np.abs(got[middle] - shifted(still[0], shift, 0)[middle]).max() <= 6
    up = render(plane, Pose(tilt=angle), "draft")
    middle = np.s_[SIZE[1] // 2 - 2 : SIZE[1] // 2 + 3, SIZE[0] // 2]
    assert np.abs(up[middle] - shifted(still[0], 0, -shift)[middle]).max() <= 6


def test_a_moved_view_is_near_the_truth():
    left, right, disparity = synthetic.stereo_pair(480, 320)
    view = novel_view(left, disparity)
    error = np.square(view.astype(float) - right).mean()
    assert 10 * np.log10(255**2 / error) > 31.5


def test_no_disparity_is_the_photo(still):
    assert (
        novel_view(still[0], np.full(still[0].shape[:2], 3, np.float32), (0, 0)) == still[0]
    ).all()
    holes = np.full(still[0].shape[:2], 4, np.float32)
    holes[30:50, 20:90] = np.inf
    assert np.abs(novel_view(still[0], holes).astype(int)[:, :-6] - still[0][:, 4:-2]).max() <= 1


@pytest.mark.parametrize("full", [False, True])
def test_a_flow_moves_the_colour_as_its_definition_says(still, plane, full):
    flow = some_flow(full=full)
    got = render(plane, flows=[flow], quality="draft")
    want = naive.apply_flow(cv2.GaussianBlur(still[0], (0, 0), 2), flow)
    soft = build_layers(
        cv2.GaussianBlur(still[0], (0, 0), 2), np.full(still[0].shape[:2], 0.5, np.float32)
    )
    got = render(soft, flows=[flow])
    assert np.abs(got - want).max() <= 2


def test_layers_without_motion_stay_as_they_are(scene):
    still_frame = render(scene, Pose(x=0.02))
    zero = Flow(np.zeros((SIZE[1] // 4 + 2, SIZE[0] // 4 + 2, 2), np.float32))
    count = len(scene.layers)
    assert (render(scene, Pose(x=0.02), flows=[None] * count) == still_frame).all()
    assert (render(scene, Pose(x=0.02), flows=[zero] * count) == still_frame).all()
    with pytest.raises(InputError, match="flows"):
        render(scene, flows=[zero])


@pytest.mark.parametrize("sharp", [False, True])
def test_flows_packed_ahead_and_depth_that_is_let_go_of_change_no_pixel(scene, sharp):
    flow = some_flow()
    flows = (flow,) * (len(scene.layers) - 1) + (None,)  # shared, and a layer that is still
    pose = Pose(0.02, 0.01, 0.03)
    renderer = Renderer(scene, full_window(scene.size, SIZE), SIZE, sharp=sharp)
    packed = [renderer.pack(flows), renderer.pack((None,) * len(flows))]
    for ahead, said in zip(packed, (flows, None)):
        wanted = render(scene, pose, flows=said)
        np.testing.assert_array_equal(unpack(renderer.frame(pose, ahead)), wanted)
    assert all((layer.inverse_depth.size == 0) == sharp for layer in renderer.scene.layers)


def digest(quality="standard", size=SIZE):
    rgb, distance = synthetic.cast(*SIZE, fine=1)
    scene = build_layers(rgb, (distance.min() / distance).astype(np.float32))
    renderer = Renderer(scene, full_window(SIZE, size), size, quality)
    flows = [some_flow(k) for k in range(len(scene.layers))]
    frame = renderer.frame(Pose(x=0.03, y=-0.01, z=0.1, pan=1, roll=2, zoom=1.2), flows)
    return hashlib.sha256(frame.tobytes()).hexdigest()


def test_threads_never_change_a_pixel():
    before = threads.available()
    try:
        found = set()
        for count in (1, 2, 3, 7):
            threads.limit(count)
            found.add(digest())
    finally:
        threads.limit(before)
    assert len(found) == 1


@pytest.mark.slow
def test_a_machine_without_vectors_renders_the_same():
    code = "import sys; sys.path[:0] = %r; import test_frames; print(test_frames.digest())"
    paths = [os.path.dirname(__file__), os.path.dirname(synthetic.__file__)]  # noqa: PTH120
    environment = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    environment.pop("NUMBA_CACHE_DIR", None)
    told = subprocess.run(
        [sys.executable, "-c", code % paths],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == digest()


@pytest.mark.parametrize(
    "pose",
    [
        Pose(x=0.05),
        Pose(x=-0.04, y=0.03, pivot=0.3),
        Pose(pan=3, tilt=-2),
        Pose(roll=4),
        Pose(z=-0.1),
    ],
)
def test_the_safe_zoom_shows_nothing_outside(scene, pose):
    window = full_window(SIZE, SIZE)
    assert count_outside(scene, pose, window, SIZE) > 0
    zoom = safe_zoom(scene, [Pose(), pose], window, SIZE)
    assert 1 < zoom < 1.5
    closer = Pose(pose.x, pose.y, pose.z, pose.pan, pose.tilt, pose.roll, zoom, pose.pivot)
    assert count_outside(scene, closer, window, SIZE) == 0
    assert count_outside(scene, Pose(), window, SIZE) == 0


def test_nodes_around_the_border_are_those_of_the_whole_frame(scene):
    pose = Pose(0.02, 0.01, 0.05, 1.0, -1.0, 0.5)
    whole, border = (
        Projection(scene, full_window(SIZE, SIZE), SIZE, 8).solve(pose, border_only=only).copy()
        for only in (False, True)
    )
    for side in (np.s_[..., :2, :], np.s_[..., -2:, :], np.s_[..., :2], np.s_[..., -2:]):
        np.testing.assert_array_equal(border[side], whole[side])


def test_what_nothing_moves_is_copied_where_the_camera_stands(scene):
    flow, pose = some_flow(full=False), Pose(x=0.01)
    half = flow.first.copy()
    half[:, : half.shape[1] // 2] = 0
    flows = (Flow(half),) * len(scene.layers)
    renderer = Renderer(scene, full_window(SIZE, SIZE), SIZE, retain=True)
    moved = Pose(x=0.02)
    for at in (pose, pose, pose, moved, moved):
        np.testing.assert_array_equal(
            unpack(renderer.frame(at, flows)), render(scene, at, flows=flows)
        )


def test_an_exposure_is_the_mean_of_its_instants(scene):
    poses = [Pose(x=x) for x in (-0.02, 0, 0.03)]
    renderer = Renderer(scene, full_window(SIZE, SIZE), SIZE)
    singles = [unpack(renderer.frame(pose)).astype(int) for pose in poses]
    blurred = unpack(renderer.exposure([(pose, None) for pose in poses])).astype(int)
    assert np.abs(blurred - np.mean(singles, axis=0)).max() < 0.51
    with pytest.raises(InputError, match="instants"):
        renderer.exposure([])


def test_what_is_in_focus_stays_sharp_and_the_rest_blurs(still, plane, scene):
    def sharp(frame):
        return np.abs(np.diff(frame, axis=1)).mean()

    for focus, like in ((0.5, 1.0), (0.9, 0.8), (0.0, 0.7)):
        frame = render(plane, Pose(focus=focus, aperture=0.03))
        assert sharp(frame) <= like * sharp(still[0].astype(int)) + 1e-9
    assert (render(plane, Pose(focus=0.5, aperture=0.03)) == still[0]).all()
    assert abs(render(scene, Pose(focus=0.2, aperture=0.02)).mean() - still[0].mean()) < 2


def card_at(left, top, behind, shape=(60, 90), seed=4):
    rng = np.random.default_rng(seed)
    alpha = rng.integers(0, 256, (*shape, 1))
    colour = rng.integers(0, 256, (*shape, 3)) * alpha // 255
    rgba = np.concatenate([colour, alpha], 2).astype(np.uint8)
    return Card(rgba.view(np.uint32)[..., 0], left, top, behind)


@pytest.mark.parametrize("behind", [0, 1, 2])
@pytest.mark.parametrize("shown", [1.0, 0.4])
def test_a_card_stands_between_layers(scene, behind, shown):
    """Against the frames of what is before it, what it covers and what is behind it."""
    pose = Pose(x=0.03, zoom=1.05)
    count = len(scene.layers)
    assert count > 2
    card = card_at(70, 50, behind)
    white, black = (np.full(scene.size[::-1], c, np.uint32) for c in (0xFFFFFFFF, 0xFF000000))
    front = [layer.colour for layer in scene.layers[:behind]]

    def seen(*layers):
        flat = [*layers, *[black] * (count - len(layers))]
        parts = Scene(
            tuple(Layer(c, layer.inverse_depth) for c, layer in zip(flat, scene.layers)),
            scene.focal,
        )
        return render(parts, pose, "draft") / 255

    before = seen(*front)
    clear = seen(*[c & np.uint32(0xFF000000) for c in front], white)
    back = seen(*[c * np.uint32(0) for c in front], *[la.colour for la in scene.layers[behind:]])
    rgba = card.rgba.view(np.uint8).reshape(60, 90, 4) / 255 * shown
    under = back.copy()
    box = under[50:110, 70:160]
    box[:] = rgba[..., :3] + (1 - rgba[..., 3:]) * box
    renderer = Renderer(scene, full_window(SIZE, SIZE), SIZE, "draft", card=card)
    found = unpack(renderer.frame(pose, None, shown)).astype(int)
    off = np.abs(found - 255 * (before + clear * under))
    assert off.max() <= 2.5
    assert behind or np.abs(found - render(scene, pose, "draft"))[50:110, 70:160].max() > 60


def test_a_card_partly_outside_the_frame_is_cut_off(scene):
    renderer = Renderer(scene, full_window(SIZE, SIZE), SIZE, card=card_at(-30, 130, 0))
    inside = Renderer(scene, full_window(SIZE, SIZE), SIZE)
    found = np.abs(unpack(renderer.frame(Pose())).astype(int) - unpack(inside.frame(Pose())))
    assert found[130:, :60].max() > 50
    assert not found[:130].any() and not found[:, 60:].any()


def test_finer_rays_show_the_same_card():
    rgb = np.full((320, 480, 3), 90, np.uint8)
    scene = build_layers(rgb, np.full((320, 480), 0.5, np.float32))
    size = (240, 160)
    frames = [
        unpack(
            Renderer(scene, full_window(scene.size, size), size, q, card=card_at(20, 30, 0)).frame(
                Pose()
            )
        )
        for q in ("standard", "high")
    ]
    assert np.abs(frames[0].astype(int) - frames[1]).max() <= 1
