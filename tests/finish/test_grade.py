"""Grades against the formulas they stand for, colour by colour."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.finish import grade, lut
from livingstill.settings.shot import Shot

RNG = np.random.default_rng(5)
SOME = RNG.integers(0, 256, (400, 3))
CORNERS = np.array(list(itertools.product((0, 255), repeat=3)))
COLOURS = np.concatenate([SOME, CORNERS])


def write_cube(path, table, header=""):
    rows = "\n".join(" ".join(f"{v:.7f}" for v in row) for row in np.reshape(table, (-1, 3)))
    path.write_text(f'TITLE "x"\n# a comment\n{header}\n{rows}\n')
    return path


def graded(**settings):
    table = grade.table(Shot(**settings))
    words = table[COLOURS @ np.array([1, 256, 65536])]
    assert (words >> 24 == 255).all()
    return np.stack([(words >> shift) & 255 for shift in (0, 8, 16)], axis=1).astype(int)


def by_permutation(lattice, rgb):
    """Walk from the cell's first corner to its last, along the axes in order of their fractions."""
    n = len(lattice)
    place = rgb / 255 * (n - 1)
    cell = np.minimum(place.astype(int), n - 2)
    fractions = place - cell
    value = lattice[cell[2], cell[1], cell[0]].astype(float)
    for axis in np.argsort(-fractions, kind="stable"):
        step = cell.copy()
        step[axis] += 1
        before, after = lattice[tuple(cell[::-1])], lattice[tuple(step[::-1])]
        value = value + fractions[axis] * (after.astype(float) - before)
        cell = step
    return value


@pytest.mark.parametrize("n", [2, 5, 17])
def test_a_3d_lut_is_interpolated_in_tetrahedra(tmp_path, n):
    lattice = RNG.random((n, n, n, 3)).astype(np.float32)
    file = write_cube(tmp_path / "x.cube", lattice, f"LUT_3D_SIZE {n}")
    expected = [255 * by_permutation(lattice, rgb) for rgb in COLOURS]
    assert np.abs(graded(lut=file) - expected).max() < 0.51


def test_a_lut_of_half_strength_lies_half_way(tmp_path):
    lattice = RNG.random((4, 4, 4, 3)).astype(np.float32)
    file = write_cube(tmp_path / "x.cube", lattice, "LUT_3D_SIZE 4")
    expected = [0.5 * (255 * by_permutation(lattice, rgb) + rgb) for rgb in COLOURS]
    assert np.abs(graded(lut=file, lut_strength=0.5) - expected).max() < 0.51


def test_red_is_the_fastest_axis_of_a_lut(tmp_path):
    """A table that swaps red and blue."""
    b, g, r = np.meshgrid(*[np.linspace(0, 1, 3)] * 3, indexing="ij")
    file = write_cube(tmp_path / "x.cube", np.stack([b, g, r], -1), "LUT_3D_SIZE 3")
    np.testing.assert_array_equal(graded(lut=file), COLOURS[:, ::-1])


def test_a_1d_lut_bends_each_channel_by_its_own_column(tmp_path):
    x = np.linspace(0, 1, 1001)
    table = np.stack([x**2, 1 - x, np.sqrt(x)], 1)
    file = write_cube(tmp_path / "x.cube", table, "LUT_1D_SIZE 1001")
    u = COLOURS / 255
    expected = 255 * np.stack([u[:, 0] ** 2, 1 - u[:, 1], np.sqrt(u[:, 2])], 1)
    assert np.abs(graded(lut=file) - expected).max() < 1.6  # the root is steep at black
    assert np.abs((graded(lut=file) - expected)[:, :2]).max() < 0.52


def test_the_domain_of_a_lut_is_heeded(tmp_path):
    """An identity over -1..3 is one over 0..1 too."""
    b, g, r = np.meshgrid(*[np.linspace(-1, 3, 9)] * 3, indexing="ij")
    header = "LUT_3D_SIZE 9\nDOMAIN_MIN -1 -1 -1\nDOMAIN_MAX 3 3 3"
    file = write_cube(tmp_path / "x.cube", np.stack([r, g, b], -1), header)
    np.testing.assert_array_equal(graded(lut=file), COLOURS)


def test_a_file_may_hold_curves_and_then_a_lattice(tmp_path):
    b, g, r = np.meshgrid(*[np.linspace(0, 1, 3)] * 3, indexing="ij")
    rows = np.concatenate([[[1, 1, 1], [0, 0, 0]], np.stack([b, g, r], -1).reshape(-1, 3)])
    file = write_cube(tmp_path / "x.cube", rows, "LUT_1D_SIZE 2\nLUT_3D_SIZE 3")
    np.testing.assert_array_equal(graded(lut=file), 255 - COLOURS[:, ::-1])


def test_exposure_doubles_the_light():
    u = COLOURS / 255
    light = np.where(u <= 0.04045, u / 12.92, ((u + 0.055) / 1.055) ** 2.4) * 2
    light = light.clip(0, 1)
    expected = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(graded(exposure=1) - 255 * expected).max() < 0.51


def test_saturation_keeps_the_luma_and_zero_is_grey_whatever_the_lut(tmp_path):
    luma = COLOURS @ np.array([0.2126, 0.7152, 0.0722])
    expected = (luma[:, None] + 1.5 * (COLOURS - luma[:, None])).clip(0, 255)
    assert np.abs(graded(saturation=1.5) - expected).max() < 0.52
    lattice = RNG.random((4, 4, 4, 3))
    grey = graded(saturation=0, lut=write_cube(tmp_path / "x.cube", lattice, "LUT_3D_SIZE 4"))
    assert (np.ptp(grey, axis=1) == 0).all()


def test_white_balance_undoes_the_colour_of_light():
    """Lamps of 2856 K (illuminant A) are orange: its correction is near the CIE chromaticity's."""
    x, y = 0.44757, 0.40745
    to_rgb = np.array(
        [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    )
    lamp = to_rgb @ np.array([x / y, 1, (1 - x - y) / y])
    gains = grade.white_balance(2856)
    corrected = gains * lamp / (gains * lamp)[1]
    np.testing.assert_allclose(corrected, 1, atol=0.12)
    assert abs(gains @ [0.2126, 0.7152, 0.0722] - 1) < 1e-12
    assert grade.white_balance(6500, 0.5)[1] < 1 < grade.white_balance(6500, -0.5)[1]


def test_what_changes_nothing_is_no_table():
    assert grade.table(Shot()) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("LUT_3D_SIZE 2\n0 0 0\n", "has 1 colours; by its size it must have 8"),
        ("0 0 0\n1 1 1\n", "has no LUT_1D_SIZE and no LUT_3D_SIZE"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 x 1\n", "line 3 must have 3 numbers"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 nan 1\n", "line 3 must have 3 numbers"),
        ("LUT_3D_SIZE 999\n", "LUT_3D_SIZE 999; it must be a whole number, 2 to 129"),
        ("LUT_3D_SIZE two\n", "line 1 must have 1 number"),
        ("GIF89a\n", "line 1 begins with 'GIF89a'"),
        ("LUT_1D_SIZE 2\nDOMAIN_MAX 0 1 1\n0 0 0\n1 1 1\n", "domain that does not rise"),
        ("", "is empty"),
    ],
)
def test_a_broken_cube_is_told_by_its_line(tmp_path, text, sentence):
    file = tmp_path / "x.cube"
    file.write_text(text)
    with pytest.raises(InputError, match=r"x\.cube") as caught:
        lut.read(file)
    assert sentence in str(caught.value)
