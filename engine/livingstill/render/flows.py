"""The flows of a scene's layers at one instant, packed as frames are composed with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Flow, UInt8Array
from livingstill.core.threads import over_field
from livingstill.kernels import blocks, composite

Flows = Sequence[Flow | None] | composite.Flows
"""A flow for each layer, None where it is still; or the same packed."""

_BLOCK = 3  # binary logarithm of the side of the blocks in which a flow is felt or not


def pack_flows(flows: Flows, shape: tuple[int, ...]) -> composite.Flows:
    """Return the flows of ``shape`` (K, H, W) layers packed; one that several share is stored once.

    Raises
    ------
    InputError
        If there are not K.
    """
    if isinstance(flows, composite.Flows):
        return flows
    count, rows, columns = shape
    if len(flows) != count:
        raise InputError(f"there are {len(flows)} flows; the scene has {count} layers")
    distinct = {id(flow): flow for flow in flows if flow is not None}
    nodes = np.empty(max(1, sum(map(_node_floats, distinct.values()))), np.float32)
    sizes, steps = np.zeros((count, 5), np.int32), np.ones(count, np.float32)
    busy = np.empty((count, 2, -(-rows >> _BLOCK) + 1, -(-columns >> _BLOCK) + 1), np.uint32)
    first_layer: dict[int, int] = {}
    begin = 0
    for k, flow in enumerate(flows):
        if flow is None:
            continue
        if (same := first_layer.setdefault(id(flow), k)) != k:
            sizes[k], steps[k], busy[k] = sizes[same], steps[same], busy[same]
            continue
        own = nodes[begin : begin + _node_floats(flow)].reshape(*flow.first.shape[:2], -1)
        felt, longest = _lay_out(flow, own)
        blocks.activity(felt, float(flow.step), _BLOCK, busy[k])
        sizes[k] = (begin, _quads(flow), *own.shape[:2], int(np.ceil(longest)))
        steps[k] = flow.step
        begin += own.size
    return composite.Flows(nodes, sizes, steps, busy, _BLOCK)


def _quads(flow: Flow) -> int:
    """Return how many quads of floats a node of a flow has; see ``composite.Flows``."""
    if flow.second is not None:
        return 3
    return 1 if flow.first_gain is None and flow.bias is None else 2


def _node_floats(flow: Flow) -> int:
    """Return how many floats a flow's nodes have."""
    return 4 * _quads(flow) * int(flow.first.shape[0] * flow.first.shape[1])


def _lay_out(flow: Flow, nodes: Float32Array) -> tuple[UInt8Array, float]:
    """Copy a flow's fields into its nodes (h, w, 4 a quad).

    Returns (h, w) uint8, above 0 where the flow changes a pixel, and its longest displacement in pixels.
    """
    shape = nodes.shape[:2]
    active, reach = np.empty(shape, np.uint8), np.empty(shape[0], np.float32)
    gain, second_gain = _or_none(flow.first_gain, 0, 0), _or_none(flow.second_gain, 0, 0)
    second, bias = _or_none(flow.second, 0, 0, 2), _or_none(flow.bias, 0, 0, 3)
    fill = partial(
        blocks.lay_out, flow.first, gain, second, second_gain, bias, nodes, active, reach
    )
    over_field(fill, shape[0])
    return active, float(reach.max())


def _or_none(field: Float32Array | None, *shape: int) -> Float32Array:
    """Return the field, or an empty one, unwritable as flows are: kernels are compiled per type."""
    if field is not None:
        return field
    empty = np.zeros(shape, np.float32)
    empty.setflags(write=False)
    return empty
