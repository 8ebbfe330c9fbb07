"""Nuisances that change the card: both variants must be cards of the same bins and components."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nulight.experiments.faults import Fault, FaultList, shown
from nulight.experiments.merging import overlaid
from nulight.experiments.parts import Part, Parts
from nulight.experiments.schema import ExponentialBackground, LineBackground

__all__ = ["check_shapes", "without_shapes"]

_CHANGEABLE = ("sources", "target", "exposure", "response", "axes", "signal_shape", "backgrounds")
"""Fields of a card that expected counts depend on, other than the bins themselves."""


def without_shapes(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without the nuisances that change it."""
    nuisances = document.get("nuisances")
    if not isinstance(nuisances, (list, tuple)):
        return dict(document)
    kept = [item for item in nuisances if not (isinstance(item, Mapping) and "changes" in item)]
    return {**document, "nuisances": kept}


def check_shapes(parts: Parts, faults: FaultList, validated: Callable[[Any], tuple[FaultList, Parts]]) -> None:
    """Validate what each nuisance with changes makes of the card, one standard deviation up and down.

    Parameters
    ----------
    parts : Parts
        The card itself.
    faults : FaultList
        Grows by the faults of the variants that are not those of the card.
    validated : function of a document
        Returns its faults and parts.
    """
    own = list(faults)
    for part in parts.nuisances:
        changes = part.value.changes
        for side, over in () if changes is None else (("up", changes.up), ("down", changes.down)):
            if over is not None:
                path = f"{part.path}.changes.{side}"
                faults.extend(_faults_of(path, parts, over, own, validated))


def _faults_of(
    path: str, base: Parts, over: dict[str, Any], own: list[Fault], validated: Callable[[Any], tuple[FaultList, Parts]]
) -> list[Fault]:
    unknown = [key for key in over if key not in _CHANGEABLE]
    if unknown:
        expected = f"one of: {', '.join(_CHANGEABLE)}"
        return [
            Fault(f"{path}.{key}", shown(over[key]), "does not change expected counts", expected) for key in unknown
        ]
    document = without_shapes(overlaid(base.document, over))
    if document == without_shapes(base.document):
        return [Fault(path, shown(over), "changes nothing", "other values than those of the card")]
    found, parts = validated(document)
    new = [Fault(f"{path}.{f.path}", f.value, f.problem, f.expected) for f in found if f not in own]
    return new or _moved(path, base, parts)


def _moved(path: str, base: Parts, changed: Parts) -> list[Fault]:
    """Faults of a variant that is sound but counts in other bins or other components."""
    faults = []
    for part, other in zip(base.backgrounds, changed.backgrounds, strict=False):
        if isinstance(part.value, (ExponentialBackground, LineBackground)) and _differs(part, other, base, changed):
            problem, expected = f"changes the {part.value.kind}", "a nuisance that scales its parameters"
            faults.append(Fault(f"{path}.{part.path}", repr(part.value.name), problem, expected))
    for key in ("sources", "backgrounds"):
        before, after = _names(getattr(base, key)), _names(getattr(changed, key))
        if before != after:
            faults.append(
                Fault(f"{path}.{key}", ", ".join(after), f"are other {key}", f"those of the card: {', '.join(before)}")
            )
    if base.frame is not None and changed.frame is not None and not base.frame.same_bins(changed.frame):
        faults.append(Fault(path, "", "leads to other bins", "the bins and axes of the card"))
    return faults


def _differs(part: Part[Any], other: Part[Any], base: Parts, changed: Parts) -> bool:
    """Whether a background that has a form of its own would have other counts."""
    return bool(part.value != other.value) or base.document.get("exposure") != changed.document.get("exposure")


def _names(items: list[Part[Any]]) -> list[str]:
    return [part.value.name for part in items]
