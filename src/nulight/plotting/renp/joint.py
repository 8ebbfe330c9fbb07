"""Recoil experiments and RENP on the same moments: element by element, and in two planes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullFormatter

from nulight.plotting.labels import power_of_ten, quantity, unit_text
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.results.renp.joint import JointPlane, RenpJoint
from nulight.typing import FloatArray

__all__ = ["plot_renp_joint"]

_RECOILS: tuple[tuple[str, Any], ...] = (
    ("blue", "-."),
    ("green", (0, (7, 2))),
    ("purple", (0, (3, 1.5, 1, 1.5, 1, 1.5))),
    ("sky", (0, (7, 1.5, 3, 1.5))),
    ("orange", (0, (3, 3))),
)
_DASHES: tuple[Any, ...] = ((0, (1, 1.2)), (0, (2.5, 1.2)), "-")  # of RENP, the longest exposure last
_RENP, _TOGETHER = COLOURS["vermillion"], "0.82"
_BESIDE = 0.17  # half the distance of magnetic and electric moments in a row
_HALF = 0.34  # half the height of a recoil limit
_HEIGHT, _PAD = 5.7, 0.09  # inches: of the figure, and free at its sides
_MARGIN = 1.8  # factor left free at both ends of the moments


def plot_renp_joint(result: RenpJoint) -> Figure:
    r"""Draw limits and reach of every element of the moments, and the planes of two of them.

    Parameters
    ----------
    result : RenpJoint

    Returns
    -------
    Figure
        Left: vertical strokes are limits of recoil experiments, the same for :math:`\mu_{ij}` and
        :math:`\epsilon_{ij}`; points are what RENP reaches, filled for magnetic and open for electric moments, the
        larger the longer the exposure. The last row is a direction that no :math:`\nu_e` source sees; an arrow is a
        limit that does not exist. Right: edges of what is allowed, and in grey what all of them leave together.
    """
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, _HEIGHT))
        figure.set_layout_engine("constrained", w_pad=_PAD)
        grid = figure.add_gridspec(len(result.planes), 2, width_ratios=(1.18, 1))
        _draw_elements(figure.add_subplot(grid[:, 0]), result)
        for row, plane in enumerate(result.planes):
            _draw_plane(figure.add_subplot(grid[row, 1]), plane, result)
        figure.legend(handles=_handles(result), loc="outside lower center", ncols=3, fontsize=7, handlelength=2.8)
    return figure


def _draw_elements(ax: Axes, result: RenpJoint) -> None:
    blind = next((plane for plane in result.planes if plane.along), None)
    ax.set_xscale("log")
    ax.set_xlim(*_range(result, blind))
    for y, _ in enumerate(result.elements):
        for r, _name in enumerate(result.recoils):
            _stroke(ax, float(result.recoil_limits[r, y]), y, r)
        for values, filled, shift in ((result.reach_mu[y], True, -_BESIDE), (result.reach_eps[y], False, _BESIDE)):
            _dots(ax, values, y + shift, "o", filled=filled)
    labels = [rf"$\mu_{{{pair}}},\,\epsilon_{{{pair}}}$" for pair in result.elements]
    if blind is not None:
        y = len(labels)
        ax.axhline(y - 0.5, color="0.6", linewidth=0.5)
        for r, name in enumerate(result.recoils):
            _stroke(ax, blind.along[name], y, r)
        _dots(ax, np.array([blind.along[key] for key in _scans(result)]), y, "s", filled=True)
        labels.append(_line_label(blind))
    for n, days in enumerate(result.days):
        text = f"{days:g} d" if n == 0 else f"{days:g}"
        ax.text(result.reach_mu[0, n], -_HALF - 0.04, text, ha="center", va="bottom", fontsize=6)
    ax.set_yticks(np.arange(len(labels)), labels)
    if blind is not None:
        ax.get_yticklabels()[-1].set_fontsize(7)
    ax.set_ylim(len(labels) - 0.45, -0.75)
    ax.tick_params(axis="y", which="both", length=0)
    ax.xaxis.set_major_locator(LogLocator(numticks=8))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x", which="major", color="0.9", linewidth=0.4)
    ax.set_xlabel(rf"moment of the mass states [{unit_text('mu_B')}]")
    ax.set_title(f"{result.nature.capitalize()} neutrinos, {100 * result.cl:g} % CL", fontsize=8)


def _stroke(ax: Axes, limit: float, y: float, r: int) -> None:
    """A limit of a recoil experiment; an arrow at the edge where there is none."""
    name, dashes = _RECOILS[r % len(_RECOILS)]
    colour = COLOURS[name]
    if np.isfinite(limit):
        ax.plot([limit, limit], [y - _HALF, y + _HALF], color=colour, linestyle=dashes, linewidth=1.8, zorder=2)
        return
    right = ax.get_xlim()[1]
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (right, y), (right / 2.2, y), arrowprops=arrow, zorder=2)
    ax.text(right / 1.1, y - 0.1, "no limit", fontsize=6, color=colour, ha="right", va="bottom")


def _dots(ax: Axes, values: FloatArray, y: float, marker: str, *, filled: bool) -> None:
    """What RENP reaches at each exposure."""
    ax.plot(values, np.full(len(values), y), color=_RENP, linewidth=0.8, zorder=3)
    for n, value in enumerate(values):
        size = 3.0 + 1.6 * n / max(len(values) - 1, 1)
        face = _RENP if filled else "white"
        ax.plot(value, y, marker, color=_RENP, markerfacecolor=face, markersize=size, markeredgewidth=0.8, zorder=4)


def _range(result: RenpJoint, blind: JointPlane | None) -> tuple[float, float]:
    numbers = [result.recoil_limits.ravel(), result.reach_mu.ravel(), result.reach_eps.ravel()]
    numbers.append(np.array(list(blind.along.values()) if blind is not None else []))
    every = np.concatenate(numbers)
    finite = every[np.isfinite(every)]
    return float(finite.min()) / _MARGIN, float(finite.max()) * _MARGIN


def _line_label(plane: JointPlane) -> str:
    """The blind direction in symbols: the sizes of both moments, of which the first is on the axis."""
    first, second = (rf"|\lambda_{{{name.removeprefix('lambda_')}}}|" for name in plane.parameters)
    return f"${first}$ with\n${second} =$\n${plane.slope:.2f}\\,{first}$"


def _draw_plane(ax: Axes, plane: JointPlane, result: RenpJoint) -> None:
    power = 0 if plane.log else power_of_ten(float(plane.x[-1]))
    x, y = plane.x / 10.0**power, plane.y / 10.0**power
    level = [plane.threshold]
    if (together := plane.delta_chi2["all"]).min() < plane.threshold:
        ax.contourf(x, y, together, levels=[-1.0, plane.threshold], colors=[_TOGETHER], zorder=1)
    for name, colour, dashes in _pens(result):
        ax.contour(x, y, plane.delta_chi2[name], levels=level, colors=[colour], linestyles=[dashes], linewidths=1.2)
    if plane.log:
        ax.set_xscale("log")
        ax.set_yscale("log")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_formatter(NullFormatter())
    if plane.slope is not None:
        ax.plot(x, plane.slope * x, color="0.45", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1.5)
    if plane.truth is not None:
        ax.plot(*(value / 10.0**power for value in plane.truth), "*", color="black", markersize=8, clip_on=False)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    ax.set_box_aspect(1)
    unit = " ".join(text for text in (rf"$10^{{{power}}}$" if power else "", unit_text("mu_B")) if text)
    ax.set_xlabel(f"{_size_of(plane.parameters[0])} [{unit}]")
    ax.set_ylabel(f"{_size_of(plane.parameters[1])} [{unit}]")
    ax.set_title(_assumed(plane), fontsize=8)


def _size_of(name: str) -> str:
    kind, _, pair = name.partition("_")
    letter = {"mu": r"\mu", "eps": r"\epsilon", "lambda": r"\lambda"}[kind]
    return rf"$|{letter}_{{{pair}}}|$"


def _assumed(plane: JointPlane) -> str:
    if plane.truth is None:
        return r"no signal; dotted: $\nu_e$ sees nothing"
    return rf"{_size_of(plane.parameters[0])} = {quantity(plane.truth[0], 'mu_B')} in RENP's data"


def _scans(result: RenpJoint) -> list[str]:
    return [f"renp_{days:g}d" for days in result.days]


def _pens(result: RenpJoint) -> Iterator[tuple[str, str, Any]]:
    """Measurements with colour and dashes."""
    for r, name in enumerate(result.recoils):
        colour, dashes = _RECOILS[r % len(_RECOILS)]
        yield name, COLOURS[colour], dashes
    scans = _scans(result)
    for n, name in enumerate(scans):
        yield name, _RENP, _DASHES[max(len(_DASHES) - len(scans) + n, 0)]


def _handles(result: RenpJoint) -> Sequence[Line2D | Patch]:
    words: Mapping[str, str] = {f"renp_{days:g}d": f"RENP, {days:g} d at each frequency" for days in result.days}
    lines: list[Line2D | Patch] = [
        Line2D([], [], color=colour, linestyle=dashes, linewidth=1.4, label=words.get(name, name))
        for name, colour, dashes in _pens(result)
    ]
    dot: dict[str, Any] = {"color": _RENP, "marker": "o", "markersize": 4, "linewidth": 0.8}
    lines.append(Line2D([], [], label="magnetic moment", **dot))
    lines.append(Line2D([], [], label="electric moment", markerfacecolor="white", **dot))
    lines.append(Patch(color=_TOGETHER, label="allowed by all together"))
    return lines
