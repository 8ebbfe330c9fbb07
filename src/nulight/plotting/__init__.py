"""Plots of records: each takes a result and an optional Axes, draws it, and computes no physics.

Importing this package loads matplotlib; nothing else in the library does.
"""

from __future__ import annotations

from nulight.plotting.blind_spots import plot_blind_spots, plot_complementarity
from nulight.plotting.contour import plot_contour
from nulight.plotting.corner import plot_posterior
from nulight.plotting.coverage import plot_coverage
from nulight.plotting.forecast import plot_forecast
from nulight.plotting.goodness import plot_goodness
from nulight.plotting.kinds import plot_result
from nulight.plotting.limits import plot_limits
from nulight.plotting.look_elsewhere import plot_look_elsewhere
from nulight.plotting.minimal import plot_minimal
from nulight.plotting.moments import plot_moments
from nulight.plotting.overview import plot_overview
from nulight.plotting.portal import plot_portal
from nulight.plotting.profile import plot_profile
from nulight.plotting.renp import (
    plot_placement,
    plot_renp_events,
    plot_renp_identify,
    plot_renp_joint,
    plot_renp_limits,
    plot_renp_mass,
    plot_renp_nature,
    plot_renp_ordering,
    plot_renp_reach,
    plot_renp_spectrum,
)
from nulight.plotting.scan import plot_scan
from nulight.plotting.spectrum import plot_spectrum
from nulight.plotting.style import COLOURS, save_figure, styled
from nulight.plotting.toy_limits import plot_toy_limit

__all__ = [
    "COLOURS",
    "plot_blind_spots",
    "plot_complementarity",
    "plot_contour",
    "plot_coverage",
    "plot_forecast",
    "plot_goodness",
    "plot_limits",
    "plot_look_elsewhere",
    "plot_minimal",
    "plot_moments",
    "plot_overview",
    "plot_placement",
    "plot_portal",
    "plot_posterior",
    "plot_profile",
    "plot_renp_events",
    "plot_renp_identify",
    "plot_renp_joint",
    "plot_renp_limits",
    "plot_renp_mass",
    "plot_renp_nature",
    "plot_renp_ordering",
    "plot_renp_reach",
    "plot_renp_spectrum",
    "plot_result",
    "plot_scan",
    "plot_spectrum",
    "plot_toy_limit",
    "save_figure",
    "styled",
]
