"""Coverage of intervals against the true value, and the critical values behind it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, COLUMN_WIDTH, StyledFigure, figure_of, legend_above, styled
from nulight.results.coverage import Coverage
from nulight.typing import FloatArray

__all__ = ["plot_coverage"]

_LOOKS = {
    "two-sided": ("two-sided", COLOURS["blue"], "o"),
    "upper": ("upper limit", COLOURS["vermillion"], "s"),
    "feldman-cousins": ("Feldman-Cousins", COLOURS["green"], "^"),
    "cls": (r"CL$_\mathrm{s}$", COLOURS["purple"], "D"),
}
_SHIFT = 0.08  # of the distance of true values: error bars of several kinds beside each other
_ROOM = 0.02


def plot_coverage(result: Coverage, ax: Axes | None = None) -> Figure:
    """Draw the coverage of every kind of interval, and below it the critical values of t.

    Parameters
    ----------
    result : Coverage
    ax : Axes, optional
        The coverage alone is drawn into these; otherwise a figure with both.

    Returns
    -------
    Figure
        Error bars are Monte Carlo errors of 68 %. Grey: the two-sided interval is off by more than 1 % and more
        than chance (`Coverage.deviates`), because t does not follow a chi2 distribution.
    """
    with styled():
        if ax is not None:
            _draw_coverage(ax, result)
            label_axis(ax.xaxis, result.parameter, result.unit)
            return figure_of(ax)
        figure = StyledFigure(figsize=(COLUMN_WIDTH, 1.25 * COLUMN_WIDTH))
        above, below = figure.subplots(2, sharex=True, height_ratios=(3, 2))
        _draw_coverage(above, result)
        _draw_critical(below, result)
        label_axis(below.xaxis, result.parameter, result.unit)
    return figure


def _draw_coverage(ax: Axes, result: Coverage) -> None:
    x = result.truths
    _shade(ax, result)
    ax.axhline(result.cl, color=COLOURS["black"], linewidth=0.7, linestyle="--")
    step = _SHIFT * float(np.min(np.diff(x), initial=np.inf)) if len(x) > 1 else 0.0
    for k, interval in enumerate(result.intervals):
        label, colour, marker = _LOOKS[interval]
        at = x + step * (k - (len(result.intervals) - 1) / 2)
        value = result.coverage[interval]
        errors = np.abs([value - result.lower[interval], result.upper[interval] - value])
        ax.errorbar(at, value, errors, color=colour, marker=marker, linewidth=0.8, elinewidth=0.8, label=label)
    ax.set_xlim(*_limits(x))
    lowest = min(float(result.lower[interval].min()) for interval in result.intervals)
    highest = max(float(result.upper[interval].max()) for interval in result.intervals)
    ax.set_ylim(
        min(lowest, result.cl - _ROOM) - _ROOM / 2, min(max(highest, result.cl + _ROOM) + _ROOM / 2, 1 + _ROOM / 4)
    )
    ax.set_ylabel(f"coverage of {100 * result.cl:g} % CL intervals")
    legend_above(ax, ncols=2)


def _draw_critical(ax: Axes, result: Coverage) -> None:
    """What t stays below with the probabilities of the record, and what Wilks' theorem says."""
    x, styles = result.truths, (":", "-", "--")
    _shade(ax, result)
    for k, (level, style) in enumerate(zip(result.levels, styles, strict=True)):
        value = result.critical[:, k]
        errors = np.abs([value - result.critical_lower[:, k], result.critical_upper[:, k] - value])
        ax.errorbar(x, value, errors, color=COLOURS["blue"], marker="o", markersize=2.5, linestyle="none")
        ax.axhline(result.chi2_quantiles[k], color=COLOURS["grey"], linewidth=0.8, linestyle=style)
        ax.annotate(
            f"{100 * level:g} %",
            (1.0, result.chi2_quantiles[k]),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=7,
            color=COLOURS["grey"],
        )
    ax.set_ylim(0, 1.15 * max(float(result.critical_upper.max()), float(result.chi2_quantiles[-1])))
    ax.set_ylabel("critical value of $t$")


def _shade(ax: Axes, result: Coverage) -> None:
    """Grey where the asymptotic two-sided interval does not cover what it says."""
    if "two-sided" not in result.intervals:
        return
    x, off = result.truths, result.deviates("two-sided")
    low, high = _limits(x)
    edges = np.concatenate([[low], (x[1:] + x[:-1]) / 2, [high]])
    label = "Wilks' theorem fails"
    for i in np.flatnonzero(off):
        ax.axvspan(edges[i], edges[i + 1], color=COLOURS["grey"], alpha=0.2, linewidth=0, label=label)
        label = "_"


def _limits(x: FloatArray) -> tuple[float, float]:
    margin = 0.04 * float(np.ptp(x)) or 0.1 * abs(float(x[0])) or 1.0
    return float(x[0]) - margin, float(x[-1]) + margin
