"""Numbers of a card's tables: bin edges, counts in the card's bins, integrated backgrounds.

Columns carry their unit in the header line of the file, ``# columns: e_keV [keV]``; a column of
energies or rates without one is refused. Energies come out in keV, rates in 1/(kg s keV).
"""

from __future__ import annotations

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.faults import ContentError
from nulight.experiments.quantities import rate_unit
from nulight.experiments.schema import EdgeBins, RateBackground, TableBins, UniformBins
from nulight.typing import FloatArray
from nulight.units import KINDS

__all__ = ["bin_edges", "energy_column", "integrated_rate", "rate_column", "require_ascending", "summed_rows"]

_CLOSE = 1e-6
"""Relative size, in bin widths, below which two energies of a table are the same."""


def energy_column(table: Table, column: str) -> FloatArray:
    """Return a column of energies in keV, read with the unit of its header.

    Raises
    ------
    ContentError
        If the header gives the column no unit, or one that is not an electron-recoil energy.
    TableError
        If there is no such column, or a cell is no number.
    """
    values = table.numbers(column)
    words = table.units.get(column, "").replace(",", " ").split()
    known = {**KINDS["energy"], **KINDS["energy_ee"]}
    if not words or words[0] not in known:
        unit = f"has the unit {words[0]!r}" if words else "has no unit in the header of its file"
        raise ContentError(column, unit, f"write '# columns: {column} [keV]', with one of: {', '.join(known)}")
    return values * known[words[0]]


def rate_column(table: Table, column: str) -> FloatArray:
    """Return a column of rates in 1/(kg s keV).

    Raises
    ------
    ContentError
        If the header gives no unit, or a rate is negative.
    UnitError
        If the unit is no rate per exposure and energy.
    TableError
        If there is no such column, or a cell is no number.
    """
    values = table.numbers(column)
    if column not in table.units:
        raise ContentError(
            column, "has no unit in the header of its file", f"write '# columns: {column} [events/(t yr keV)]'"
        )
    if np.any(values < 0):
        raise ContentError(column, f"has the negative rate {values.min():g}", "rates of 0 or more")
    return values * rate_unit(table.units[column])


def require_ascending(energies: FloatArray, column: str) -> None:
    """Refuse energies that do not ascend.

    Raises
    ------
    ContentError
    """
    falls = np.flatnonzero(np.diff(energies) <= 0)
    if falls.size:
        low, high = energies[falls[0]], energies[falls[0] + 1]
        raise ContentError(column, f"does not ascend: {low:g} keV is followed by {high:g} keV", "ascending energies")


def bin_edges(bins: UniformBins | EdgeBins | TableBins, table: Table | None = None) -> FloatArray:
    """Return the edges of a card's bins.

    Parameters
    ----------
    bins : UniformBins, EdgeBins or TableBins
    table : Table, optional
        The table of `TableBins`.

    Returns
    -------
    array, shape (n_bins + 1,), keV

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
        edges = np.array(bins.edges)
    else:
        assert table is not None
        edges = _edges_of_rows(bins, table)
    require_ascending(edges, "bins")
    return edges


def _edges_of_rows(bins: TableBins, table: Table) -> FloatArray:
    lower, upper = energy_column(table, bins.lower), energy_column(table, bins.upper)
    if bins.range is not None:
        slack = _CLOSE * (upper - lower)
        keep = (lower >= bins.range[0] - slack) & (upper <= bins.range[1] + slack)
        lower, upper = lower[keep], upper[keep]
    if not lower.size:
        raise ContentError(bins.range, "keV holds no row of the table", "a range with at least one row")
    gaps = np.flatnonzero(np.abs(lower[1:] - upper[:-1]) > _CLOSE * (upper - lower)[1:])
    if gaps.size:
        end, start = upper[gaps[0]], lower[gaps[0] + 1]
        raise ContentError(bins.lower, f"starts at {start:g} keV after a row that ends at {end:g} keV", "no gaps")
    return np.append(lower, upper[-1])


def summed_rows(table: Table, lower: str, upper: str, column: str, edges: FloatArray) -> FloatArray:
    """Add up the counts of a table's rows inside each bin.

    Parameters
    ----------
    table : Table
    lower, upper : str
        Columns with the edges of the rows.
    column : str
        Column of counts.
    edges : array, shape (n_bins + 1,), keV

    Returns
    -------
    array, shape (n_bins,), counts

    Raises
    ------
    ContentError
        If a count is negative, a row lies across an edge, or a bin is not filled by its rows exactly once.
    TableError
        If a column is missing or holds no numbers.
    """
    low, high, counts = energy_column(table, lower), energy_column(table, upper), table.numbers(column)
    if np.any(counts < 0):
        raise ContentError(column, f"has the negative count {counts.min():g}", "counts of 0 or more")
    slack = _CLOSE * (high - low)
    overlap = (high > edges[0] + slack) & (low < edges[-1] - slack)
    low, high, counts, slack = low[overlap], high[overlap], counts[overlap], slack[overlap]
    place = np.searchsorted(edges, low + slack, side="right") - 1
    across = (place < 0) | (high > edges[np.minimum(place + 1, edges.size - 1)] + slack)
    if np.any(across):
        i = int(np.argmax(across))
        raise ContentError(
            column, f"has a row from {low[i]:g} to {high[i]:g} keV across an edge of the bins", "edges at row ends"
        )
    n_bins = edges.size - 1
    covered, width = np.bincount(place, high - low, n_bins), np.diff(edges)
    wrong = np.flatnonzero(np.abs(covered - width) > _CLOSE * width)
    if wrong.size:
        i = int(wrong[0])
        raise ContentError(
            column,
            f"fills {covered[i]:g} of {width[i]:g} keV in the bin from {edges[i]:g} to {edges[i + 1]:g} keV",
            f"rows for all {n_bins} bins; {wrong.size} are not filled",
        )
    return np.bincount(place, counts, n_bins).astype(np.float64)


def integrated_rate(background: RateBackground, table: Table, edges: FloatArray) -> FloatArray:
    """Integrate a sampled rate over the bins, exactly for the interpolation the card names.

    Parameters
    ----------
    background : RateBackground
    table : Table
    edges : array, shape (n_bins + 1,), keV

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
    energy, rate = energy_column(table, background.energy), rate_column(table, background.rate)
    require_ascending(energy, background.energy)
    if background.interpolation == "histogram":
        knots = _cell_edges(energy, background.energy)
        values = np.append(rate, rate[-1])
        slopes = np.zeros(rate.size)
    else:
        knots, values = energy, rate
        slopes = np.diff(rate) / np.diff(energy)
    slack = _CLOSE * (knots[1] - knots[0])
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
