"""Reach of a scan of trigger frequencies against its exposure, or against the mass of a mediator."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.labels import unit_text
from nulight.plotting.style import COLOURS, axes_of, figure_of, styled
from nulight.renp.kinematics import PAIRS
from nulight.renp.parameters import RENP_PARAMETERS, family_of
from nulight.results.renp.reach import RenpReach
from nulight.typing import FloatArray

__all__ = ["plot_renp_reach"]

_WHEEL = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "sky", "black", "grey")]
_BY_PAIR = dict(zip(PAIRS, _WHEEL, strict=False))
_DASHED = {"eps": "--", "gg_right": "--", "yy_pseudo": "--", "a": "--"}  # the partner in each pair of families
_REFERENCE = (":", "-.", (0, (5, 1, 1, 1, 1, 1)))
_AXES = {"days": "Days at each trigger frequency [d]", "mass": "Mass of the mediator [eV]"}
_FEW = 4  # entries of a legend that fit inside the frame


def plot_renp_reach(
    record: RenpReach, ax: Axes | None = None, *, references: Mapping[str, float] | None = None
) -> Figure:
    """Draw the reach of every coupling.

    Parameters
    ----------
    record : RenpReach
    ax : Axes, optional
        Drawn into; a new figure otherwise.
    references : mapping of str to float, optional
        Horizontal lines to compare with: label and value in the record's unit.

    Returns
    -------
    Figure
        Logarithmic. The weaker of the two ends where they differ, with gaps where a trigger frequency is left out for
        the pole of the mediator. Magnetic moments are solid and electric ones dashed, in one colour for a pair of mass
        states.
    """
    with styled():
        alone = ax is None
        ax = axes_of(ax)
        order = np.argsort(record.values)
        values = record.values[order]
        for i, name in enumerate(record.couplings):
            ax.plot(
                values,
                _drawn(record, name)[order],
                _style(name),
                marker=None if len(values) > 1 else "o",
                color=_colour(record.couplings, i),
                label=f"${_latex(name)}$",
            )
        for (label, value), style in zip((references or {}).items(), _REFERENCE * len(references or {}), strict=False):
            ax.axhline(value, color="black", linewidth=0.8, linestyle=style, label=label, zorder=1)
        _axes(ax, record)
        _legend(ax, record, alone=alone)
    return figure_of(ax)


def _drawn(record: RenpReach, name: str) -> FloatArray:
    size, on_pole = record.reach(name), (record.masked > 0) & (record.vary == "mass")
    return np.where(np.isfinite(size) & ~on_pole, size, np.nan)


def _axes(ax: Axes, record: RenpReach) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    if np.ptp(record.values) > 0:
        ax.set_xlim(record.values.min(), record.values.max())
    ax.set_xlabel(_AXES[record.vary])
    unit = unit_text(record.unit)
    what = f"{100 * record.cl:g} % CL reach"
    if len(record.couplings) == 1:
        what += f" on ${_latex(record.couplings[0])}$"
    ax.set_ylabel(f"{what} [{unit}]" if unit else what)


def _legend(ax: Axes, record: RenpReach, *, alone: bool) -> None:
    """Inside the frame for a few lines, beside it in a figure of our own, above it otherwise."""
    handles, labels = ax.get_legend_handles_labels()
    if len(handles) <= _FEW:
        ax.legend(fontsize=7)
    elif alone:
        figure = figure_of(ax)
        figure.set_figwidth(figure.get_figwidth() + 0.9)
        figure.legend(handles, labels, loc="outside right center", fontsize=7)
    else:
        n_columns = 6 if len(record.couplings) > _FEW else len(handles)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=6, ncols=n_columns, columnspacing=1.0)


def _latex(name: str) -> str:
    return RENP_PARAMETERS[name].latex


def _style(name: str) -> str:
    return _DASHED.get(family_of(name) or "", "-")


def _colour(couplings: tuple[str, ...], i: int) -> str:
    """Of the pair of mass states where every coupling has one and no two of a kind coincide, otherwise in turn."""
    pairs = [name.rpartition("_")[2] for name in couplings]
    looks = {(pair, _style(name)) for pair, name in zip(pairs, couplings, strict=True)}
    if len(looks) == len(couplings) and all(pair in _BY_PAIR for pair in pairs):
        return _BY_PAIR[pairs[i]]
    return _WHEEL[i % len(_WHEEL)]
