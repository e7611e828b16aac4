"""What a clip must not do to its photo, and what is said of what it did."""

from __future__ import annotations

from typing import Literal

from livingstill.settings.declare import Group, param
from livingstill.settings.values import AnchorName, TextLine


class TruthSettings(Group):
    """Whether anything but the camera may move, the certificate, and the disclosure."""

    truth: bool = param(
        False,
        "camera only: nothing in the scene moves unless --motion names it, and then the files say so; "
        "with a certificate",
        group="Truth",
    )
    certificate: bool = param(
        False,
        "write beside each clip how much of it was filled, moved and graded: "
        "<clip>.certificate.json and .txt; always with --truth",
        group="Truth",
    )
    disclosure: TextLine = param(
        None,
        "a small line over the whole clip, as in 'Virtual tour made from photographs'",
        group="Truth",
        metavar="TEXT",
    )
    disclosure_place: Literal["auto", AnchorName] = param(
        "auto",
        "where the disclosure is, in the safe area; auto is the first corner that is free, "
        "bottom-right before the others",
        group="Truth",
    )
