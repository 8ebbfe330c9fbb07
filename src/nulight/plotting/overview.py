"""The overview figure: ours beside the literature, one panel a coupling, sizes on logarithmic axes.

A line is what is allowed. Of a coupling that may be negative the positive values lie in the upper
half of a row and the negative ones in the lower half. Bounds far outside a panel are arrows at its
edge, with their value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullFormatter

from nulight.plotting.labels import quantity, symbol, unit_text
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.results import LimitsRow, LimitsTable

__all__ = ["plot_overview"]

_ROW = 0.125  # height of one row, inches
_HEAD = 0.42  # title and axis of a panel, inches
_EDGE = 0.2  # space above and below the rows of a panel, rows
_FOOT = 0.7  # legend and footnote, inches
_FAR = 1e6  # a bound this many times above or below the typical one of its panel is an arrow at the edge
_TALLEST = 10.0  # of two columns before a third is taken, inches
_MOST_COLUMNS = 3
_NARROWEST = 4.2  # width of the figure, inches: the legend has to fit
_SHORTEST = 100  # ratio of the ends of an axis, so that it has two labels
_HALF = 0.2  # height of the half-rows of signed couplings
_SYMBOLS = {"q_nu": r"$q_\nu$"}
_MARKS = (
    "* public data analysed by others   \N{DAGGER} from memory, unverified   \N{DOUBLE DAGGER} CL not stated\n"
    "lines are allowed values; where there are two a row, positive ones above and negative ones below"
)

Panel = tuple[str, list[LimitsRow]]
"""A coupling with its rows."""

Span = tuple[float, float, float]
"""Lower end, upper end (sizes, the lower may be zero) and vertical offset of a piece of a row."""


def plot_overview(table: LimitsTable) -> Figure:
    """Draw all limits of a table.

    Parameters
    ----------
    table : LimitsTable

    Returns
    -------
    Figure
        Two columns, the width of a page; three if the rows do not fit otherwise, one for one panel.
        Rows without sensitivity, or with no end anywhere, and couplings without rows are left out.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    panels = [(coupling, _ordered(table.select(coupling))) for coupling in table.couplings]
    panels = [(coupling, rows) for coupling, rows in panels if rows]
    if not panels:
        raise ValueError("nothing to draw: no row of the table has a limit")
    columns = _columns(panels)
    height = max(map(_column_height, columns))
    with styled():
        width = max(PAGE_WIDTH / 2 * len(columns), _NARROWEST)
        figure = StyledFigure(figsize=(width, height + _FOOT))
        grid = figure.add_gridspec(1, len(columns), wspace=0.02)
        for k, column in enumerate(columns):
            spare = (height - _column_height(column)) / _ROW
            ratios = [len(rows) + _EDGE for _, rows in column] + ([spare] if spare > 0 else [])
            cells = grid[k].subgridspec(len(ratios), 1, height_ratios=ratios)
            for i, (coupling, rows) in enumerate(column):
                _panel(figure.add_subplot(cells[i]), coupling, rows, table.cl)
        _legend(figure, table)
    return figure


def _ordered(rows: Sequence[LimitsRow]) -> list[LimitsRow]:
    """Ours on top, then the laboratory's, then stars and cosmology; as they come within each."""
    bounded = (row for row in rows if row.lower or row.upper)
    return sorted(bounded, key=lambda row: (row.kind == "published", not row.direct))


def _columns(panels: list[Panel]) -> list[list[Panel]]:
    """Cut the panels, in order, into the fewest columns that fit on a page, of nearly equal height."""
    found = [panels]
    for n in range(1, min(len(panels), _MOST_COLUMNS) + 1):
        cuts = combinations(range(1, len(panels)), n - 1)
        splits = [[panels[a:b] for a, b in pairwise((0, *cut, len(panels)))] for cut in cuts]
        found = min(splits, key=lambda split: max(map(_column_height, split)))
        if n > 1 and max(map(_column_height, found)) <= _TALLEST:
            break
    return found


def _column_height(column: list[Panel]) -> float:
    return sum(_HEAD + _ROW * len(rows) for _, rows in column)


def _panel(ax: Axes, coupling: str, rows: Sequence[LimitsRow], cl: float) -> None:
    signed = any(a is not None and a < 0 for row in rows for a, _ in row.regions)
    low, high = _range(rows)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.5 + _EDGE / 2, -0.5 - _EDGE / 2)
    for y, row in enumerate(rows):
        _draw(ax, y, row, _pen(row))
    ax.set_yticks(range(len(rows)), [_label(row, cl) for row in rows], fontsize=6)
    for text, row in zip(ax.get_yticklabels(), rows, strict=True):
        text.set_color(_pen(row).colour)
        text.set_fontweight("bold" if row.kind != "published" else "normal")
    ax.tick_params(axis="y", which="both", length=0)
    ax.tick_params(axis="x", labelsize=7, pad=2)
    ax.xaxis.set_major_locator(LogLocator(numticks=7))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x", which="major", color="0.9", linewidth=0.4)
    name = _SYMBOLS.get(coupling, symbol(coupling))
    size = rf"$|${name}$|$" if signed else name
    unit = unit_text(rows[0].unit)
    ax.set_title(f"{size} [{unit}]" if unit else size, loc="left", fontsize=8, pad=3.5)


@dataclass(frozen=True, slots=True)
class _Pen:
    colour: str
    width: float
    filled: bool


def _pen(row: LimitsRow) -> _Pen:
    if row.kind == "published":
        return _Pen("black" if row.direct else "0.45", 0.7, False)
    return _Pen(COLOURS["vermillion" if row.kind == "combined" else "blue"], 3.2, True)


