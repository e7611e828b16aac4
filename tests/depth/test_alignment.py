"""What people build: straight edges stay straight, windows stay in their wall."""

from __future__ import annotations

import numpy as np
from livingstill.depth import alignment, windows

LINE = np.array([[0.1, 0.5, 0.9, 0.5]], np.float32)
ALONG = np.linspace(0.05, 0.95, 19)
Y, X = np.mgrid[:240, :360].astype(np.float32)
SLOPE = np.asarray(0.3 + 0.3 * X / 360, np.float32)


def bow(depth):
    """How far the depth along the line leaves its own straight fit."""
    have = alignment.sample_lines(depth, LINE, ALONG)[0]
    return np.abs(have - np.polyval(np.polyfit(ALONG, have, 1), ALONG)).max()


def test_a_line_over_a_bulge_gets_the_depth_of_a_straight_edge():
    bulge = SLOPE + 0.05 * np.exp(-((X - 180) ** 2 + (Y - 120) ** 2) / 800).astype(np.float32)
    mended = alignment.straighten_lines(bulge, LINE)
    assert bow(bulge) > 0.02 > 6 * bow(mended)
    far = np.abs(Y - 120) > 40
    np.testing.assert_array_equal(mended[far], bulge[far])


def test_a_plane_stays_as_it_is_and_infinity_stays_infinite():
    np.testing.assert_allclose(alignment.straighten_lines(SLOPE, LINE), SLOPE, atol=2e-4)
    sky = np.where(Y < 110, np.float32(0), SLOPE + np.float32(0.02) * np.sin(X / 20))
    assert not alignment.straighten_lines(sky, LINE)[Y < 110].any()


def test_a_thing_in_front_of_a_line_keeps_its_depth():
    post = np.where(np.abs(X - 180) < 8, np.float32(0.95), SLOPE)
    np.testing.assert_allclose(alignment.straighten_lines(post, LINE), post, atol=5e-3)


def test_a_window_closes_with_the_wall_around_it_and_nothing_else_moves():
    window = (np.abs(X - 180) < 60) & (np.abs(Y - 100) < 50)
    view = np.where(Y < 100, np.float32(0), np.float32(0.1) + np.float32(0.1) * (np.sin(X) > 0))
    room = np.where(window, view, SLOPE)
    closed = windows.close_windows(room)
    np.testing.assert_allclose(closed[window], SLOPE[window], atol=0.02)
    away = (np.abs(X - 180) > 90) | (np.abs(Y - 100) > 80)
    np.testing.assert_allclose(closed[away], room[away], atol=1e-6)


def test_a_room_without_a_window_is_left_alone():
    assert windows.close_windows(SLOPE) is SLOPE


def test_a_step_that_wavers_about_a_straight_edge_stands_on_it():
    edge = np.array([[0.5, 0.05, 0.5, 0.95]], np.float32)  # x = 179.5
    wavering = 179.5 + 1.0 * np.sign(np.sin(Y / 9))
    near, far = np.float32(0.8), np.asarray(0.3 + 0.1 * Y / 240, np.float32)
    depth = np.where(wavering > X, near, far)
    mended = alignment.align_steps(depth, edge)
    rows = slice(14, 226)
    assert np.unique((mended[rows] > 0.6).sum(1)).size == 1 < np.unique((depth > 0.6).sum(1)).size
    np.testing.assert_allclose(mended[rows, 181:], far[rows, 181:], atol=2e-3)
    np.testing.assert_array_equal(
        mended[:, np.abs(X[0] - 179.5) > 4], depth[:, abs(X[0] - 179.5) > 4]
    )


def test_steps_leave_slopes_and_things_in_front_and_the_sky_alone():
    edge = np.array([[0.5, 0.05, 0.5, 0.95]], np.float32)
    np.testing.assert_array_equal(alignment.align_steps(SLOPE, edge), SLOPE)
    step = np.where(X < 180, np.float32(0.7), np.float32(0.3))
    leaf = (np.abs(Y - 100) < 6) & (np.abs(X - 180) < 2)
    np.testing.assert_array_equal(
        alignment.align_steps(np.where(leaf, np.float32(0.95), step), edge)[leaf], np.float32(0.95)
    )
    roof = np.where(X < 180, np.float32(0.7), np.float32(0))
    np.testing.assert_array_equal(alignment.align_steps(roof, edge), roof)


def test_lines_lying_down_are_treated_as_upright_ones():
    depth = np.where(180 + 1.5 * np.sin(Y) > X, np.float32(0.7), np.float32(0.3))
    edge = np.array([[0.5, 0.05, 0.51, 0.95]], np.float32)
    turned = alignment.align_steps(np.ascontiguousarray(depth.T), edge[:, [1, 0, 3, 2]])
    np.testing.assert_array_equal(turned.T, alignment.align_steps(depth, edge))
