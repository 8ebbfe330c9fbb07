"""Profiles of magnetic moments from reactor and accelerator neutrinos: Dresden-II, COHERENT CsI and argon."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from nulight.figures.li_2024.profiles import SOURCE, Line, draw, frame, quoted
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.style import PAGE_WIDTH, StyledFigure, legend_above, styled

__all__ = ["ELECTRON", "MUON", "figure_1"]

_CSI, _LAR, _DRESDEN = "coherent-csi-2021", "coherent-lar-2020:1d", "dresden-ii-2022"
_DASHED, _DOTTED = (0, (4, 1.5)), (0, (1, 1))

_COHERENT = (
    Line((_CSI,), "CsI", "green"),
    Line((f"{_CSI}:neutron-pulse",), "CsI, neutrons' pulse", "green", _DASHED),
    Line((_LAR,), "Ar", "purple"),
)
ELECTRON = (
    Line((_DRESDEN,), "Dresden-II, Fef", "blue"),
    Line((f"{_DRESDEN}:fixed-exponential",), "Fef, exponential held", "blue", _DASHED),
    Line((f"{_DRESDEN}:ybe",), "Dresden-II, YBe", "sky"),
    Line((f"{_DRESDEN}:lindhard",), "Dresden-II, Lindhard", "orange"),
    *_COHERENT,
    Line((_DRESDEN, _CSI, _LAR), "Fef + CsI + Ar", "black", _DOTTED),
)
"""Profiles of nu_e; the combination lies on Dresden-II."""
MUON = (
    *_COHERENT,
    Line((_CSI, _LAR), "CsI + Ar", "black"),
    Line((f"{_CSI}:neutron-pulse", _LAR), "the same, neutrons' pulse", "black", _DASHED),
)
"""Profiles of nu_mu."""


def figure_1(n: int = 121) -> tuple[Figure, Numbers]:
    """Remake the limits of arXiv:2205.09484 as profiles.

    Parameters
    ----------
    n : int
        Points of each profile.

    Returns
    -------
    Figure, Numbers
        Delta chi2 of mu_nu_e and mu_nu_mu; legends give the upper end at 90 % (mu_B), the vertical
        lines are the talk's 2.13e-10 and 18e-10.

    Notes
    -----
    Nuclear and electron recoils in germanium and CsI, nuclear ones in argon (energy spectrum). Two
    settings decide what comes out: whether the exponential background of Dresden-II floats, and
    whether the neutrinos at CsI arrive as released or as the prompt neutrons do.
    """
    table = Curves({"moment": "mu_B", "delta_chi2": ""})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 3.6))
        panels = figure.subplots(1, 2)
        for ax, lines, parameter, ends in zip(
            panels, (ELECTRON, MUON), ("mu_nu_e", "mu_nu_mu"), ((3e-11, 1e-8), (1e-10, 1e-8)), strict=True
        ):
            ax.set_xscale("log")
            values = np.geomspace(*ends, n)
            draw(ax, lines, parameter, values, table)
            frame(ax, parameter, values, quoted(parameter, "2205.09484"), table)
            legend_above(ax, ncols=2, title=r"upper end at 90 % CL [$\mu_\mathrm{B}$]", title_fontsize=7)
    note = "package conventions, one moment at a time, nuisances profiled; 90 % is Delta chi2 = 2.71 from the best fit"
    return figure, table.numbers("Magnetic moments from Dresden-II and COHERENT", SOURCE, note)
