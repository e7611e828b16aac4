"""How fit a photo is for a clip: a grade and the risks, from its statistics (`doctor`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from livingstill.core.finding import NO_DOUBT, SURE, Doubt, Finding
from livingstill.core.model import PhotoStatistics

GRADES = ((85, "A"), (70, "B"), (55, "C"), (40, "D"), (0, "E"))

DOUBTFUL = 0.2
"""Share of a photo in doubt from which on it is not of the best grade."""

_DOUBTFUL_PART, _FEW = 0.25, 0.04
"""Part of what may move in doubt from which on it is not either, where that is not too few of the photo."""

MEANING = {
    "A": "very fit",
    "B": "fit",
    "C": "fit with care",
    "D": "hardly fit",
    "E": "not fit",
}


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing that may spoil a clip: what it is, how much it weighs (points of 100), a sentence."""

    kind: str
    weight: int
    message: str


@dataclass(frozen=True, slots=True)
class Fitness:
    """How fit a photo is.

    ``score`` is 0..100 and ``grade`` A..E; ``risks`` are the heaviest first; ``figures`` is what
    was measured; ``camera`` the move that suits, as one writes it, and ``reason`` why; ``parallax``
    the largest safe parallax, percent of the frame's width. ``moving`` is what will move and how
    sure that is, ``doubt`` how much of the photo may or may not be of what moves, and ``notes`` what
    reading the photo changed.
    """

    score: int
    grade: str
    risks: tuple[Risk, ...]
    camera: str
    reason: str
    parallax: float
    figures: tuple[tuple[str, float], ...]
    moving: tuple[Finding, ...] = ()
    doubt: Doubt = NO_DOUBT
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "grade": self.grade,
            "score": self.score,
            "risks": [asdict(risk) for risk in self.risks],
            "moving": [finding.as_json() for finding in self.moving],
            "in_doubt": round(self.doubt.share, 4),
            "part_in_doubt": round(self.doubt.part, 4),
            "camera": self.camera,
            "reason": self.reason,
            "largest_safe_parallax_percent": round(self.parallax, 2),
            "figures": {name: round(value, 4) for name, value in self.figures},
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """Return it as sentences for a terminal."""
        sentences = [f"Grade {self.grade}: {MEANING[self.grade]} ({self.score} of 100)"]
        sentences += [f"- {risk.message}" for risk in self.risks] or ["- no risks found"]
        moving = ", ".join(str(finding) for finding in self.moving if finding.moves)
        sentences.append(f"Moving: {moving or 'nothing'}")
        sentences += [f"Left still: {one.note}" for one in self.moving if not one.moves]
        unsure = [one.kind for one in self.moving if one.moves and not one.sure]
        if unsure or _much(self.doubt):
            masks = ", ".join(f"--mask {kind}=FILE" for kind in unsure) or "--mask KIND=FILE"
            sentences.append(
                f"Look at {', '.join(unsure) or 'what moves'} with `livingstill regions`, and correct "
                f"it with {masks} or --hold FILE"
            )
        sentences.append(f"Camera: {self.camera} ({self.reason})")
        sentences.append(
            f"Largest safe parallax: {self.parallax:.1f} % of the width, by which near things may "
            "shift against far ones"
        )
        return sentences


def assess(
    statistics: PhotoStatistics,
    *,
    scale: float,
    depth: float,
    camera: str,
    reason: str,
    parallax: float,
    moving: tuple[Finding, ...] = (),
    doubt: Doubt = NO_DOUBT,
    notes: tuple[str, ...] = (),
) -> Fitness:
    """Return how fit a photo of these statistics is.

    Parameters
    ----------
    statistics : what was measured on the photo
    scale : frame pixels per photo pixel: above 1 the photo is enlarged
    depth : near minus far inverse depth, 0..1
    camera, reason, parallax : the move that suits, why, and the parallax that is safe (percent)
    moving : what will move and how sure that is
    doubt : how much of the photo may or may not be of what moves; no grade is the best from a fifth
        of the photo, or a quarter of what may move, on
    notes : what reading the photo changed
    """
    possible = (*_risks(statistics, scale, depth, parallax), _doubt(doubt, moving))
    risks = [risk for risk in possible if risk.weight > 0]
    risks.sort(key=lambda risk: -risk.weight)
    score = max(0, 100 - sum(risk.weight for risk in risks))
    figures = (
        ("blur", statistics.blur),
        ("noise", statistics.noise),
        ("dark", statistics.black_share),
        ("bright", statistics.clipped_share),
        ("contrast", statistics.contrast),
        ("enlarged", scale),
        ("depth_spread", depth),
        ("clutter", statistics.edge_density),
        ("thin", statistics.thin_share),
        ("straight", statistics.line_length),
        ("people", statistics.share("person")),
        ("indoors", float(statistics.is_room)),
        ("drawn", float(statistics.is_drawing)),
    )
    return Fitness(
        score=score,
        grade=next(grade for min_score, grade in GRADES if score >= min_score),
        risks=tuple(risks),
        camera=camera,
        reason=reason,
        parallax=parallax,
        figures=figures,
        moving=moving,
        doubt=doubt,
        notes=notes,
    )


