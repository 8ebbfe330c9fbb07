"""Limits from pseudo-experiments: p-values, or CLs, against the parameter, with the bands that background gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import label_axis, quantity
from nulight.plotting.style import COLOURS, axes_of, figure_of, legend_above, styled
from nulight.results.toy_limits import ToyLimit
from nulight.typing import FloatArray

__all__ = ["plot_toy_limit"]

_FLOOR = 0.2  # of 1 - cl: below that p-values are drawn into the frame's lower edge


def plot_toy_limit(result: ToyLimit, ax: Axes | None = None) -> Figure:
    """Draw the p-value, or CLs, against the parameter, the level, and the expected bands.

    Parameters
    ----------
    result : ToyLimit
    ax : Axes, optional
        Drawn into; a new figure otherwise.

    Returns
    -------
    Figure
        Points with Monte Carlo errors are the toys, the dashed line is the asymptotic value; green and orange
        hold 68 and 95 % of data sets without a signal, the dotted line is their median. Allowed values have points
        above the horizontal line; the interval they give is the thick part of it.
    """
    with styled():
        ax = axes_of(ax)
        level = 1 - result.cl
        value, floor = result.value, _FLOOR * level
        _bands(ax, result)
        ax.plot(value, result.asymptotic_p_value, color=COLOURS["black"], linestyle="--", label="asymptotic", zorder=3)
        error = np.minimum(result.p_error, 0.999 * result.p_value)
        ax.errorbar(
            value,
            result.p_value,
            yerr=np.stack([error, result.p_error]),
            color=COLOURS["blue"],
            marker="o",
            markersize=3,
            linewidth=1.0,
            label="toys",
            zorder=4,
        )
        ax.axhline(level, color=COLOURS["vermillion"], linewidth=0.9)
        for low, high in result.regions:
            ax.plot(_inside(value, low, high), [level, level], color=COLOURS["blue"], linewidth=4, alpha=0.7, zorder=3)
        ax.set_yscale("log")
        ax.set_ylim(floor, 1.15)
        ax.set_xlim(*_extent(result, floor))
        ax.annotate(f"{100 * level:.3g} %", (1.0, level), (-2, 2), xycoords=("axes fraction", "data"), **_NOTE)
        label_axis(ax.xaxis, result.parameter, result.unit)
        ax.set_ylabel(r"CL$_\mathrm{s}$" if result.interval == "cls" else "$p$-value")
        ax.set_title(_title(result), fontsize=8, pad=26)
        legend_above(ax, ncols=5, handlelength=1.4)
    return figure_of(ax)


_NOTE: dict[str, Any] = {
    "textcoords": "offset points",
    "ha": "right",
    "va": "bottom",
    "fontsize": 8,
    "color": COLOURS["vermillion"],
}


def _bands(ax: Axes, result: ToyLimit) -> None:
    """Quantiles of data without a signal; where no toy is left in a tail the band ends."""
    lowest = 0.5 / result.n_toys
    columns = [np.maximum(column, lowest) for column in result.expected_p_value.T]
    ax.fill_between(
        result.value, columns[0], columns[4], color=COLOURS["orange"], alpha=0.45, linewidth=0, label="95 %"
    )
    ax.fill_between(result.value, columns[1], columns[3], color=COLOURS["green"], alpha=0.55, linewidth=0, label="68 %")
    ax.plot(result.value, columns[2], color=COLOURS["black"], linewidth=0.9, linestyle=":", label="median")


def _inside(value: FloatArray, low: float | None, high: float | None) -> tuple[float, float]:
    return float(value[0]) if low is None else max(low, float(value[0])), float(value[-1]) if high is None else high


def _extent(result: ToyLimit, floor: float) -> tuple[float, float]:
    """Up to where data, and nearly all data without a signal, are clearly excluded."""
    seen = np.flatnonzero((result.p_value > floor) | (result.expected_p_value[:, 4] > floor))
    first, last = max(int(seen[0]) - 1, 0), min(int(seen[-1]) + 1, len(result.value) - 1)
    return float(result.value[first]), float(result.value[last])


def _title(result: ToyLimit) -> str:
    kind = {"feldman-cousins": "Feldman-Cousins", "upper": "upper limit", "cls": r"CL$_\mathrm{s}$"}[result.interval]
    ends = [
        f"{quantity(end, result.unit)}"
        for end in (result.lower, result.upper)
        if end is not None and not (end == result.lower == 0)
    ]
    sign = "< " if len(ends) == 1 else "from "
    text = sign + " to ".join(ends) if ends else "open"
    return f"{', '.join(result.experiments)}: {text} ({kind}, {100 * result.cl:g} % CL)"
