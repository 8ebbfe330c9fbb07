"""Profile likelihood of one parameter, with the interval read from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, axes_of, figure_of, styled
from nulight.results import LimitResult

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
        The curve joins the points the interval was found with; it is cut at twice the threshold
        or a little more.
    """
    with styled():
        ax = axes_of(ax)
        order = np.argsort(result.scan_value)
        value, delta = result.scan_value[order], result.scan_delta_chi2[order]
        top = 2.2 * result.threshold
        near = np.isfinite(delta) & (delta < 2 * top)
        ax.plot(value[near], delta[near], color=COLOURS["blue"], label=label)
        ax.axhline(result.threshold, color=COLOURS["grey"], linewidth=0.8, linestyle="--")
        text = f"{100 * result.cl:g} % CL, {result.interval}"
        ax.annotate(text, (0.98, result.threshold / top), (0, 2), **_CORNER)
        for low, high in result.regions:
            ends = (value[near].min() if low is None else low, value[near].max() if high is None else high)
            ax.axvspan(*ends, color=COLOURS["blue"], alpha=0.12, linewidth=0)
        ax.set_ylim(0, top)
        if near.any():
            ax.set_xlim(value[near].min(), value[near].max())
        label_axis(ax.xaxis, result.parameter, result.unit)
        ax.set_ylabel(r"$\Delta\chi^2$")
        if label:
            ax.legend()
    return figure_of(ax)


_CORNER: dict[str, Any] = {
    "xycoords": "axes fraction",
    "textcoords": "offset points",
    "ha": "right",
    "va": "bottom",
    "fontsize": 8,
    "color": COLOURS["grey"],
}
