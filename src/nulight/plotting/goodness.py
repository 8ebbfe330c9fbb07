"""Goodness of fit: the data among toys."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.style import COLOURS, axes_of, figure_of, legend_above, styled
from nulight.results.goodness import Goodness
from nulight.typing import FloatArray

__all__ = ["plot_goodness"]

_BINS = 40
_SYMBOLS = {"saturated": r"$-2\ln(L/L_\mathrm{saturated})$", "pearson": r"Pearson's $\chi^2$"}


def plot_goodness(result: Goodness, ax: Axes | None = None) -> Figure:
    """Draw the distribution of the statistic over toys, the chi2 distribution, and the data.

    Parameters
    ----------
    result : Goodness
    ax : Axes, optional
        Drawn into; a new figure otherwise.

    Returns
    -------
    Figure
    """
    with styled():
        ax = axes_of(ax)
        ends = (min(result.toys.min(), result.observed), max(result.toys.max(), result.observed))
        edges = np.linspace(*ends, _BINS + 1) if ends[0] < ends[1] else np.array([ends[0] - 0.5, ends[0] + 0.5])
        label = f"{len(result.toys)} toys, $p$ = {100 * result.p_value:.3g} %"
        ax.hist(result.toys, edges.tolist(), color=COLOURS["sky"], alpha=0.6, label=label)
        if result.ndof > 0:
            expected = len(result.toys) * np.diff(_chi2_below(edges, result.ndof))
            label = f"$\\chi^2$, {result.ndof} dof, $p$ = {100 * result.p_asymptotic:.3g} %"
            ax.stairs(expected, edges, color=COLOURS["grey"], linewidth=1.0, label=label)
        ax.axvline(result.observed, color=COLOURS["vermillion"], label=f"data, {result.observed:.1f}")
        ax.set_xlim(edges[0], edges[-1] + 0.03 * (edges[-1] - edges[0]))
        ax.set_xlabel(_SYMBOLS.get(result.statistic, result.statistic))
        ax.set_ylabel("toys per bin")
        legend_above(ax, ncols=1)
    return figure_of(ax)


def _chi2_below(x: FloatArray, ndof: int) -> FloatArray:
    from scipy.special import gammainc

    below: FloatArray = gammainc(ndof / 2, np.maximum(x, 0) / 2)
    return below
