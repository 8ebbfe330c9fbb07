"""Counts per bin: data with errors, the expectation in layers, and the pulls below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.models.parameters import PARAMETERS
from nulight.plotting.labels import component_label, quantity, symbol
from nulight.plotting.style import COLOURS, COLUMN_WIDTH, StyledFigure, figure_of, styled
from nulight.results import SpectrumResult
from nulight.typing import FloatArray

__all__ = ["plot_spectrum", "step_line"]

_SIGNAL = (COLOURS["blue"], COLOURS["sky"], "#A9D6F2", "#003A5C")
"""Blues from the top of the stack; no background is blue."""

_BACKGROUND = ("#C8C8C8", COLOURS["orange"], COLOURS["green"], COLOURS["purple"], "#F0E442", "#882255", "#8C8C8C")
"""Colours from the bottom of the stack."""

_PARTS = 4
"""Parts of one source that are drawn one by one."""


def plot_spectrum(result: SpectrumResult, ax: Axes | None = None, *, baseline: SpectrumResult | None = None) -> Figure:
    """Draw data, the expectation stacked by component, and pulls.

    Parameters
    ----------
    result : SpectrumResult
    ax : Axes, optional
        Drawn into, without the pulls; a new figure with pulls otherwise.
    baseline : SpectrumResult, optional
        The same experiment without new physics: it is stacked then, and the total of `result` is
        the line over or under it.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the two records have different bins.

    Notes
    -----
    Errors are those of the record, otherwise sqrt(observed), at least one; pulls are those of the record.
    The signal lies on top of the backgrounds. A source of many parts is drawn in one piece, and
    what is below one per cent of the total is taken together. Recoil energies all below 0.1 keVnr
    are drawn in eVnr.
    """
    if baseline is not None and not np.array_equal(baseline.edges, result.edges):
        raise ValueError(f"{baseline.experiment} and {result.experiment} have different bins")
    result, baseline = _readable(result), baseline and _readable(baseline)
    with styled():
        if ax is None:
            figure = StyledFigure(figsize=(COLUMN_WIDTH, 3.2))
            ax, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
            _pulls(below, result, baseline)
            below.set_xlabel(_energy(result))
        else:
            ax.set_xlabel(_energy(result))
        _stack(ax, baseline or result)
        width = np.diff(result.edges)
        if baseline is not None:
            step_line(
                ax, result.edges, result.total / width, color=COLOURS["vermillion"], label=_point(result.parameters)
            )
        _data(ax, result)
        ax.set_xlim(result.edges[0], result.edges[-1])
        rows = math.ceil(len(ax.get_legend_handles_labels()[1]) / 2)
        ax.set_ylim(0, (1.15 + 0.1 * rows) * ax.get_ylim()[1])
        ax.set_ylabel(f"Events per {result.edge_unit}")
        ax.legend(ncols=2, loc="upper center", title=_title(result, baseline), title_fontsize=8)
    return figure_of(ax)


def step_line(ax: Axes, edges: FloatArray, heights: FloatArray, **style: Any) -> None:
    """Draw a histogram as one line, without the drops to zero at its ends."""
    ax.plot(np.repeat(edges, 2)[1:-1], np.repeat(heights, 2), **style)


def _readable(result: SpectrumResult) -> SpectrumResult:
    """Return the record in eVnr if 0.1 keVnr is above all of its bins."""
    if result.edge_unit != "keVnr" or result.edges[-1] > 0.1:
        return result
    return replace(result, edges=1e3 * result.edges, edge_unit="eVnr")


def _stack(ax: Axes, result: SpectrumResult) -> None:
    """Fill the components below each other from the top, in the order of the legend."""
    width, top = np.diff(result.edges), result.total
    for name, (counts, colour) in _layers(result).items():
        floor = top - counts
        ax.stairs(
            top / width, result.edges, baseline=floor / width, fill=True, color=colour, label=component_label(name)
        )
        top = floor


def _layers(result: SpectrumResult) -> dict[str, tuple[FloatArray, str]]:
    """Counts and colours from the top of the stack: signal, then backgrounds."""
    counts = result.by_source(_PARTS)
    if sum(name not in result.counts or name in result.signal for name in counts) > len(_SIGNAL):
        counts = result.by_source()
    backgrounds = {name: n for name, n in counts.items() if name in result.counts and name not in result.signal}
    signal = {name: n for name, n in counts.items() if name not in backgrounds}
    least = 0.01 * float(result.total.sum())
    signal = _gathered(signal, least, len(_SIGNAL), "other" if not backgrounds else "other signal")
    backgrounds = _gathered(backgrounds, least, len(_BACKGROUND), "other backgrounds" if signal else "other")
    below = list(zip(backgrounds.items(), _BACKGROUND[: len(backgrounds)][::-1], strict=True))
    above = list(zip(signal.items(), _SIGNAL, strict=False))
    return {name: (n, colour) for (name, n), colour in above + below}


def _gathered(counts: dict[str, FloatArray], least: float, most: int, rest: str) -> dict[str, FloatArray]:
    """Take together what is below `least`, and the smallest if there are more than `most`."""
    ordered = sorted(counts, key=lambda name: float(counts[name].sum()))
    small = [name for name in ordered if counts[name].sum() < least]
    small = ordered[: max(len(small), len(counts) - most + 1)] if len(counts) > most else small
    if len(small) < 2:
        return counts
    kept = {name: n for name, n in counts.items() if name not in small}
    return kept | {rest: np.sum([counts[name] for name in small], axis=0)}


def _data(ax: Axes, result: SpectrumResult) -> None:
    width = np.diff(result.edges)
    centre = result.edges[:-1] + width / 2
    error = np.sqrt(np.maximum(result.observed, 1.0)) if result.sigma is None else result.sigma
    style: dict[str, Any] = {"fmt": "o", "color": "black", "markersize": 2.5, "elinewidth": 0.7}
    style["label"] = "Asimov data" if result.asimov else "data"
    ax.errorbar(centre, result.observed / width, yerr=error / width, **style)


def _pulls(ax: Axes, result: SpectrumResult, baseline: SpectrumResult | None) -> None:
    centre = (result.edges[:-1] + result.edges[1:]) / 2
    stacked = baseline or result
    pulls = np.where(np.isfinite(stacked.pulls), stacked.pulls, np.nan)
    ax.axhspan(-1, 1, color="#EEEEEE")
    ax.axhline(0, color=COLOURS["grey"], linewidth=0.6)
    if baseline is not None:
        error = np.sqrt(np.where(baseline.total > 0, baseline.total, np.nan))
        change = (result.total - baseline.total) / (error if baseline.sigma is None else baseline.sigma)
        step_line(ax, result.edges, change, color=COLOURS["vermillion"])
    ax.plot(centre, pulls, "o", color="black", markersize=2.5)
    reach = max(3.5, 1.1 * float(np.nanmax(np.abs(pulls))))
    ax.set_ylim(-reach, reach)
    ax.set_ylabel("Pull")


def _title(result: SpectrumResult, baseline: SpectrumResult | None) -> str:
    """Experiment, and the couplings if no line of their own names them."""
    named = result.parameters and baseline is None
    return f"{result.experiment}, {_point(result.parameters)}" if named else result.experiment


def _energy(result: SpectrumResult) -> str:
    return "Photoelectrons" if result.edge_unit == "PE" else f"Reconstructed energy [{result.edge_unit}]"


def _point(parameters: Mapping[str, float]) -> str:
    texts = [f"{symbol(n)} = {quantity(v, PARAMETERS[n].unit)}" for n, v in parameters.items() if n in PARAMETERS]
    return ", ".join(texts) or "total"
