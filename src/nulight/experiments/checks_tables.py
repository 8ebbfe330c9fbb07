"""Rules between a card and the numbers in its tables: counts, backgrounds, shape of the signal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.columns import ascending_energies, column_values
from nulight.experiments.contents import integrated_rate
from nulight.experiments.parts import Part, Parts
from nulight.experiments.quantities import Family
from nulight.experiments.schema import (
    CountsBackground,
    ExponentialBackground,
    FlatBackground,
    LineBackground,
    Observed,
    ObservedCounts,
    PionDecaySource,
    ProductBackground,
    RateBackground,
    RelativeBackground,
    SignalShape,
)
from nulight.experiments.stated import observed_counts, observed_errors, signal_template, stated_background
from nulight.typing import FloatArray

__all__ = ["check_tables"]


def check_tables(parts: Parts) -> None:
    """Note every fault in the numbers a card is made of."""
    _check_observed(parts)
    for part in parts.backgrounds:
        if not parts.settled(part):
            _check_background(parts, part)
    _check_signal_shape(parts)


# --- observed -----------------------------------------------------------------------------------


def _check_observed(parts: Parts) -> None:
    part = parts.one("observed", Observed)
    if part is None or not isinstance(part.value, ObservedCounts) or parts.settled(part):
        return
    entry, gaussian = part.value, parts.document.get("statistic") == "gaussian"
    if entry.sigma is not None and not gaussian:
        parts.faults.add("observed.sigma", entry.sigma, "has no effect on a Poisson statistic", "statistic: gaussian")
    tables = _check_columns(parts, part, {"column": entry.column, "sigma": entry.sigma})
    frame = parts.frame
    if tables is None or frame is None:
        return
    signed = gaussian and entry.sigma is not None
    counts = parts.faults.attempt(
        "observed.column", entry.column, lambda: observed_counts(entry, tables, frame, signed=signed)
    )
    parts.faults.attempt("observed.sigma", entry.sigma, observed_errors, entry, tables, frame)
    if counts is not None:
        _check_statistic(parts, entry, counts)


def _check_statistic(parts: Parts, entry: ObservedCounts, counts: FloatArray) -> None:
    path, statistic = "observed.column", parts.document.get("statistic")
    if statistic == "poisson" and np.any(np.abs(counts - np.round(counts)) > 1e-9):
        bad = counts[np.argmax(np.abs(counts - np.round(counts)))]
        parts.faults.add(path, entry.column, f"holds {bad:g}", "whole numbers of events, for a Poisson statistic")
    if statistic == "gaussian" and entry.sigma is None and np.any(counts == 0):
        empty = int(np.count_nonzero(counts == 0))
        expected = "statistic: poisson, wider bins, or a column sigma"
        parts.faults.add(path, entry.column, f"leaves {empty} bins empty, so without an error", expected)


def _check_columns(parts: Parts, part: Part[Any], numbers: Mapping[str, str | None]) -> dict[str, Table] | None:
    """Check the columns of rows in the bins; return the tables if the rows can be summed."""
    entry = part.value
    table, before = parts.table(part.path, entry.file), len(parts.faults)
    if table is None:
        return None
    for name in ("lower", "upper"):
        column = getattr(entry, name)
        parts.faults.attempt(f"{part.path}.{name}", column, column_values, table, column, parts.families)
    for name, column in numbers.items():
        if column is not None:
            parts.faults.attempt(f"{part.path}.{name}", column, table.numbers, column)
    if parts.frame is not None:
        _check_axes_named(parts, f"{part.path}.axes", entry.axes)
        for axis in parts.frame.axes:
            for column in entry.axes.get(axis.name, ()):
                path = f"{part.path}.axes.{axis.name}"
                parts.faults.attempt(path, column, column_values, table, column, axis.families)
    return None if parts.frame is None or len(parts.faults) > before else {entry.file: table}


def _check_axes_named(parts: Parts, path: str, named: Iterable[str]) -> None:
    """Counts are distributed on every axis of the card, and on no other."""
    assert parts.frame is not None
    axes = [axis.name for axis in parts.frame.axes]
    for name in named:
        if name not in axes:
            known = f"one of: {', '.join(axes)}" if axes else "the card has no axes"
            parts.faults.add(f"{path}.{name}", None, "is no axis of this card", known)
    for name in axes:
        if name not in named:
            parts.faults.add(f"{path}.{name}", None, "is missing", f"how the counts lie on the axis {name}")


# --- backgrounds --------------------------------------------------------------------------------


def _check_background(parts: Parts, part: Part[Any]) -> None:
    entry = part.value
    if isinstance(entry, CountsBackground):
        if (tables := _check_columns(parts, part, {"column": entry.column})) is not None:
            _try_counts(parts, f"{part.path}.column", entry.column, entry, tables)
    elif isinstance(entry, RateBackground):
        _check_rate_table(parts, part)
    elif isinstance(entry, ProductBackground):
        _check_product(parts, part)
    elif isinstance(entry, RelativeBackground):
        known = ["signal", *parts.written_names("sources")]
        if entry.of not in known:
            parts.faults.add(f"{part.path}.of", entry.of, "is no signal of this card", f"one of: {', '.join(known)}")
    elif parts.frame is not None:
        _check_given_form(parts, part)


def _try_counts(parts: Parts, path: str, value: str, entry: Any, tables: dict[str, Table]) -> None:
    parts.faults.attempt(path, value, stated_background, entry, tables, parts.frame, 1.0)


def _check_given_form(parts: Parts, part: Part[Any]) -> None:
    """Flat, exponential or line: in the unit of the bins, and known on no axis but time."""
    entry, frame = part.value, parts.frame
    assert frame is not None
    per: tuple[Family, ...] = (frame.family,) if frame.family == "PE" else (frame.family, "keV")
    if isinstance(entry, FlatBackground):
        parts.require_family(f"{part.path}.rate", entry.rate, per, "a rate per ")
    if isinstance(entry, ExponentialBackground):
        parts.require_family(f"{part.path}.amplitude", entry.amplitude, per, "a rate per ")
        parts.require_family(f"{part.path}.scale", entry.scale, (frame.family,))
    if isinstance(entry, LineBackground):
        for name in ("centre", "sigma"):
            parts.require_family(f"{part.path}.{name}", getattr(entry, name), (frame.family,))
    parts.faults.attempt(part.path, entry.name, frame.uniform_in_time, np.zeros(frame.energy.n_bins))


def _check_rate_table(parts: Parts, part: Part[RateBackground]) -> None:
    entry = part.value
    table = parts.table(part.path, entry.file)
    if table is None:
        return
    if parts.frame is not None:
        _try_counts(parts, part.path, entry.file, entry, {entry.file: table})
        return
    # without bins the columns are still read, on the table's own range
    energy = parts.faults.attempt(f"{part.path}.energy", entry.energy, ascending_energies, table, entry.energy)
    if energy is not None:
        parts.faults.attempt(part.path, entry.file, integrated_rate, entry, table, energy[[0, -1]])


def _check_product(parts: Parts, part: Part[ProductBackground]) -> None:
    entry, before = part.value, len(parts.faults)
    tables: dict[str, Table] = {}
    for path, factor in [("energy", entry.energy), *((f"axes.{name}", factor) for name, factor in entry.axes.items())]:
        table = parts.table(f"{part.path}.{path}", factor.file)
        if table is not None:
            tables[factor.file] = table
            parts.faults.attempt(f"{part.path}.{path}.column", factor.column, table.numbers, factor.column)
    if parts.frame is None:
        return
    _check_axes_named(parts, f"{part.path}.axes", entry.axes)
    if len(parts.faults) == before:
        _try_counts(parts, part.path, entry.name, entry, tables)


# --- shape of the signal ------------------------------------------------------------------------


def _check_signal_shape(parts: Parts) -> None:
    part = parts.one("signal_shape", SignalShape)
    if parts.frame is None or (part is None and parts.written("signal_shape") is not None):
        return
    covered = () if part is None else tuple(part.value.axes)
    known = [axis.name for axis in parts.frame.axes]
    for name in covered:
        if name not in known:
            expected = f"one of: {', '.join(known)}" if known else "the card has no axes"
            parts.faults.add(f"signal_shape.axes.{name}", None, "is no axis of this card", expected)
    for axis in parts.frame.axes:
        if axis.name not in covered and axis.families != ("time",):
            problem = f"is missing: how the signal lies on the axis {axis.name}"
            parts.faults.add(f"signal_shape.axes.{axis.name}", None, problem, "a table of P(bin | energy bin)")
    _check_times(parts, covered)
    if part is not None and set(covered) <= set(known) and not parts.settled(part):
        entry = part.value
        table = parts.table("signal_shape", entry.file)
        if table is not None:
            tables = {entry.file: table}
            parts.faults.attempt("signal_shape", entry.column, signal_template, entry, tables, parts.frame)


def _check_times(parts: Parts, covered: tuple[str, ...]) -> None:
    """On a time axis a pulsed source has a profile, or the shape of the signal covers it."""
    assert parts.frame is not None
    time = parts.frame.time
    if time is None:
        return
    if time.name in covered:
        for i, item in parts.items("axes"):
            if item.get("name") == time.name and item.get("efficiency") is not None:
                problem = "has no effect: the shape of the signal covers this axis"
                parts.faults.add(f"axes[{i}].efficiency", None, problem, "leave it out")
        return
    for part in parts.sources:
        if isinstance(part.value, PionDecaySource) and part.value.time is None:
            problem = f"is missing: the signal is counted on the axis {time.name}"
            parts.faults.add(f"{part.path}.time", None, problem, "kind: table, pulse or gaussian-pulse")
