"""Depth Anything V2 Small (Yang et al., 2024) from its official checkpoint, run by torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.depth.network_input import fit_size, normalise


def run_depth_anything(file: Path, rgb: UInt8Array, *, side: int = 518) -> Float32Array:
    """Return the raw inverse depth (h, w) float32 of Depth Anything V2 Small for a photo.

    Parameters
    ----------
    file : its official checkpoint
    rgb : (H, W, 3) uint8
    side : the short side of the network's input in pixels

    Raises
    ------
    InputError
        If torch or timm is not installed, or the checkpoint is another network's.
    """
    try:
        import timm  # noqa: F401
        import torch
    except ImportError as error:
        raise InputError(
            "depth-anything-v2-small needs torch and timm; "
            "install them with: pip install 'livingstill[models]'"
        ) from error

    network = load_network(read_checkpoint(file))
    with torch.inference_mode():
        answer = network(torch.from_numpy(normalise(rgb, *fit_size(rgb, side, 14))))
    return np.asarray(answer[0, 0].numpy(), np.float32)


def read_checkpoint(file: Path) -> dict[str, Any]:
    """Return the arrays of a checkpoint without running anything in it."""
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(str(file)))
    import torch

    return dict(torch.load(file, map_location="cpu", weights_only=True))


def load_network(state: dict[str, Any]) -> Any:
    """Return the network with the weights of an official Depth Anything V2 Small state dict.

    Parameters
    ----------
    state : tensors by their official names, which `timm_names` maps to ours

    Raises
    ------
    InputError
        If arrays are missing, left over or of another shape.
    """
    from livingstill.depth.dense_prediction import DepthAnything

    network = DepthAnything()
    mapped = timm_names(state)
    try:
        network.load_state_dict(mapped)
    except RuntimeError as error:
        raise InputError(
            "the checkpoint is not Depth Anything V2 Small: " + " ".join(str(error).split())[:300]
        ) from error
    return network.eval()


def timm_names(state: dict[str, Any]) -> dict[str, Any]:
    """Return the official state dict under the names of our network.

    >>> sorted(timm_names({"pretrained.norm.bias": 1, "pretrained.mask_token": 2,
    ...                    "depth_head.scratch.output_conv2.0.bias": 3}))
    ['backbone.norm.bias', 'head.last.0.bias']
    """
    parts = {
        "depth_head.projects.": "head.projects.",
        "depth_head.resize_layers.": "head.resizes.",
        "depth_head.scratch.output_conv1.": "head.first.",
        "depth_head.scratch.output_conv2.": "head.last.",
    }
    for k in range(1, 5):
        parts[f"depth_head.scratch.layer{k}_rn."] = f"head.narrow.{k - 1}."
        fusion = f"depth_head.scratch.refinenet{k}."
        parts[fusion + "out_conv."] = f"head.fuse.{k - 1}.out."
        for unit, name in (("resConfUnit1", "side"), ("resConfUnit2", "both")):
            for conv in ("conv1", "conv2"):
                new = "first" if conv == "conv1" else "second"
                parts[f"{fusion}{unit}.{conv}."] = f"head.fuse.{k - 1}.{name}.{new}."
    parts["pretrained."] = "backbone."
    renamed: dict[str, Any] = {}
    for name, array in state.items():
        if name == "pretrained.mask_token":  # used in pretraining only
            continue
        old = next((p for p in parts if name.startswith(p)), "")
        renamed[parts[old] + name[len(old) :] if old else name] = array
    return renamed
