"""Scans of one parameter as a curve, of two as a map with the usual levels, of more as the map of two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nulight.inference.levels import confidence, region_threshold
from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, axes_of, figure_of, legend_above, styled
from nulight.results.scan import ScanResult
from nulight.runs.points import Axis
from nulight.typing import FloatArray

__all__ = ["plot_scan"]

_LEVELS = ("1 sigma", "90 %", "2 sigma")
_FEW = 40  # points up to which a curve shows where they are
_NOTHING = "#DDDDDD"  # where the data are impossible, or no point lies: not the white of what is far
_NAME, _ABOVE = 0.1, 0.07  # room for the name of a level: fractions of width and height of the frame
_TOP = 12.0  # Delta chi2 at which a curve leaves the frame, and a map its colours


def plot_scan(result: ScanResult, ax: Axes | None = None, *, parameters: Sequence[str] | None = None) -> Figure:
    """Draw a scan along one or two parameters, the lowest point marked.

    Parameters
    ----------
    result : ScanResult
        Of points of any kind; those that are no grid are binned, see `ScanResult.profile_over`.
    ax : Axes, optional
        Drawn into; a new figure otherwise. Axes with equal ratios are logarithmic.
    parameters : sequence of str, optional
        One or two parameters to show, the first two without it; Delta chi2 is the lowest over the others.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the record does not hold its points, or a parameter was not scanned.
    """
    result = result.profile_over(parameters or result.parameters[:2])
    with styled():
        ax = axes_of(ax)
        for scale, name in zip((ax.set_xscale, ax.set_yscale), result.parameters, strict=False):
            scale("log" if _is_log(result, name) else "linear")
        if len(result.parameters) == 1:
            _draw_curve(ax, result)
        else:
            _draw_map(ax, result)
        for axis, name, unit in zip((ax.xaxis, ax.yaxis), result.parameters, result.units, strict=False):
            label_axis(axis, name, unit)
    return figure_of(ax)


def _draw_curve(ax: Axes, result: ScanResult) -> None:
    name = result.parameters[0]
    x = result.grid[name]
    (curve,) = ax.plot(x, np.ma.masked_invalid(result.delta_chi2), color=COLOURS["blue"])
    ax.set_xlim(_range(result, name))
    ax.set_ylim(0, min(_TOP, 1.1 * float(np.max(result.delta_chi2, where=np.isfinite(result.delta_chi2), initial=1.0))))
    ax.set_ylabel(r"$\Delta\chi^2$")
    inside = result.delta_chi2 <= ax.get_ylim()[1]
    if len(x) <= _FEW:  # whole on the frame, but none beyond it
        ax.plot(x[inside], result.delta_chi2[inside], "o", color=COLOURS["blue"], markersize=3, clip_on=False)
    for level in _LEVELS:
        _draw_level(ax, level, curve)


def _range(result: ScanResult, name: str) -> tuple[float, float]:
    """What was scanned: bins reach further than their middles."""
    axis = _scanned(result, name)
    return axis.low, axis.high


def _scanned(result: ScanResult, name: str) -> Axis:
    """The axis of the points; older records have only its values."""
    axes = {axis["name"]: Axis.from_dict(axis) for axis in result.points.get("axes", ())}
    return axes.get(name) or Axis.of(name, result.grid[name])


def _draw_level(ax: Axes, level: str, curve: Line2D) -> None:
    """A line at a level, if the frame shows it, and its name above the end where the curve is not."""
    height = region_threshold(confidence(level), 1)
    if height > ax.get_ylim()[1]:
        return
    ax.axhline(height, color=COLOURS["grey"], linewidth=0.5)
    right = _is_clear(ax, curve, height, 1 - _NAME, 1.0) or not _is_clear(ax, curve, height, 0.0, _NAME)
    ax.annotate(
        level.replace(" sigma", r"$\sigma$"),
        (1.0 if right else 0.0, height),
        xycoords=("axes fraction", "data"),
        xytext=(-3 if right else 3, 1.5),
        textcoords="offset points",
        ha="right" if right else "left",
        va="bottom",
        fontsize="x-small",
        color=COLOURS["grey"],
    )


def _is_clear(ax: Axes, curve: Line2D, height: float, left: float, right: float) -> bool:
    """Whether a curve keeps away from the room above a line, between fractions of the width of the frame."""
    data: FloatArray = np.ma.filled(np.ma.asarray(curve.get_ydata(), float), np.inf)
    x, y = (ax.transData + ax.transAxes.inverted()).transform(np.stack([curve.get_xdata(), data], axis=1)).T
    there = np.interp(np.linspace(left, right, 30), x, y)
    line = height / ax.get_ylim()[1]
    return bool(np.all(there < line - _ABOVE / 4) or np.all(there > line + _ABOVE))


def _draw_map(ax: Axes, result: ScanResult) -> None:
    x, y = (result.grid[name] for name in result.parameters)
    height = np.sqrt(np.ma.masked_invalid(result.delta_chi2.T))
    levels = [float(np.sqrt(region_threshold(confidence(level), 2))) for level in _LEVELS]
    edges = (_edges(x, ax.get_xscale() == "log"), _edges(y, ax.get_yscale() == "log"))
    mesh = ax.pcolormesh(*edges, height, cmap="Blues_r", vmin=0, vmax=np.sqrt(_TOP), rasterized=True)
    ax.set_axisbelow(False)  # ticks on the map
    if min(height.shape) > 1:
        for level, value, style in zip(_LEVELS, levels, ("-", "--", ":"), strict=True):
            if height.min() < value < height.max():
                lines = ax.contour(x, y, height, levels=[value], colors="black", linewidths=0.8, linestyles=style)
                if np.size(lines.get_paths()[0].vertices):  # too few bins may have a value
                    text = level.replace(" sigma", r"$\sigma$")
                    ax.plot([], [], style, color="black", linewidth=0.8, label=f"{text}, 2 dof")
    best = [result.best[name] for name in result.parameters]
    ax.plot(*best, "+", color=COLOURS["vermillion"], label="lowest point", linestyle="none", clip_on=False)
    if np.ma.is_masked(height):
        ax.set_facecolor(_NOTHING)
        ax.plot([], [], "s", color=_NOTHING, label="no value")
    legend_above(ax, ncols=2)
    figure_of(ax).colorbar(mesh, ax=ax, label=r"$\sqrt{\Delta\chi^2}$", extend="max")


def _edges(values: FloatArray, log: bool) -> FloatArray:
    """Edges of the cells about the values of an axis, in equal ratios on a logarithmic one."""
    if len(values) == 1:
        half = abs(values[0]) / 2 or 0.5
        return np.array([values[0] - half, values[0] + half])
    x = np.log(values) if log else values
    between = (x[1:] + x[:-1]) / 2
    edges: FloatArray = np.concatenate([[2 * x[0] - between[0]], between, [2 * x[-1] - between[-1]]])
    return np.exp(edges) if log else edges


def _is_log(result: ScanResult, name: str) -> bool:
    """Whether the points were spread so, or the steps have equal ratios and differ."""
    values = result.grid[name]
    if _scanned(result, name).log:
        return True
    if values[0] <= 0 or len(values) < 3:
        return False
    steps = np.diff(np.log(values))
    return bool(np.ptp(steps) < 1e-6 * abs(steps[0]) and np.ptp(np.diff(values)) > 1e-6 * np.ptp(values))
