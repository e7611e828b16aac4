"""What people build: straight edges stay straight, windows stay in their wall."""

from __future__ import annotations

import numpy as np
from livingstill.depth import panes, straight

LINE = np.array([[0.1, 0.5, 0.9, 0.5]], np.float32)
ALONG = np.linspace(0.05, 0.95, 19)
Y, X = np.mgrid[:240, :360].astype(np.float32)
SLOPE = np.asarray(0.3 + 0.3 * X / 360, np.float32)


def bow(depth):
    """How far the depth along the line leaves its own straight fit."""
    have = straight.samples(depth, LINE, ALONG)[0]
    return np.abs(have - np.polyval(np.polyfit(ALONG, have, 1), ALONG)).max()


def test_a_line_over_a_bulge_gets_the_depth_of_a_straight_edge():
    bulge = SLOPE + 0.05 * np.exp(-((X - 180) ** 2 + (Y - 120) ** 2) / 800).astype(np.float32)
    mended = straight.straighten(bulge, LINE)
    assert bow(bulge) > 0.02 > 6 * bow(mended)
    far = np.abs(Y - 120) > 40
    np.testing.assert_array_equal(mended[far], bulge[far])


def test_a_plane_stays_as_it_is_and_infinity_stays_infinite():
    np.testing.assert_allclose(straight.straighten(SLOPE, LINE), SLOPE, atol=2e-4)
    sky = np.where(Y < 110, np.float32(0), SLOPE + np.float32(0.02) * np.sin(X / 20))
    assert not straight.straighten(sky, LINE)[Y < 110].any()


def test_a_thing_in_front_of_a_line_keeps_its_depth():
    post = np.where(np.abs(X - 180) < 8, np.float32(0.95), SLOPE)
    np.testing.assert_allclose(straight.straighten(post, LINE), post, atol=5e-3)


def test_a_window_closes_with_the_wall_around_it_and_nothing_else_moves():
    window = (np.abs(X - 180) < 60) & (np.abs(Y - 100) < 50)
    view = np.where(Y < 100, np.float32(0), np.float32(0.1) + np.float32(0.1) * (np.sin(X) > 0))
    room = np.where(window, view, SLOPE)
    closed = panes.close(room)
    np.testing.assert_allclose(closed[window], SLOPE[window], atol=0.02)
    away = (np.abs(X - 180) > 90) | (np.abs(Y - 100) > 80)
    np.testing.assert_allclose(closed[away], room[away], atol=1e-6)


def test_a_room_without_a_window_is_left_alone():
    assert panes.close(SLOPE) is SLOPE
