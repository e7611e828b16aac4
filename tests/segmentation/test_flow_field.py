"""Directions in a region: from strokes, and velocity_from_terrain without them."""

from __future__ import annotations

import numpy as np
from livingstill.core.kinds import SpeedRange
from livingstill.core.model import Region
from livingstill.segmentation import flow_field
from livingstill.settings.values import Stroke


def channel():
    """Return a mask of a bent channel, right and then down."""
    mask = np.zeros((40, 60), bool)
    mask[8:18, :40] = True
    mask[8:, 28:40] = True
    return mask


def test_a_harmonic_field_joins_its_ends_linearly():
    mask = np.ones((5, 11), bool)
    known = np.zeros_like(mask)
    known[:, 0] = known[:, -1] = True
    values = np.zeros(mask.shape)
    values[:, -1] = 10
    np.testing.assert_allclose(
        flow_field.solve_harmonic(mask, known, values)[2], np.arange(11), atol=1e-4
    )


def test_a_stroke_is_followed_round_the_bend():
    mask = channel()
    stroke = Stroke.parse("flow:0.05,0.32,0.4,0.32")
    field = flow_field.velocity_from_strokes(mask, [stroke], mask.shape, SpeedRange())
    assert field[13, 10, 0] > 5 * abs(field[13, 10, 1])
    assert field[32, 34, 1] > 3 * abs(field[32, 34, 0])
    assert not field[~mask].any()


def test_nothing_flows_through_banks():
    mask = channel()
    rng = np.random.default_rng(0)
    field = flow_field.project_divergence_free(mask, rng.standard_normal((*mask.shape, 2)))
    u = (field[:, :-1, 0] + field[:, 1:, 0]) / 2
    assert np.abs(field[8, 5:25, 1]).mean() < np.abs(field[12, 5:25, 1]).mean() + 0.5
    assert np.isfinite(u).all()
    through = field[8:18, 5:25, 0].sum(0)  # the same amount passes every section of the channel
    assert np.ptp(through) < 0.35 * np.abs(through).mean() + 0.5


def test_water_runs_from_far_to_near_without_strokes():
    mask = np.zeros((90, 120), np.uint8)
    mask[20:, 40:80] = 255
    rgb = np.full((90, 120, 3), 90, np.uint8)
    depth = np.repeat(np.linspace(0, 1, 90, dtype=np.float32)[:, None], 120, 1)
    field = flow_field.velocities(rgb, depth, (Region("flow", mask),))["flow"]
    inside = field[40:80:5, 50:70:5]
    assert (inside[..., 1] > 0).all()
    assert np.abs(inside[..., 0]).max() < 0.3 * inside[..., 1].max()
    assert inside[-1, :, 1].mean() > inside[0, :, 1].mean()


def test_kinds_that_do_not_flow_have_no_direction_unless_drawn():
    mask = np.full((30, 40), 255, np.uint8)
    rgb, depth = np.zeros((30, 40, 3), np.uint8), np.ones((30, 40), np.float32)
    assert flow_field.velocities(rgb, depth, (Region("cloud", mask),)) == {}
    stroke = Stroke.parse("cloud:0.9,0.5,0.1,0.5")
    field = flow_field.velocities(rgb, depth, (Region("cloud", mask),), (stroke,))["cloud"]
    assert (field[..., 0] < 0).all()


def test_level_water_nears_a_bank_no_faster_than_it_can_be_followed():
    mask = np.zeros((70, 112), bool)
    mask[30:50, 20:90] = True
    rgb = np.full((280, 448, 3), 200, np.uint8)
    velocity = flow_field.velocity_from_terrain(mask, rgb, np.ones(rgb.shape[:2], np.float32))
    to_bank = np.arange(1, 11) / 112  # frame widths, from the lower bank up
    lower = np.abs(velocity[49:39:-1, 40:70, 1]).max(1)
    assert (lower * 0.85 <= 1.3 * to_bank).all()
    assert velocity[..., 1].max() > 0.04
