"""The network: a small backbone, a light decoder, one head for inverse depth, one for classes."""

from __future__ import annotations

from typing import Any

import timm
import torch
from torch import nn
from torch.nn import functional

CLASSES = ("other", "sky", "water", "foliage", "grass", "person")
"""What the class head tells apart, in the order of its channels."""

BACKBONES = ("mobilenetv2_100", "plain")
"""The backbones that were compared; the first is the one that ships."""


class Conv(nn.Sequential):
    """Dense convolution, batch norm, ReLU."""

    def __init__(self, inside: int, outside: int, side: int = 3, step: int = 1, hole: int = 1):
        pad = hole * (side // 2)
        super().__init__(
            nn.Conv2d(inside, outside, side, step, pad, hole, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    """Two dense convolutions around a skip."""

    def __init__(self, inside: int, outside: int, step: int) -> None:
        super().__init__()
        self.first = Conv(inside, outside, 3, step)
        self.second = nn.Sequential(
            nn.Conv2d(outside, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside)
        )
        self.skip = nn.Identity() if step == 1 else nn.Conv2d(inside, outside, 1, step)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add what the convolutions find to what came in."""
        return functional.relu(self.second(self.first(x)) + self.skip(x))


class Plain(nn.Module):
    """A plain residual pyramid without any earlier training: the second candidate."""

    channels = (16, 32, 64, 96, 128)

    def __init__(self) -> None:
        super().__init__()
        # no residual from the 3 colours: torch 2.15 corrupts the heap in its backward pass (AMD CPU)
        inside = self.channels[0]
        steps = [nn.Sequential(Conv(3, inside, 3, 2), Residual(inside, inside, 1))]
        for outside in self.channels[1:]:
            steps.append(nn.Sequential(Residual(inside, outside, 2), Residual(outside, outside, 1)))
            inside = outside
        self.steps = nn.ModuleList(steps)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the features at 1/2, 1/4, 1/8, 1/16 and 1/32."""
        found = []
        for step in self.steps:
            x = step(x)
            found.append(x)
        return found


def double(x: torch.Tensor) -> torch.Tensor:
    """Return ``x`` at twice the size, bilinear."""
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Context(nn.Module):
    """What the whole picture says: the coarsest features, their surroundings and their mean."""

    def __init__(self, inside: int, width: int) -> None:
        super().__init__()
        self.narrow = Conv(inside, width, 1)
        self.near = Conv(width, width)
        self.wide = Conv(width, width)
        self.whole = nn.Conv2d(width, width, 1)
        self.join = Conv(width * 3, width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Mix the views of the coarsest features."""
        x = self.narrow(x)
        near = self.near(x)
        whole = x - self.whole(x.mean(dim=(2, 3), keepdim=True))
        return self.join(torch.cat((near, self.wide(near), whole), 1))


class Merge(nn.Module):
    """One step up: the coarser features doubled, joined with the backbone's of that size."""

    def __init__(self, coarse: int, side: int, width: int) -> None:
        super().__init__()
        self.lateral = nn.Conv2d(side, width, 1)
        self.shrink = nn.Conv2d(coarse, width, 1)
        self.blend = nn.Sequential(Conv(width, width), Conv(width, width))

    def forward(self, coarse: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
        """Return features of the finer size."""
        return self.blend(double(self.shrink(coarse)) + self.lateral(side))


class Head(nn.Module):
    """From quarter-size features to a map at half the input size."""

    def __init__(self, inside: int, side: int, outside: int) -> None:
        super().__init__()
        self.first = Conv(inside, 32)
        self.lateral = nn.Conv2d(side, 32, 1)
        self.second = Conv(32, 24)
        self.last = nn.Conv2d(24, outside, 1)

    def forward(self, x: torch.Tensor, side: torch.Tensor) -> torch.Tensor:
        """Return the raw map."""
        return self.last(self.second(double(self.first(x)) + self.lateral(side)))


class Network(nn.Module):
    """RGB 0..255 of sides divisible by 32 -> root of inverse depth and class logits, at half size.

    The depth head answers in the square root of inverse depth, relative to the nearest surface:
    0 is the sky and 1 the nearest thing. The root spreads what is far over more of the range.
    The two heads have decoders of their own: in one they share, depth drowned the classes.
    """

    def __init__(self, backbone: str = BACKBONES[0], classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.name = backbone
        if backbone == "plain":
            self.backbone: nn.Module = Plain()
            channels = list(Plain.channels)
        else:
            self.backbone = timm.create_model(
                backbone,
                pretrained=False,
                pad_type="same",
                features_only=True,
                out_indices=(0, 1, 2, 3, 4),
            )
            channels = list(self.backbone.feature_info.channels())
        half, quarter, eighth, sixteenth, coarsest = channels
        self.context = Context(coarsest, 128)
        self.up16 = Merge(128, sixteenth, 96)
        self.up8 = Merge(96, eighth, 64)
        self.up4 = Merge(64, quarter, 48)
        self.depth = Head(48, half, 1)
        self.kind_context = Context(coarsest, 96)
        self.kind16 = Merge(96, sixteenth, 64)
        self.kind8 = Merge(64, eighth, 48)
        self.kind4 = Merge(48, quarter, 40)
        self.kind = nn.Conv2d(40, classes, 1)

    def features(self, picture: torch.Tensor) -> list[torch.Tensor]:
        """Return what the backbone sees, finest first."""
        return list(self.backbone((picture - 128.0) / 128.0))

    def depth_of(self, seen: list[torch.Tensor]) -> torch.Tensor:
        """Return root inverse depth (N, 1, h/2, w/2) in 0..1."""
        half, quarter, eighth, sixteenth, coarsest = seen
        x = self.up8(self.up16(self.context(coarsest), sixteenth), eighth)
        return torch.sigmoid(self.depth(self.up4(x, quarter), half).float())

    def kind_of(self, seen: list[torch.Tensor]) -> torch.Tensor:
        """Return class logits (N, C, h/2, w/2)."""
        _, quarter, eighth, sixteenth, coarsest = seen
        x = self.kind8(self.kind16(self.kind_context(coarsest), sixteenth), eighth)
        return double(self.kind(self.kind4(x, quarter))).float()

    def decode(self, seen: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return root inverse depth and class logits."""
        return self.depth_of(seen), self.kind_of(seen)

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return root inverse depth and class logits of ``picture``."""
        return self.decode(self.features(picture))


def load_imagenet(network: Network, file: str) -> int:
    """Start the backbone from ImageNet weights in a safetensors file; return how many arrays fit."""
    from safetensors.torch import load_file

    state: dict[str, Any] = load_file(file)
    mine = network.backbone.state_dict()
    fits = {k: v for k, v in state.items() if k in mine and mine[k].shape == v.shape}
    network.backbone.load_state_dict(fits, strict=False)
    return len(fits)


def hold(network: Network, blocks: int) -> None:
    """Leave the stem and the first blocks of a timm backbone as they are.

    Their edges and colours are as good as they get, and most of the time of a step is spent there.
    """
    names = ("conv_stem.", "bn1.", *(f"blocks.{i}." for i in range(blocks)))
    for name, parameter in network.backbone.named_parameters():
        parameter.requires_grad_(not (blocks and name.startswith(names)))


def quick(network: Network) -> None:
    """Make every depthwise convolution run in float32: on a CPU bfloat16 slows it down."""
    for parent in list(network.backbone.modules()):
        for child in list(parent.children()):
            if isinstance(child, nn.Conv2d) and child.groups > 1:
                child.forward = _in_float32(child.forward)


def _in_float32(inner: Any) -> Any:
    def forward(x: torch.Tensor) -> torch.Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return inner(x.float())

    return forward
