"""Figure 3: limits on the effective transition moments of nu_mu and nu_e to a sterile neutrino, against its mass."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.figures.miranda_2021.common import PRESET, SOURCE
from nulight.figures.miranda_2021.panels import UNITS, draw_excess, draw_limit, draw_published, frame, region_patch
from nulight.figures.miranda_2021.setups import ACCELERATOR, CHROMIUM, REACTOR, Setup, excess, limit
from nulight.figures.numbers import Curves, Numbers
from nulight.literature.curves import published_curves, unavailable_curves
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled

__all__ = ["NOT_AVAILABLE", "PUBLISHED", "figure_3"]

PUBLISHED: dict[str, dict[str, dict[str, Any]]] = {
    "mu_mu4": {
        "MiniBooNE": {"xy": (2.2e5, 1.1e-9), "ha": "center", "va": "top"},
        "NOMAD": {"xy": (1.1e6, 3.5e-9), "ha": "center", "va": "top"},
        "CHARM-II": {"xy": (1.6e5, 4e-8), "rotation": 90},
        "Borexino": {"xy": (2.9e3, 2.5e-7), "ha": "right"},
        "Borexino+SK": {"xy": (8.5e2, 6.4e-10), "ha": "right"},
    },
    "mu_e4": {
        "Borexino": {"xy": (3.2e3, 3e-9)},
        "Borexino+SK": {"xy": (1.9e3, 2.1e-10), "va": "top"},
    },
}
"""Published curves by coupling, and where their names stand."""

NOT_AVAILABLE = ("2105.09699", "2105.09357", "1803.03262", "1707.08573")
"""Papers of curves in the figure that exist as drawings only: DUNE, double bangs, SHiP, IceCube."""

_TEXTS = {"Borexino": "Borexino\n(scattering)", "Borexino+SK": "Borexino + SK\n(decays of $N$)"}
_EXCESS = {
    "mu_e4": ("nu_e", r"$\nu_e$", COLOURS["sky"]),
    "mu_mu4": ("nu_mu", r"$\nu_\mu$", COLOURS["green"]),
    "mu_tau4": ("nu_tau", r"$\nu_\tau$", COLOURS["orange"]),
}
"""XENON1T regions by coupling: name, symbol and colour."""
_TITLES = {
    "mu_mu4": "90 % CL; solid: data, broken: planned\nfilled: XENON1T (2 dof), dotted: at every mass (1 dof)",
    "mu_e4": r"lines: $\nu_e$; filled: as marked",
}


def figure_3() -> tuple[Figure, Numbers]:
    """Remake Figure 3: what experiments exclude, and planned ones will, in the plane of mass and moment.

    Returns
    -------
    Figure, Numbers
        nu_mu: COHERENT (nu_mu and its antineutrino alone, as in the paper) and CENNS-750; nu_e: TEXONO
        and the 51Cr experiments. The regions that XENON1T prefers for each flavour, from the global
        minimum, and dotted the interval at every mass. Grey: published curves that exist as numbers.

    Notes
    -----
    Settings of the paper as its cards know them; TEXONO's points are a stand-in and what the paper does
    not tell of the 51Cr experiments is assumed. Curves that exist as drawings only are named in the note.
    """
    table = Curves(UNITS)
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 5.2))
        left, right = figure.subplots(1, 2)
        _panel(left, table, ("mu_mu4",), ACCELERATOR, (1.0, 4e6), (1e-11, 1e-6))
        _panel(right, table, ("mu_e4", "mu_tau4"), {**REACTOR, **CHROMIUM}, (1.0, 3e4), (1e-12, 1e-8))
    return figure, table.numbers("Figure 3: effective transition moments", SOURCE, _note())


def _panel(
    ax: Axes,
    table: Curves,
    couplings: tuple[str, ...],
    setups: dict[str, Setup],
    masses: tuple[float, float],
    moments: tuple[float, float],
) -> None:
    """Draw the limits on the first coupling, and the regions of XENON1T in all of them."""
    coupling = couplings[0]
    frame(ax, coupling, masses, moments)
    for name, setup in setups.items():
        draw_limit(ax, table, coupling, setup, limit(setup, coupling), name)
    handles, _ = ax.get_legend_handles_labels()
    for parameter in couplings:
        flavour, symbol, colour = _EXCESS[parameter]
        draw_excess(ax, table, coupling, excess(parameter), f"XENON1T, {flavour}", colour)
        handles.append(region_patch(f"XENON1T, {symbol}", colour))
    for curve in published_curves(coupling, names=list(PUBLISHED[coupling])):
        place = PUBLISHED[coupling][curve.name]
        draw_published(ax, table, coupling, curve, place, _TEXTS.get(curve.name, curve.label))
    style: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 2, "columnspacing": 1.0}
    ax.legend(handles=handles, title=_TITLES[coupling], title_fontsize=7.5, fontsize=7, **style)


def _note() -> str:
    missing = [curve for curve in unavailable_curves() if curve.reference.removeprefix("arXiv:") in NOT_AVAILABLE]
    drawings = "; ".join(f"{curve.name} ({curve.reference})" for curve in missing)
    return (
        f"conventions {PRESET}; limits two-sided at 90 %, 1 dof, at every mass; regions of XENON1T 90 %, 2 dof, from "
        "the global minimum up to 800 keV; COHERENT with nu_mu and its antineutrino alone; published curves in the "
        f"normalisation L = (mu/2) Nbar sigma nu F; drawings without numbers, not shown: {drawings}"
    )
