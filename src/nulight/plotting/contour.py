"""Allowed regions in the plane of two parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, axes_of, figure_of, legend_above, styled
from nulight.results import ContourResult

__all__ = ["plot_contour"]

_SHADES = (0.75, 0.4, 0.22, 0.12)
"""Opacities from the tightest level outwards; a single level takes the second."""


def plot_contour(
    result: ContourResult,
    ax: Axes | None = None,
    *,
    levels: Sequence[str] | None = None,
    colour: str = COLOURS["blue"],
    filled: bool = True,
    label: str | None = None,
    linestyle: str | tuple[float, Sequence[float]] = "-",
    best_fit: bool = False,
) -> Figure:
    """Draw the contours of a record, the tightest level darkest.

    Parameters
    ----------
    result : ContourResult
    ax : Axes, optional
        Drawn into; a new figure with a legend otherwise. Its scales stay as they are, logarithmic ones included.
    levels : sequence of str, optional
        Which levels of the record; all of them by default.
    colour : str
    filled : bool
        Fill the regions, or draw their outlines only.
    label : str, optional
        Legend entry; filled levels are named after it.
    linestyle : matplotlib line style of the outlines
    best_fit : bool
        Mark the best fit.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the record lacks a level.
    """
    names = sorted(levels or result.levels, key=lambda name: result.levels.get(name, 0.0))
    if missing := [name for name in names if name not in result.levels]:
        raise ValueError(f"no level {', '.join(missing)} in this record; it has {', '.join(result.levels)}")
    alone = ax is None
    with styled():
        ax = axes_of(ax)
        fresh = not ax.has_data()
        # The root of Delta chi2 is closer to linear between grid points.
        height = np.sqrt(result.delta_chi2)
        shades = _SHADES[len(names) == 1 :]
        for name, shade in reversed(list(zip(names, shades, strict=False))):
            if filled:
                # Rings, so that no region shines through another of the same record.
                inner = [math.sqrt(result.levels[n]) for n in names[: names.index(name)]]
                cut = [max(inner, default=-1.0), math.sqrt(result.levels[name])]
                ax.contourf(result.x, result.y, height, levels=cut, colors=[colour], alpha=shade)
            for line in result.paths[name]:
                ax.plot(line[:, 0], line[:, 1], color=colour, linestyle=linestyle, linewidth=0.9)
        if best_fit:
            ax.plot(*result.best_fit, marker="+", color=colour, linestyle="none")
        _name(ax, dict(zip(names, shades, strict=False)), colour, filled, label, linestyle)
        if fresh:
            _frame(ax, result)
        if alone and (filled or label):
            legend_above(ax, ncols=4, title=f"{' + '.join(result.experiments)}, {result.dof} dof", title_fontsize=7)
    return figure_of(ax)


def _name(ax: Axes, shades: dict[str, float], colour: str, filled: bool, label: str | None, linestyle: Any) -> None:
    """Add empty artists that stand for the regions in a legend."""
    if not filled:
        if label is not None:
            ax.plot([], [], color=colour, linestyle=linestyle, linewidth=0.9, label=label)
        return
    for name, shade in shades.items():
        text = name.replace(" sigma", r"$\sigma$")
        if label is not None:
            text = f"{label}, {text}" if len(shades) > 1 else label
        ax.fill([], [], facecolor=(colour, shade), edgecolor=colour, linewidth=0.9, label=text)


def _frame(ax: Axes, result: ContourResult) -> None:
    ax.set_xlim(result.x[0], result.x[-1])
    ax.set_ylim(result.y[0], result.y[-1])
    for axis, name, unit in zip((ax.xaxis, ax.yaxis), result.parameters, result.units, strict=True):
        label_axis(axis, name, unit)
