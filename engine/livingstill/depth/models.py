"""Larger depth networks by name or file: the extra ``[models]``.

Nothing is unpickled: checkpoints are read with ``weights_only``, safetensors or as ONNX.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill.core.determinism import graph_engine
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.core.registry import nearest
from livingstill.depth.refine import refine

MEAN = (0.485, 0.456, 0.406)
SPREAD = (0.229, 0.224, 0.225)
"""Mean and spread of ImageNet's colours (0..1), which most networks expect to be taken off."""


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A depth network that can be fetched: where it lies and on what terms.

    ``side`` is the long side the network was made for.
    """

    name: str
    licence: str
    commercial: bool
    megabytes: float
    repo: str
    file: str
    revision: str
    sha256: str
    side: int
    note: str


MODELS: dict[str, NamedModel] = {
    m.name: m
    for m in (
        NamedModel(
            name="depth-anything-v2-small",
            licence="Apache-2.0",
            commercial=True,
            megabytes=99.2,
            repo="depth-anything/Depth-Anything-V2-Small",
            file="depth_anything_v2_vits.pth",
            revision="main",
            sha256="715fade13be8f229f8a70cc02066f656f2423a59effd0579197bbf57860e1378",
            side=518,
            note="ViT-S/14; needs torch and timm; about 1.5 s on one core",
        ),
        NamedModel(
            name="depth-anything-v2-small-onnx",
            licence="Apache-2.0",
            commercial=True,
            megabytes=99.1,
            repo="onnx-community/depth-anything-v2-small",
            file="onnx/model.onnx",
            revision="main",
            sha256="afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c",
            side=518,
            note="the same network as ONNX; needs no torch",
        ),
        NamedModel(
            name="midas-small",
            licence="MIT",
            commercial=True,
            megabytes=66.4,
            repo="julienkay/sentis-MiDaS",
            file="midas_v21_small_256.onnx",
            revision="b867253b86ef4cef1cfda70e8fbcf72fb27eaa3e",
            sha256="b0a5b3f12625137e626805167907fe0410665bec671685d59daaa2daab19f977",
            side=256,
            note="MiDaS v2.1 small at 256x256; needs no torch; the quickest",
        ),
    )
}
"""The networks known by name. All may be used commercially; a later one that may not must say so."""


def fetch(name: str, *, folder: Path | None = None) -> Path:
    """Return the file of a named network, downloading it once.

    Raises
    ------
    InputError
        If the name is unknown, the extra is not installed, there is no network, or the file that
        came is not the one published.
    """
    model = known(name)
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise InputError(
            f"{name} cannot be fetched without huggingface_hub; "
            "install it with: pip install 'livingstill[models]'"
        ) from error
    try:
        found = hf_hub_download(
            model.repo, model.file, revision=model.revision, cache_dir=folder, token=False
        )
    except Exception as error:
        raise InputError(
            f"{name} could not be fetched from the hub ({type(error).__name__}) and is not in the "
            "cache; go online once, or name a file with --depth FILE.onnx"
        ) from error
    path = Path(found)
    verify(path, model)
    return path


def verify(file: Path, model: NamedModel) -> str:
    """Return the file's SHA-256.

    Raises
    ------
    InputError
        If it is not the one published for the model.
    """
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != model.sha256:
        raise InputError(
            f"{file} has SHA-256 {digest}; {model.name} must have {model.sha256}: "
            "delete the file and fetch it again"
        )
    return digest


def known(name: str) -> NamedModel:
    """Return the named network.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in MODELS:
        raise InputError(f"no depth model is called '{name}'{nearest(name, ['embedded', *MODELS])}")
    return MODELS[name]


def estimate(source: str, rgb: UInt8Array, *, far_bright: bool = False) -> Float32Array:
    """Return (H, W) float32 inverse depth in 0..1 of a photo, by a named network or an ONNX file.

    Parameters
    ----------
    source : a name in `MODELS`, or the path of an ONNX file from an image to one depth plane
    rgb : (H, W, 3) uint8
    far_bright : the file answers with depth (far is large) instead of inverse depth

    Raises
    ------
    InputError
        If there is no such model or file, or it does not map an image to one plane.
    """
    if source in MODELS:
        model = MODELS[source]
        path = fetch(source)
        if path.suffix == ".onnx":
            coarse = run_onnx(path, rgb, side=model.side)
        else:
            coarse = run_torch(path, rgb, side=model.side)
    else:
        path = Path(source)
        if path.suffix.lower() != ".onnx" or not path.is_file():
            raise InputError(
                f"'{source}' is neither a depth model ({', '.join(MODELS)}) nor an ONNX file"
            )
        coarse = run_onnx(path, rgb)
    return refine(rgb, stretch(coarse, far_bright=far_bright))


