"""Rules between a card and the numbers in its tables: bins, response, counts, backgrounds, fluxes."""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.contents import (
    bin_edges,
    energy_column,
    integrated_rate,
    require_ascending,
    summed_rows,
)
from nulight.experiments.parts import Part, Parts
from nulight.experiments.schema import (
    Bins,
    ConstantEfficiency,
    CountsBackground,
    EdgeBins,
    Efficiency,
    GaussianResolution,
    Observed,
    ObservedCounts,
    RateBackground,
    Resolution,
    TableBins,
    TableEfficiency,
    TableResolution,
    TableSource,
    UniformBins,
)
from nulight.typing import FloatArray

__all__ = ["check_tables"]


def check_tables(parts: Parts) -> None:
    """Note every fault in the numbers a card is made of."""
    parts.edges = _check_bins(parts)
    _check_resolution(parts)
    _check_efficiency(parts)
    _check_observed(parts)
    for part in parts.backgrounds:
        _check_background(parts, part)
    for part in parts.sources:
        if isinstance(part.value, TableSource):
            _check_flux(parts, part.path, part.value)


def _check_bins(parts: Parts) -> FloatArray | None:
    part = parts.one("bins", Bins)
    if part is None:
        return None
    bins: UniformBins | EdgeBins | TableBins = part.value
    if isinstance(bins, UniformBins) and bins.stop <= bins.start:
        text = f"{bins.stop:g} keVee"
        parts.faults.add("bins.to", text, f"is not above the lower end, {bins.start:g} keVee", "ascending bins")
        return None
    table = parts.table("bins", bins.file) if isinstance(bins, TableBins) else None
    if isinstance(bins, TableBins) and table is None:
        return None
    path = "bins.edges" if isinstance(bins, EdgeBins) else "bins"
    return parts.faults.attempt(path, bins.kind, bin_edges, bins, table)


def _check_resolution(parts: Parts) -> None:
    part = parts.one("response.resolution", Resolution)
    if part is None:
        return
    resolution, path = part.value, part.path
    if isinstance(resolution, GaussianResolution) and resolution.a == 0 and resolution.b == 0:
        parts.faults.add(path, "a = 0, b = 0", "has no width", "kind: perfect")
    if isinstance(resolution, TableResolution) and (table := parts.table(path, resolution.file)) is not None:
        parts.faults.attempt(f"{path}.energy", resolution.energy, _ascending, table, resolution.energy)
        sigma = parts.faults.attempt(f"{path}.sigma", resolution.sigma, energy_column, table, resolution.sigma)
        if sigma is not None and np.any(sigma <= 0):
            parts.faults.add(f"{path}.sigma", f"{sigma.min():g} keV", "is not positive", "positive widths")


def _check_efficiency(parts: Parts) -> None:
    part = parts.one("response.efficiency", Efficiency)
    if part is None:
        return
    efficiency, path = part.value, part.path
    if isinstance(efficiency, ConstantEfficiency):
        if efficiency.value > 1:
            parts.faults.add(f"{path}.value", efficiency.value, "is above 1", "a probability between 0 and 1")
    elif (table := parts.table(path, efficiency.file)) is not None:
        _check_efficiency_table(parts, path, efficiency, table)


def _check_efficiency_table(parts: Parts, path: str, efficiency: TableEfficiency, table: Table) -> None:
    energy = parts.faults.attempt(f"{path}.energy", efficiency.energy, _ascending, table, efficiency.energy)
    value = parts.faults.attempt(f"{path}.value", efficiency.value, table.numbers, efficiency.value)
    if value is not None and np.any((value < 0) | (value > 1)):
        worst = value[np.argmax(np.abs(value - 0.5))]
        parts.faults.add(f"{path}.value", efficiency.value, f"holds {worst:g}", "probabilities between 0 and 1")
    if energy is not None and parts.edges is not None and efficiency.beyond is None and parts.edges[-1] > energy[-1]:
        parts.faults.add(
            "bins",
            f"{parts.edges[-1]:g} keVee",
            f"lies beyond the efficiency table, which ends at {energy[-1]:g} keV",
            "bins inside it, or response.efficiency.beyond: hold or zero",
        )


# --- counts -------------------------------------------------------------------------------------


def _check_observed(parts: Parts) -> None:
    part = parts.one("observed", Observed)
    if part is None or not isinstance(part.value, ObservedCounts):
        return
    counts = _check_rows(parts, part)
    if counts is None:
        return
    path, statistic = "observed.column", parts.document.get("statistic")
    if statistic == "poisson" and np.any(np.abs(counts - np.round(counts)) > 1e-9):
        bad = counts[np.argmax(np.abs(counts - np.round(counts)))]
        parts.faults.add(path, part.value.column, f"holds {bad:g}", "whole numbers of events, for a Poisson statistic")
    if statistic == "gaussian" and np.any(counts == 0):
        empty = int(np.count_nonzero(counts == 0))
        expected = "statistic: poisson, or wider bins"
        parts.faults.add(path, part.value.column, f"leaves {empty} bins empty, so without an error", expected)


def _check_rows(parts: Parts, part: Part[Any]) -> FloatArray | None:
    entry: ObservedCounts | CountsBackground = part.value
    table = parts.table(part.path, entry.file)
    if table is None:
        return None
    before = len(parts.faults)
    for name, function in (("lower", energy_column), ("upper", energy_column), ("column", Table.numbers)):
        column = getattr(entry, name)
        parts.faults.attempt(f"{part.path}.{name}", column, function, table, column)
    if len(parts.faults) > before or parts.edges is None:
        return None
    path, names = f"{part.path}.column", (entry.lower, entry.upper, entry.column)
    return parts.faults.attempt(path, entry.column, summed_rows, table, *names, parts.edges)


def _check_background(parts: Parts, part: Part[Any]) -> None:
    background = part.value
    if isinstance(background, CountsBackground):
        _check_rows(parts, part)
    elif isinstance(background, RateBackground) and (table := parts.table(part.path, background.file)) is not None:
        edges = parts.edges
        if edges is None:  # the columns are still read, on the table's own range
            energy = parts.faults.attempt(
                f"{part.path}.energy", background.energy, _ascending, table, background.energy
            )
            edges = None if energy is None else energy[[0, -1]]
        if edges is not None:
            parts.faults.attempt(part.path, background.file, integrated_rate, background, table, edges)


def _check_flux(parts: Parts, path: str, source: TableSource) -> None:
    from nulight.sources import tabulated_source

    before, table = len(parts.faults), parts.table(path, source.file)
    if table is None:
        return
    energy = parts.faults.attempt(f"{path}.energy", source.energy, _ascending, table, source.energy)
    flux = parts.faults.attempt(f"{path}.flux", source.flux, table.numbers, source.flux)
    if energy is not None and energy[0] <= 0:
        parts.faults.add(f"{path}.energy", f"{energy[0]:g} keV", "is not positive", "positive energies")
    if flux is not None and np.any(flux < 0):
        parts.faults.add(f"{path}.flux", f"{flux.min():g}", "is negative", "a flux of 0 or more")
    if len(parts.faults) == before:
        try:
            tabulated_source(table, name=source.name, flavour=source.flavour, energy=source.energy, flux=source.flux)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add(f"{path}.flux", source.flux, problem, expected)


def _ascending(table: Table, column: str) -> FloatArray:
    energies = energy_column(table, column)
    require_ascending(energies, column)
    return energies
