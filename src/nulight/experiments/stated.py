"""Counts as a card states them: observed, backgrounds from tables, and the shape of the signal.

All are flattened over the bins of the card, energy first and then its axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.contents import integrated_rate
from nulight.experiments.faults import ContentError
from nulight.experiments.frame import Frame
from nulight.experiments.rows import Dimension, binned_rows, normalised_rows
from nulight.experiments.schema import (
    Axis,
    CountsBackground,
    Factor,
    FlatBackground,
    LineBackground,
    ObservedCounts,
    ProductBackground,
    RateBackground,
    SignalShape,
)
from nulight.typing import FloatArray

__all__ = [
    "StatedBackground",
    "exposure_ratio",
    "observed_counts",
    "observed_errors",
    "shape_axes",
    "signal_template",
    "stated_background",
]

StatedBackground = CountsBackground | RateBackground | FlatBackground | ProductBackground
"""Backgrounds whose counts the card holds, whatever the couplings and nuisances are."""

Tables = Mapping[str, Table]


def observed_counts(entry: ObservedCounts, tables: Tables, frame: Frame, *, signed: bool) -> FloatArray:
    """Return the observed counts, shape (n_bins,).

    Parameters
    ----------
    entry : ObservedCounts
    tables : mapping of file names to tables
    frame : Frame
    signed : bool
        Whether counts may be negative, after a subtraction.

    Raises
    ------
    ContentError
        If a count is negative, a row lies across an edge, or a bin is not filled exactly once.
    TableError
        If a column is missing or holds no numbers.
    """
    values = tables[entry.file].numbers(entry.column)
    if not signed:
        _require_not_negative(entry.column, values)
    return entry.factor * _binned(entry, values, tables, frame)


def observed_errors(entry: ObservedCounts, tables: Tables, frame: Frame) -> FloatArray | None:
    """Return the stated errors of the observed counts, shape (n_bins,), added in quadrature; None without any.

    Raises
    ------
    ContentError
        If an error is not positive.
    TableError
        If a column is missing or holds no numbers.
    """
    if entry.sigma is None:
        return None
    sigma = tables[entry.file].numbers(entry.sigma)
    errors = entry.factor * np.sqrt(_binned(entry, sigma**2, tables, frame))
    if np.any(sigma < 0) or np.any(errors == 0):
        raise ContentError(entry.sigma, f"has the error {sigma.min():g}", "an error above 0 in every bin")
    return errors


def stated_background(entry: StatedBackground, tables: Tables, frame: Frame, exposure: float) -> FloatArray:
    """Return the counts of a background, shape (n_bins,).

    Parameters
    ----------
    entry : CountsBackground, RateBackground, FlatBackground or ProductBackground
    tables : mapping of file names to tables
    frame : Frame
    exposure : float, kg s
        Exposure of the card.

    Raises
    ------
    ContentError
        If the numbers of its tables do not fit the bins, or it is not known on an axis.
    TableError, UnitError
        If a column is missing, holds no numbers, or has a wrong unit.
    """
    if isinstance(entry, CountsBackground):
        values = tables[entry.file].numbers(entry.column)
        _require_not_negative(entry.column, values)
        return entry.factor * exposure_ratio(entry, exposure) * _binned(entry, values, tables, frame)
    if isinstance(entry, ProductBackground):
        parts = [(entry.energy, frame.energy), *((entry.axes[axis.name], axis) for axis in frame.axes)]
        shares = [_share(factor, tables, dimension) for factor, dimension in parts]
        product: FloatArray = reduce(np.multiply.outer, shares).reshape(-1)
        return entry.counts * exposure_ratio(entry, exposure) * product
    edges = frame.energy.edges
    if isinstance(entry, RateBackground):
        rate = integrated_rate(entry, tables[entry.file], edges, frame.energy.families)
    else:
        rate = entry.rate * np.diff(edges)
    return frame.uniform_in_time(exposure * rate)


def exposure_ratio(entry: CountsBackground | ProductBackground | LineBackground, exposure: float) -> float:
    """Return the exposure of a card (kg s) over the one that the stated counts belong to."""
    return 1.0 if entry.exposure is None else exposure / entry.exposure


def shape_axes(entry: SignalShape, axes: tuple[Axis, ...]) -> tuple[str, ...]:
    """Return the axes a signal shape covers, in the order of the card."""
    return tuple(axis.name for axis in axes if axis.name in entry.axes)


def signal_template(entry: SignalShape, tables: Tables, frame: Frame) -> FloatArray:
    """Return P(bin of the covered axes | energy bin), shape (n_energy, n_bins of each covered axis).

    Raises
    ------
    ContentError
        If a number is negative, a row lies across an edge, or a bin is not filled.
    TableError
        If a column is missing or holds no numbers.
    """
    table, covered = tables[entry.file], [axis for axis in frame.axes if axis.name in entry.axes]
    values = table.numbers(entry.column)
    _require_not_negative(entry.column, values)
    columns = [(entry.lower, entry.upper), *(entry.axes[axis.name] for axis in covered)]
    counts = binned_rows(table, columns, values, [frame.energy, *covered], label=entry.column, once=False)
    template: FloatArray = np.broadcast_to(_uniform(covered), counts.shape).copy()
    total = counts.sum(axis=tuple(range(1, counts.ndim)), keepdims=True)
    np.divide(counts, total, out=template, where=total > 0)
    return template


def _uniform(axes: list[Dimension]) -> FloatArray:
    shares = [np.diff(axis.edges) / (axis.edges[-1] - axis.edges[0]) for axis in axes]
    return np.asarray(reduce(np.multiply.outer, shares))


def _share(factor: Factor, tables: Tables, dimension: Dimension) -> FloatArray:
    return normalised_rows(tables[factor.file], (factor.lower, factor.upper), factor.column, dimension)


def _binned(entry: ObservedCounts | CountsBackground, values: FloatArray, tables: Tables, frame: Frame) -> FloatArray:
    columns = [(entry.lower, entry.upper), *(entry.axes[axis.name] for axis in frame.axes)]
    return binned_rows(tables[entry.file], columns, values, frame.dimensions, label=entry.column).reshape(-1)


def _require_not_negative(column: str, values: FloatArray) -> None:
    if np.any(values < 0):
        raise ContentError(column, f"has the negative count {values.min():g}", "counts of 0 or more")
