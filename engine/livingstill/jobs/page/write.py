"""Writes a scene as one HTML file that needs nothing else: layers, loop, poster and viewer."""

from __future__ import annotations

import json
import re
from html import escape
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np

from livingstill.camera import framing
from livingstill.camera.view import CameraView
from livingstill.core.errors import InputError
from livingstill.core.model import PackedRGBA, Photo, Pose
from livingstill.io.files import atomic_write
from livingstill.jobs import provenance
from livingstill.jobs.analyse import Estimates
from livingstill.jobs.clip import Clip
from livingstill.jobs.page import textures
from livingstill.jobs.page.loop import check_codec, encode_loop
from livingstill.jobs.page.view import PageView, plan_view
from livingstill.jobs.session import Session
from livingstill.jobs.stages import Stages
from livingstill.jobs.write import RenderResult
from livingstill.media import formats
from livingstill.media.write import stills
from livingstill.media.write.stills import encode_picture
from livingstill.render.frames import Renderer
from livingstill.settings.groups import FinishSettings
from livingstill.settings.page import DEFAULT_SIDE, LARGEST_SIDE, is_page
from livingstill.settings.shot import Job, Shot
from livingstill.settings.truth import TruthSettings
from livingstill.settings.values import AUTO_PLANE, MoveSpec, long_side

_BYTES = 3_000_000
"""Bytes of a page of the default side; of larger ones as much more as they have pixels."""

_LEAST_LOOP = 50_000
"""Bytes that a loop needs at least."""

_POSTER = [cv2.IMWRITE_JPEG_QUALITY, 80]


def settle(shot: Shot, job: Job, outputs: tuple[str, ...]) -> Shot:
    """Return the shot of a page: its camera stands, and its picture is no larger than pages are.

    Raises
    ------
    InputError
        If a setting does not go with a page.
    """
    page = next(filter(is_page, outputs))
    if len(outputs) > 1:
        raise InputError(
            f"page {page} is written by itself; give the other files a command of their own"
        )
    if shot.stereo:
        raise InputError(
            f"stereo is {shot.stereo}, but page {page} has one view; leave --stereo out"
        )
    if job.report is not None:
        raise InputError(f"report is of clips, and {page} is a page; leave --report out")
    if shot.fit != "crop":
        raise InputError(f"fit is {shot.fit}; the picture of page {page} fills it: use --fit crop")
    written, default = shot.model_dump(mode="json"), Shot().model_dump(mode="json")
    if job.c2pa_cert is not None:
        raise InputError(f"page {page} cannot carry a signature; leave --c2pa-cert out")
    groups = (*FinishSettings.model_fields, *TruthSettings.model_fields)
    for name in (*groups, "alpha", "audio", "bitrate"):
        if written[name] != default[name]:
            raise InputError(
                f"{name.replace('_', '-')} is {written[name]}, which page {page} cannot carry; "
                "leave it out, or write a clip"
            )
    check_codec(shot.codec)
    size = shot.size
    if "size" not in shot.model_fields_set:
        size = str(DEFAULT_SIDE)
    elif size == "source" or long_side(size) > LARGEST_SIDE:
        raise InputError(
            f"size {size} makes a page too heavy for browsers; give at most {LARGEST_SIDE}, "
            f"as in --size {DEFAULT_SIDE}"
        )
    return shot.model_copy(update={"camera": MoveSpec(name="static"), "size": size})


