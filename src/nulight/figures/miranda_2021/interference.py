"""How much interference with the weak current adds to the signal of a transition moment, experiment by experiment.

It needs a sterile neutrino that mixes, with the amplitude kappa, and goes with m_4 kappa / mu: the
weaker the moment that is looked for, the more it counts. The paper finds it of importance beside a 51Cr
source in liquid xenon alone, and elsewhere suppressed by the nuclear mass. Here that does not follow:
on a nucleus the bracket of the cross section has the nuclear mass in it, as 1/T has.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.constants import M_E
from nulight.experiments import Experiment
from nulight.figures.miranda_2021.common import CHECKS, PRESET, SOURCE
from nulight.figures.miranda_2021.setups import ACCELERATOR, SETUPS, XENON1T, limit
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.style import PAGE_WIDTH, StyledFigure, styled
from nulight.results.portal import PortalLimit
from nulight.studies.interference import InterferenceShare, interference_share
from nulight.targets.nuclei import NuclearTarget
from nulight.typing import FloatArray

__all__ = ["FEEL", "STATED", "figure_interference"]

FEEL = 0.1
"""Share of the interference in the magnetic counts from which it is felt."""

STATED = (1e-7, 1e-5)
"""Shares that the paper has for COHERENT at two masses, of which the text as read here has lost the numbers."""

_EVERY = 2  # masses of the limit
_WEAKEST = 100.0  # times the strongest limit: weaker ones are of no interest


def figure_interference() -> tuple[Figure, Numbers]:
    """Draw the mixing at which interference is a tenth of the magnetic counts, at each experiment's own limit.

    Returns
    -------
    Figure, Numbers
        kappa against the mass; above 1 no mixing can do it. The table has the shares for kappa = 1, summed
        over bins and in the bin most affected, and as checks the kappa that gives COHERENT the shares
        that the paper states, once more with a nuclear mass in place of the electron mass of mu_B.
    """
    table = Curves({"m_4": "keV", "moment": "mu_B", "share": "", "largest": "", "kappa": "", "kappa_nuclear_mass": ""})
    with styled():
        figure = StyledFigure(figsize=(0.9 * PAGE_WIDTH, 3.6))
        ax = figure.subplots()
        ax.axhspan(1, 1e4, color="#EEEEEE", linewidth=0, zorder=0)
        for name, setup in {**SETUPS, "XENON1T": XENON1T}.items():
            coupling, model = "mu_mu4" if name in ACCELERATOR else "mu_e4", setup.load()
            found = interference_share(model, coupling, *_limit_points(limit(setup, coupling, model)))
            kappa = FEEL / found.total
            ax.plot(found.m_4, kappa, color=setup.colour, linestyle=setup.line, linewidth=1.1, label=setup.label)
            numbers = {"share": found.total, "largest": found.largest, "kappa": kappa}
            table.add("interference", name, m_4=found.m_4, moment=found.moment, **numbers)
            if name == "CsI":
                _coherent(table, found, model)
        _finish(ax)
    note = (
        f"conventions {PRESET}; at the 90 % limit (two-sided, 1 dof) of each experiment on mu_e4, of COHERENT and "
        "CENNS-750 on mu_mu4; share and largest for kappa = 1, in phase with the moment; kappa: that of a share of "
        f"{FEEL:g}; first order in kappa"
    )
    return figure, table.numbers("Interference of transition moments with the weak current", SOURCE, note)


def _limit_points(found: PortalLimit) -> tuple[FloatArray, FloatArray]:
    seen = np.flatnonzero(found.upper < _WEAKEST * np.nanmin(found.upper))[::_EVERY]
    return found.m_4[seen], found.upper[seen]


def _coherent(table: Curves, found: InterferenceShare, model: Experiment) -> None:
    """Note down which mixing gives CsI the shares of the paper, at 10 keV to 10 MeV."""
    target = model.targets["nuclear-recoil"]
    assert isinstance(target, NuclearTarget)
    mass = float(np.average([n.mass for n in target.nuclides], weights=target.numbers))
    masses = np.geomspace(10.0, 1e4, 4)
    share, moment = (
        np.exp(np.interp(np.log(masses), np.log(found.m_4), np.log(y))) for y in (found.total, found.moment)
    )
    for stated in STATED:
        columns = {"share": stated, "kappa": stated / share, "kappa_nuclear_mass": stated / share * mass / M_E}
        table.add(CHECKS, f"CsI, share {stated:g}", m_4=masses, moment=moment, **columns)


def _finish(ax: Axes) -> None:
    ax.set(xscale="log", yscale="log", xlim=(1, 1e5), ylim=(1e-2, 1e3), xlabel="$m_4$ [keV]")
    ax.set_ylabel(r"$\kappa$ for a tenth of interference")
    ax.annotate(r"shaded: $\kappa > 1$, more than any mixing", (8e4, 5e2), ha="right", fontsize=7)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=7)
