"""The network of Depth Anything V2 Small: a dense prediction transformer (Ranftl et al., 2021).

The backbone is timm's DINOv2 ViT-S/14; the head is our own. Only ``depth_anything`` imports this
file, when it is asked for: torch and timm are extras.
"""

from __future__ import annotations

from typing import Any

import timm
from torch import nn
from torch.nn import functional

_WIDTH = 64
"""Channels of the fused feature maps."""

_EMBEDDING = 384
"""Channels of the backbone's tokens."""

_CHANNELS = (48, 96, 192, 384)
"""Channels of the four feature maps, finest first, before they are fused."""

_BLOCKS = (2, 5, 8, 11)
"""Blocks of the backbone whose tokens are the feature maps."""


class ResidualUnit(nn.Module):  # type: ignore[misc]
    """Two convolutions, each after a ReLU, added to their input."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1)
        self.second = nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1)

    def forward(self, x: Any) -> Any:
        """Return (n, 64, h, w)."""
        return x + self.second(functional.relu(self.first(functional.relu(x))))


class Fusion(nn.Module):  # type: ignore[misc]
    """The coarser map plus the refined finer one, brought to the next size."""

    def __init__(self) -> None:
        super().__init__()
        self.side, self.both = ResidualUnit(), ResidualUnit()
        self.out = nn.Conv2d(_WIDTH, _WIDTH, 1)

    def forward(self, x: Any, side: Any | None, size: tuple[int, int]) -> Any:
        """Return (n, 64, *size)."""
        x = self.both(x if side is None else x + self.side(side))
        return self.out(_resize(x, size))


class Head(nn.Module):  # type: ignore[misc]
    """From four feature maps of the backbone to one plane of inverse depth."""

    def __init__(self) -> None:
        super().__init__()
        a, b, _, d = _CHANNELS
        self.projects = nn.ModuleList([nn.Conv2d(_EMBEDDING, c, 1) for c in _CHANNELS])
        grow4, grow2 = nn.ConvTranspose2d(a, a, 4, 4), nn.ConvTranspose2d(b, b, 2, 2)
        halve = nn.Conv2d(d, d, 3, 2, 1)
        self.resizes = nn.ModuleList([grow4, grow2, nn.Identity(), halve])
        self.narrow = nn.ModuleList(
            [nn.Conv2d(c, _WIDTH, 3, padding=1, bias=False) for c in _CHANNELS]
        )
        self.fuse = nn.ModuleList([Fusion() for _ in _CHANNELS])
        self.first = nn.Conv2d(_WIDTH, _WIDTH // 2, 3, padding=1)
        self.last = nn.Sequential(
            nn.Conv2d(_WIDTH // 2, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 1, 1), nn.ReLU()
        )

    def forward(self, tokens: list[Any], size: tuple[int, int]) -> Any:
        """Return (n, 1, *size) from four maps (n, 384, h, w)."""
        stages = zip(tokens, self.projects, self.resizes, self.narrow)
        one, two, three, four = (
            narrow(resize(project(x))) for x, project, resize, narrow in stages
        )
        x = self.fuse[3](four, None, three.shape[2:])
        x = self.fuse[2](x, three, two.shape[2:])
        x = self.fuse[1](x, two, one.shape[2:])
        x = self.fuse[0](x, one, tuple(2 * n for n in one.shape[2:]))
        return self.last(_resize(self.first(x), size))


class DepthAnything(nn.Module):  # type: ignore[misc]
    """Depth Anything V2 Small without weights."""

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
        """Return (n, 1, h, w) of a normalised image (n, 3, h, w), both sides multiples of 14."""
        tokens = self.backbone.forward_intermediates(
            x, indices=_BLOCKS, norm=True, intermediates_only=True
        )
        return self.head(list(tokens), tuple(x.shape[2:]))


def _resize(x: Any, size: tuple[int, ...]) -> Any:
    return functional.interpolate(x, size=tuple(size), mode="bilinear", align_corners=True)
