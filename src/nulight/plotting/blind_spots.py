"""Blind spots: effective moments over two phases, one panel a source, and along a line through one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import parameter_label, power_of_ten, unit_text
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, axes_of, figure_of, legend_above, styled
from nulight.results.blind_spots import BlindSpotMap

__all__ = ["plot_blind_spots", "plot_complementarity"]

_NAMES = {
    "nu_e": r"$\nu_e$ (reactor, $^{51}$Cr)",
    "nu_mu": r"$\nu_\mu$ (pion decay)",
    "nu_tau": r"$\nu_\tau$",
    "solar": "Sun",
}
_PENS = (
    ("blue", "-", "*"),
    ("vermillion", "--", "X"),
    ("green", "-.", "P"),
    ("purple", ":", "D"),
    ("orange", "-", "s"),
)
_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
_TICKS = np.array([-np.pi, 0.0, np.pi])
_TICK_LABELS = (r"$-\pi$", "$0$", r"$\pi$")
_BESIDE, _ABOVE = 1.1, 1.0  # what the panels leave of the width and need beyond their height, inches


def plot_blind_spots(result: BlindSpotMap) -> Figure:
    """Draw the effective moment of each source over its largest, with the blind spots of all of them.

    Parameters
    ----------
    result : BlindSpotMap

    Returns
    -------
    Figure
        One row of panels. A filled marker is where the source of the panel sees least, an open one where
        another does.
    """
    with styled():
        side = (PAGE_WIDTH - _BESIDE) / max(len(result.sources), 2)
        figure = StyledFigure(figsize=(PAGE_WIDTH, side + _ABOVE))
        panels = figure.subplots(1, len(result.sources), sharey=True, squeeze=False)[0]
        for ax, source in zip(panels, result.sources, strict=True):
            ratio = result.ratio(source)
            image = ax.pcolormesh(
                result.x, result.y, ratio, vmin=0, vmax=1, cmap="cividis", shading="gouraud", rasterized=True
            )
            if result.blind_spots[source]:
                lines = ax.contour(
                    result.x, result.y, ratio, levels=_LEVELS, colors="white", linewidths=0.5, linestyles="-"
                )
                ax.clabel(lines, _LEVELS[1:], fontsize=5.5, fmt="%g")  # the first is small, around the marker
            _mark(ax, result, source)
            _frame(ax, result, source)
        panels[0].set_ylabel(parameter_label(result.parameters[1], "rad"))
        figure.colorbar(
            image, ax=list(panels), label=r"$\mu_\mathrm{eff}\,/\,\mu_\mathrm{max}$", pad=0.015, shrink=0.78
        )
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=7)
    return figure


def plot_complementarity(result: BlindSpotMap, ax: Axes | None = None, *, through: str = "nu_e") -> Figure:
    """Draw the effective moments of all sources along the first phase, through a blind spot of one of them.

    Parameters
    ----------
    result : BlindSpotMap
    ax : Axes, optional
        Drawn into; a new figure with a legend otherwise.
    through : str
        The source; its first blind spot fixes the second phase.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the source is not in the record, or sees no phase.
    """
    if not result.blind_spots.get(through):
        blind = [source for source in result.sources if result.blind_spots[source]]
        raise ValueError(f"{through} has no blind spot in this record; those that do: {', '.join(blind) or 'none'}")
    x_blind, y_blind = result.blind_spots[through][0]
    power = power_of_ten(max(result.maximum.values()))
    with styled():
        alone, ax = ax is None, axes_of(ax)
        for source, (colour, style, _) in zip(result.sources, _pens(result), strict=True):
            moment = _along(result, source, y_blind) / 10.0**power
            ax.plot(result.x, moment, color=COLOURS[colour], linestyle=style, label=_label(source))
        ax.axvline(x_blind, color=COLOURS["grey"], linewidth=0.6, linestyle=(0, (1, 2)))
        ax.set_xlim(result.x[0], result.x[-1])
        ax.set_ylim(0, None)
        ax.set_xticks(_TICKS, _TICK_LABELS)
        second = parameter_label(result.parameters[1])
        ax.set_xlabel(
            parameter_label(result.parameters[0], "rad") + f",  at {second} = {y_blind:.2f}".replace("-", "\u2212")
        )
        scale = rf"$10^{{{power}}}$ " if power else ""
        ax.set_ylabel(rf"$\mu_\mathrm{{eff}}$ [{scale}{unit_text('mu_B')}]")
        if alone:
            legend_above(ax, ncols=2)
    return figure_of(ax)


def _pens(result: BlindSpotMap) -> list[tuple[str, str, str]]:
    return [_PENS[i % len(_PENS)] for i in range(len(result.sources))]


def _label(source: str) -> str:
    return _NAMES.get(source, source)


def _mark(ax: Axes, result: BlindSpotMap, own: str) -> None:
    """Blind spots of all sources; those of the panel's own filled."""
    for source, (colour, _, marker) in zip(result.sources, _pens(result), strict=True):
        if not result.blind_spots[source]:
            continue
        x, y = np.transpose(result.blind_spots[source])
        style: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.6, "markersize": 8}
        if source != own:
            style = {"markeredgecolor": COLOURS[colour], "markeredgewidth": 1.0, "markersize": 6}
        face = COLOURS[colour] if source == own else "white"
        ax.plot(x, y, marker, markerfacecolor=face, linestyle="none", clip_on=False, zorder=5, **style)
        ax.plot([], [], marker, color=COLOURS[colour], linestyle="none", label=f"least for {_label(source)}")


def _frame(ax: Axes, result: BlindSpotMap, source: str) -> None:
    ax.set_aspect("equal")
    ax.set_xlim(result.x[0], result.x[-1])
    ax.set_ylim(result.y[0], result.y[-1])
    ax.set_xticks(_TICKS, _TICK_LABELS)
    ax.set_yticks(_TICKS, _TICK_LABELS)
    ax.set_xlabel(parameter_label(result.parameters[0], "rad"))
    least = result.minimum[source] / result.maximum[source] if result.maximum[source] else 1.0
    worst = (
        "no phase enters" if not result.blind_spots[source] else f"at least {least:.2f}" if least > 0.005 else "blind"
    )
    ax.set_title(f"{_label(source)}: {worst}", fontsize=8)


def _along(result: BlindSpotMap, source: str, y: float) -> np.ndarray:
    """Moments at a second phase between two rows of the grid; the squares are smooth where the moments are not."""
    j = min(int(np.searchsorted(result.y, y, side="right")) - 1, len(result.y) - 2)
    share = (y - result.y[j]) / (result.y[j + 1] - result.y[j])
    squares = result.moments[source] ** 2
    return np.asarray(np.sqrt((1 - share) * squares[j] + share * squares[j + 1]))
