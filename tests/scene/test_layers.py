import json
import struct

import cv2
import numpy as np
import pytest
import synthetic
from livingstill.core.errors import InputError
from livingstill.scene import discontinuities, export, mesh
from livingstill.scene.inpaint import fill_harmonic
from livingstill.scene.layers import build_layers, extend_photo


@pytest.fixture(scope="module")
def still():
    rgb, distance = synthetic.cast(241, 163)
    return rgb, (distance.min() / distance).astype(np.float32)


@pytest.fixture(scope="module")
def scene(still):
    return build_layers(*still)


def stacked(scene):
    """Lay the layers over each other, back to front, in plain floats."""
    out = np.zeros((*scene.layers[0].colour.shape, 3))
    for layer in reversed(scene.layers):
        rgba = layer.colour.copy().view(np.uint8).reshape(*layer.colour.shape, 4).astype(float)
        out = rgba[..., :3] + out * (1 - rgba[..., 3:] / 255)
    return out


def test_the_layers_at_rest_add_up_to_the_photo(still, scene):
    assert len(scene.layers) > 2
    assert np.abs(stacked(scene) - still[0]).max() <= 1.01


def test_the_last_layer_is_opaque_and_depth_is_finite(scene):
    assert (scene.layers[-1].colour >> 24 == 255).all()
    for layer in scene.layers:
        assert np.isfinite(layer.inverse_depth).all()
        assert layer.inverse_depth.min() >= 0


def test_what_a_layer_hid_lies_behind_it(still, scene):
    depth = still[1]
    for front, back in zip(scene.layers, scene.layers[1:]):
        own = (front.colour >> 24) == 255
        assert (back.inverse_depth[own] <= depth[own] + 1e-5).mean() > 0.99


def test_flat_depth_gives_one_layer_and_the_photo(still):
    scene = build_layers(still[0], np.full(still[0].shape[:2], 0.5, np.float32))
    assert len(scene.layers) == 1
    assert (stacked(scene) == still[0]).all()


def test_the_number_of_layers_can_be_asked_for(still):
    assert [len(build_layers(*still, layers=n).layers) for n in (1, 2, 3)] == [1, 2, 3]


def test_the_sky_stays_at_infinity():
    rgb, distance = synthetic.cast(160, 120, fine=1)
    depth = (distance.min() / distance).astype(np.float32)
    depth[distance > 7.9] = 0
    last = build_layers(rgb, depth).layers[-1].inverse_depth
    assert (last[distance > 7.9] == 0).all()


def test_cuts_go_through_the_discontinuities():
    depth = np.full((40, 60), 0.1, np.float32)
    depth[10:30, 10:25] = 0.5
    depth[10:30, 35:50] = 0.9
    found = discontinuities.choose_thresholds(
        depth, discontinuities.find_discontinuities(depth, 0.03), None
    )
    assert len(found) == 1 and 0.1 < found[0] <= 0.5
    depth[15:25, 20:40] = 0.7
    high, low = discontinuities.choose_thresholds(
        depth, discontinuities.find_discontinuities(depth, 0.03), 3
    )
    assert low < high


def test_a_hole_is_filled_with_the_plane_around_it():
    y, x = np.indices((37, 52), np.float32)
    plane = np.dstack([x, y, 2 * x - y, 0 * x]).astype(np.float32)
    known = np.ones((37, 52), np.float32)
    known[12:25, 18:33] = 0
    holed = plane * known[..., None]
    fill_harmonic(holed, known)
    assert np.abs(holed - plane).max() < 1.0
    assert np.abs(holed - plane).mean() < 0.06


def test_an_extended_photo_keeps_the_photo(still):
    rgb, depth = extend_photo(*still, (9, 4))
    assert rgb.shape == (163 + 8, 241 + 18, 3) and depth.shape == rgb.shape[:2]
    assert (rgb[4:-4, 9:-9] == still[0]).all() and (depth[4:-4, 9:-9] == still[1]).all()


def test_depth_of_another_size_is_an_error(still):
    with pytest.raises(InputError, match="240x163"):
        build_layers(still[0], still[1][:, 1:])


