"""Significance of a signal at any mass: locally along the grid, globally among toys."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from nulight.plotting.labels import label_axis, symbol
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, figure_of, styled
from nulight.results.look_elsewhere import LookElsewhere
from nulight.typing import FloatArray

__all__ = ["plot_look_elsewhere"]

_WIDE = 5.0  # ratio of the ends of a grid above which its axis is logarithmic
_FEW = 60  # masses that are shown one by one


def plot_look_elsewhere(result: LookElsewhere, ax: Axes | None = None) -> Figure:
    """Draw the local significance against the mass, and beside it how often toys are as significant anywhere.

    Parameters
    ----------
    result : LookElsewhere
    ax : Axes, optional
        The local significance alone is drawn into these; otherwise a figure with both.

    Returns
    -------
    Figure
    """
    with styled():
        if ax is not None:
            _draw_local(ax, result)
            return figure_of(ax)
        figure = StyledFigure(figsize=(PAGE_WIDTH, 0.42 * PAGE_WIDTH))
        left, right = figure.subplots(1, 2)
        _draw_local(left, result)
        _draw_global(right, result)
    return figure


def _draw_local(ax: Axes, result: LookElsewhere) -> None:
    m, z = result.masses, np.sqrt(result.q0)
    if m[0] > 0 and m[-1] > _WIDE * m[0]:
        ax.set_xscale("log")
    ax.plot(m, z, color=COLOURS["blue"], marker="o" if len(m) <= _FEW else "", markersize=2.5, clip_on=False)
    top = float(z.max())
    if top > 0:
        name = f"{result.best_mass:.3g} {result.mass_unit}".rstrip()
        label = f"{top:.2f}$\\sigma$ locally at {name}"
        ax.plot([result.best_mass], [top], "*", color=COLOURS["vermillion"], markersize=9, label=label, zorder=5)
    if len(m) > 1:
        ax.set_xlim(m[0], m[-1])
    ax.set_ylim(0, max(1.25 * top, 1.0))
    ax.set_ylabel(f"local significance of {symbol(result.coupling)} [$\\sigma$]")
    label_axis(ax.xaxis, result.mass, result.mass_unit)
    if top > 0:
        ax.legend(loc="upper left")


def _draw_global(ax: Axes, result: LookElsewhere) -> None:
    """Probability of a larger q0: toys as steps, upcrossings as a line, one mass alone for comparison."""
    top, largest = float(result.q0.max()), np.sort(result.maxima)
    n = len(largest)
    end = 1.1 * max(top, float(largest[-1]), 9.0)
    c = np.linspace(0, end, 400)
    share = 1 - np.searchsorted(largest, c, side="left") / n
    error = np.sqrt(share * (1 - share) / n)
    seen = share > 0
    band = share[seen] - error[seen], share[seen] + error[seen]
    ax.fill_between(c[seen], *band, color=COLOURS["blue"], alpha=0.25, linewidth=0)
    ax.plot(c[seen], share[seen], color=COLOURS["blue"], label=f"any mass, {n} toys")
    level, crossed = float(result.levels[0]), float(result.upcrossings[0])
    far = np.minimum(_local(c, result) + crossed * np.exp(-(c - level) / 2), 1.0)
    ax.plot(c, far, color=COLOURS["green"], linestyle="--", label="any mass, upcrossings")
    ax.plot(c, _local(c, result), color=COLOURS["grey"], linestyle=":", label="one mass, asymptotic")
    ax.axvline(top, color=COLOURS["vermillion"], linewidth=0.9, label="data")
    ax.set_yscale("log")
    ax.set_xlim(0, end)
    ax.set_ylim(0.3 * min(1 / n, float(far[-1])), 1.5)
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(r"largest $q_0$")
    ax.set_ylabel("probability of a larger one")
    ax.legend(loc="lower left")


def _local(q0: FloatArray, result: LookElsewhere) -> FloatArray:
    from scipy.special import chdtrc

    tail: FloatArray = chdtrc(1, q0) * (0.5 if result.one_sided else 1.0)
    return tail
