"""Rows of a table in the bins of a card, in one observable or several.

A row is a box with a lower and an upper edge in every observable; its number is added to the bin it
lies in. Rows outside all bins are left out. A row across an edge, or a bin that its rows do not
fill, is a fault: nothing is split or guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.columns import ANY_ENERGY, column_values, display_unit
from nulight.experiments.faults import ContentError
from nulight.experiments.quantities import Family
from nulight.typing import FloatArray

__all__ = ["CLOSE", "Dimension", "binned_rows", "normalised_rows", "row_edges", "summed_rows"]

CLOSE = 1e-6
"""Relative size, in widths of a row or bin, below which two edges are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """One observable of a card.

    Attributes
    ----------
    name : str
        ``"energy"`` or the name of an axis.
    edges : array, shape (n_bins + 1,), keV, PE, s or plain numbers
    families : tuple of str
        What a column of it may be measured in.
    """

    name: str
    edges: FloatArray
    families: tuple[Family, ...]

    @property
    def n_bins(self) -> int:
        """Number of bins."""
        return len(self.edges) - 1

    def interval(self, low: float, high: float) -> str:
        """Return a range of it as text with its unit."""
        unit = display_unit(self.families[0])
        return f"{low:g} to {high:g} {unit}".rstrip()


def row_edges(
    table: Table, lower: str, upper: str, families: tuple[Family, ...] = ANY_ENERGY
) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper edges of a table's rows, arrays (n_rows,).

    Raises
    ------
    ContentError
        If a unit is missing or a wrong one, or a row has no width.
    TableError
        If a column is missing or holds no numbers.
    """
    low, high = column_values(table, lower, families), column_values(table, upper, families)
    if np.any(high <= low):
        i = int(np.argmax(high <= low))
        raise ContentError(upper, f"ends at {high[i]:g} a row that starts at {low[i]:g}", "upper edges above the lower")
    return low, high


def binned_rows(
    table: Table,
    columns: Sequence[tuple[str, str]],
    values: FloatArray,
    dimensions: Sequence[Dimension],
    *,
    label: str,
    once: bool = True,
) -> FloatArray:
    """Add up numbers of a table's rows inside each bin.

    Parameters
    ----------
    table : Table
    columns : sequence of (str, str)
        Columns with the edges of the rows, one pair per dimension.
    values : array, shape (n_rows,)
    dimensions : sequence of Dimension
    label : str
        Column the values are from, for messages.
    once : bool
        Whether every bin is filled exactly once, as counts are. Otherwise all bins alike, any
        number of times: a table with further observables then has them added up.

    Returns
    -------
    array, shape (n_bins of each dimension)

    Raises
    ------
    ContentError
        If a row lies across an edge, or a bin is not filled by its rows.
    TableError
        If a column is missing or holds no numbers.
    """
    sides = [row_edges(table, *pair, dim.families) for pair, dim in zip(columns, dimensions, strict=True)]
    inside = np.ones(len(values), dtype=bool)
    for (low, high), dim in zip(sides, dimensions, strict=True):
        slack = CLOSE * (high - low)
        inside &= (high > dim.edges[0] + slack) & (low < dim.edges[-1] - slack)
    places, share = [], np.ones(int(inside.sum()))
    for (low, high), dim in zip(sides, dimensions, strict=True):
        place = _places(low[inside], high[inside], dim, label)
        places.append(place)
        share *= (high - low)[inside] / np.diff(dim.edges)[place]
    if once:
        _require_distinct([low[inside] for low, _ in sides], dimensions, label)
    shape = tuple(dim.n_bins for dim in dimensions)
    flat = np.ravel_multi_index(places, shape)
    n_bins = int(np.prod(shape))
    filled: FloatArray = np.bincount(flat, share, n_bins).astype(np.float64)
    _require_filled(filled, dimensions, label, once)
    return np.bincount(flat, values[inside], n_bins).astype(np.float64).reshape(shape)


def summed_rows(
    table: Table,
    lower: str,
    upper: str,
    column: str,
    edges: FloatArray,
    families: tuple[Family, ...] = ANY_ENERGY,
) -> FloatArray:
    """Add up the counts of a table's rows inside each bin of the energy.

    Parameters
    ----------
    table : Table
    lower, upper : str
        Columns with the edges of the rows.
    column : str
        Column of counts.
    edges : array, shape (n_bins + 1,), keV or PE
    families : tuple of str
        What the columns may be measured in.

    Returns
    -------
    array, shape (n_bins,), counts

    Raises
    ------
    ContentError
        If a row lies across an edge, or a bin is not filled by its rows exactly once.
    TableError
        If a column is missing or holds no numbers.
    """
    dimension = Dimension("energy", edges, families)
    return binned_rows(table, [(lower, upper)], table.numbers(column), [dimension], label=column)


def normalised_rows(table: Table, columns: tuple[str, str], column: str, dimension: Dimension) -> FloatArray:
    """Return the share of a column in each bin, normalised over all rows of the table.

    Returns
    -------
    array, shape (n_bins,)
        Adds up to less than one where rows lie outside the bins.

    Raises
    ------
    ContentError
        If a number is negative, all are zero, a row lies across an edge, or a bin is not filled.
    TableError
        If a column is missing or holds no numbers.
    """
    values = table.numbers(column)
    total = values.sum()
    if np.any(values < 0) or total == 0:
        raise ContentError(
            column, f"holds {values.min():g} and adds up to {total:g}", "numbers of 0 or more, not all 0"
        )
    return binned_rows(table, [columns], values / total, [dimension], label=column, once=False)


def _places(low: FloatArray, high: FloatArray, dim: Dimension, label: str) -> np.ndarray:
    """Bin of each row."""
    slack = CLOSE * (high - low)
    place = np.searchsorted(dim.edges, low + slack, side="right") - 1
    across = (place < 0) | (high > dim.edges[np.minimum(place + 1, dim.n_bins)] + slack)
    if np.any(across):
        i = int(np.argmax(across))
        problem = f"has a row from {dim.interval(low[i], high[i])} across an edge of the bins of {dim.name}"
        raise ContentError(label, problem, "edges at row ends")
    return place


def _require_distinct(corners: Sequence[FloatArray], dimensions: Sequence[Dimension], label: str) -> None:
    """Refuse two rows that start at the same place."""
    rows = np.stack(corners, axis=1)
    order = np.lexsort(rows.T)
    twice = np.flatnonzero(np.all(rows[order][1:] == rows[order][:-1], axis=1))
    if twice.size:
        values = rows[order][twice[0]]
        where = ", ".join(
            f"{dim.name} {value:g} {display_unit(dim.families[0])}".rstrip()
            for dim, value in zip(dimensions, values, strict=True)
        )
        raise ContentError(label, f"has two rows that start at {where}", "each row once")


def _require_filled(filled: FloatArray, dimensions: Sequence[Dimension], label: str, once: bool) -> None:
    """Refuse bins that are not filled once, or all the same number of times."""
    times = 1.0 if once else max(1.0, np.round(filled[0]))
    wrong = np.flatnonzero(np.abs(filled - times) > CLOSE * times)
    if wrong.size:
        place = np.unravel_index(wrong[0], tuple(dim.n_bins for dim in dimensions))
        bounds = [
            f"{dim.name} {dim.interval(dim.edges[i], dim.edges[i + 1])}"
            for dim, i in zip(dimensions, place, strict=True)
        ]
        raise ContentError(
            label,
            f"fills {100 * filled[wrong[0]] / times:.4g} % of the bin {', '.join(bounds)}",
            f"rows for all {filled.size} bins, {'each once' if once else '0 where there is nothing'}; "
            f"{wrong.size} are not filled",
        )
