"""The certificate of a clip: how much of it is the photo's own, and what was done to the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.finish.finisher import Finisher
from livingstill.io.files import atomic_write
from livingstill.jobs import provenance
from livingstill.media.formats import PIPES
from livingstill.media.write.stills import NUMBER
from livingstill.render.visibility import VisibilitySampler
from livingstill.settings.shot import Shot

if TYPE_CHECKING:
    from livingstill.jobs.clip import Clip

_COLUMNS, _INSTANTS = 160, 33
"""The grid and the frames on which shares are measured: every n-th pixel of so many frames."""

_GRADED_INSTANTS = 3
_MOVES = 8
"""Level of a region's mask, 0..255, from which a pixel counts as moved."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of a clip's pixels, 0..1: the mean over its frames, and of ``filled`` also the most.

    ``filled`` show what the photo does not, uncovered beside nearer things and filled from the
    surroundings; ``moved`` lie in regions that move; ``graded`` have another colour than the
    photo; ``overlaid`` are under text or a logo; ``bars`` are beside the picture.
    """

    filled: float
    most_filled: float
    moved: float
    graded: float
    overlaid: float
    bars: float


@dataclass(frozen=True, slots=True)
class Source:
    """A photo: its file's name and SHA-256, and the digital source type that it declares."""

    name: str
    sha256: str
    source_type: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified of a clip, or of a video of several: photos, camera, motion, edits, shares.

    ``settings`` has for each photo the SHA-256 of every setting of its shot.
    """

    photos: tuple[Source, ...]
    cameras: tuple[str, ...]
    moving: tuple[str, ...]
    edits: tuple[str, ...]
    shares: Shares
    settings: tuple[str, ...]
    source_type: str

    @property
    def statement(self) -> str:
        """What a portal may be told, in one sentence."""
        count, cameras = len(self.photos), " and ".join(dict.fromkeys(map(_move, self.cameras)))
        made = (
            f"This clip is a virtual camera move ({cameras}) over one photograph"
            if count == 1
            else f"This video is made of virtual camera moves over {count} photographs"
        )
        moved = (
            f"{_percent(self.shares.moved)} of its pixels were set in motion by software "
            f"({', '.join(self.moving)}) and were not recorded"
            if self.moving
            else "nothing in the scene moves, was added or was taken away"
        )
        filled = (
            f"{_percent(self.shares.filled)} of its pixels, uncovered beside nearer things, were "
            "filled from their surroundings without a generative model"
            if self.shares.most_filled > 0
            else "no pixel of the scene was filled in"
        )
        declared = sorted({one.source_type for one in self.photos} - provenance.CAPTURED)
        own = f"; of the photographs themselves some declare {', '.join(declared)}"
        return f"{made}; {moved}; {filled}{own if declared else ''}."

    def as_json(self, clip: Path) -> dict[str, Any]:
        """Return the certificate of a file as plain values."""
        return {
            "statement": self.statement,
            "file": {"name": clip.name, "sha256": provenance.digest(clip)},
            "photos": [
                {"name": one.name, "sha256": one.sha256, "digital_source_type": one.source_type}
                for one in self.photos
            ],
            "shares": {
                one.name: round(getattr(self.shares, one.name), 6) for one in fields(Shares)
            },
            "cameras": list(self.cameras),
            "moving": list(self.moving),
            "edits": list(self.edits),
            "digital_source_type": provenance.SOURCE_TYPES + self.source_type,
            "engine": provenance.engine(),
            "settings_sha256": list(self.settings),
        }

    def as_text(self, clip: Path) -> str:
        """Return the certificate of a file for people."""
        record, shares = self.as_json(clip), self.shares
        lines = [
            self.statement,
            "",
            f"file      {clip.name}",
            f"          sha256 {record['file']['sha256']}",
            *(f"photo     {one.name}\n          sha256 {one.sha256}" for one in self.photos),
            f"filled    {_percent(shares.filled)} of the pixels; "
            f"at most {_percent(shares.most_filled)} of a frame",
            f"moved     {_percent(shares.moved)}{_listed(self.moving)}",
            f"graded    {_percent(shares.graded)}",
            f"overlaid  {_percent(shares.overlaid)}",
            *([f"bars      {_percent(shares.bars)}"] if shares.bars else []),
            f"by hand   {'; '.join(self.edits) or 'nothing'}",
            f"source    {record['digital_source_type']}",
            f"made by   {record['engine']}",
            *(f"settings  sha256 {one}" for one in self.settings),
        ]
        return "\n".join([*lines, ""])


def certify(clip: Clip) -> Certificate:
    """Return the certificate of a clip, measured on its scene and its frames."""
    shot, photo, moving = clip.shot, clip.photo, clip.moving
    return Certificate(
        photos=(Source(photo.name, photo.sha256, photo.source_type),),
        cameras=(str(shot.camera),),
        moving=moving,
        edits=provenance.edits(shot, moving, photo.perspective_corrected),
        shares=_measure(clip),
        settings=(settings_digest(shot),),
        source_type=provenance.source_type(shot, photo, moving),
    )


def combine(parts: Sequence[tuple[Certificate, int]]) -> Certificate:
    """Return the certificate of a video that shows ``parts``, each for so many frames.

    Its source type is that of the part which departs furthest from a capture.
    """
    certificates, frames = [part for part, _ in parts], [count for _, count in parts]
    total = max(1, sum(frames))
    means = {
        one.name: sum(getattr(c.shares, one.name) * n for c, n in parts) / total
        for one in fields(Shares)
    }
    means["most_filled"] = max((c.shares.most_filled for c in certificates), default=0.0)
    types = [c.source_type for c in certificates]
    order = ("algorithmicallyEnhanced", "humanEdits")
    return Certificate(
        photos=tuple(dict.fromkeys(one for c in certificates for one in c.photos)),
        cameras=tuple(dict.fromkeys(one for c in certificates for one in c.cameras)),
        moving=tuple(dict.fromkeys(one for c in certificates for one in c.moving)),
        edits=tuple(dict.fromkeys(one for c in certificates for one in c.edits)),
        shares=Shares(**means),
        settings=tuple(dict.fromkeys(one for c in certificates for one in c.settings)),
        source_type=max(types, key=lambda t: order.index(t) if t in order else len(order)),
    )


def wanted(shot: Shot) -> bool:
    """Say whether a shot's files get a certificate."""
    return shot.certificate or shot.truth


