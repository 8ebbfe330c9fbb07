"""Radiative emission of neutrino pairs: counts by trigger frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.style import COLOURS, COLUMN_WIDTH, PAGE_WIDTH, StyledFigure, figure_of, legend_above, styled
from nulight.results.renp.events import RenpEvents

__all__ = ["plot_renp_events"]

_NAMED = 16  # trigger frequencies that all have their labels


def plot_renp_events(result: RenpEvents, ax: Axes | None = None) -> Figure:
    """Draw the counts at every trigger frequency, and below them which pairs are open.

    Parameters
    ----------
    result : RenpEvents
    ax : Axes, optional
        Drawn into, without the pairs; a new figure otherwise.

    Returns
    -------
    Figure
        Bars stacked from the background; errors are those of Poisson counts. Where new physics
        takes counts away its bar hangs from the top of the others, hatched.
    """
    n = len(result.triggers)
    with styled():
        if ax is None:
            figure = StyledFigure(figsize=(max(COLUMN_WIDTH, min(0.42 * n, PAGE_WIDTH)), 3.6))
            ax, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
            _pairs(below, result)
            last = below
        else:
            last = ax
        _bars(ax, result)
        step = -(-n // _NAMED)
        last.set_xticks(range(0, n, step), [f"{omega:.7g}" for omega in result.triggers[::step]], rotation=45)
        last.set_xlabel("Trigger frequency [eV]")
        for one in {ax, last}:
            one.tick_params(axis="x", which="both", length=0)
        ax.set_ylabel(_counts_label(result))
        ax.margins(y=0.0)
        top = float((result.total + np.sqrt(np.maximum(result.total, 0.0))).max())
        ax.set_ylim(0, 1.06 * max(top, float((result.weak + result.background).max())))
        legend_above(ax, ncols=2, title=result.atom, title_fontsize=8)
    return figure_of(ax)


def _bars(ax: Axes, result: RenpEvents) -> None:
    x = np.arange(len(result.triggers))
    top = result.background + result.weak
    if result.background.any():
        ax.bar(x, result.background, width=0.7, color="#C8C8C8", label="background")
    ax.bar(x, result.weak, bottom=result.background, width=0.7, color=COLOURS["blue"], label="weak pairs")
    gained, lost = np.maximum(result.new, 0.0), np.minimum(result.new, 0.0)
    if gained.any():
        ax.bar(x, gained, bottom=top, width=0.7, color=COLOURS["vermillion"], label="new physics")
    if lost.any():
        style: dict[str, Any] = {
            "facecolor": "white",
            "edgecolor": COLOURS["vermillion"],
            "hatch": "////",
            "linewidth": 0.6,
        }
        ax.bar(x, lost, bottom=top, width=0.7, label="taken by interference", **style)
    ax.errorbar(
        x, result.total, yerr=np.sqrt(np.maximum(result.total, 0.0)), fmt="none", ecolor="black", elinewidth=0.8,
        label="total, Poisson error",
    )  # fmt: skip


def _pairs(ax: Axes, result: RenpEvents) -> None:
    """A dot for every open pair, a small ring for a closed one; the heaviest pair at the bottom."""
    pairs = list(result.thresholds)[::-1]
    for row, pair in enumerate(pairs):
        opened = np.array([pair in found for found in result.open_pairs])
        x = np.arange(len(opened))
        ax.plot(x[opened], np.full(opened.sum(), row), "o", color=COLOURS["blue"], markersize=4)
        ax.plot(x[~opened], np.full((~opened).sum(), row), "o", color="#C8C8C8", markersize=2, fillstyle="none")
    ax.set_yticks(range(len(pairs)), pairs)
    ax.tick_params(axis="y", which="both", length=0)
    ax.set_ylim(-0.6, len(pairs) - 0.4)
    ax.set_ylabel("Open pairs")


def _counts_label(result: RenpEvents) -> str:
    days = result.days
    return f"Counts in {days[0]:g} d" if np.ptp(days) == 0 else "Counts"
