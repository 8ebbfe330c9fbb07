"""Profiles of magnetic moments from solar neutrinos in liquid xenon: LZ, PandaX-4T, XENONnT."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from nulight.figures.li_2024.profiles import SOURCE, Line, draw, frame, quoted
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.style import PAGE_WIDTH, StyledFigure, legend_above, styled

__all__ = ["LINES", "figure_2"]

_LZ, _LZ_2024, _PANDAX, _XENON = "lz-ws2022-er", "lz-ws2024-er", "pandax4t-run1-er", "xenonnt-2022-er"
_THREE = (_LZ, _PANDAX, _XENON)

LINES = (
    Line((_LZ,), "LZ 2022", "green"),
    Line((_LZ_2024,), "LZ 2024", "orange"),
    Line((_PANDAX,), "PandaX-4T run 1", "vermillion"),
    Line((_XENON,), "XENONnT", "blue"),
    Line(_THREE, "combined, no LZ 2024", "black"),
    Line((*_THREE, _LZ_2024), "combined, all", "grey", (0, (4, 1.5))),
)
"""Profiles of nu_e and nu_mu; the combination without the later run of LZ has the experiments of the talk."""
_TAU = (Line(_THREE, r"$\nu_\tau$ combined", "purple", (0, (1, 1))),)


def figure_2(n: int = 81) -> tuple[Figure, Numbers]:
    """Remake the limits of arXiv:2309.17380 as profiles.

    Parameters
    ----------
    n : int
        Points of each profile.

    Returns
    -------
    Figure, Numbers
        Delta chi2 of mu_nu_e, and of mu_nu_mu with mu_nu_tau; legends give the upper end at 90 %
        (mu_B), the vertical lines are the talk's 10.3e-12 and 15.6e-12.

    Notes
    -----
    The samples are not those of the talk where its are not public: LZ 2022 as published in 2025
    (471 events below 20 keV, not 335), PandaX-4T run 1 in place of run 0. nu_tau differs from nu_mu by its
    share of the solar neutrinos, as s23 is not maximal.
    """
    table = Curves({"moment": "mu_B", "delta_chi2": ""})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 3.4))
        panels = figure.subplots(1, 2, sharey=True)
        for ax, parameter, end in zip(panels, ("mu_nu_e", "mu_nu_mu"), (3e-11, 4.5e-11), strict=True):
            values = np.linspace(0.0, end, n)
            draw(ax, LINES, parameter, values, table)
            if parameter == "mu_nu_mu":
                draw(ax, _TAU, "mu_nu_tau", values, table)
            frame(ax, parameter, values, quoted(parameter, "2309.17380"), table)
            legend_above(ax, ncols=2, title=r"upper end at 90 % CL [$\mu_\mathrm{B}$]", title_fontsize=7)
        panels[1].set_ylabel("")
    note = "package conventions, one moment at a time, nuisances profiled; 90 % is Delta chi2 = 2.71 from the best fit"
    return figure, table.numbers("Magnetic moments from solar neutrinos in liquid xenon", SOURCE, note)