def stretch(raw: Float32Array, *, far_bright: bool = False) -> Float32Array:
    """Return an affine-invariant map as inverse depth in 0..1, in steps of 1/65535.

    >>> stretch(np.array([[2.0, 4.0], [3.0, 2.0]], np.float32)).tolist()
    [[0.0, 1.0], [0.500007629..., 0.0]]
    """
    values = raw.astype(np.float64)
    if not np.isfinite(values).all():
        raise InputError("the depth model answered with values that are not finite")
    if far_bright:
        values = 1 / np.maximum(values, max(float(values.max()), 1e-9) * 1e-3)
    low, high = float(values.min()), float(np.percentile(values, 99.9, method="higher"))
    scaled = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
    return np.asarray(np.round(scaled * 65535) / 65535, np.float32)


# --- ONNX -------------------------------------------------------------------------------------


def run_onnx(file: Path, rgb: UInt8Array, *, side: int = 518) -> Float32Array:
    """Return the raw answer (h, w) of an ONNX network that takes one normalised RGB image.

    A fixed input size in the file is used as it is; a free one follows the photo's aspect. What
    comes back must have the aspect of what went in: OpenCV answers some graphs wrongly at sizes
    they were not exported for.
    """
    fixed = input_size(file.read_bytes())
    sizes = [fixed] if fixed else [fit_size(rgb, side, step) for step in (14, 32)]
    failure = ""
    for height, width in sizes:
        try:
            net = cv2.dnn.readNetFromONNX(str(file), *graph_engine())
            net.setInput(blob(rgb, height, width))
            answer = np.asarray(net.forward())
        except cv2.error as error:
            failure = str(error).strip().splitlines()[-1]
            continue
        plane = answer.reshape(answer.shape[-2:]) if answer.size == _area(answer) else None
        if plane is not None and _alike(plane.shape, (height, width)):
            return np.asarray(plane, np.float32)
        failure = f"it answers {answer.shape} to an image of {height}x{width}"
    raise InputError(f"{file} is not an image-to-depth network that OpenCV can run: {failure}")


def blob(rgb: UInt8Array, height: int, width: int) -> Float32Array:
    """Return the photo as (1, 3, height, width), ImageNet's mean and spread taken off."""
    smaller = width < rgb.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(rgb, (width, height), interpolation=how), np.float32)
    normal = (small / 255 - np.array(MEAN)) / np.array(SPREAD)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], np.float32)


def fit_size(rgb: UInt8Array, short_side: int, step: int) -> tuple[int, int]:
    """Return height and width near the photo's aspect, the shorter ``short_side``, in ``step``s.

    >>> fit_size(np.zeros((600, 800, 3), np.uint8), 518, 14)
    (518, 686)
    """
    scale = short_side / min(rgb.shape[:2])
    height, width = (max(step, round(n * scale / step) * step) for n in rgb.shape[:2])
    return height, width


def input_size(model: bytes) -> tuple[int, int] | None:
    """Return the height and width an ONNX file fixes for its first input, None where they are free.

    Raises
    ------
    InputError
        If the bytes are no ONNX model with an image for input.
    """
    try:
        graph = _field(model, 7)[0]
        weights = {_field(w, 8)[0] for w in _field(graph, 5) if _field(w, 8)}
        inputs = [i for i in _field(graph, 11) if _field(i, 1)[0] not in weights]
        shape = _field(_field(_field(inputs[0], 2)[0], 1)[0], 2)[0]
        sides = [_number(dim, 1) for dim in _field(shape, 1)]
    except (IndexError, ValueError) as error:
        raise InputError("the file is not an ONNX model with one image for input") from error
    if len(sides) != 4:
        raise InputError(f"the ONNX model's input has {len(sides)} dimensions; it must have 4")
    height, width = sides[2:]
    return (height, width) if height > 0 and width > 0 else None


def _alike(ours: tuple[int, ...], theirs: tuple[int, int]) -> bool:
    return min(ours) > 1 and abs(ours[0] * theirs[1] - ours[1] * theirs[0]) <= max(theirs) * 2


def _area(answer: Any) -> int:
    return int(np.prod(answer.shape[-2:])) if answer.ndim >= 2 else -1


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _walk(data: bytes) -> list[tuple[int, int | bytes]]:
    """Return the fields of one protobuf message: number, and value or bytes."""
    found: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            found.append((number, value))
        elif wire == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("cut short")
            found.append((number, data[at : at + length]))
            at += length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError("not protobuf")
    return found


