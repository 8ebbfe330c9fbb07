"""Dipole portal with solar neutrinos on nuclei: the talk's scenarios at their nominal and optimal thresholds."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from nulight.constants import MU_B
from nulight.figures.li_2024.plane import COLUMNS, Label, Limit, draw_limit, draw_published, frame, not_available
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.studies.portal_region import portal_region
from nulight.typing import FloatArray
from nulight.units import MeV

__all__ = ["SCENARIOS", "figure_8"]

_SOURCE = "Y.-F. Li, Magnificent CEvNS 2024 (arXiv:2203.16525), remade with nulight"
_TARGETS = {"ge": ("Ge", "blue"), "si": ("Si", "green"), "xe": ("Xe", "vermillion"), "ar": ("Ar", "orange")}
_EXPOSURES: dict[str, tuple[str, Any, float]] = {
    "gen2": ("generation II", (0, (4, 1.5)), 1.0),
    "future": ("future", "-", 1.3),
}
_FLAVOURS = {"mu_e4": "e", "mu_tau4": r"\tau"}
_THRESHOLDS = {"": "nominal", ":optimal": "optimal"}

SCENARIOS = {(target, exposure): f"solar-cevns-{target}-{exposure}" for target in _TARGETS for exposure in _EXPOSURES}
"""Cards by target and exposure."""

_EXCESS = "XENON1T excess"
_TODAY = Limit(("xenonnt-2022-er",), "XENONnT, electrons", "purple", width=1.0)
_NAMES = {
    "Borexino": Label(4.4, 2.5e-6),
    "Borexino+SK": Label(5.2, 3.6e-8),
    "XENON1T_NR": Label(0.13, 2.9e-6),
    "SN1987A": Label(0.028, 1.6e-7),
    "BBN": Label(4.6, 1e-8),
}
_RANGE = (0.01, 20.0)
_COUPLINGS = (2e-9, 1e-5)


def figure_8(n: int = 45) -> tuple[Figure, Numbers]:
    """Draw the planes of nu_e and nu_tau that solar neutrinos on nuclei would open.

    Parameters
    ----------
    n : int
        Masses of each line.

    Returns
    -------
    Figure, Numbers
        Expected upper ends at 90 % CL; the filled region explains the excess of XENON1T (90 %, 2 dof).

    Notes
    -----
    Thresholds, exposures and flat backgrounds are those of arXiv:2203.16525; bins, the ideal response and the
    uncertainties are assumptions of the cards. nu_mu is nearly as nu_tau. The excess has a second, tiny region at
    0.66 MeV.
    """
    table = Curves(COLUMNS)
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 5.8))
        panels = figure.subplots(2, 2, sharex=True, sharey=True)
        for row, (coupling, symbol) in zip(panels, _FLAVOURS.items(), strict=True):
            for ax, threshold in zip(row, _THRESHOLDS, strict=True):
                _panel(ax, coupling, symbol, threshold, n, table)
        for ax in (*panels[0], *panels[:, 1]):
            ax.label_outer(remove_inner_ticks=False)
        figure.legend(handles=_handles(), loc="outside upper center", ncols=4, fontsize=7)
    note = (
        "package conventions, L = (d/2) Nbar sigma nu F; Asimov data, two-sided 90 %, 1 dof, at each mass, nuisances "
        f"profiled; curves that exist as drawings only and are missing: {not_available('mu_tau4')}"
    )
    return figure, table.numbers("Dipole portal with solar neutrinos on nuclei", _SOURCE, note)


def _panel(ax: Axes, coupling: str, symbol: str, threshold: str, n: int, table: Curves) -> None:
    frame(ax, symbol, _RANGE, _COUPLINGS, second=threshold == ":optimal")
    panel = f"{coupling}, {_THRESHOLDS[threshold]} threshold"
    draw_published(ax, coupling, _NAMES, table, panel, unnamed=False)
    _excess(ax, coupling, n, table, panel)
    draw_limit(ax, _TODAY, coupling, n, table, panel)
    for (target, exposure), card in SCENARIOS.items():
        label, style, width = _EXPOSURES[exposure]
        limit = Limit((f"{card}{threshold}",), label, _TARGETS[target][1], style, width)
        draw_limit(ax, limit, coupling, n, table, panel)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.8}
    text = rf"$\nu_{{{symbol}}}$, {_THRESHOLDS[threshold]} threshold"
    ax.text(0.03, 0.965, text, transform=ax.transAxes, va="top", fontsize=8, bbox=box, zorder=7)


def _excess(ax: Axes, coupling: str, n: int, table: Curves, panel: str) -> None:
    """Shade what explains the excess of XENON1T."""
    for ring in _region(coupling, n):
        m, d = ring[:, 0] / MeV, ring[:, 1] * MU_B
        ax.fill(m, d, color=COLOURS["grey"], alpha=0.35, linewidth=0, zorder=3)
        table.add(panel, f"{_EXCESS}, outline at 90 %, 2 dof", m_4=m, d=d, mu=ring[:, 1])


@lru_cache(maxsize=8)
def _region(coupling: str, n: int) -> tuple[FloatArray, ...]:
    grid = np.geomspace(_RANGE[0], 1.0, n) * MeV
    region = portal_region("xenon1t-2020-er", coupling, grid, np.geomspace(1e-12, 1e-8, 121), cl=0.90)
    return region.polygons["90 %"]


def _handles() -> list[Line2D | Patch]:
    targets: list[Line2D | Patch] = [Line2D([], [], color=COLOURS[c], label=text) for text, c in _TARGETS.values()]
    exposures = [
        Line2D([], [], color="black", linestyle=style, linewidth=width, label=text)
        for text, style, width in _EXPOSURES.values()
    ]
    today = Line2D([], [], color=COLOURS[_TODAY.colour], linewidth=_TODAY.width, label=_TODAY.label)
    excess = Patch(color=COLOURS["grey"], alpha=0.35, label=_EXCESS)
    return [*targets, *exposures, today, excess]