def write_page(
    clip: Clip, path: Path, *, overwrite: bool = False, poster: Path | None = None,
    stages: Stages | None = None,
) -> RenderResult:  # fmt: skip
    """Write the scene of a clip as a page; its frames are those of the loop with the camera at rest.

    Raises
    ------
    InputError
        If the file exists and ``overwrite`` is off, or a budget is too small.
    """
    stages = stages or Stages()
    with stages("layers"):
        view = plan_view(
            clip.scene, clip.window, clip.framing, _plane(clip), clip.shot.page_parallax
        )
        layers = textures.layers(clip.scene, view.box, view.reach_pixels)
        picture = poster_frame(clip, view)
    content: dict[str, object] = {
        "size": view.size,
        "texture": view.box[2:],
        "grid": textures.grid(view.box),
        "spacing": textures.SPACING,
        "to_clip": view.to_clip,
        "reach": view.clip_reach,
        "plane": view.plane,
        "about": provenance.metadata(clip.shot, clip.photo, clip.moving),
        "layers": layers,
    }
    limit, frames = _budget(clip), tuple[str, ...]()
    page = _document(clip, view, content, picture)
    if clip.motion is not None:
        content["motion"] = textures.encoded(textures.motion_weight(clip.regions, view.box))
        room = (limit - len(_document(clip, view, content, picture))) * 3 // 4 - 256
        _check_room(room, limit, len(layers))
        with stages("frames", clip.timeline.frames) as step:
            loop = encode_loop(clip, view.box, room, step)
        content["loop"] = {
            "type": loop.kind,
            "data": textures.encoded(np.frombuffer(loop.data, np.uint8)),
        }
        page, frames = _document(clip, view, content, picture), loop.frames
    elif len(page) > limit:
        raise InputError(
            f"budget is {limit} bytes, but the page's {len(layers)} layers take {len(page)}; give a larger "
            "--budget, a smaller --size or fewer --layers"
        )
    with atomic_write(path, overwrite) as part:
        part.write_text(page, encoding="ascii")
    if poster is not None:
        stills.write_poster(poster, picture, overwrite=overwrite)
    return RenderResult(frames, {"page.bytes": float(len(page))}, ())


def prepare(photo: Photo, shot: Shot, stages: Stages, estimates: Estimates | None) -> Clip:
    """Return a photo made ready for a page: its scene has the pixels of the page's picture."""
    scale = min(1.0, framing.fit_photo_to(photo.size, shot).scale)
    return Session(photo, scale=scale, estimates=estimates).clip(shot, stages)


def poster_frame(clip: Clip, view: PageView) -> PackedRGBA:
    """Return what the page shows before anything moves: the frame from the middle, (h, w) uint32."""
    renderer = Renderer(clip.scene, view.window, view.size, clip.shot.quality)
    return renderer.frame(Pose())


def alt_text(clip: Clip) -> str:
    """Return what the page says of the photo to those who do not see it."""
    if clip.shot.alt_text:
        return clip.shot.alt_text
    moving = list(dict.fromkeys(region.label for region in clip.regions))
    if not moving:
        return f"{Path(clip.photo.name).stem}: a photo with depth"
    words = ", ".join(moving[:-1]) + (" and " if moving[1:] else "") + moving[-1]
    return f"{Path(clip.photo.name).stem}: a photo with depth, in which {words} move"


def _plane(clip: Clip) -> float:
    """Return the inverse depth that stays in place: the settings', or the subject's."""
    if clip.shot.converge != AUTO_PLANE:
        return float(clip.shot.converge)
    box = clip.framing.box
    return CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, box).subject


def _budget(clip: Clip) -> int:
    """Return the most bytes that the page may have."""
    if clip.shot.budget:
        return formats.parse_size(clip.shot.budget)
    return round(_BYTES * max(1.0, max(clip.framing.size) / DEFAULT_SIDE) ** 2)


def _check_room(room: int, limit: int, layers: int) -> None:
    """Refuse a page whose layers leave no room for its loop.

    Raises
    ------
    InputError
        If there are fewer than 50 kB.
    """
    if room < _LEAST_LOOP:
        raise InputError(
            f"budget is {limit} bytes, but the page's {layers} layers leave only {max(room, 0)} of them "
            "for its loop; give a larger --budget, a smaller --size or fewer --layers"
        )


def _document(clip: Clip, view: PageView, content: dict[str, object], picture: PackedRGBA) -> str:
    """Return the HTML of a page, ASCII alone."""
    files = resources.files(__package__)
    jpeg = encode_picture(picture, ".jpg", _POSTER)
    alt = alt_text(clip)
    parts = {
        "generator": f"livingstill {version('livingstill')}",
        "title": _html(Path(clip.photo.name).stem),
        "label": _html(f"{alt}. Arrow keys look around, space pauses"),
        "alt": _html(alt),
        "width": str(view.size[0]),
        "height": str(view.size[1]),
        "poster": textures.data_uri("image/jpeg", jpeg),
        # a script ends at the first </script, also within a string
        "scene": json.dumps(content, separators=(",", ":")).replace("<", "\\u003c"),
        "viewer": files.joinpath("viewer.js").read_text(encoding="utf-8"),
    }
    template = files.joinpath("page.html").read_text(encoding="utf-8")
    pieces = re.split(r"\{\{(\w+)\}\}", template)
    return "".join(parts[one] if n % 2 else one for n, one in enumerate(pieces))


def _html(text: str) -> str:
    """Return a text for HTML, in ASCII."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")
