"""Counts per bin: data with errors, the expectation in layers, and the pulls below."""

from __future__ import annotations

from collections.abc import Mapping
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

_LAYERS = ("#C8C8C8", COLOURS["sky"], COLOURS["orange"], COLOURS["green"], COLOURS["purple"], COLOURS["blue"])


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
    """
    if baseline is not None and not np.array_equal(baseline.edges, result.edges):
        raise ValueError(f"{baseline.experiment} and {result.experiment} have different bins")
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
        ax.set_ylim(0, 1.35 * ax.get_ylim()[1])
        ax.set_ylabel(f"Events per {result.edge_unit}")
        ax.legend(ncols=2, loc="upper center", title=_title(result, baseline), title_fontsize=8)
    return figure_of(ax)


def step_line(ax: Axes, edges: FloatArray, heights: FloatArray, **style: Any) -> None:
    """Draw a histogram as one line, without the drops to zero at its ends."""
    ax.plot(np.repeat(edges, 2)[1:-1], np.repeat(heights, 2), **style)


def _stack(ax: Axes, result: SpectrumResult) -> None:
    """Fill the components on top of each other, the last (backgrounds) at the bottom."""
    width, floor = np.diff(result.edges), np.zeros(len(result.observed))
    for i, (name, counts) in enumerate(_layers(result).items()):
        top = floor + counts
        colour = _LAYERS[i % len(_LAYERS)]
        ax.stairs(
            top / width, result.edges, baseline=floor / width, fill=True, color=colour, label=component_label(name)
        )
        floor = top


def _layers(result: SpectrumResult) -> dict[str, FloatArray]:
    """Components from the bottom, those below one per cent of the total taken together."""
    small = [name for name, counts in result.counts.items() if counts.sum() < 0.01 * result.total.sum()]
    layers = {name: counts for name, counts in reversed(list(result.counts.items())) if name not in small}
    if len(small) > 1:
        return layers | {"other": sum((result.counts[name] for name in small), np.zeros(len(result.observed)))}
    return layers | {name: result.counts[name] for name in small}


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
