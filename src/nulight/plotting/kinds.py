"""The plot of any result that has one, by its kind: what a result read back from a file needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from nulight.io.record import Result
from nulight.plotting.blind_spots import plot_blind_spots
from nulight.plotting.contour import plot_contour
from nulight.plotting.corner import plot_posterior
from nulight.plotting.coverage import plot_coverage
from nulight.plotting.forecast import plot_forecast
from nulight.plotting.goodness import plot_goodness
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
    plot_renp_reach,
    plot_renp_spectrum,
)
from nulight.plotting.scan import plot_scan
from nulight.plotting.spectrum import plot_spectrum
from nulight.plotting.toy_limits import plot_toy_limit

__all__ = ["KIND_PLOTS", "plot_result"]

KIND_PLOTS: Mapping[str, Callable[[Any], Figure]] = {
    "blind-spots": plot_blind_spots,
    "contour": plot_contour,
    "coverage": plot_coverage,
    "forecast": plot_forecast,
    "goodness": plot_goodness,
    "limit": plot_profile,
    "limits": plot_overview,
    "look-elsewhere": plot_look_elsewhere,
    "minimal model": plot_minimal,
    "moments": plot_moments,
    "portal-limit": plot_portal,
    "portal-limits": plot_portal,
    "portal-region": plot_portal,
    "posterior": plot_posterior,
    "renp-events": plot_renp_events,
    "renp-identification": plot_renp_identify,
    "renp-joint": plot_renp_joint,
    "renp-limits": plot_renp_limits,
    "renp-mass": plot_renp_mass,
    "renp-placement": plot_placement,
    "renp-reach": plot_renp_reach,
    "renp-spectrum": plot_renp_spectrum,
    "scan": plot_scan,
    "spectrum": plot_spectrum,
    "toy-limit": plot_toy_limit,
}
"""Kind of a result and the function that draws it."""


def plot_result(result: Result) -> Figure:
    """Draw a result as the command that made it does.

    Parameters
    ----------
    result : Result

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If results of this kind are not drawn.
    """
    if result.kind not in KIND_PLOTS:
        raise ValueError(f"a result of the kind {result.kind!r} has no plot; there are: {', '.join(KIND_PLOTS)}")
    return KIND_PLOTS[result.kind](result)
