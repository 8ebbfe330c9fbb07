"""Numbers of a card's tables: bin edges and integrated backgrounds."""

from __future__ import annotations

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.columns import ANY_ENERGY, energy_column, rate_column, require_ascending
from nulight.experiments.faults import ContentError
from nulight.experiments.quantities import Family
from nulight.experiments.rows import CLOSE, row_edges, summed_rows
from nulight.experiments.schema import Axis, EdgeBins, RateBackground, TableBins, UniformBins
from nulight.typing import FloatArray

__all__ = [
    "axis_edges",
    "bin_edges",
    "energy_column",
    "integrated_rate",
    "rate_column",
    "require_ascending",
    "summed_rows",
]


def bin_edges(
    bins: UniformBins | EdgeBins | TableBins, table: Table | None = None, families: tuple[Family, ...] = ANY_ENERGY
) -> FloatArray:
    """Return the edges of a card's bins.

    Parameters
    ----------
    bins : UniformBins, EdgeBins or TableBins
    table : Table, optional
        The table of `TableBins`.
    families : tuple of str
        What the columns of that table may be measured in.

    Returns
    -------
    array, shape (n_bins + 1,), keV or PE

    Raises
    ------
    ContentError
        If the edges do not ascend, or rows of a table leave gaps or lie outside its `range`.
    TableError
        If a column is missing or holds no numbers.
    """
    if isinstance(bins, UniformBins):
        edges = np.linspace(bins.start, bins.stop, bins.n + 1)
    elif isinstance(bins, EdgeBins):
        edges = np.array(bins.edges, dtype=np.float64)
    else:
        assert table is not None
        edges = _edges_of_rows(bins, table, families)
    require_ascending(edges, "bins")
    return edges


def axis_edges(axis: Axis) -> FloatArray:
    """Return the edges of a further axis, shape (n_bins + 1,), s or plain numbers.

    Raises
    ------
    ContentError
        If they do not ascend.
    """
    if axis.edges is not None:
        edges = np.array(axis.edges, dtype=np.float64)
        family = axis.edges[0].family
    else:
        assert axis.start is not None
        assert axis.stop is not None
        assert axis.n is not None
        edges = np.linspace(axis.start, axis.stop, axis.n + 1)
        family = axis.start.family
    require_ascending(edges, axis.name, "s" if family == "time" else "")
    return edges


def _edges_of_rows(bins: TableBins, table: Table, families: tuple[Family, ...]) -> FloatArray:
    lower, upper = row_edges(table, bins.lower, bins.upper, families)
    if bins.range is not None:
        slack = CLOSE * (upper - lower)
        keep = (lower >= bins.range[0] - slack) & (upper <= bins.range[1] + slack)
        lower, upper = lower[keep], upper[keep]
    if not lower.size:
        raise ContentError(bins.range, "holds no row of the table", "a range with at least one row")
    gaps = np.flatnonzero(np.abs(lower[1:] - upper[:-1]) > CLOSE * (upper - lower)[1:])
    if gaps.size:
        end, start = upper[gaps[0]], lower[gaps[0] + 1]
        raise ContentError(bins.lower, f"starts at {start:g} after a row that ends at {end:g}", "no gaps")
    return np.append(lower, upper[-1])


def integrated_rate(
    background: RateBackground, table: Table, edges: FloatArray, families: tuple[Family, ...] = ANY_ENERGY
) -> FloatArray:
    """Integrate a sampled rate over the bins, exactly for the interpolation the card names.

    Parameters
    ----------
    background : RateBackground
    table : Table
    edges : array, shape (n_bins + 1,), keV or PE
    families : tuple of str
        What the table's energies may be measured in.

    Returns
    -------
    array, shape (n_bins,), 1/(kg s)
        To be multiplied by the exposure; `factor` is included.

    Raises
    ------
    ContentError
        If the energies do not ascend (or are unevenly spaced, for a histogram), a rate is negative,
        or bins reach beyond the table and the card does not say what holds there.
    TableError, UnitError
        If a column is missing, holds no numbers, or its unit is no rate.
    """
    energy = energy_column(table, background.energy, families)
    rate = rate_column(table, background.rate, families if families == ("PE",) else ("keV", *families))
    require_ascending(energy, background.energy)
    if energy.size < 2:
        raise ContentError(background.energy, "has one row", "a table of at least two energies, or kind: flat")
    if background.interpolation == "histogram":
        knots = _cell_edges(energy, background.energy)
        values = np.append(rate, rate[-1])
        slopes = np.zeros(rate.size)
    else:
        knots, values = energy, rate
        slopes = np.diff(rate) / np.diff(energy)
    slack = CLOSE * (knots[1] - knots[0])
    if background.outside is None and (edges[0] < knots[0] - slack or edges[-1] > knots[-1] + slack):
        raise ContentError(
            background.energy,
            f"ends at {knots[0]:g} and {knots[-1]:g} keV, inside the bins ({edges[0]:g} to {edges[-1]:g} keV)",
            "outside: hold or zero, or narrower bins",
        )
    total = _cumulative(edges, knots, values, slopes)
    if background.outside == "hold":
        total += values[0] * np.minimum(edges - knots[0], 0) + values[-1] * np.maximum(edges - knots[-1], 0)
    return background.factor * np.diff(total)


def _cell_edges(centres: FloatArray, column: str) -> FloatArray:
    width = (centres[-1] - centres[0]) / (centres.size - 1) if centres.size > 1 else 0.0
    if not np.allclose(np.diff(centres), width, rtol=1e-4, atol=0) or width == 0:
        raise ContentError(column, "is not evenly spaced, as cells of a histogram are", "interpolation: linear")
    edges: FloatArray = centres[0] + width * (np.arange(centres.size + 1) - 0.5)
    return edges


def _cumulative(at: FloatArray, knots: FloatArray, values: FloatArray, slopes: FloatArray) -> FloatArray:
    """Integral of a piecewise-linear function from the first knot to `at`; no area beyond the knots."""
    widths = np.diff(knots)
    areas = np.append(0.0, np.cumsum(widths * (values[:-1] + 0.5 * slopes * widths)))
    x = np.clip(at, knots[0], knots[-1])
    i = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, widths.size - 1)
    step = x - knots[i]
    total: FloatArray = areas[i] + step * (values[i] + 0.5 * slopes[i] * step)
    return total
