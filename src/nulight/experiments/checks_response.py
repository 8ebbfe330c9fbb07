"""Rules for the response of a card: quenching, resolution, efficiency, and the bins they lead to."""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.experiments.checks_efficiency import check_efficiency
from nulight.experiments.columns import ascending_energies, energy_column, matrix_columns
from nulight.experiments.parts import Parts
from nulight.experiments.quantities import Family
from nulight.experiments.schema import (
    FanoResolution,
    GammaResolution,
    GaussianResolution,
    LindhardQuenching,
    MatrixResolution,
    MatrixTable,
    PoissonResolution,
    PolynomialQuenching,
    Quenching,
    Resolution,
    TableQuenching,
    TableResolution,
    Target,
)
from nulight.typing import FloatArray

__all__ = ["check_response"]

_TOTAL = 1 + 1e-6
_LINDHARD_K = (0.05, 0.5)  # measurements and Lindhard's own 0.133 Z^(2/3) / A^(1/2) lie well inside


def check_response(parts: Parts) -> None:
    """Note every fault in the response, and where it does not lead to the bins."""
    resolution = parts.one("response.resolution", Resolution)
    kind = None if resolution is None else resolution.value
    if kind is not None:
        _check_resolution(parts, kind)
        if not isinstance(kind, MatrixResolution):
            _check_quenching_needed(parts)
    _check_quenching(parts, isinstance(kind, MatrixResolution))
    check_efficiency(parts, matrix=isinstance(kind, MatrixResolution))


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
    if isinstance(quenching, LindhardQuenching):
        _check_lindhard(parts, quenching)
    _try_quenching(parts, quenching)


def _check_lindhard(parts: Parts, quenching: LindhardQuenching) -> None:
    low, high = _LINDHARD_K
    if not low <= quenching.k <= high:
        expected = f"a number within {low:g} and {high:g}, for most materials 0.1 to 0.2"
        parts.faults.add("response.quenching.k", quenching.k, "is no parameter k of Lindhard's theory", expected)


def _check_quenching_table(parts: Parts, quenching: TableQuenching) -> None:
    path = "response.quenching"
    table = parts.table(path, quenching.file)
    if table is None:
        return
    column = quenching.energy
    energy = parts.faults.attempt(f"{path}.energy", column, ascending_energies, table, column, ("keVnr",))
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
    energy, width = resolution.energy, resolution.sigma
    parts.faults.attempt(f"{path}.energy", energy, ascending_energies, table, energy, parts.families)
    sigma = parts.faults.attempt(f"{path}.sigma", width, energy_column, table, width, parts.families)
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
    parts.faults.attempt(f"{path}.energy", entry.energy, ascending_energies, table, entry.energy, families)
    matrix = parts.faults.attempt(f"{path}.prefix", entry.prefix, matrix_columns, table, entry.prefix)
    if matrix is None:
        return
    if parts.edges is not None and matrix.shape[1] != len(parts.edges) - 1:
        problem = f"starts {matrix.shape[1]} columns, for {len(parts.edges) - 1} bins"
        parts.faults.add(f"{path}.prefix", entry.prefix, problem, "one column for each bin")
    if np.any(matrix < 0) or np.any(matrix.sum(axis=1) > _TOTAL):
        worst = f"holds {matrix.min():g}, rows add up to {matrix.sum(axis=1).max():g}"
        parts.faults.add(f"{path}.prefix", entry.prefix, worst, "probabilities, at most 1 in a row")
