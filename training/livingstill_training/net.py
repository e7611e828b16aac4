"""The networks of inverse depth, of classes and of lettering: each a MobileNetV2 and a light decoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import timm
import torch
from torch import nn
from torch.nn import functional

from livingstill_training.labels import CLASSES


class Conv(nn.Sequential):
    """Dense convolution, batch norm, ReLU."""

    def __init__(self, inside: int, outside: int, side: int = 3, step: int = 1, hole: int = 1):
        pad = hole * (side // 2)
        super().__init__(
            nn.Conv2d(inside, outside, side, step, pad, hole, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
        )


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
    """A MobileNetV2 (Sandler et al. 2018) and a decoder to features at a quarter of the size.

    Pictures are RGB 0..255, of sides divisible by 32. Depth and classes have a network each: with
    one backbone for both, what helps one harms the other.
    """

    widths = (128, 96, 64, 48)
    """Channels of the decoder's features at 1/32, 1/16, 1/8 and 1/4."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = timm.create_model(
            "mobilenetv2_100",
            pretrained=False,
            pad_type="same",
            features_only=True,
            out_indices=(0, 1, 2, 3, 4),
        )
        channels = list(self.backbone.feature_info.channels())
        self.half, quarter, eighth, sixteenth, coarsest = channels
        a, b, c, d = self.widths
        self.context = Context(coarsest, a)
        self.up16 = Merge(a, sixteenth, b)
        self.up8 = Merge(b, eighth, c)
        self.up4 = Merge(c, quarter, d)

    def decoded(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return decoded features at 1/4 and the backbone's at 1/2."""
        features = self.backbone((picture - 128.0) / 128.0)
        half, quarter, eighth, sixteenth, coarsest = features
        x = self.up8(self.up16(self.context(coarsest), sixteenth), eighth)
        return self.up4(x, quarter), half


class DepthNetwork(Network):
    """Answers in the square root of inverse depth, relative to the nearest surface.

    0 is the sky and 1 the nearest thing. The root spreads what is far over more of the range.
    """

    def __init__(self) -> None:
        super().__init__()
        self.depth = Head(self.widths[-1], self.half, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return root inverse depth (N, 1, h/2, w/2) in 0..1."""
        return torch.sigmoid(self.depth(*self.decoded(picture)).float())


class ClassNetwork(Network):
    """Answers in logits of `labels.CLASSES`."""

    widths = (96, 64, 48, 40)

    def __init__(self, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.kind = nn.Conv2d(self.widths[-1], classes, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return class logits (N, C, h/2, w/2)."""
        return double(self.kind(self.decoded(picture)[0])).float()


class LetteringNetwork(ClassNetwork):
    """Answers in logits of no lettering and of lettering."""

    widths = (64, 48, 32, 32)

    def __init__(self) -> None:
        super().__init__(2)


NETWORKS: dict[str, type[Network]] = {
    "depth": DepthNetwork,
    "classes": ClassNetwork,
    "lettering": LetteringNetwork,
}


def load_folded(network: Network, arrays: Mapping[str, Any]) -> int:
    """Start from convolutions with batch norms folded in; return how many fit.

    ``arrays`` holds ``.weight`` and ``.bias`` by the path of a convolution, those of the backbone
    without its name. The norms that follow then scale by one and add the bias.
    """
    count = 0
    for path, conv, norm in convolutions(network):
        name = path.removeprefix("backbone.")
        weight = arrays.get(f"{name}.weight")
        if weight is None or tuple(weight.shape) != tuple(conv.weight.shape):
            continue
        bias = torch.from_numpy(np.asarray(arrays[f"{name}.bias"], np.float32))
        with torch.no_grad():
            conv.weight.copy_(torch.from_numpy(np.asarray(weight, np.float32)))
            if conv.bias is not None:
                conv.bias.copy_(bias)
            elif norm is not None:
                norm.weight.fill_(1)
                norm.bias.copy_(bias)
                norm.running_mean.zero_()
                norm.running_var.fill_(1 - norm.eps)
        count += 1
    return count


def convolutions(module: nn.Module, path: str = "") -> Iterator[tuple[str, nn.Conv2d, Any]]:
    """Yield every convolution's path, itself, and the batch norm right after it or None."""
    children = [(n, c) for n, c in module.named_children() if not isinstance(c, nn.Identity)]
    for i, (name, child) in enumerate(children):
        if isinstance(child, nn.Conv2d):
            after = children[i + 1][1] if i + 1 < len(children) else None
            yield path + name, child, after if isinstance(after, nn.BatchNorm2d) else None
        else:
            yield from convolutions(child, f"{path}{name}.")


def hold(network: Network, blocks: int, *, frozen: bool = False) -> None:
    """Leave the stem and the first blocks of the backbone as they are, or all of it.

    Their edges and colours are as good as they get, and most of the time of a step is spent there.
    """
    names = ("conv_stem.", "bn1.", *(f"blocks.{i}." for i in range(blocks)))
    for name, parameter in network.backbone.named_parameters():
        parameter.requires_grad_(not (frozen or (blocks and name.startswith(names))))


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
