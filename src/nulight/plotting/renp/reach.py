"""Reach of a scan of trigger frequencies against its exposure, or against the mass of a mediator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nulight.plotting.labels import unit_text
from nulight.plotting.renp.titles import atom_text, setting_text
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
        the pole of the mediator. Shaded up to the largest coupling where larger ones are allowed again. Magnetic
        moments are solid and electric ones dashed, in one colour for a pair of mass states.
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
        _allowed_again(ax, record, order)
        for (label, value), style in zip((references or {}).items(), _REFERENCE * len(references or {}), strict=False):
            ax.axhline(value, color="black", linewidth=0.8, linestyle=style, label=label, zorder=1)
        _axes(ax, record)
        _legend(ax, record, alone=alone)
    return figure_of(ax)


def _drawn(record: RenpReach, name: str) -> FloatArray:
    size, on_pole = record.reach(name), (record.masked > 0) & (record.vary == "mass")
    return np.where(np.isfinite(size) & ~on_pole, size, np.nan)


def _allowed_again(ax: Axes, record: RenpReach, order: NDArray[np.intp]) -> None:
    """Shade from the reach to the largest allowed coupling; what has no largest one to the top of the others."""
    where = record.further_regions & np.array([np.isfinite(_drawn(record, name)) for name in record.couplings])
    if not where.any():
        return
    largest = record.outer_upper
    if record.interval == "two-sided":
        largest = np.maximum(-record.outer_lower, largest)
    largest = np.minimum(largest, np.max(largest[where & np.isfinite(largest)], initial=ax.get_ylim()[1]))
    for i, name in enumerate(record.couplings):
        reach, colour = record.reach(name)[order], _colour(record.couplings, i)
        shade: dict[str, Any] = {"where": where[i, order], "color": colour, "alpha": 0.25, "linewidth": 0}
        ax.fill_between(record.values[order], reach, largest[i, order], **shade)
    rows = np.flatnonzero(where.any(axis=1))
    key = _colour(record.couplings, rows[0]) if len(rows) == 1 else "black"
    ax.fill_between([], [], [], color=key, alpha=0.25, linewidth=0, label="allowed again")


def _title(record: RenpReach) -> str:
    days = set(record.provenance.get("days", ())) if record.vary == "mass" else set()
    words = [atom_text(record), setting_text(record)]
    if len(days) == 1:
        words.append(f"{days.pop():g} d each")
    return ", ".join(word for word in words if word)


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
    title = _title(record).replace(", ", "\n", 1)
    if alone or len(handles) <= _FEW:
        ax.set_title(title, fontsize=8)
    if len(handles) <= _FEW:
        ax.legend(fontsize=7)
    elif alone:
        figure = figure_of(ax)
        figure.set_figwidth(figure.get_figwidth() + 0.9)
        figure.legend(handles, labels, loc="outside right center", fontsize=7)
    else:
        options: dict[str, Any] = {"fontsize": 6, "title": title, "title_fontsize": 8, "columnspacing": 1.0}
        options["ncols"] = 6 if len(record.couplings) > _FEW else len(handles)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), **options)


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