def _field(data: bytes, number: int) -> list[bytes]:
    return [v for n, v in _walk(data) if n == number and isinstance(v, bytes)]


def _number(data: bytes, number: int) -> int:
    return next((v for n, v in _walk(data) if n == number and isinstance(v, int)), 0)


# --- torch ------------------------------------------------------------------------------------


def run_torch(file: Path, rgb: UInt8Array, *, side: int = 518) -> Float32Array:
    """Return the raw inverse depth (h, w) of Depth Anything V2 Small from its official checkpoint."""
    import torch

    network = depth_anything(read_checkpoint(file))
    with torch.inference_mode():
        answer = network(torch.from_numpy(blob(rgb, *fit_size(rgb, side, 14))))
    return np.asarray(answer[0, 0].numpy(), np.float32)


def read_checkpoint(file: Path) -> dict[str, Any]:
    """Return the arrays of a checkpoint without running anything in it."""
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file

        return dict(load_file(str(file)))
    import torch

    return dict(torch.load(file, map_location="cpu", weights_only=True))


def depth_anything(state: dict[str, Any]) -> Any:
    """Return the network with the weights of an official Depth Anything V2 Small state dict.

    The backbone is timm's; the head is our own (a dense prediction transformer; Ranftl et al.,
    2021). `timm_names` maps the names.

    Raises
    ------
    InputError
        If arrays are missing, left over or of another shape.
    """
    network = _build()
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


def _build() -> Any:
    """Return Depth Anything V2 Small without weights. Classes live here: torch is an extra."""
    import timm
    import torch
    from torch import nn
    from torch.nn import functional

    width, channels = 64, (48, 96, 192, 384)

    class Unit(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(width, width, 3, padding=1)
            self.second = nn.Conv2d(width, width, 3, padding=1)

        def forward(self, x: Any) -> Any:
            return x + self.second(functional.relu(self.first(functional.relu(x))))

    class Fuse(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.side, self.both = Unit(), Unit()
            self.out = nn.Conv2d(width, width, 1)

        def forward(self, x: Any, side: Any | None, size: tuple[int, int]) -> Any:
            x = self.both(x if side is None else x + self.side(side))
            return self.out(_resize(x, size))

    class Head(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            a, b, _, d = channels
            self.projects = nn.ModuleList([nn.Conv2d(384, c, 1) for c in channels])
            grow4, grow2 = nn.ConvTranspose2d(a, a, 4, 4), nn.ConvTranspose2d(b, b, 2, 2)
            halve = nn.Conv2d(d, d, 3, 2, 1)
            self.resizes = nn.ModuleList([grow4, grow2, nn.Identity(), halve])
            self.narrow = nn.ModuleList(
                [nn.Conv2d(c, width, 3, padding=1, bias=False) for c in channels]
            )
            self.fuse = nn.ModuleList([Fuse() for _ in channels])
            self.first = nn.Conv2d(width, width // 2, 3, padding=1)
            self.last = nn.Sequential(
                nn.Conv2d(width // 2, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 1, 1), nn.ReLU()
            )

        def forward(self, seen: list[Any], size: tuple[int, int]) -> Any:
            sheets = [
                narrow(resize(project(x)))
                for x, project, resize, narrow in zip(
                    seen, self.projects, self.resizes, self.narrow
                )
            ]
            one, two, three, four = sheets
            x = self.fuse[3](four, None, three.shape[2:])
            x = self.fuse[2](x, three, two.shape[2:])
            x = self.fuse[1](x, two, one.shape[2:])
            x = self.fuse[0](x, one, tuple(2 * n for n in one.shape[2:]))
            return self.last(_resize(self.first(x), size))

    class DepthAnything(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.backbone = timm.create_model(
                "vit_small_patch14_dinov2",
                pretrained=False,
                num_classes=0,
                img_size=518,
                dynamic_img_size=True,
            )
            self.head = Head()

        def forward(self, x: Any) -> Any:
            seen = self.backbone.forward_intermediates(
                x, indices=(2, 5, 8, 11), norm=True, intermediates_only=True
            )
            return self.head(list(seen), tuple(x.shape[2:]))

    def _resize(x: Any, size: tuple[int, ...]) -> Any:
        return functional.interpolate(x, size=tuple(size), mode="bilinear", align_corners=True)

    with torch.no_grad():
        return DepthAnything()
