"""How one matrix of moments looks in every source: effective moments beside what each experiment allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from nulight.models.parameters import PARAMETERS
from nulight.plotting.labels import quantity, symbol
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, figure_of, styled
from nulight.results.moments import MomentsResult, MomentsRow

__all__ = ["plot_moments"]

_ROW, _FRAME = 0.15, 1.25  # height of a row, and of all that is not rows, inches
_BESIDE = 0.2  # half the distance of light and heavy final states in a row
_FAR = 1e4  # moments this many times below the smallest limit are arrows at the edge
_A_LINE = 4  # parameters in a line of the title
_LIGHT, _HEAVY = COLOURS["blue"], COLOURS["vermillion"]


def plot_moments(result: MomentsResult, ax: Axes | None = None) -> Figure:
    """Draw the effective moment of every experiment, and the range the experiment allows for the same matrix.

    Parameters
    ----------
    result : MomentsResult
    ax : Axes, optional
        Drawn into; a new figure otherwise, as high as its rows need.

    Returns
    -------
    Figure
        A point is the effective moment, a line what is allowed for it: with the point beyond the end of its line the
        matrix is excluded. Light final states in blue; heavy ones, if any, in vermillion below.

    Raises
    ------
    ValueError
        If no experiment has an effective moment.
    """
    rows = [row for row in result.rows if row.mu_eff or row.mu_eff_heavy]
    if not rows:
        raise ValueError("nothing to draw: no experiment has an effective moment")
    with styled():
        own = ax is None
        if ax is None:
            size = (0.8 * PAGE_WIDTH, _FRAME + _ROW * len(rows) * (1.4 if result.heavy else 1.0))
            ax = StyledFigure(figsize=size).subplots()
        ax.set_xscale("log")
        ax.set_xlim(*_range(rows))
        ax.set_ylim(len(rows) - 0.4, -0.6)
        for y, row in enumerate(rows):
            for moment, colour, shift in _kinds(row, result.heavy):
                _draw(ax, y + shift, row, moment, colour)
        _label(ax, rows, result)
        if own:
            figure_of(ax).legend(handles=_handles(result), loc="outside lower center", ncols=3, fontsize=7)
        else:
            ax.legend(handles=_handles(result), fontsize=7)
    return figure_of(ax)


def _kinds(row: MomentsRow, heavy: bool) -> Iterator[tuple[float, str, float]]:
    """Effective moments of a row that are not zero, with their colour and place."""
    if row.mu_eff:
        yield row.mu_eff, _LIGHT, -_BESIDE if heavy else 0.0
    if row.mu_eff_heavy:
        yield row.mu_eff_heavy, _HEAVY, _BESIDE


def _range(rows: Sequence[MomentsRow]) -> tuple[float, float]:
    """Ends of the axis: all limits, and the moments that are not far below them."""
    moments = [moment for row in rows for moment, _, _ in _kinds(row, True)]
    ends = [moment * row.limit.upper for row in rows for moment, _, _ in _kinds(row, True) if row.limit.upper]
    floor = min(ends or moments) / _FAR
    near = [moment for moment in moments if moment > floor]
    return min([*near, *ends]) / 2.5, max([*near, *ends]) * 2.5


def _draw(ax: Axes, y: float, row: MomentsRow, moment: float, colour: str) -> None:
    left, right = ax.get_xlim()
    for low, high in row.limit.regions:
        begin = max((low or 0.0) * moment, left)
        end = right if high is None else min(high * moment, right)
        ax.plot([begin, end], [y, y], color=colour, linewidth=2.6, alpha=0.35, solid_capstyle="butt", zorder=2)
        for edge, closed in ((begin, (low or 0.0) > 0), (end, high is not None)):
            if closed:
                ax.plot(edge, y, "|", color=colour, markersize=6, markeredgewidth=1.2, zorder=3)
    inside = moment > left
    filled = colour if row.status == "data" else "white"
    ax.plot(
        moment if inside else left,
        y,
        "o" if inside else "<",
        color=colour,
        markerfacecolor=filled,
        markersize=4,
        markeredgewidth=0.9,
        clip_on=inside,
        zorder=4,
    )


def _label(ax: Axes, rows: Sequence[MomentsRow], result: MomentsResult) -> None:
    names = [f"{row.experiment} ({', '.join(row.sources)})" for row in rows]
    ax.set_yticks(np.arange(len(rows)), names, fontsize=6.5)
    for text, row in zip(ax.get_yticklabels(), rows, strict=True):
        if row.limit.verdict == "excluded":
            text.set_fontweight("bold")
    ax.tick_params(axis="y", which="both", length=0)
    ax.xaxis.set_major_locator(LogLocator(numticks=8))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x", which="major", color="0.9", linewidth=0.4)
    ax.set_xlabel(r"effective moment [$\mu_\mathrm{B}$]")
    ax.set_title(_title(result), fontsize=8)


def _title(result: MomentsResult) -> str:
    """The point in symbols, a few of them a line."""
    texts = [f"{symbol(name)} = {quantity(value, PARAMETERS[name].unit, 4)}" for name, value in result.values.items()]
    texts.append(f"{result.neutrinos.capitalize()} neutrinos")
    return "\n".join(", ".join(texts[i : i + _A_LINE]) for i in range(0, len(texts), _A_LINE))


def _handles(result: MomentsResult) -> list[Line2D]:
    level = f"allowed at {100 * result.cl:g} % CL"
    handles = [Line2D([], [], color=_LIGHT, marker="o", linestyle="", markersize=4, label="to light neutrinos")]
    if result.heavy:
        label = r"to $\nu_4$"
        handles.append(Line2D([], [], color=_HEAVY, marker="o", linestyle="", markersize=4, label=label))
    handles.append(Line2D([], [], color="0.6", linewidth=2.6, marker="|", markeredgecolor="0.3", label=level))
    if any(row.limit.verdict == "excluded" for row in result.rows):
        handles.append(Line2D([], [], linestyle="", label="bold: beyond it, excluded"))
    if any(row.status != "data" for row in result.rows):
        options: dict[str, Any] = {"markerfacecolor": "white", "markersize": 4, "linestyle": ""}
        handles.append(Line2D([], [], color="0.3", marker="o", label="planned: open points", **options))
    return handles