def test_a_mesh_projects_onto_the_photo(scene):
    focal = scene.focal * scene.size[0]
    for part in mesh.layer_meshes(scene):
        projected = focal * part.positions[:, :2] / -part.positions[:, 2:]
        wanted = (part.texture_coordinates - 0.5) * scene.size * [1, -1]
        np.testing.assert_allclose(projected, wanted, atol=0.02)
        a, b, c = (projected[part.faces[:, n]] for n in range(3))
        (ux, uy), (vx, vy) = (b - a).T, (c - a).T
        assert (ux * vy > uy * vx).all()


def test_exports_are_what_they_say(scene, tmp_path):
    names = {path.name for path in export.export_layers(scene, tmp_path)}
    assert {"scene.json", "camera.json", "layer-0.png", "layer-0-depth.png"} <= names
    assert len(json.loads((tmp_path / "scene.json").read_text())["layers"]) == len(scene.layers)
    data = export.write_mesh(scene, tmp_path / "a.glb").read_bytes()
    magic, version, length = struct.unpack("<4sII", data[:12])
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack("<I4s", data[12:20])
    content = json.loads(data[20 : 20 + size])
    assert kind == b"JSON" and len(content["meshes"]) == len(scene.layers)
    ply = export.write_mesh(scene, tmp_path / "a.ply").read_bytes()
    header, _, body = ply.partition(b"end_header\n")
    counts = [int(line.split()[2]) for line in header.decode().splitlines() if "element" in line]
    assert len(body) == counts[0] * 16 + counts[1] * 13
    with pytest.raises(InputError, match=r"\.glb"):
        export.write_mesh(scene, tmp_path / "a.obj")


def glb_content(data):
    """Return JSON and binary chunk of a GLB, every length checked."""
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON" and size % 4 == 0
    content = json.loads(data[20 : 20 + size])
    length, kind = struct.unpack_from("<I4s", data, 20 + size)
    assert kind == b"BIN\0" and 28 + size + length == len(data)
    return content, data[28 + size :]


def test_a_gltf_reader_finds_the_layers_back_to_front(scene, tmp_path):
    content, binary = glb_content(export.write_mesh(scene, tmp_path / "a.glb").read_bytes())
    assert content["buffers"] == [{"byteLength": len(binary)}]

    def view(number):
        part = content["bufferViews"][number]
        end = part["byteOffset"] + part["byteLength"]
        assert part["byteOffset"] % 4 == 0 and end <= len(binary)
        return binary[part["byteOffset"] : end]

    def array(number):
        entry = content["accessors"][number]
        kind = {5126: np.float32, 5125: np.uint32}[entry["componentType"]]
        width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[entry["type"]]
        return np.frombuffer(view(entry["bufferView"]), kind).reshape(entry["count"], width)

    distances = []
    for part in content["meshes"]:
        (piece,) = part["primitives"]
        positions = array(piece["attributes"]["POSITION"])
        bounds = content["accessors"][piece["attributes"]["POSITION"]]
        np.testing.assert_array_equal(positions.min(0), np.float32(bounds["min"]))
        np.testing.assert_array_equal(positions.max(0), np.float32(bounds["max"]))
        coordinates = array(piece["attributes"]["TEXCOORD_0"])
        assert len(coordinates) == len(positions)
        assert coordinates.min() >= 0 and coordinates.max() <= 1
        corners = array(piece["indices"])
        assert len(corners) % 3 == 0 and corners.max() == len(positions) - 1
        material = content["materials"][piece["material"]]
        assert "KHR_materials_unlit" in material["extensions"]
        texture = material["pbrMetallicRoughness"]["baseColorTexture"]["index"]
        image = content["images"][content["textures"][texture]["source"]]
        picture = cv2.imdecode(
            np.frombuffer(view(image["bufferView"]), np.uint8), cv2.IMREAD_UNCHANGED
        )
        assert picture.shape[1::-1] == scene.size
        opaque = (picture[..., 3] == 255).all()
        assert material["alphaMode"] == ("OPAQUE" if opaque else "BLEND")
        distances.append(np.median(-positions[:, 2]))
    assert distances == sorted(distances, reverse=True)
    assert "KHR_materials_unlit" in content["extensionsUsed"]
