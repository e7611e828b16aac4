"""The registry of fault detectors, and their run in the topological order of ``after``."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.registry import Registry
from livingstill.quality.faults.black import Black
from livingstill.quality.faults.blur import Blur
from livingstill.quality.faults.boil import Boil
from livingstill.quality.faults.border import Border
from livingstill.quality.faults.colour_drift import ColourDrift
from livingstill.quality.faults.colour_swing import ColourSwing
from livingstill.quality.faults.detector import Detector, Finding, Flags, mark
from livingstill.quality.faults.distortion import Distortion
from livingstill.quality.faults.excursion import Excursion
from livingstill.quality.faults.freeze import Freeze
from livingstill.quality.faults.gap import Gap
from livingstill.quality.faults.global_flicker import GlobalFlicker
from livingstill.quality.faults.grain import Grain
from livingstill.quality.faults.identity import Identity
from livingstill.quality.faults.jitter import Jitter
from livingstill.quality.faults.kinds import BLUR, DROP, FLICKER, KINDS, MELT, FaultKind
from livingstill.quality.faults.level_shift import LevelShift
from livingstill.quality.faults.local_flicker import LocalFlicker
from livingstill.quality.faults.morph import Morph
from livingstill.quality.faults.outlier import Outlier
from livingstill.quality.faults.residual_burst import ResidualBurst
from livingstill.quality.faults.seam import Seam
from livingstill.quality.faults.stride import Stride
from livingstill.quality.no_reference import Series

DETECTORS: Registry[Detector] = Registry(
    "fault detector",
    "livingstill.faults",
    {
        "black": Black(),
        "freeze": Freeze(),
        "border": Border(),
        "outlier": Outlier(),
        "level shift": LevelShift(),
        "global flicker": GlobalFlicker(),
        "jitter": Jitter(),
        "blur": Blur(),
        "stride": Stride(),
        "gap": Gap(),
        "grain": Grain(),
        "local flicker": LocalFlicker(),
        "residual burst": ResidualBurst(),
        "excursion": Excursion(),
        "distortion": Distortion(),
        "morph": Morph(),
        "boil": Boil(),
        "drift": ColourDrift(),
        "colour swing": ColourSwing(),
        "identity": Identity(),
        "seam": Seam(),
    },
)

_KEY_FRAME_KINDS, _KEY_FRAME_STRENGTH = frozenset({DROP, MELT, FLICKER, BLUR}), 3.0
"""Kinds that an encoder's key frame resembles, up to this strength."""


def find_faults(
    series: Series, *, loop: bool, detectors: Mapping[str, Detector] = DETECTORS
) -> list[Finding]:
    """Return what every detector finds in a clip; ``loop`` says that it is meant to be seamless.

    Raises
    ------
    InputError
        If a detector comes after one that there is not, or after itself.
    """
    members = dict(detectors.items())
    findings: list[Finding] = []
    explained: dict[str, Flags] = {}
    for name in _execution_order(members):
        detector = members[name]
        explained_here = np.zeros(len(series), bool)
        for other in detector.after:
            explained_here |= explained[other]
        explained[name] = explained_here
        if detector.loop_only and not loop:
            continue
        result = detector.find(series, explained_here.copy())
        for finding in result.findings:
            mark(explained_here, finding)
        if result.explained is not None:
            explained_here |= result.explained
        findings += [f for f in result.findings if not _is_key_frame(f, series.key_frames)]
    return findings


def fault_kind(name: str) -> FaultKind:
    """Return the kind of fault of this name, our own or a plug-in's; one without words if unknown."""
    if name in KINDS:
        return KINDS[name]
    kinds = (kind for detector in DETECTORS.values() for kind in detector.kinds)
    return next((kind for kind in kinds if kind.name == name), FaultKind(name, name, "unknown"))


def _execution_order(detectors: Mapping[str, Detector]) -> tuple[str, ...]:
    """Return the names so that each comes after those it names."""
    for name, detector in detectors.items():
        for other in detector.after:
            if other not in detectors:
                raise InputError(
                    f"fault detector '{name}' comes after '{other}', which there is not; "
                    "mend or uninstall that plug-in"
                )
    try:
        graph = {name: detector.after for name, detector in detectors.items()}
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise InputError(
            f"fault detectors wait for each other: {' -> '.join(error.args[1])}; "
            "mend or uninstall that plug-in"
        ) from error


def _is_key_frame(finding: Finding, key: Flags) -> bool:
    """Return whether a coder that begins anew at a key frame is all there is to a finding."""
    start = finding.first if finding.kind is not DROP else finding.last
    slight = finding.strength < _KEY_FRAME_STRENGTH and finding.kind in _KEY_FRAME_KINDS
    return slight and finding.last - start < 2 and bool(key[start])
