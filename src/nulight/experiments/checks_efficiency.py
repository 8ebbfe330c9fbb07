"""Rules for the efficiency of a card: which energy it is a function of, and how far it reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.columns import ANY_ENERGY, ascending_energies, header_unit
from nulight.experiments.parts import Parts
from nulight.experiments.quantities import Family, unit_family, written_unit
from nulight.experiments.schema import ConstantEfficiency, Efficiency, LogisticEfficiency, TableEfficiency

__all__ = ["check_efficiency"]


def check_efficiency(parts: Parts, *, matrix: bool) -> None:
    """Note every fault in the efficiency.

    Parameters
    ----------
    parts : Parts
    matrix : bool
        Whether the resolution is a matrix, which holds every efficiency already.
    """
    path = "response.efficiency"
    if matrix and parts.written(path) is not None:
        parts.faults.add(path, parts.written(f"{path}.kind"), "has no effect beside a matrix", "leave it out")
    if not matrix and parts.written("response.resolution") is not None and parts.written(path) is None:
        parts.faults.add(path, None, "is missing", "for example {kind: constant, value: 1}")
    part = parts.one(path, Efficiency)
    if part is None:
        return
    efficiency = part.value
    families = _efficiency_families(parts, efficiency)
    if isinstance(efficiency, ConstantEfficiency):
        if efficiency.value > 1:
            parts.faults.add(f"{path}.value", efficiency.value, "is above 1", "a probability between 0 and 1")
        _require(parts, f"{path}.threshold", efficiency.threshold, families)
    elif isinstance(efficiency, LogisticEfficiency):
        for name in ("midpoint", "threshold"):
            _require(parts, f"{path}.{name}", getattr(efficiency, name), families)
        _check_slope(parts, efficiency)
    elif (table := parts.table(path, efficiency.file)) is not None:
        _check_efficiency_table(parts, efficiency, table, families)


def _efficiency_families(parts: Parts, efficiency: Any) -> tuple[Family, ...] | None:
    """Units of the energy an efficiency is a function of; None if the bins are not known.

    A true energy is that of the recoil, or the visible one: the same for electrons, told apart by
    keVnr and keVee for nuclei. Where both recoil only the visible energy is one energy.
    """
    if efficiency.of == "reconstructed":
        return parts.families if parts.family is not None else None
    if parts.channel == "nuclear-recoil":
        return ("keVnr",) if parts.family == "keVnr" else ("keVnr", "keVee")
    return ("keVee",) if parts.channel == "both" else ("keVee", "keV")


def _require(parts: Parts, path: str, value: Any, families: tuple[Family, ...] | None) -> None:
    if families is not None:
        parts.require_family(path, value, families)


def _check_slope(parts: Parts, efficiency: LogisticEfficiency) -> None:
    path = "response.efficiency"
    slope, midpoint = efficiency.slope.family, efficiency.midpoint.family
    if slope == "number" and written_unit(parts.written(f"{path}.midpoint")) not in ("keVee", "keVnr", "PE"):
        problem = "has no unit, and the midpoint is not in keV or PE"
        parts.faults.add(f"{path}.slope", parts.written(f"{path}.slope"), problem, f"for example '1.5 /{midpoint}'")
    elif slope not in ("number", midpoint):
        problem = f"is per {slope}, the midpoint is in {midpoint}"
        parts.faults.add(f"{path}.slope", parts.written(f"{path}.slope"), problem, f"a slope per {midpoint}")


def _check_efficiency_table(
    parts: Parts, efficiency: TableEfficiency, table: Table, families: tuple[Family, ...] | None
) -> None:
    path = "response.efficiency"
    column, allowed = efficiency.energy, families or ANY_ENERGY
    energy = parts.faults.attempt(f"{path}.energy", column, ascending_energies, table, column, allowed)
    value = parts.faults.attempt(f"{path}.value", efficiency.value, table.numbers, efficiency.value)
    if value is not None and np.any((value < 0) | (value > 1)):
        worst = value[np.argmax(np.abs(value - 0.5))]
        parts.faults.add(f"{path}.value", efficiency.value, f"holds {worst:g}", "probabilities between 0 and 1")
    if energy is not None and parts.edges is not None and efficiency.beyond is None:
        _check_beyond(parts, float(energy[-1]), unit_family(header_unit(table, column)))


def _check_beyond(parts: Parts, end: float, family: Family) -> None:
    """A table that says nothing of what lies above it must reach as far as the bins."""
    assert parts.edges is not None
    if family not in (parts.family, "keV"):
        problem = f"is missing: bins in {parts.family} do not say which energies in {family} they see"
        parts.faults.add("response.efficiency.beyond", None, problem, f"hold or zero, above {end:g} {family}")
    elif parts.edges[-1] > end:
        parts.faults.add(
            "bins",
            f"{parts.edges[-1]:g} {parts.family}",
            f"lies beyond the efficiency table, which ends at {end:g} {parts.family}",
            "bins inside it, or response.efficiency.beyond: hold or zero",
        )
