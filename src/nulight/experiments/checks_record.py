"""Rules for the record of a card: references and published limits."""

from __future__ import annotations

from nulight.experiments.parts import Part, Parts
from nulight.experiments.quantities import written_unit
from nulight.experiments.schema import PublishedLimit, Reference
from nulight.models.parameters import PARAMETERS

__all__ = ["check_record"]

_UNITS = {
    "mu_": "mu_B",
    "lambda_": "mu_B",
    "d_": "mu_B",
    "r2_": "cm^2",
    "a_": "cm^2",
    "q_": "e",
    "R_n": "fm",
    "m_": "keV",
    "eps_": "",
    "gg_": "",
    "g_": "",
}


def check_record(parts: Parts) -> None:
    """Note references that name nothing, and published limits that do not make sense."""
    for part in parts.many("references", Reference):
        if not any((part.value.arxiv, part.value.doi, part.value.texkey)):
            parts.faults.add(part.path, None, "names nothing", "arxiv, doi or texkey")
    for part in parts.many("published", PublishedLimit):
        _check_published(parts, part)


def _check_published(parts: Parts, part: Part[PublishedLimit]) -> None:
    limit, index = part.value, int(part.path.removeprefix("published[").removesuffix("]"))
    if limit.lower is None and limit.upper is None:
        parts.faults.add(part.path, None, "has no number", "lower, upper, or both")
    if limit.lower is not None and limit.upper is not None and limit.lower >= limit.upper:
        parts.faults.add(
            f"{part.path}.lower", limit.lower, f"is not below the upper end {limit.upper:g}", "lower < upper"
        )
    if limit.cl is not None and limit.cl >= 1:
        parts.faults.add(f"{part.path}.cl", limit.cl, "is no confidence level", "for example '90 %'")
    unit = _unit_of(limit.parameter)
    for side in ("lower", "upper"):
        text = str(parts.document["published"][index].get(side) or "")
        if text and unit is not None and written_unit(text) != unit:
            expected = f"use {unit}" if unit else "a number without unit"
            parts.faults.add(f"{part.path}.{side}", text, f"is not in the unit of {limit.parameter}", expected)


def _unit_of(parameter: str) -> str | None:
    """Unit of a parameter, also of those that only papers know; None if nothing is known."""
    if parameter in PARAMETERS:
        return PARAMETERS[parameter].unit
    return next((unit for prefix, unit in _UNITS.items() if parameter.startswith(prefix)), None)
