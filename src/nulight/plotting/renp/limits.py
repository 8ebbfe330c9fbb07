"""Limits on the couplings of radiative emission of neutrino pairs, as bars."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from nulight.plotting.labels import power_of_ten, unit_text
from nulight.plotting.style import COLOURS, COLUMN_WIDTH, StyledFigure, styled
from nulight.renp.parameters import RENP_PARAMETERS, family_of
from nulight.results import LimitResult
from nulight.results.renp.limits import RenpLimits

__all__ = ["plot_renp_limits"]

_KINDS = {
    "mu": "Moment",
    "eps": "Moment",
    "gg_axial": r"$g_A^e g_L$",
    "gg_right": r"$g_A^e g_R$",
    "yy_scalar": r"$y_P^e y_S$",
    "yy_pseudo": r"$y_P^e y_P$",
    "r2": "Charge radius",
    "a": "Anapole moment",
}

_SPAN = 30  # ratio of limits from which their axis is logarithmic
_TICKS = 3  # powers of ten that are named on each side of zero


def plot_renp_limits(result: RenpLimits) -> Figure:
    """Draw the allowed interval of every coupling, one panel for each kind of coupling.

    Parameters
    ----------
    result : RenpLimits

    Returns
    -------
    Figure
        Bars are what is allowed; one that reaches the end of the frame with an arrow is open there. Where
        limits of one kind differ much, their axis is logarithmic on both sides of zero.
    """
    groups: dict[str, list[LimitResult]] = {}
    for one in result.limits:
        groups.setdefault(_kind(one.parameter), []).append(one)
    rows = [len(group) for group in groups.values()]
    with styled():
        figure = StyledFigure(figsize=(1.2 * COLUMN_WIDTH, 0.35 + 0.55 * len(rows) + 0.2 * sum(rows)))
        axes = figure.subplots(len(rows), 1, height_ratios=[row + 0.5 for row in rows], squeeze=False)[:, 0]
        for ax, (kind, group) in zip(axes, groups.items(), strict=True):
            _panel(ax, kind, group)
        what = "sensitivity" if result.asimov else "limits"
        axes[0].set_title(f"{result.experiment}: {what}, {result.interval}, {100 * result.cl:g} % CL", fontsize=8)
    return figure


def _panel(ax: Axes, kind: str, group: list[LimitResult]) -> None:
    ends = [end for one in group for region in one.regions for end in region if end is not None] or [1.0]
    reach = 1.08 * max(abs(end) for end in ends) or 1.0
    low = -reach if min(ends) < 0 or any(region[0] is None for one in group for region in one.regions) else 0.0
    for height, one in zip(range(len(group), 0, -1), group, strict=True):
        for a, b in one.regions:
            left, right = low if a is None else a, reach if b is None else b
            ax.barh(height, right - left, left=left, height=0.55, color=COLOURS["blue"], alpha=0.75)
            for end, open_ in ((left, a is None), (right, b is None)):
                if open_:
                    ax.plot(end, height, marker="<" if end < 0 else ">", color=COLOURS["blue"], clip_on=False)
    if low < 0:
        ax.axvline(0, color=COLOURS["grey"], linewidth=0.6)
    ax.set_yticks(range(len(group), 0, -1), [f"${RENP_PARAMETERS[one.parameter].latex}$" for one in group])
    ax.tick_params(axis="y", which="both", length=0)
    ax.set_ylim(0.4, len(group) + 0.6)
    ax.set_xlim(low, reach)
    sizes = np.abs([end for end in ends if end])
    if sizes.max() > _SPAN * sizes.min():
        _logarithmic(ax, float(sizes.min()), float(sizes.max()), signed=low < 0)
        _label(ax, kind, group[0].unit, 0)
        return
    _label(ax, kind, group[0].unit, power_of_ten(float(sizes.max())))


def _logarithmic(ax: Axes, smallest: float, largest: float, *, signed: bool) -> None:
    """Both sides of zero in powers of ten, linear around it."""
    first, last = math.floor(math.log10(smallest)), math.floor(math.log10(largest))
    ax.set_xscale("symlog", linthresh=10.0**first, linscale=0.5)
    ax.set_xlim(-1.5 * largest if signed else 0.0, 1.5 * largest)
    powers = range(last, first - 1, -math.ceil((last - first + 1) / _TICKS))
    ticks = [(10.0**power, rf"$10^{{{power}}}$") for power in powers]
    minus = [(-value, rf"$-${text}") for value, text in ticks] if signed else []
    values, texts = zip(*minus, (0.0, "0"), *ticks, strict=True)
    ax.set_xticks(values, texts)
    ax.set_xticks([], minor=True)


def _label(ax: Axes, kind: str, unit: str, power: int) -> None:
    scale = rf"$10^{{{power}}}$" if power else ""
    inside = " ".join(text for text in (scale, unit_text(unit)) if text)
    ax.set_xlabel(f"{kind} [{inside}]" if inside else kind)
    if power:
        ax.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value / 10.0**power:.3g}".replace("-", "\u2212"))
        )


def _kind(name: str) -> str:
    family = family_of(name)
    return _KINDS[family] if family else f"${RENP_PARAMETERS[name].latex}$"
