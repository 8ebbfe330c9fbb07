"""Plots of the records of RENP."""

from __future__ import annotations

from nulight.plotting.renp.events import plot_renp_events
from nulight.plotting.renp.identify import plot_renp_identify
from nulight.plotting.renp.joint import plot_renp_joint
from nulight.plotting.renp.limits import plot_renp_limits
from nulight.plotting.renp.neutrinos import plot_renp_mass, plot_renp_nature, plot_renp_ordering
from nulight.plotting.renp.placement import plot_placement
from nulight.plotting.renp.reach import plot_renp_reach
from nulight.plotting.renp.spectrum import plot_renp_spectrum

__all__ = [
    "plot_placement",
    "plot_renp_events",
    "plot_renp_identify",
    "plot_renp_joint",
    "plot_renp_limits",
    "plot_renp_mass",
    "plot_renp_nature",
    "plot_renp_ordering",
    "plot_renp_reach",
    "plot_renp_spectrum",
]
