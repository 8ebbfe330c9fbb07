"""Predicted moments of the minimal model: bands against the lightest neutrino mass."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.plotting.style import COLOURS, axes_of, figure_of, styled
from nulight.results.minimal import MinimalPrediction, Nature

__all__ = ["KINDS", "plot_minimal"]

KINDS: dict[tuple[Nature, str], tuple[str, str]] = {
    ("dirac", "diagonal"): ("blue", "Dirac, diagonal"),
    ("dirac", "transition"): ("green", "Dirac, transitions"),
    ("majorana", "transition"): ("vermillion", "Majorana, transitions"),
}
"""Bands that are drawn: colour and legend entry of each."""


def plot_minimal(result: MinimalPrediction, ax: Axes | None = None) -> Figure:
    """Draw the elements of the moment matrices, moments along x, so that limits can share the axis.

    Parameters
    ----------
    result : MinimalPrediction
    ax : Axes, optional
        Drawn into; a new figure otherwise.

    Returns
    -------
    Figure
        Normal ordering filled, inverted ordering between dashed lines.
    """
    with styled():
        ax = axes_of(ax)
        m = result.lightest
        for (nature, quantity), (colour, label) in KINDS.items():
            low, high = result.band(nature, quantity, "normal")
            ax.fill_betweenx(m, low, high, color=COLOURS[colour], alpha=0.35, linewidth=0, label=label)
            for end in result.band(nature, quantity, "inverted"):
                ax.plot(end, m, color=COLOURS[colour], linewidth=0.9, linestyle=(0, (3, 1.5)))
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_ylim(m.min(), m.max())
        ax.set_xlabel(r"Magnetic moment [$\mu_\mathrm{B}$]")
        ax.set_ylabel(r"Lightest neutrino mass [eV]")
    return figure_of(ax)
