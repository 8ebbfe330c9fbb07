"""Rules for the nuisances of a card: what they scale, their sizes and bounds."""

from __future__ import annotations

from nulight.experiments.checks_sources import SOLAR_COMPONENTS
from nulight.experiments.parts import Part, Parts
from nulight.experiments.schema import NuisanceEntry, SolarSource

__all__ = ["PARAMETERS_OF", "check_nuisances"]

PARAMETERS_OF = {"exponential": ("amplitude", "scale"), "line": ("counts", "centre", "sigma")}
"""Parameters of a background that a nuisance may scale, by kind."""

_LINEAR = ("amplitude", "counts")


def check_nuisances(parts: Parts) -> None:
    """Note names that are no part of the card, and sizes or bounds that have no meaning."""
    targets = _targets(parts)
    for path, target in parts.written_lists("nuisances", "scales"):
        if target not in targets:
            parts.faults.add(path, target, "is no part of this card", f"one of: {', '.join(targets)}")
    for part in parts.nuisances:
        _check_effect(parts, part)
        _check_width(parts, part)
        _check_bounds(parts, part)


def _targets(parts: Parts) -> list[str]:
    solar = SOLAR_COMPONENTS if any(isinstance(part.value, SolarSource) for part in parts.sources) else ()
    sources, backgrounds = parts.written_names("sources"), parts.written_names("backgrounds")
    inner = [f"{name}.{parameter}" for name, parameter in _parameters(parts)]
    return ["signal", *sources, *backgrounds, *inner, *solar]


def _parameters(parts: Parts) -> list[tuple[str, str]]:
    """Backgrounds of a given form and their parameters, as written."""
    return [
        (str(item.get("name")), parameter)
        for _, item in parts.items("backgrounds")
        if isinstance(item.get("kind"), str)
        for parameter in PARAMETERS_OF.get(item["kind"], ())
    ]


def _check_effect(parts: Parts, part: Part[NuisanceEntry]) -> None:
    nuisance = part.value
    if (nuisance.scales is None) == (nuisance.changes is None):
        problem = "has neither scales nor changes" if nuisance.scales is None else "has both scales and changes"
        parts.faults.add(part.path, nuisance.name, problem, "one of: scales, changes")


def _check_width(parts: Parts, part: Part[NuisanceEntry]) -> None:
    nuisance = part.value
    if nuisance.kind == "free" and nuisance.width is not None:
        parts.faults.add(f"{part.path}.width", nuisance.width, "has no meaning for kind free", "leave it out")
    if nuisance.kind != "free" and nuisance.size is None:
        parts.faults.add(f"{part.path}.width", None, "is missing", "a fraction, for example '2.75 %'")
    if nuisance.kind != "free" and nuisance.scales is not None and (nuisance.width or 0) > 1:
        # the rule by which `with_nuisances` refuses 10 for 10 %
        percent, path = 100 * (nuisance.width or 0), f"{part.path}.width"
        problem = f"is a relative width of {percent:g} %"
        expected = f"write '{percent / 100:g} %' for {percent / 100:g} %, or kind: free for no constraint"
        parts.faults.add(path, parts.written(path), problem, expected)


def _check_bounds(parts: Parts, part: Part[NuisanceEntry]) -> None:
    nuisance, path = part.value, f"{part.path}.bounds"
    shaped = [
        f"{name}.{parameter}"
        for name, parameter in _parameters(parts)
        if parameter not in _LINEAR and f"{name}.{parameter}" in (nuisance.scales or ())
    ]
    if nuisance.bounds is None:
        if shaped and nuisance.kind == "free":
            parts.faults.add(path, None, f"is missing: {shaped[0]} must stay positive", "for example [-0.9, 4]")
        return
    low, high = nuisance.bounds
    text = f"[{low:g}, {high:g}]"
    if nuisance.kind == "box":
        parts.faults.add(path, text, "has no meaning for kind box, whose width is its bound", "leave it out")
    elif not low < high or not low <= 0 <= high:
        parts.faults.add(path, text, "does not hold 0, the value without effect", "bounds of u around 0")
    elif nuisance.scales is not None and (low < -1 or (shaped and low <= -1)):
        what = shaped[0] if shaped else "counts"
        parts.faults.add(path, text, f"lets 1 + u turn {what} negative or zero", "a lower bound above -1")
