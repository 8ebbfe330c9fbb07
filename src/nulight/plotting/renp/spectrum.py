"""Radiative emission of neutrino pairs: spectral functions by trigger frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from nulight.plotting.renp.titles import setting_text
from nulight.plotting.style import COLOURS, COLUMN_WIDTH, PAGE_WIDTH, StyledFigure, figure_of, legend_above, styled
from nulight.results.renp.spectrum import RenpSpectrum
from nulight.results.renp.values import values_text
from nulight.typing import FloatArray

__all__ = ["plot_renp_spectrum"]

_PARTS = {
    "weak": (COLOURS["blue"], "weak"),
    "vector": (COLOURS["vermillion"], "vector mediator"),
    "scalar": (COLOURS["purple"], "scalar mediator"),
    "magnetic": (COLOURS["green"], "magnetic moments"),
    "electric": (COLOURS["orange"], "electric moments"),
    "charge": (COLOURS["sky"], "charge radii, anapoles"),
}
_MEV = 1e3  # meV in an eV
_BELOW = 0.1  # of the highest point of the smallest part: where a logarithmic frame ends...
_DECADES = 1e-9  # ...but no lower than this share of the highest point of all
_CLIP = 10.0  # times the median of a curve: higher ones are poles, which leave the frame
_UNDER = 0.5  # of the weak spectrum of the lightest pair alone: it stays inside the frame
_CLOSE = 0.025  # of the axis: thresholds closer than this share a label


def plot_renp_spectrum(result: RenpSpectrum, ax: Axes | None = None) -> Figure:
    """Draw the spectral function and its parts, and beside it the region of the thresholds.

    Parameters
    ----------
    result : RenpSpectrum
    ax : Axes, optional
        Drawn into, the whole range only; a new figure otherwise.

    Returns
    -------
    Figure
        The right panel shows the distance to half the energy of the transition, on a logarithmic scale
        that decreases, so that frequency grows to the right; it is there if the frequencies reach the
        thresholds. With new physics the function is logarithmic, and dashed where a part is negative.
    """
    order = np.argsort(result.omega)
    near = _threshold_window(result)
    with styled():
        if ax is not None or near is None:
            ax = StyledFigure(figsize=(1.3 * COLUMN_WIDTH, 2.8)).subplots() if ax is None else ax
            axes = [ax]
        else:
            axes = list(StyledFigure(figsize=(PAGE_WIDTH, 2.9)).subplots(1, 2, sharey=True))
        _curves(axes[0], result, result.omega[order], order)
        _heights(axes[0], result)
        axes[0].set_xlim(result.omega.min(), result.omega.max())
        axes[0].set_xlabel(r"Trigger frequency $\omega$ [eV]")
        axes[0].set_ylabel(r"$I(\omega)$")
        if len(axes) > 1 and near is not None:
            _threshold_panel(axes[1], result, order, near)
        elif near is not None:
            _marks(axes[0], {pair: w for pair, w in result.thresholds.items() if w > result.omega.min()})
        if len(result.parts) > 1:
            legend_above(axes[0], ncols=3, title=_title(result), title_fontsize=8)
        else:
            axes[0].legend(loc="lower left", title=_title(result), title_fontsize=8)
    return figure_of(axes[0])


def _title(result: RenpSpectrum) -> str:
    """The atom, the neutrinos, and the parameters with their values."""
    values = values_text(result.parameters, result.units)
    return "\n".join(text for text in (f"{result.atom}; {setting_text(result)}", values) if text)


def _curves(ax: Axes, result: RenpSpectrum, x: FloatArray, order: np.ndarray) -> None:
    several = len(result.parts) > 1
    for name, part in result.parts.items():
        colour, label = _PARTS[name]
        values = part[order]
        if not several:
            ax.plot(x, values, color=colour, label=label)
            continue
        ax.plot(x, np.where(values > 0, values, np.nan), color=colour, label=label)
        ax.plot(x, np.where(values < 0, -values, np.nan), color=colour, linestyle="--")
    if several:
        ax.plot(x, result.total[order], color="black", linewidth=0.8, label="total")
    if any(np.nanmin(part) < 0 for part in result.parts.values()):
        ax.plot([], [], color=COLOURS["grey"], linestyle="--", label="negative")


def _heights(ax: Axes, result: RenpSpectrum) -> None:
    """Frame of the weak spectrum down to the highest threshold, and of other parts away from their poles."""
    if len(result.parts) == 1:
        ax.set_ylim(0, None)
        return
    ax.set_yscale("log")
    sizes = [np.abs(part)[np.abs(part) > 0] for part in [result.total, *result.parts.values()]]
    seen = [(float(np.median(y)), float(y.max())) for y in sizes if y.size]
    clip = _CLIP if np.isnan(result.total).any() else np.inf
    highest = max(min(clip * middle, most) for middle, most in seen)
    floor = _BELOW * min(middle for middle, _ in seen)
    weak = result.parts["weak"]
    if np.any(emitted := weak > 0):
        last = _near_the_end(result.omega[emitted], weak[emitted], result)
        floor = min(floor, _UNDER * last)
    ax.set_ylim(max(floor, _DECADES * highest), 2 * highest)
    _mark_poles(ax, result)


def _near_the_end(omega: FloatArray, weak: FloatArray, result: RenpSpectrum) -> float:
    """Weak spectrum halfway between the two highest thresholds, where only the lightest pair is left."""
    second, first = sorted(result.thresholds.values())[-2:]
    order = np.argsort(omega)
    return float(np.interp((first + second) / 2, omega[order], weak[order]))


def _mark_poles(ax: Axes, result: RenpSpectrum) -> None:
    """Shade where new physics is not computed, or leaves the frame."""
    lost = np.isnan(result.total)
    if lost.any():
        where = result.omega[lost]
        label = "pole of a mediator"
        ax.axvspan(where.min(), where.max(), color=COLOURS["grey"], alpha=0.4, linewidth=0.5, label=label)


def _threshold_window(result: RenpSpectrum) -> tuple[float, float] | None:
    """Distances to E_eg / 2, eV, between which the thresholds lie; None if no frequency is near them."""
    half = result.E_eg / 2
    distances = np.array([half - omega for omega in result.thresholds.values() if omega > 0])
    distances = distances[distances > 1e-9 * half]
    if not distances.size:
        return None
    reached = half - result.omega
    window = 0.7 * float(distances.min()), min(2.5 * float(distances.max()), float(reached.max()))
    inside = (reached > window[0]) & (reached < window[1])
    return window if inside.sum() > 10 else None


def _threshold_panel(ax: Axes, result: RenpSpectrum, order: np.ndarray, window: tuple[float, float]) -> None:
    half = result.E_eg / 2
    _curves(ax, result, _MEV * (half - result.omega[order]), order)
    ax.set_xscale("log")
    ax.set_xlim(_MEV * window[1], _MEV * window[0])
    for each in (ax.xaxis.set_major_formatter, ax.xaxis.set_minor_formatter):
        each(FuncFormatter(_one_two_five))
    ax.set_xlabel(r"$E_{eg}/2 - \omega$ [meV]")
    _marks(ax, {pair: _MEV * (half - w) for pair, w in result.thresholds.items() if half - w > window[0]})


def _one_two_five(value: float, _: object) -> str:
    """Tick labels at 1, 2 and 5 of every decade."""
    return f"{value:g}" if f"{value:.0e}"[0] in "125" else ""


def _marks(ax: Axes, places: dict[str, float]) -> None:
    """Thin lines at the thresholds, their names above the frame at two heights; neighbours share one."""
    groups: list[tuple[float, list[str]]] = []
    for pair, x in places.items():
        ax.axvline(x, color=COLOURS["grey"], linewidth=0.5, linestyle=":", zorder=0)
        at = float(ax.transAxes.inverted().transform(ax.transData.transform((x, 1.0)))[0])
        if groups and abs(at - groups[-1][0]) < _CLOSE and len(groups[-1][1]) < 3:
            groups[-1][1].append(pair)
        else:
            groups.append((at, [pair]))
    style: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 8}
    for level, (at, pairs) in enumerate(groups):
        name = rf"$\omega_{{{','.join(pairs)}}}$"
        ax.annotate(name, (at, 1), (0, 2 + 9 * (level % 2)), ha="center", va="bottom", **style)
