"""Which elements of the moments a scan of trigger frequencies tells apart, as a map of Delta chi2."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from nulight.plotting.style import PAGE_WIDTH, StyledFigure, figure_of, styled
from nulight.renp.parameters import RENP_PARAMETERS, family_of
from nulight.results.renp.identify import RenpIdentification
from nulight.typing import FloatArray

__all__ = ["plot_renp_identify"]

_CELL, _FRAME = 0.36, (1.9, 1.7)  # of an element, and of all that is none, inches
_COLOURS = "Blues"
_PALE = 0.6  # of the colour scale: darker cells have white numbers
_TINY = 0.005  # less is written as zero


def plot_renp_identify(result: RenpIdentification, ax: Axes | None = None) -> Figure:
    """Draw the expected Delta chi2 of every element where another one is true.

    Parameters
    ----------
    result : RenpIdentification
    ax : Axes, optional
        Drawn into; a new figure otherwise, as large as its elements need.

    Returns
    -------
    Figure
        Rows are true, columns fitted. Framed cells are below the threshold: not told apart. Rows of elements
        that these frequencies do not see are empty.
    """
    n = len(result.elements)
    with styled():
        if ax is None:
            width = min(n * _CELL + _FRAME[0], PAGE_WIDTH)
            ax = StyledFigure(figsize=(width, width - _FRAME[0] + _FRAME[1])).subplots()
        chi2 = np.where(np.eye(n, dtype=bool), np.nan, result.delta_chi2)
        norm = Normalize(0.0, result.strength**2)
        image = ax.imshow(np.sqrt(chi2 * result.strength**2), cmap=_COLOURS, norm=norm)
        _numbers(ax, chi2, result)
        _axes(ax, result)
        bar = figure_of(ax).colorbar(image, ax=ax, fraction=0.045, pad=0.02)
        sigmas = np.arange(0, int(result.strength) + 1)
        bar.set_ticks((sigmas * result.strength).tolist(), labels=[str(sigma) for sigma in sigmas])
        bar.set_label(r"$\sqrt{\Delta\chi^2}$")
    return figure_of(ax)


def _numbers(ax: Axes, chi2: FloatArray, result: RenpIdentification) -> None:
    """Write every number, and frame those below the threshold."""
    for (row, column), value in np.ndenumerate(chi2):
        if np.isnan(value):
            continue
        dark = np.sqrt(value) / result.strength > _PALE
        ax.text(column, row, _short(float(value)), color="white" if dark else "black", ha="center", va="center", size=6)
        if value < result.threshold:
            ax.add_patch(
                mpl.patches.Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor="#D55E00", lw=0.9)
            )


def _short(value: float) -> str:
    """Three characters or so."""
    if value < _TINY:
        return "0"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"


def _axes(ax: Axes, result: RenpIdentification) -> None:
    labels = [f"${RENP_PARAMETERS[name].latex.replace('|', '')}$" for name in result.elements]
    places = range(len(labels))
    ax.set_xticks(places, labels, rotation=0)
    ax.set_yticks(places, [f"{label}  {_size(value)}" for label, value in zip(labels, result.values, strict=True)])
    ax.tick_params(which="both", length=0)
    ax.minorticks_off()
    ax.set_xlabel("fitted element")
    ax.set_ylabel(r"true element and its size [$10^{-11}\,\mu_\mathrm{B}$]")
    kinds = [family_of(name) for name in result.elements]
    for place in (k - 0.5 for k in range(1, len(kinds)) if kinds[k] != kinds[k - 1]):
        for line in (ax.axhline, ax.axvline):
            line(place, color="black", linewidth=0.6)
    ordering, nature = (str(result.conventions.get(key, "")) for key in ("ordering", "nature"))
    words = f"{ordering} ordering, {nature.capitalize()} neutrinos"
    scan = f"{len(result.triggers)} frequencies, {result.days.sum():g} d in all"
    numbers = (
        rf"elements of {result.strength:g}$\,\sigma$; numbers: $\Delta\chi^2$, framed below {result.threshold:.2f}"
    )
    ax.set_title(f"{result.atom}: {words}\n{scan}\n{numbers}", fontsize=8)


def _size(value: float) -> str:
    return "unseen" if np.isnan(value) else f"{value / 1e-11:.3g}"
