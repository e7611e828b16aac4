"""Gathers what a continuity report says of a clip while it is rendered, and writes the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from livingstill.core.model import UInt8Array
from livingstill.jobs import check, stereo
from livingstill.jobs.clip import Clip
from livingstill.jobs.exact_figures.figures import ExactFigures
from livingstill.media import clip_reader
from livingstill.media.formats import PIPES, format_of
from livingstill.quality import no_reference, verdict


class ReportObserver:
    """Gathers the continuity report of a clip: of the encoded file, which `check` would judge alike.

    A clip that goes to a stream, has no header, stands behind a still or is transparent is judged by
    its frames, before they are encoded. The exact figures are of the frames in any case, of the
    leftmost view if there are more.
    """

    def __init__(self, clip: Clip, output: str) -> None:
        self._clip, self._title = clip, Path(output).name
        view = clip if clip.rig is None else stereo.views(clip, clip.rig)[0]
        self._exact = ExactFigures(view)
        picture = stereo.is_picture(output, clip.shot)
        headless = picture or output in PIPES
        readable = not headless and format_of(output).suffix not in {".rgb", ".MP.jpg"}
        self._file = Path(output) if readable and not clip.shot.alpha else None
        fps = float(clip.timeline.fps)
        self._observer = no_reference.Observer(fps=fps) if self._file is None else None

    def add(self, rgb: UInt8Array) -> None:
        """Add the next frame, (H, W, 3) uint8 RGB."""
        if self._observer is not None:
            self._observer.add(rgb)
        self._exact.add(rgb)

    def write(self, figures: Mapping[str, float], report: Path, overwrite: bool) -> None:
        """Write the report of the finished file; ``figures`` are those of the render."""
        found, frames = self.review(figures)
        check.write_report(found, frames, report, self._title, overwrite)

    def review(
        self, figures: Mapping[str, float]
    ) -> tuple[check.Review, Callable[[], Iterable[UInt8Array]]]:
        """Return the verdict, with the exact figures of a clip of ours, and what gives its frames.

        Of the ``figures`` of the render it takes those of stereo.
        """
        found, frames = self._judged()
        comfort = {k: value for k, value in figures.items() if k.startswith(stereo.FIGURES)}
        judged = verdict.with_exact_figures(found.verdict, self._exact.figures() | comfort)
        return check.Review(judged, found.series, found.notes), frames

    def _judged(self) -> tuple[check.Review, Callable[[], Iterable[UInt8Array]]]:
        """Return the review of the file, or of the frames that went to a stream, and the frames."""
        timeline = self._clip.timeline
        if self._observer is not None:
            series = self._observer.series(float(timeline.fps))
            judged = verdict.judge(series, loop=timeline.periodic)
            return check.Review(judged, series), self._clip.frames
        assert self._file is not None  # one of the two is
        reader = clip_reader.ClipReader(self._file)
        found = check.review(reader.path, loop=timeline.periodic)
        return found, lambda: (frame.rgb for frame in reader)