def beside(output: str, outputs: Sequence[str] = ()) -> tuple[Path, ...]:
    """Return the certificates of an output, JSON and text; none of a stream.

    Where several of ``outputs`` differ in their suffixes alone, their certificates keep those.

    >>> [path.name for path in beside("out/hall.mp4")], beside("-")
    (['hall.certificate.json', 'hall.certificate.txt'], ())
    >>> [path.name for path in beside("a.mp4", ["a.mp4", "a.webm"])]
    ['a.mp4.certificate.json', 'a.mp4.certificate.txt']
    """
    if output in PIPES:
        return ()
    path, stem = Path(NUMBER.sub("", output)), _stem(output)
    twins = [one for one in outputs if one not in PIPES and Path(one).parent == path.parent]
    if [_stem(one) for one in twins].count(stem) > 1:
        stem += path.suffix
    return tuple(path.with_name(f"{stem}.certificate{suffix}") for suffix in (".json", ".txt"))


def _stem(output: str) -> str:
    """Return what the names of an output's certificates begin with."""
    return Path(NUMBER.sub("", output)).stem.rstrip("-_. ") or "clip"


def write(
    certificate: Certificate, output: str, overwrite: bool = False, outputs: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write the certificate of a finished output beside it; return the files.

    ``outputs`` are all that were written with it, as in ``beside``.

    Raises
    ------
    InputError
        As ``atomic_write``.
    """
    paths = beside(output, outputs)
    for path in paths:
        with atomic_write(path, overwrite) as part:
            if path.suffix == ".json":
                text = json.dumps(certificate.as_json(Path(output)), indent=1, ensure_ascii=False)
            else:
                text = certificate.as_text(Path(output)).rstrip("\n")
            # a name may be no text
            part.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    return paths


def settings_digest(shot: Shot) -> str:
    """Return the SHA-256 of every setting of a shot as JSON with sorted keys."""
    settings: Mapping[str, Any] = shot.model_dump(mode="json")
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def truth_note(shot: Shot, moving: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence if a clip of ``truth`` moves something; it is not camera only then."""
    if not (shot.truth and moving):
        return ()
    return (
        f"{' and '.join(moving)} was set in motion, as asked for, so this clip is not camera only; "
        "its certificate says so",
    )


def _measure(clip: Clip) -> Shares:
    size, frame = clip.framing.picture[2:], clip.framing.size
    sampler = VisibilitySampler(clip.scene, clip.window, size, max(1, round(size[0] / _COLUMNS)))
    mask = _moving_mask(clip)
    filled, moved = [], []
    for index in _instants(clip.timeline.frames, _INSTANTS):
        seen = sampler.sample(clip.camera.at(clip.timeline.time(index)))
        filled.append(float((~seen.in_photo | seen.hole | seen.outside).mean()))
        if mask is not None:
            rows = np.clip(np.rint(seen.y), 0, mask.shape[0] - 1).astype(np.intp)
            columns = np.clip(np.rint(seen.x), 0, mask.shape[1] - 1).astype(np.intp)
            moved.append(float((mask[rows, columns] >= _MOVES).mean()))
    picture = size[0] * size[1] / (frame[0] * frame[1])
    return Shares(
        filled=picture * float(np.mean(filled)),
        most_filled=picture * max(filled),
        moved=picture * float(np.mean(moved)) if moved else 0.0,
        graded=_graded_share(clip),
        overlaid=clip.finisher.overlaid_share,
        bars=1 - picture,
    )


def _moving_mask(clip: Clip) -> UInt8Array | None:
    """Return the union of the moving regions, (H, W) uint8; None if nothing moves."""
    if not clip.moving:
        return None
    masks = [region.mask for region in clip.regions if region.label in clip.moving]
    return np.asarray(np.maximum.reduce(masks), np.uint8)


def _graded_share(clip: Clip) -> float:
    """Return the share of pixels whose colour the grade, the vignette or the grain changes."""
    bare = clip.shot.model_copy(update=dict.fromkeys(provenance.OVERLAYS))
    finisher = Finisher(bare, clip.framing.size, clip.framing.picture, clip.timeline)
    if finisher.idle:
        return 0.0
    shares = []
    for index in _instants(clip.timeline.frames, _GRADED_INSTANTS):
        frame = next(iter(clip.rendered(range(index, index + 1)))).copy()
        graded = next(iter(finisher.finish([frame], [index])))
        shares.append(float((((frame ^ graded) & np.uint32(0xFFFFFF)) != 0).mean()))
    return float(np.mean(shares))


def _instants(frames: int, count: int) -> list[int]:
    """Return up to ``count`` frames from the first to the last, evenly spread."""
    return sorted({round(x) for x in np.linspace(0, frames - 1, min(frames, count))})


def _percent(share: float) -> str:
    """Return a share in words.

    >>> _percent(0.123), _percent(0.0004), _percent(0)
    ('12.3 %', 'less than 0.1 %', '0 %')
    """
    if 0 < share < 0.001:
        return "less than 0.1 %"
    return f"{100 * share:.1f} %" if share else "0 %"


def _move(camera: str) -> str:
    """Return the name of a move without its keys.

    >>> _move("push-in:amount=0.8"), _move("@path.csv")
    ('push-in', 'keyframes')
    """
    return "keyframes" if camera.startswith("@") else camera.partition(":")[0]


def _listed(words: Sequence[str]) -> str:
    return f" ({', '.join(words)})" if words else ""
