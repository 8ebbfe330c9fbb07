"""Rules for the response of a card: quenching, resolution, efficiency, and the bins they lead to."""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.columns import energy_column, header_unit, matrix_columns, require_ascending
from nulight.experiments.frame import column_families
from nulight.experiments.parts import Parts
from nulight.experiments.quantities import Family, unit_family, written_unit
from nulight.experiments.schema import (
    ConstantEfficiency,
    Efficiency,
    FanoResolution,
    GammaResolution,
    GaussianResolution,
    LindhardQuenching,
    LogisticEfficiency,
    MatrixResolution,
    MatrixTable,
    PoissonResolution,
    PolynomialQuenching,
    Quenching,
    Resolution,
    TableEfficiency,
    TableQuenching,
    TableResolution,
    Target,
)
from nulight.typing import FloatArray

__all__ = ["check_response"]

_TOTAL = 1 + 1e-6


def check_response(parts: Parts) -> None:
    """Note every fault in the response, and where it does not lead to the bins."""
    resolution = parts.one("response.resolution", Resolution)
    kind = None if resolution is None else resolution.value
    if kind is not None:
        _check_resolution(parts, kind)
        if not isinstance(kind, MatrixResolution):
            _check_quenching_needed(parts)
    _check_quenching(parts, isinstance(kind, MatrixResolution))
    _check_efficiency(parts, kind)


# --- quenching ----------------------------------------------------------------------------------


def _check_quenching_needed(parts: Parts) -> None:
    recoils = parts.channel in ("nuclear-recoil", "both")
    missing = parts.written("response.quenching") is None
    if recoils and missing and parts.family in ("keVee", "PE"):
        problem = f"is missing: nuclear recoils are to be seen in {parts.family}"
        expected = "response.quenching, or bins in keVnr" if parts.family == "keVee" else "response.quenching"
        parts.faults.add("response.quenching", None, problem, expected)
    if not missing and parts.family == "keVnr":
        problem = "has no effect on bins in keVnr, where reconstructed is true energy"
        parts.faults.add("response.quenching", parts.written("response.quenching.kind"), problem, "bins in keVee or PE")


def _check_quenching(parts: Parts, matrix: bool) -> None:
    path = "response.quenching"
    part = parts.one(path, Quenching)
    if part is None:
        return
    quenching = part.value
    if matrix:
        parts.faults.add(path, quenching.kind, "has no effect beside a matrix", "leave it out")
    if isinstance(quenching, TableQuenching):
        _check_quenching_table(parts, quenching)
        return
    if quenching.range[1] <= quenching.range[0]:
        low, high = quenching.range
        problem = f"ends at {high:g} keVnr, where it starts at {low:g} keVnr"
        parts.faults.add(f"{path}.range", parts.written(f"{path}.range"), problem, "an ascending range in keVnr")
        return
    if isinstance(quenching, LindhardQuenching) and quenching.Z is None and _is_compound(parts):
        material = parts.written("target.material")
        parts.faults.add(f"{path}.Z", None, f"is missing: {material} is a compound", "the Z that the measurement takes")
        return
    _try_quenching(parts, quenching)


def _check_quenching_table(parts: Parts, quenching: TableQuenching) -> None:
    path = "response.quenching"
    table = parts.table(path, quenching.file)
    if table is None:
        return
    energy = parts.faults.attempt(f"{path}.energy", quenching.energy, _ascending, table, quenching.energy, ("keVnr",))
    value = parts.faults.attempt(f"{path}.value", quenching.value, table.numbers, quenching.value)
    if energy is not None and value is not None:
        _try_quenching(parts, quenching, energy, value)


def _try_quenching(parts: Parts, entry: Any, energy: FloatArray | None = None, value: FloatArray | None = None) -> None:
    """Build the curve, which refuses what cannot be a quenching factor."""
    from nulight.detector.quenching import Quenching as Curve
    from nulight.units import parse_quantity

    options = {"below": entry.below, "factor": entry.factor}
    try:
        if energy is not None and value is not None:
            Curve.table(energy, value, **options)
        elif isinstance(entry, PolynomialQuenching):
            unit = parse_quantity(f"1 {entry.of}", "energy")
            Curve.polynomial(entry.coefficients, unit=unit, range=entry.range, **options)
        elif isinstance(entry, LindhardQuenching):
            Curve.lindhard(entry.Z or 1, k=entry.k, range=entry.range, **options)
        else:
            Curve.constant(entry.value, range=entry.range, **options)
    except ValueError as error:
        problem, _, expected = str(error).partition(": ")
        parts.faults.add("response.quenching", entry.kind, f"does not hold: {problem}", expected)


def _is_compound(parts: Parts) -> bool:
    from nulight.targets.materials import parse_formula

    target = parts.one("target", Target)
    try:
        return target is not None and len(parse_formula(target.value.material)) > 1
    except ValueError:
        return False


# --- resolution ---------------------------------------------------------------------------------