def _draw(ax: Axes, y: float, row: LimitsRow, pen: _Pen) -> None:
    left, right = ax.get_xlim()
    for low, high, shift in _spans(row):
        begin, end = max(low, left), min(high, right)
        width = pen.width * (0.55 if shift and pen.filled else 1.0)
        if begin < end:
            ax.plot([begin, end], [y + shift] * 2, color=pen.colour, linewidth=width, solid_capstyle="butt", zorder=2)
        for edge, closed in ((low, low > 0), (high, math.isfinite(high))):
            if closed:
                _end(ax, y + shift, edge, pen)
    for edge, shift in _expected(row):
        if left < edge < right:
            ax.plot(edge, y + shift, "|", color="black", markersize=4.5, markeredgewidth=0.9, zorder=4)
    for edge, shift in _same_data(row):
        ax.plot(
            edge, y + shift, "D", color="black", markerfacecolor="white", markersize=2.8, markeredgewidth=0.7, zorder=5
        )


def _end(ax: Axes, y: float, edge: float, pen: _Pen) -> None:
    """The end of a published range, or an arrow with the value where it lies outside the panel."""
    left, right = ax.get_xlim()
    inside = left <= edge <= right
    if inside and not pen.filled:
        ax.plot(edge, y, "o", color=pen.colour, markerfacecolor="white", markersize=2.6, markeredgewidth=0.7, zorder=3)
    if not inside:
        low = edge < left
        ax.plot(
            left if low else right, y, "<" if low else ">", color=pen.colour, markersize=2.8, clip_on=False, zorder=3
        )
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        style: dict[str, Any] = {
            "fontsize": 5.5,
            "color": pen.colour,
            "va": "center",
            "ha": "left" if low else "right",
            "bbox": box,
        }
        offset = (4 if low else -4, 0)
        ax.annotate(quantity(edge), (left if low else right, y), offset, "data", "offset points", **style)


def _spans(row: LimitsRow) -> Iterator[Span]:
    """The allowed sizes: one line where the sign does not matter, else positive above and negative below."""
    signed = any(a is None or a < 0 for a, _ in row.regions) and not _one_sided(row)
    for low, high in row.regions:
        a, b = -math.inf if low is None else low, math.inf if high is None else high
        if not signed:
            yield max(a, 0.0), b, 0.0
            continue
        if b > 0:
            yield max(a, 0.0), b, -_HALF
        if a < 0:
            yield max(-b, 0.0), -a, _HALF


def _one_sided(row: LimitsRow) -> bool:
    """An upper bound alone: papers state sizes of charges so."""
    return row.lower is None and row.upper is not None


def _expected(row: LimitsRow) -> Iterator[tuple[float, float]]:
    return _sizes(row.expected_lower, row.expected_upper)


def _same_data(row: LimitsRow) -> Iterator[tuple[float, float]]:
    return _sizes(row.published_lower, row.published_upper)


def _sizes(lower: float | None, upper: float | None) -> Iterator[tuple[float, float]]:
    signed = lower is not None and lower < 0
    for end in (lower, upper):
        if end:
            yield abs(end), (-math.copysign(_HALF, end) if signed else 0.0)


def _range(rows: Sequence[LimitsRow]) -> tuple[float, float]:
    """Ends of the axis: every bound that is not out of all proportion to ours, or else to the laboratory's."""
    ours = [row for row in rows if row.kind != "published"]
    typical = float(np.median([_reach(row) for row in ours or [row for row in rows if row.direct] or rows]))
    ends = [end for row in rows for end in (*(e for span in _spans(row) for e in span[:2]), *_extra(row))]
    near = [end for end in ends if typical / _FAR < end < typical * _FAR]
    low, high = min(near) / 2.5, max(near) * 2
    return min(low, high / _SHORTEST), high


def _extra(row: LimitsRow) -> list[float]:
    return [size for size, _ in (*_expected(row), *_same_data(row))]


def _reach(row: LimitsRow) -> float:
    return max(abs(end) for end in (row.lower, row.upper) if end is not None)


def _label(row: LimitsRow, cl: float) -> str:
    if row.kind == "combined":
        return "together"
    if row.kind == "ours":
        return row.experiment
    name = row.experiment.removesuffix("_reanalysis").replace("_", " ")
    marks = "*" * row.experiment.endswith("_reanalysis") + "\N{DAGGER}" * (row.read_in == "memory")
    level = "" if row.cl == cl else "\N{DOUBLE DAGGER}" if row.cl is None else f" ({100 * row.cl:g} %)"
    return f"{name} {row.year}{marks}{level}"


def _legend(figure: Figure, table: LimitsTable) -> None:
    level = f"{100 * table.cl:g} % CL, {table.interval}"
    handles: list[Line2D | Patch] = [Line2D([], [], color=COLOURS["blue"], linewidth=3.2, label=f"ours ({level})")]
    if any(row.kind == "combined" for row in table.rows):
        handles.append(Line2D([], [], color=COLOURS["vermillion"], linewidth=3.2, label="ours, together"))
    open_marker: dict[str, Any] = {"markerfacecolor": "white", "linewidth": 0.7}
    handles += [
        Line2D([], [], color="black", marker="|", linestyle="", markersize=5, label="expected"),
        Line2D(
            [],
            [],
            color="black",
            marker="D",
            markersize=2.8,
            linestyle="",
            markerfacecolor="white",
            label="published, same data",
        ),
        Line2D([], [], color="black", marker="o", markersize=2.8, label="published, other data", **open_marker),
        Line2D([], [], color="0.45", marker="o", markersize=2.8, label="astrophysical, other indirect", **open_marker),
    ]
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=3 if len(handles) > 4 else 2,
        fontsize=7,
        title=_MARKS,
        title_fontsize=6,
    )
