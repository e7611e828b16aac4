"""Settings by the name of what clips are for, or of where they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livingstill.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Preset:
    """Values of ``Shot`` that a name stands for, and the frames that are made from one scene.

    ``suffix`` is the format that a platform takes, empty where any is right; ``limits`` says what it
    refuses beyond, and ``source`` who says so and when.
    """

    help: str
    values: Mapping[str, Any]
    aspects: tuple[str, ...] = ()
    suffix: str = ""
    limits: str = ""
    source: str = ""


_TALL = {"size": "1080x1920", "duration": 6.0, "fps": 30.0}

PRESETS: Registry[Preset] = Registry(
    "preset",
    "livingstill.presets",
    {
        "listing": Preset(
            "rooms and houses: one slow move, straight walls, 16:9 and 9:16",
            {"camera": "auto", "motion": "none", "truth": True, "duration": 5.0, "loop": "none"},
            ("16:9", "9:16"),
        ),
        "social": Preset(
            "feeds of phones: 9:16, six seconds that loop",
            {"camera": "auto:amount=1.2", "duration": 6.0, "loop": "seamless"},
            ("9:16",),
        ),
        "calm": Preset(
            "backgrounds: long, slow, little",
            {"camera": "auto:amount=0.6", "duration": 10.0, "amount": 0.7, "loop": "seamless"},
        ),
        "energetic": Preset(
            "openers: short, strong, once",
            {
                "camera": "auto:amount=1.7,ease=cubic",
                "duration": 3.0,
                "amount": 1.3,
                "loop": "none",
            },
        ),
        "whatsapp-sticker": Preset(
            "an animated sticker of WhatsApp; --alpha moving keeps only what moves",
            {"size": "512x512", "duration": 2.0, "fps": 15.0, "budget": "500kB"},
            suffix=".webp",
            limits="WebP, 512x512 pixels, 500 kB",
            source="Meta, WhatsApp Business Platform: Sticker messages; Vonage, WhatsApp stickers",
        ),
        "telegram": Preset(
            "a video sticker of Telegram; --alpha moving keeps only what moves",
            {"size": "512", "duration": 3.0, "fps": 30.0, "budget": "256kB"},
            suffix=".webm",
            limits="WebM (VP9), one side 512 pixels, 3 s, 30 frames per second, 256 kB, no sound",
            source="Telegram, Stickers (core.telegram.org/stickers)",
        ),
        "discord": Preset(
            "a file in a chat of Discord, for members without Nitro",
            {"size": "720p", "duration": 5.0, "fps": 30.0, "budget": "10MB"},
            suffix=".mp4",
            limits="10 MiB",
            source="Discord, File attachments FAQ",
        ),
        "slack-emoji": Preset(
            "a custom emoji of Slack",
            {"size": "128x128", "duration": 2.0, "fps": 12.5, "budget": "128kB"},
            suffix=".gif",
            limits="GIF, 128x128 pixels, 128 kB",
            source="xconvert, Slack animated emoji; makeemoji, Slack emoji size limit",
        ),
        "instagram-reel": Preset(
            "a reel of Instagram",
            _TALL,
            suffix=".mp4",
            limits="MP4 or MOV (H.264 or H.265), 9:16, 3 s to 15 min, 23 to 60 frames per second, "
            "300 MB",
            source="Ayrshare, Instagram media guidelines",
        ),
        "youtube-short": Preset(
            "a Short of YouTube",
            _TALL,
            suffix=".mp4",
            limits="square or upright, 3 min",
            source="YouTube Help, Understand three-minute YouTube Shorts",
        ),
        "linkedin": Preset(
            "a video in a post of LinkedIn",
            {"size": "1080x1350", "duration": 6.0, "fps": 30.0},
            suffix=".mp4",
            limits="MP4, 1:2.4 to 2.4:1, 3 s to 10 min, 10 to 60 frames per second, 75 kB to 5 GB; "
            "as an ad 200 MB",
            source="changethisfile, Convert videos for LinkedIn posts; klap, LinkedIn video "
            "specifications",
        ),
        "email-gif": Preset(
            "a picture in a mail; what cannot play it shows the first frame",
            {"size": "600x", "duration": 3.0, "fps": 15.0, "budget": "1MB"},
            suffix=".gif",
            limits="none that binds; 600 pixels wide and 1 MB are the custom",
            source="The Mx Group, Gifs in email; Litmus community",
        ),
    },
)
"""Every preset by its name."""

CHECKED = "November 2026"
"""When the platforms' limits were last looked up."""


def describe() -> list[tuple[str, str]]:
    """Return a name and one line for each preset there is."""
    return [(name, preset.help) for name, preset in PRESETS.items()]


def suffix_of(name: str | None, default: str = ".mp4") -> str:
    """Return the format that a preset's platform takes, ``default`` where it takes any.

    >>> suffix_of("telegram"), suffix_of("calm"), suffix_of(None)
    ('.webm', '.mp4', '.mp4')
    """
    return (PRESETS[name].suffix if name else "") or default
