"""From the entries of a card to the response of its detector, for electron and for nuclear recoils.

Electrons have the visible energy itself. Nuclear recoils are quenched first, unless the bins are in
keVnr, where nuclear recoils are their own scale. An efficiency of the true energy is one of the
recoil energy if it is written in keVnr, otherwise one of the visible energy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from nulight.data.reader import Table
from nulight.detector import (
    Efficiency,
    EfficiencyCurve,
    GammaResponse,
    GaussianResponse,
    LogisticEfficiency,
    MatrixResponse,
    PerfectResponse,
    PoissonResponse,
    QuenchedResponse,
    Quenching,
    Response,
    fano_width,
    gaussian_width,
    polynomial_width,
)
from nulight.experiments import schema
from nulight.experiments.columns import energy_column, matrix_columns
from nulight.experiments.quantities import Family, unit_family
from nulight.targets.materials import parse_formula
from nulight.typing import FloatArray
from nulight.units import unit_value

__all__ = ["Recoil", "build_response"]

Recoil = Literal["electron-recoil", "nuclear-recoil"]
Tables = Mapping[str, Table]
_ALWAYS = Efficiency.constant()


def build_response(
    entry: schema.Response, edges: FloatArray, tables: Tables, *, recoil: Recoil, material: str
) -> Response:
    """Return the response of a card to one kind of recoil.

    Parameters
    ----------
    entry : Response
    edges : array, shape (n_E + 1,), keVee, keVnr or PE
        Reconstructed edges.
    tables : mapping of file names to tables
    recoil : "electron-recoil" or "nuclear-recoil"
    material : str
        Formula of the target, whose nuclear charge Lindhard's formula asks for.
    """
    if isinstance(entry.resolution, schema.MatrixResolution):
        return _matrix(entry.resolution, edges, tables, recoil)
    efficiency, family = _efficiency(entry.efficiency, tables)
    if recoil == "electron-recoil" or entry.quenching is None:
        return _seen(entry.resolution, edges, efficiency, tables)
    quenching = _quenching(entry.quenching, tables, material)
    if efficiency.of == "true" and family == "keVnr":
        return QuenchedResponse(_seen(entry.resolution, edges, _ALWAYS, tables), quenching, efficiency)
    return QuenchedResponse(_seen(entry.resolution, edges, efficiency, tables), quenching)


def _seen(resolution: schema.Resolution, edges: FloatArray, efficiency: EfficiencyCurve, tables: Tables) -> Response:
    """Response to the visible energy."""
    if isinstance(resolution, schema.PerfectResolution):
        return PerfectResponse(edges, efficiency)
    if isinstance(resolution, schema.PoissonResolution):
        return PoissonResponse(edges, resolution.light_yield, efficiency)
    if isinstance(resolution, schema.GammaResolution):
        return GammaResponse(edges, resolution.light_yield, resolution.b, efficiency)
    if isinstance(resolution, schema.TableResolution):
        table = tables[resolution.file]
        E, sigma = energy_column(table, resolution.energy), energy_column(table, resolution.sigma)
        return GaussianResponse(edges, lambda T: np.interp(T, E, sigma), efficiency, kinks=E)
    if isinstance(resolution, schema.PolynomialResolution):
        width = polynomial_width(resolution.coefficients, upto=float(edges[-1]))  # a fit to the range of the bins
        return GaussianResponse(edges, width, efficiency, kinks=edges[-1:])
    return GaussianResponse(edges, _width(resolution), efficiency)


def _width(resolution: schema.Resolution) -> Callable[[FloatArray], FloatArray]:
    if isinstance(resolution, schema.FanoResolution):
        return fano_width(resolution.noise, resolution.energy_per_pair, resolution.fano)
    assert isinstance(resolution, schema.GaussianResolution)
    return gaussian_width(resolution.a, resolution.b, resolution.c)


def _matrix(entry: schema.MatrixResolution, edges: FloatArray, tables: Tables, recoil: Recoil) -> Response:
    columns = entry.electron if recoil == "electron-recoil" else entry.nuclear
    if columns is None:
        raise ValueError(f"resolution of kind matrix: gives no response to a {recoil}; name its table")
    table = tables[columns.file]
    return MatrixResponse(edges, energy_column(table, columns.energy), matrix_columns(table, columns.prefix))


def _efficiency(entry: schema.Efficiency | None, tables: Tables) -> tuple[EfficiencyCurve, Family]:
    """Return an efficiency and what its energies are measured in."""
    if entry is None:
        return _ALWAYS, "keV"
    if isinstance(entry, schema.ConstantEfficiency):
        return Efficiency.constant(entry.value, entry.threshold, of=entry.of), entry.threshold.family
    if isinstance(entry, schema.LogisticEfficiency):
        curve = LogisticEfficiency(
            height=entry.height,
            slope=entry.slope,
            midpoint=entry.midpoint,
            offset=entry.offset,
            threshold=entry.threshold or None,
            of=entry.of,
        )
        return curve, entry.midpoint.family
    table = tables[entry.file]
    energies, words = energy_column(table, entry.energy), table.units[entry.energy].replace(",", " ").split()
    points = Efficiency(energies, table.numbers(entry.value), of=entry.of, beyond=entry.beyond or "hold")
    return points, unit_family(words[0])


def _quenching(entry: schema.Quenching, tables: Tables, material: str) -> Quenching:
    if isinstance(entry, schema.TableQuenching):
        table = tables[entry.file]
        T, Q = energy_column(table, entry.energy), table.numbers(entry.value)
        return Quenching.table(T, Q, below=entry.below, factor=entry.factor)
    low, high = (float(end) for end in entry.range)
    options: dict[str, Any] = {"range": (low, high), "below": entry.below, "factor": entry.factor}
    if isinstance(entry, schema.ConstantQuenching):
        return Quenching.constant(entry.value, **options)
    if isinstance(entry, schema.PolynomialQuenching):
        return Quenching.polynomial(entry.coefficients, unit=unit_value(entry.of, "energy"), **options)
    return Quenching.lindhard(entry.Z or _charge(material), k=entry.k, **options)


def _charge(material: str) -> int:
    """Nuclear charge of a material of one element."""
    from nulight.targets.atoms import get_element

    (symbol,) = parse_formula(material)
    return get_element(symbol).Z
