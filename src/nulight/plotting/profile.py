"""Profile likelihood of one parameter, with the interval read from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, axes_of, figure_of, styled
from nulight.results import LimitResult
from nulight.typing import FloatArray

__all__ = ["plot_profile"]


def plot_profile(result: LimitResult, ax: Axes | None = None, *, label: str | None = None) -> Figure:
    """Draw Delta chi2 against the parameter, the threshold, and the interval as a band.

    Parameters
    ----------
    result : LimitResult
    ax : Axes, optional
        Drawn into; a new figure otherwise.
    label : str, optional
        Legend entry of the curve.

    Returns
    -------
    Figure
        The curve joins the points the interval was found with; it is cut at twice the threshold.
    """
    with styled():
        ax = axes_of(ax)
        order = np.argsort(result.scan_value)
        value, delta = result.scan_value[order], result.scan_delta_chi2[order]
        top = 2 * result.threshold
        near = np.isfinite(delta) & (delta < 2 * top)
        ax.plot(value[near], delta[near], color=COLOURS["blue"], label=label)
        ax.axhline(result.threshold, color=COLOURS["grey"], linewidth=0.8, linestyle="--")
        for low, high in result.regions:
            ends = (value[near].min() if low is None else low, value[near].max() if high is None else high)
            ax.axvspan(*ends, color=COLOURS["blue"], alpha=0.12, linewidth=0)
        ax.set_ylim(0, top)
        if near.any():
            low, high = _extent(value[near], delta[near], top)
            ax.set_xlim(low, high)
            text = f"{100 * result.cl:g} % CL, {result.interval}"
            ax.annotate(text, (_middle(result, low, high), result.threshold), (0, 2), **_ABOVE)
        label_axis(ax.xaxis, result.parameter, result.unit)
        ax.set_ylabel(r"$\Delta\chi^2$")
        if label:
            ax.legend()
    return figure_of(ax)


def _extent(value: FloatArray, delta: FloatArray, top: float) -> tuple[float, float]:
    """Ends of what is seen below `top`, with a small margin where the curve leaves the frame."""
    seen = np.flatnonzero(delta <= top)
    first, last = max(int(seen[0]) - 1, 0), min(int(seen[-1]) + 1, len(value) - 1)
    low, high = np.interp(top, delta[[seen[0], first]], value[[seen[0], first]]), value[seen[-1]]
    if last > seen[-1]:
        high = np.interp(top, delta[[seen[-1], last]], value[[seen[-1], last]])
    margin = 0.03 * (high - low)
    return float(low - margin * (first < seen[0])), float(high + margin * (last > seen[-1]))


def _middle(result: LimitResult, low: float, high: float) -> float:
    """Middle of the widest region, where the curve stays below the threshold."""
    ends = [(low if a is None else max(a, low), high if b is None else min(b, high)) for a, b in result.regions]
    a, b = max(ends, key=lambda pair: pair[1] - pair[0])
    return (a + b) / 2


_ABOVE: dict[str, Any] = {
    "textcoords": "offset points",
    "ha": "center",
    "va": "bottom",
    "fontsize": 8,
    "color": COLOURS["grey"],
}
