"""Expected limits as one thing about an experiment changes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import label_axis, quantity, symbol, unit_text
from nulight.plotting.style import COLOURS, axes_of, figure_of, styled
from nulight.results import ForecastResult

__all__ = ["plot_forecast"]


def plot_forecast(result: ForecastResult, ax: Axes | None = None, *, label: str | None = None) -> Figure:
    """Draw the expected interval against what varies.

    Parameters
    ----------
    result : ForecastResult
    ax : Axes, optional
        Drawn into; a new figure otherwise.
    label : str, optional
        Legend entry; the confidence level by default.

    Returns
    -------
    Figure
        With logarithmic axes where the values span a factor of ten and are positive. Dots are what was computed.
    """
    with styled():
        ax = axes_of(ax)
        text = label or f"expected, {100 * result.cl:g} % CL, {result.interval}"
        two_sided = bool(np.any(result.lower < 0))
        if two_sided:
            ax.fill_between(result.values, result.lower, result.upper, color=COLOURS["blue"], alpha=0.2, linewidth=0)
            ax.plot(result.values, result.lower, ".-", color=COLOURS["blue"])
        ax.plot(result.values, result.upper, ".-", color=COLOURS["blue"], label=text)
        if result.against is not None:
            goal = f"{symbol(result.parameter)} = {quantity(result.against, result.unit)}"
            ax.axhline(result.against, color="black", linewidth=0.8, linestyle="--", label=goal)
        _scales(ax, result, two_sided)
        unit = unit_text(result.vary_unit)
        ax.set_xlabel(f"{result.vary.capitalize()} [{unit}]" if unit else result.vary.capitalize())
        label_axis(ax.yaxis, result.parameter, result.unit)
        ax.legend()
    return figure_of(ax)


def _scales(ax: Axes, result: ForecastResult, two_sided: bool) -> None:
    if _spans_decade(result.values):
        ax.set_xscale("log")
    if not two_sided and _spans_decade(result.upper):
        ax.set_yscale("log")
    ax.set_xlim(result.values.min(), result.values.max())


def _spans_decade(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() >= 10 * finite.min())
