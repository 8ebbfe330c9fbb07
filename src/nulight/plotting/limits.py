"""Our limits on one coupling beside published ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.literature.limits import PublishedLimit
from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, COLUMN_WIDTH, StyledFigure, figure_of, styled
from nulight.results import LimitResult

__all__ = ["plot_limits"]


def plot_limits(ours: Sequence[LimitResult], published: Sequence[PublishedLimit], ax: Axes | None = None) -> Figure:
    """Draw intervals of one coupling as bars, ours above the published ones.

    Parameters
    ----------
    ours : sequence of LimitResult
        All of one parameter.
    published : sequence of PublishedLimit
        Of the same coupling and in the same unit, drawn in the order given.
    ax : Axes, optional
        Drawn into; a new figure otherwise, as high as its rows need.

    Returns
    -------
    Figure
        Logarithmic where every bound is positive and they span a factor of ten. A bar with an
        arrow is open on that side.

    Raises
    ------
    ValueError
        If there is nothing to draw, or the records differ in unit.
    """
    rows = [_ours(result) for result in ours] + [_theirs(bound) for bound in published]
    if not rows:
        raise ValueError("nothing to draw: give at least one limit")
    if len(units := {row.unit for row in rows}) > 1:
        raise ValueError(f"limits in different units: {', '.join(sorted(units))}")
    with styled():
        if ax is None:
            ax = StyledFigure(figsize=(1.35 * COLUMN_WIDTH, 0.7 + 0.2 * len(rows))).subplots()
        _scale(ax, rows)
        for height, row in zip(range(len(rows), 0, -1), rows, strict=True):
            _draw(ax, height, row)
        ax.set_yticks(range(len(rows), 0, -1), [row.label for row in rows])
        ax.tick_params(axis="y", which="both", length=0)
        ax.set_ylim(0.4, len(rows) + 0.6)
        name = ours[0].parameter if ours else published[0].coupling
        label_axis(ax.xaxis, name, rows[0].unit)
    return figure_of(ax)


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    regions: tuple[tuple[float | None, float | None], ...]
    unit: str
    colour: str


def _ours(result: LimitResult) -> _Row:
    kind = "" if result.interval == "two-sided" else f", {result.interval}"
    label = f"{' + '.join(result.experiments)}, this work ({100 * result.cl:g} %{kind})"
    return _Row(label, result.regions, result.unit, COLOURS["blue"])


def _theirs(bound: PublishedLimit) -> _Row:
    level = "CL not stated" if bound.cl is None else f"{100 * bound.cl:g} %"
    label = f"{bound.experiment.replace('_', ' ')} {bound.year} ({level})"
    return _Row(label, ((bound.lower, bound.upper),), bound.unit, COLOURS["grey"])


def _ends(rows: Sequence[_Row]) -> np.ndarray:
    return np.array([end for row in rows for region in row.regions for end in region if end is not None], float)


def _scale(ax: Axes, rows: Sequence[_Row]) -> None:
    ends = _ends(rows)
    positive = ends[ends > 0]
    if np.all(ends >= 0) and len(positive):
        if positive.max() > 10 * positive.min():
            ax.set_xscale("log")
            ax.set_xlim(positive.min() / 4, positive.max() * 2)
        else:
            ax.set_xlim(0, 1.15 * positive.max())
        return
    size = np.abs(ends)
    if size.max() > 30 * np.median(size):
        ax.set_xscale("symlog", linthresh=float(np.median(size)), linscale=1.0)
    else:
        ax.axvline(0, color=COLOURS["grey"], linewidth=0.5)
    ax.set_xlim(1.15 * min(ends.min(), 0.0), 1.15 * max(ends.max(), 0.0))


def _draw(ax: Axes, height: int, row: _Row) -> None:
    left, right = ax.get_xlim()
    for low, high in row.regions:
        # A bound from above alone is a line from zero (or the edge of the frame), and closed there.
        begin = max(left, 0.0) if low is None or low <= left else low
        begin = left if begin <= 0 and ax.get_xscale() == "log" else begin
        begin = left if low is None and left < 0 else begin
        end = right if high is None else high
        ax.plot([begin, end], [height, height], color=row.colour, linewidth=2.2, solid_capstyle="butt")
        for edge, is_open, marker in ((begin, low is None and left < 0, "<"), (end, high is None, ">")):
            if is_open:
                ax.plot(edge, height, marker, color=row.colour, clip_on=False)
            elif edge != left:
                ax.plot(edge, height, "|", color=row.colour, markersize=6, markeredgewidth=1.2)
