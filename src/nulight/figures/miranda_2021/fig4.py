"""Figure 4: the same limits in terms of the transition moments of mass states, one at a time."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.figures.miranda_2021.common import PRESET, SOURCE, record, upper_limit
from nulight.figures.miranda_2021.panels import UNITS, draw_excess, draw_limit, frame, region_patch
from nulight.figures.miranda_2021.setups import SETUPS, XENON1T, excess, limit
from nulight.figures.numbers import Curves, Numbers
from nulight.inference.intervals import interval_of
from nulight.plotting.style import PAGE_WIDTH, StyledFigure, styled

__all__ = ["LAMBDAS", "M_4", "figure_4"]

LAMBDAS = ("lambda_14", "lambda_24", "lambda_34")
"""Moments between the light mass states and the sterile neutrino."""

M_4 = 10.0
"""Mass, keV, of the checks: limits with another Dirac phase."""

_MASSES, _MOMENTS = (1.0, 1e5), (1e-12, 1e-7)


def figure_4() -> tuple[Figure, Numbers]:
    """Remake Figure 4: limits on |lambda_j4|, every neutrino of a source included, phases of lambda neglected.

    Returns
    -------
    Figure, Numbers
        One panel a mass state j. The table has checks beside the curves: what delta_CP = 0 makes of
        the limits of COHERENT.

    Notes
    -----
    No mixing of the sterile neutrino. Reactor and 51Cr neutrinos feel |U_ej lambda_j4| (Eq. 9), the
    beam of COHERENT |U_ej lambda_j4| and |U_muj lambda_j4| (Eq. 10), solar neutrinos, which arrive as
    mass states, P_ej |lambda_j4|^2 (Eq. 5). One moment alone shows no phase of its own, but
    |U_muj| depends on delta_CP, here 1.08 pi.
    """
    table = Curves(UNITS)
    models = {name: setup.load() for name, setup in SETUPS.items()}
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 6.2))
        panels = figure.subplots(2, 2).ravel()
        for ax, coupling in zip(panels, LAMBDAS, strict=False):
            frame(ax, coupling, _MASSES, _MOMENTS)
            for name, setup in SETUPS.items():
                draw_limit(ax, table, coupling, setup, limit(setup, coupling, models[name]), name)
            draw_excess(ax, table, coupling, excess(coupling), "XENON1T", XENON1T.colour)
        _legend(panels[0], panels[3])
    for name in ("CsI", "LAr"):
        for coupling in LAMBDAS:
            with_phase = upper_limit(models[name], coupling, M_4)
            without = interval_of(models[name], coupling, fixed={"m_4": M_4, "delta_cp": 0.0}).upper
            assert without is not None
            record(table, {f"{name}, {coupling}, 90 % upper limit": with_phase}, "moment")
            record(table, {f"{name}, {coupling}, 90 % upper limit, delta_cp = 0": without}, "moment")
    note = (
        f"conventions {PRESET} (mixing desalas-2020-no, theta_i4 = 0), one lambda at a time; limits two-sided at 90 %, "
        f"1 dof, at every mass; XENON1T 90 %, 2 dof, from the global minimum up to 800 keV; checks at m_4 = {M_4:g} keV"
    )
    return figure, table.numbers("Figure 4: transition moments of mass states", SOURCE, note)


def _legend(source: Axes, cell: Axes) -> None:
    cell.axis("off")
    handles, _ = source.get_legend_handles_labels()
    handles.append(region_patch("XENON1T, 90 % (2 dof);\ndotted: at every mass (1 dof)", XENON1T.colour))
    cell.legend(handles=handles, loc="center", fontsize=8, title="90 % CL; solid: data, broken: planned")
