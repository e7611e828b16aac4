"""What one rendered job gave: its clip, outputs, times and notes, as JSON and as lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.jobs import stereo
from livingstill.jobs.clip import Clip
from livingstill.jobs.write import RenderResult
from livingstill.media.formats import gif_frame_step
from livingstill.settings.page import is_page


@dataclass(frozen=True, slots=True, eq=False)
class JobResult:
    """The result of one rendered job.

    ``clip`` is without pictures where nothing else needs them; ``kinds`` are the shares of the picture
    that move. ``difference`` is the first frame at which a replay differs from its manifest, ``stage`` the
    first stage that does, where the manifest has stages; ``renamed`` are notes on outputs that
    took another name.
    """

    clip: Clip
    kinds: Mapping[str, float]
    outputs: tuple[str, ...]
    render: RenderResult
    elapsed: float
    seconds: Mapping[str, float]
    difference: int | None = None
    stage: str | None = None
    renamed: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know."""
        return (*self.clip.notes, *self.render.notes, *self.renamed)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        clip = self.clip
        return {
            "outputs": list(self.outputs),
            "size": list(clip.output_size),
            "fps": float(clip.timeline.fps),
            "duration": round(clip.timeline.seconds, 4),
            "camera": str(clip.shot.camera),
            "depth": clip.depth.source,
            "kinds": {kind: round(share, 4) for kind, share in self.kinds.items()},
            "confidence": {
                one.kind: one.as_json()["confidence"] for one in clip.findings if one.moves
            },
            "left_still": [one.as_json() for one in clip.findings if not one.moves],
            "layers": _layers(clip)[0],
            "layers_apart": list(_layers(clip)[1]),
            "notes": list(self.notes),
            "seconds": dict(self.seconds),
            "camera_cost": dict(clip.cost),
            "continuity": self.render.figures,
            "first_difference": self.difference,
            "first_stage": self.stage,
            "frames": list(self.render.frames),
        }

    def lines(self, verbose: bool = False, timed: bool = True) -> list[str]:
        """Return the summary lines; ``verbose`` adds the figures, and ``timed`` the seconds of each
        stage with them."""
        clip = self.clip
        width, height = clip.output_size
        moving = ", ".join(str(one) for one in clip.findings if one.moves) or "nothing"
        lines = [f"note: {note}" for note in self.notes]
        if verbose:
            figures = {f"camera.{name}": value for name, value in clip.cost.items()}
            figures |= self.render.figures
            if timed:
                lines += [f"{name}: {elapsed:.2f} s" for name, elapsed in self.seconds.items()]
            lines += [f"{name}: {value:.4g}" for name, value in figures.items()]
        if self.difference is not None:
            cause = (
                f"of the stages, {self.stage} is the first to differ"
                if self.stage
                else "manifests of livingstill 0.1 name no stage, and its frames differ in last bits"
            )
            lines.append(
                f"frame {self.difference} differs from the manifest, the first to do so; {cause}"
            )

        def still(output: str) -> bool:
            one_picture = stereo.is_picture(output, clip.shot)
            return one_picture or (is_page(output) and clip.motion is None)

        count, own_layers = _layers(clip)
        layers = f"{count} layer{'s' if count > 1 else ''}"
        layers += "".join(f" plus the moving {kind}" for kind in own_layers)
        lines += [
            f"{output}: {width}x{height}{'' if still(output) else _length(clip, output)}, {_bytes(output)} in {self.elapsed:.1f} s; camera {clip.shot.camera}, "
            f"depth from {clip.depth.source}, {layers}, moving: {moving}"
            for output in self.outputs
        ]
        return lines


def _length(clip: Clip, output: str) -> str:
    """Return the seconds and the frames per second of a file; a GIF may have fewer than the clip.

    How many one has that was made for a budget, a note says.
    """
    fps = Fraction(clip.timeline.fps)
    if Path(output).suffix.lower() == ".gif" and clip.shot.budget is None:
        fps /= gif_frame_step(fps, clip.shot.quality)
    return f", {clip.timeline.seconds:g} s at {float(fps):g} fps"


def _layers(clip: Clip) -> tuple[int, tuple[str, ...]]:
    """Return the number of depth layers, as ``--layers`` counts, and the kinds with their own layer."""
    front_kinds = {r.label for r in clip.regions if KINDS[r.label].layer == "front"}
    own_layers = [*sorted(front_kinds), *(["sky"] if clip.scene.has_background else [])]
    return len(clip.scene.layers) - len(own_layers), tuple(own_layers)


def _bytes(output: str) -> str:
    """Return a file's size in words."""
    path = Path(output)
    if not path.is_file():
        return "written"
    count = path.stat().st_size
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1e3))} kB"