def _check_resolution(parts: Parts, resolution: Any) -> None:
    path = "response.resolution"
    counts_light = isinstance(resolution, (PoissonResolution, GammaResolution))
    if counts_light and parts.family not in ("PE", None):
        parts.faults.add(path, resolution.kind, f"gives photoelectrons, the bins are in {parts.family}", "bins in PE")
    if parts.family == "PE" and not counts_light and not isinstance(resolution, MatrixResolution):
        parts.faults.add(
            path, resolution.kind, "gives no photoelectrons", "kind: poisson, gamma or matrix for bins in PE"
        )
    if isinstance(resolution, PoissonResolution) and parts.family == "PE" and parts.edges is not None:
        broken = parts.edges[parts.edges != np.round(parts.edges)]
        if broken.size:
            expected = "whole numbers of photoelectrons, or kind: gamma"
            parts.faults.add("bins", f"{broken[0]:g} PE", "is an edge between Poisson counts", expected)
    if isinstance(resolution, GaussianResolution):
        _check_widths(parts, {"c": resolution.c})
        if not (resolution.a or resolution.b or resolution.c):
            parts.faults.add(path, "a = 0, b = 0, c = 0", "has no width", "kind: perfect")
    elif isinstance(resolution, FanoResolution):
        _check_widths(parts, {"noise": resolution.noise})
        if not (resolution.noise or resolution.fano):
            parts.faults.add(path, "noise = 0, fano = 0", "has no width", "kind: perfect")
    elif isinstance(resolution, TableResolution):
        _check_resolution_table(parts, resolution)
    elif isinstance(resolution, MatrixResolution):
        _check_matrix(parts, resolution)


def _check_widths(parts: Parts, widths: dict[str, Any]) -> None:
    for name, value in widths.items():
        if parts.family in ("keVee", "keVnr"):
            parts.require_family(f"response.resolution.{name}", value, (parts.family, "keV"))


def _check_resolution_table(parts: Parts, resolution: TableResolution) -> None:
    path = "response.resolution"
    table = parts.table(path, resolution.file)
    if table is None:
        return
    families = _reconstructed(parts)
    parts.faults.attempt(f"{path}.energy", resolution.energy, _ascending, table, resolution.energy, families)
    sigma = parts.faults.attempt(f"{path}.sigma", resolution.sigma, energy_column, table, resolution.sigma, families)
    if sigma is not None and np.any(sigma <= 0):
        parts.faults.add(f"{path}.sigma", f"{sigma.min():g} keV", "is not positive", "positive widths")


def _check_matrix(parts: Parts, resolution: MatrixResolution) -> None:
    needed = {"electron-recoil": ("electron",), "nuclear-recoil": ("nuclear",), "both": ("nuclear", "electron")}
    for recoil in needed.get(parts.channel or "", ()):
        if getattr(resolution, recoil) is None:
            expected = f"{recoil}: {{file: ..., energy: ..., prefix: ...}}"
            problem = f"is missing for channel {parts.channel}"
            parts.faults.add(f"response.resolution.{recoil}", None, problem, expected)
    families: dict[str, tuple[Family, ...]] = {"nuclear": ("keVnr", "keV"), "electron": ("keVee", "keV")}
    for recoil, allowed in families.items():
        entry: MatrixTable | None = getattr(resolution, recoil)
        if entry is not None:
            _check_matrix_table(parts, f"response.resolution.{recoil}", entry, allowed)


def _check_matrix_table(parts: Parts, path: str, entry: MatrixTable, families: tuple[Family, ...]) -> None:
    table = parts.table(path, entry.file)
    if table is None:
        return
    parts.faults.attempt(f"{path}.energy", entry.energy, _ascending, table, entry.energy, families)
    matrix = parts.faults.attempt(f"{path}.prefix", entry.prefix, matrix_columns, table, entry.prefix)
    if matrix is None:
        return
    if parts.edges is not None and matrix.shape[1] != len(parts.edges) - 1:
        problem = f"starts {matrix.shape[1]} columns, for {len(parts.edges) - 1} bins"
        parts.faults.add(f"{path}.prefix", entry.prefix, problem, "one column for each bin")
    if np.any(matrix < 0) or np.any(matrix.sum(axis=1) > _TOTAL):
        worst = f"holds {matrix.min():g}, rows add up to {matrix.sum(axis=1).max():g}"
        parts.faults.add(f"{path}.prefix", entry.prefix, worst, "probabilities, at most 1 in a row")


# --- efficiency ---------------------------------------------------------------------------------


def _check_efficiency(parts: Parts, resolution: Any) -> None:
    path = "response.efficiency"
    if isinstance(resolution, MatrixResolution):
        if parts.written(path) is not None:
            parts.faults.add(path, parts.written(f"{path}.kind"), "has no effect beside a matrix", "leave it out")
    elif resolution is not None and isinstance(parts.written("response"), dict) and parts.written(path) is None:
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
        return _reconstructed(parts) if parts.family is not None else None
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
    options = () if families is None else (families,)
    energy = parts.faults.attempt(f"{path}.energy", efficiency.energy, _ascending, table, efficiency.energy, *options)
    value = parts.faults.attempt(f"{path}.value", efficiency.value, table.numbers, efficiency.value)
    if value is not None and np.any((value < 0) | (value > 1)):
        worst = value[np.argmax(np.abs(value - 0.5))]
        parts.faults.add(f"{path}.value", efficiency.value, f"holds {worst:g}", "probabilities between 0 and 1")
    if energy is not None and parts.edges is not None and efficiency.beyond is None:
        _check_beyond(parts, float(energy[-1]), unit_family(header_unit(table, efficiency.energy)))


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


def _reconstructed(parts: Parts) -> tuple[Family, ...]:
    if parts.family is None:
        return ("keVee", "keV", "keVnr", "PE")
    return column_families(parts.family, parts.channel or "electron-recoil")


def _ascending(table: Table, column: str, *families: tuple[Family, ...]) -> FloatArray:
    energies = energy_column(table, column, *families)
    require_ascending(energies, column)
    return energies
