"""Trigger frequencies among the thresholds, over the spectral functions of single elements of the moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from nulight.plotting.labels import quantity
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, figure_of, styled
from nulight.results.renp.placement import RenpPlacement

__all__ = ["plot_placement"]

_PAIR_COLOURS = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "sky")]
_STYLES = {"mu": "-", "eps": "--"}
_MICRO = 1e6  # micro-eV in an eV
_TOGETHER = 1.6  # ratio of distances up to which thresholds share a panel
_BESIDE, _AROUND = 0.6, 0.4  # room in a panel: of the span of its thresholds, and of the distance of a single one
_SAME = 0.03  # of the axis: thresholds closer than this share a label


def plot_placement(result: RenpPlacement, ax: Axes | None = None) -> Figure:
    """Draw the spectral functions of single elements with thresholds and trigger frequencies.

    Parameters
    ----------
    result : RenpPlacement
    ax : Axes, optional
        Drawn into, the overview only; a new figure otherwise, with a panel for every group of thresholds.

    Returns
    -------
    Figure
        Against the distance to half the energy of the transition, growing to the left, so that frequency grows to the
        right; logarithmic if there are several groups. Dotted lines are thresholds, triangles and grey lines trigger
        frequencies.
    """
    distances = {pair: _MICRO * (result.E_eg / 2 - end) for pair, end in result.thresholds.items() if end > 0}
    with styled():
        panels: list[Axes] = []
        seen = {name.split("_")[1] for name in result.elements}
        groups = _groups([d for pair, d in distances.items() if d > 0 and pair in seen])
        groups = groups if len(groups) > 1 else []
        if ax is None:
            figure = StyledFigure(figsize=(PAGE_WIDTH, 5.0 if groups else 3.2))
            grid = figure.add_gridspec(
                1 + bool(groups), max(len(groups), 1), height_ratios=(1.15, 1)[: 1 + bool(groups)]
            )
            ax = figure.add_subplot(grid[0, :])
            panels = [figure.add_subplot(grid[1, k]) for k in range(len(groups))]
            figure.legend(
                handles=_handles(result), loc="outside upper center", ncols=5, title=_title(result), title_fontsize=9
            )
        _panel(ax, result, distances, _overview(result, distances))
        if groups:
            ax.set_xscale("log")
            for each in (ax.xaxis.set_major_formatter, ax.xaxis.set_minor_formatter):
                each(FuncFormatter(_one_two_five))
        _label_thresholds(ax, distances)
        for panel, group in zip(panels, groups, strict=False):
            _panel(panel, result, distances, _window(group))
            _label_thresholds(panel, distances)
        for one in [ax, *panels]:
            one.set_xlabel(r"$E_{eg}/2 - \omega$ [$\mu$eV]")
        for one in [ax, *panels[:1]]:
            one.set_ylabel(r"$I(\omega)$ [$10^{-4}$]")
    return figure_of(ax)


def _groups(distances: Sequence[float]) -> list[list[float]]:
    """Thresholds that lie together, nearest to E_eg/2 last, as on the axis."""
    groups: list[list[float]] = []
    for d in sorted(distances, reverse=True):
        if groups and groups[-1][-1] < _TOGETHER * d:
            groups[-1].append(d)
        else:
            groups.append([d])
    return groups


def _window(group: Sequence[float]) -> tuple[float, float]:
    """Ends of a panel around thresholds, the larger distance first."""
    low, high = min(group), max(group)
    room = max(_BESIDE * (high - low), _AROUND * low if len(group) == 1 else 0.0)
    return high + room, max(low - room, 0.0)


def _overview(result: RenpPlacement, distances: dict[str, float]) -> tuple[float, float]:
    x = _MICRO * (result.E_eg / 2 - result.triggers)
    places = [*x, *(d for d in distances.values() if d > 0)]
    return 1.4 * max(places), 0.7 * min(places)


def _panel(ax: Axes, result: RenpPlacement, distances: dict[str, float], window: tuple[float, float]) -> None:
    x = _MICRO * (result.E_eg / 2 - result.omega)
    inside = (x <= window[0]) & (x >= window[1])
    highest = 0.0
    for name, signal in zip(result.elements, result.signals, strict=True):
        family, pair = name.split("_")
        seen = signal > 0
        ax.plot(x[seen], 1e4 * signal[seen], color=_colours(result)[pair], linestyle=_STYLES[family], linewidth=1.0)
        highest = max(highest, 1e4 * float(signal[inside].max(initial=0.0)))
    for d in (d for d in distances.values() if d > 0):
        ax.axvline(d, color="black", linewidth=0.6, linestyle=":", zorder=0)
    for place in _MICRO * (result.E_eg / 2 - result.triggers):
        if window[1] < place < window[0]:
            ax.axvline(place, color="0.75", linewidth=1.6, zorder=-1)
            ax.plot(place, 0, "^", color="black", markersize=5, clip_on=False, zorder=5)
    ax.set_xlim(*window)
    ax.set_ylim(0, 1.08 * highest if highest > 0 else 1.0)


def _label_thresholds(ax: Axes, distances: dict[str, float]) -> None:
    """Names of the thresholds above the frame; neighbours share one."""
    left, right = ax.get_xlim()
    groups: list[tuple[float, list[tuple[float, str]]]] = []
    for pair, d in sorted(distances.items(), key=lambda item: -item[1]):
        if not right < d < left:
            continue
        at = float(ax.transAxes.inverted().transform(ax.transData.transform((d, 0.0)))[0])
        if groups and at - groups[-1][0] < _SAME:
            groups[-1] = (at, [*groups[-1][1], (d, pair)])
        else:
            groups.append((at, [(d, pair)]))
    for _, members in groups:
        middle = (members[0][0] + members[-1][0]) / 2
        style: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "fontsize": 7}
        ax.annotate(", ".join(pair for _, pair in members), (middle, 1), (0, 2), ha="center", va="bottom", **style)


def _colours(result: RenpPlacement) -> dict[str, str]:
    return dict(zip(result.thresholds, _PAIR_COLOURS, strict=False))


def _one_two_five(value: float, _: object) -> str:
    return f"{value:g}" if f"{value:.0e}"[0] in "125" else ""


def _title(result: RenpPlacement) -> str:
    ordering = result.conventions.get("ordering", "")
    lightest = min(result.masses)
    return (
        f"{result.atom}, {ordering} ordering, lightest mass {1e3 * lightest:.3g} meV, {result.nature.capitalize()} "
        f"neutrinos, each element {quantity(result.size, 'mu_B')}"
    )


def _handles(result: RenpPlacement) -> list[Line2D]:
    pairs = {name.split("_")[1] for name in result.elements}
    colours = {pair: colour for pair, colour in _colours(result).items() if pair in pairs}
    styles: dict[str, Any] = {r"$\mu_{ij}$": _STYLES["mu"], r"$\epsilon_{ij}$": _STYLES["eps"]}
    trigger: dict[str, Any] = {"marker": "^", "markeredgecolor": "black", "markerfacecolor": "black"}
    return [
        *(Line2D([], [], color=colour, label=f"pair {pair}") for pair, colour in colours.items()),
        *(Line2D([], [], color="black", linewidth=1.0, linestyle=style, label=text) for text, style in styles.items()),
        Line2D([], [], color="black", linewidth=0.6, linestyle=":", label="threshold"),
        Line2D([], [], color="0.75", linewidth=1.6, label="trigger", **trigger),
    ]