def _doubt(doubt: Doubt, moving: tuple[Finding, ...]) -> Risk:
    """Return the risk that the wrong parts move, or none: by how much is in doubt of the photo and of
    what may move, by the least sure kind, and by what is left still."""
    sure = (one.confidence for one in moving if one.moves and one.confidence is not None)
    weight = max(
        _ramp(doubt.share, 0.08, 0.5, 35),
        _ramp(min(doubt.share / 0.3, (doubt.part - _DOUBTFUL_PART) / 0.75), 0.1, 1.0, 35),
        _ramp(-min(sure, default=1.0), -SURE, -0.4, 25),
    )
    still = sum(one.share for one in moving if not one.moves)
    unnamed = any(one.confidence is None for one in moving if not one.moves)
    if _much(doubt) or still >= DOUBTFUL or unnamed:
        weight = max(weight, 100 - GRADES[0][0] + 1)
    words = f"{doubt.share:.0%} of the photo, {doubt.part:.0%} of what may move in it, is in doubt"
    if unnamed and not _much(doubt):
        words = "what one looks at stays still unless it is named"
    return Risk("doubt", weight, f"{words}; the wrong parts may move, or stay still")


def _much(doubt: Doubt) -> bool:
    """Return whether so much is in doubt that a photo is not of the best grade."""
    return doubt.share >= DOUBTFUL or (doubt.part >= _DOUBTFUL_PART and doubt.share >= _FEW)


def _ramp(value: float, good: float, bad: float, weight: int) -> int:
    """Return 0 for a ``good`` value, ``weight`` for a ``bad`` one, linear in between."""
    return round(weight * min(1.0, max(0.0, (value - good) / (bad - good))))


def _risks(statistics: PhotoStatistics, scale: float, depth: float, parallax: float) -> list[Risk]:
    people = statistics.share("person")
    return [
        Risk(
            "blur",
            _ramp(statistics.blur, 0.9, 3.0, 40),
            f"the sharpest edges are blurred by {statistics.blur:.1f} px; use a sharper photo",
        ),
        Risk(
            "noise",
            _ramp(statistics.noise, 2.0, 8.0, 25),
            f"noise of {statistics.noise:.1f} levels will seem to move; denoise the photo first",
        ),
        Risk(
            "dark",
            _ramp(statistics.black_share, 0.08, 0.5, 25),
            f"{statistics.black_share:.0%} of the photo is black; motion cannot show there",
        ),
        Risk(
            "bright",
            0 if statistics.is_drawing else _ramp(statistics.clipped_share, 0.05, 0.35, 25),
            f"{statistics.clipped_share:.0%} of the photo is blown out; use a darker exposure",
        ),
        Risk(
            "contrast",
            _ramp(-statistics.contrast, -80, -15, 30),
            f"light and dark are only {statistics.contrast:.0f} levels apart; raise the contrast",
        ),
        Risk(
            "resolution",
            _ramp(scale, 1.2, 3.0, 35),
            f"the photo is enlarged {scale:.1f} times; choose a smaller --size or a larger photo",
        ),
        Risk(
            "depth",
            _ramp(-depth, -0.45, -0.05, 30),
            "there is little depth; a flat move (ken-burns) shows it best",
        ),
        Risk(
            "clutter",
            _ramp(statistics.edge_density, 0.38, 0.75, 20),
            f"{statistics.edge_density:.0%} of the photo is edges; fine detail shimmers, keep moves slow",
        ),
        Risk(
            "thin",
            _ramp(statistics.thin_share, 0.008, 0.04, 25),
            "wires, poles or twigs stand before something far; they may bend, keep the amount low",
        ),
        Risk(
            "people",
            _ramp(people, 0.02, 0.3, 15),
            f"people fill {people:.0%} of the photo; keep the amount low",
        ),
        Risk(
            "lines",
            _ramp(-parallax, -3.5, -0.8, 25) if statistics.line_length > 3 else 0,
            f"straight lines bend above {parallax:.1f} % parallax; use the camera named below",
        ),
        Risk(
            "drawn",
            15 if statistics.is_drawing else 0,
            "this looks like a drawing, a document or a screenshot; it has no depth",
        ),
        Risk(
            "shine",
            8 if statistics.is_room and statistics.share("water") > 0.02 else 0,
            "mirrors or glass seem to be there; their depth is wrong, keep the amount low",
        ),
    ]
