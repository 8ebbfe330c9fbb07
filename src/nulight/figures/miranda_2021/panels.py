"""Panels of Figures 3 and 4: a plane of mass and moment with limits, the XENON1T region and published curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator

from nulight.constants import MU_B
from nulight.figures.miranda_2021.common import record
from nulight.figures.miranda_2021.setups import Excess, Setup
from nulight.figures.numbers import Curves
from nulight.literature.curves import PublishedCurve
from nulight.plotting.labels import parameter_label
from nulight.plotting.style import COLOURS
from nulight.results.portal import PortalLimit
from nulight.typing import FloatArray

__all__ = ["UNITS", "draw_excess", "draw_limit", "draw_published", "frame", "region_patch"]

UNITS = {"m_4": "keV", "moment": "mu_B", "lower": "mu_B", "line": "", "number": ""}
"""Columns of the tables: upper ends and lines as moment, lower ends where zero is excluded."""

_LEVEL = "90 %"


def frame(ax: Axes, coupling: str, masses: tuple[float, float], moments: tuple[float, float]) -> None:
    """Set logarithmic axes of a plane, keV and mu_B, with the dipole coupling on the right."""
    ax.set(xscale="log", yscale="log", xlim=masses, ylim=moments, xlabel="$m_4$ [keV]")
    ax.set_ylabel(parameter_label(coupling, "mu_B"))
    ax.yaxis.set_minor_locator(LogLocator(subs=tuple(range(2, 10)), numticks=99))
    ax.tick_params(axis="y", which="both", right=False)
    to_d, to_mu = (lambda mu: np.asarray(mu, float) * MU_B), (lambda d: np.asarray(d, float) / MU_B)
    right = ax.secondary_yaxis("right", functions=(to_d, to_mu))
    right.set_ylabel(r"$d$ [GeV$^{-1}$]")


def draw_limit(ax: Axes, table: Curves, panel: str, setup: Setup, found: PortalLimit, name: str) -> None:
    """Draw the upper ends of an experiment, a wall behind the last mass seen, and note them down.

    The table has the lower ends too, where zero is excluded.
    """
    seen = np.isfinite(found.upper)
    wall = np.append(found.m_4[seen], found.m_4[seen][-1]), np.append(found.upper[seen], ax.get_ylim()[1])
    ax.plot(*wall, color=setup.colour, linestyle=setup.line, linewidth=1.1, label=setup.label)
    lower = np.where(found.lower > 0, found.lower, np.nan)
    table.add(panel, name, m_4=found.m_4[seen], moment=found.upper[seen], lower=lower[seen])


def draw_excess(ax: Axes, table: Curves, panel: str, found: Excess, name: str, colour: str) -> None:
    """Fill the region of the excess, dot the interval at every mass, and note down both and the best fit."""
    rings = found.region.polygons[_LEVEL]
    path = Path.make_compound_path(*(Path(np.vstack([ring, ring[:1]]), closed=True) for ring in rings))
    ax.add_patch(PathPatch(path, facecolor=(colour, 0.35), edgecolor=colour, linewidth=0.8, zorder=1))
    band = found.interval
    closed = band.lower > 0
    for end in (band.lower, band.upper):
        ax.plot(band.m_4[closed], end[closed], color=colour, linestyle=":", linewidth=0.9, zorder=1)
    for i, ring in enumerate(rings):
        table.add(panel, f"{name}, {_LEVEL} region (2 dof)", line=i, m_4=ring[:, 0], moment=ring[:, 1])
    ends = {"moment": band.upper[closed], "lower": band.lower[closed]}
    table.add(panel, f"{name}, {_LEVEL} interval at every mass (1 dof)", m_4=band.m_4[closed], **ends)
    m_4, moment = found.region.best_fit
    table.add(panel, f"{name}, best fit", m_4=m_4, moment=moment)
    record(table, {f"{name}, {panel}, significance": found.region.significance}, "number")


def region_patch(label: str, colour: str) -> Patch:
    """Return what stands for a region in a legend."""
    return Patch(facecolor=(colour, 0.35), edgecolor=colour, linewidth=0.8, label=label)


def draw_published(
    ax: Axes, table: Curves, panel: str, curve: PublishedCurve, place: Mapping[str, Any], text: str
) -> None:
    """Draw a published curve with its name at `place`, keywords of `Axes.annotate`."""
    m, mu = _closed(curve)
    ax.plot(m, mu, color=COLOURS["grey"], linewidth=0.7, zorder=1.5)
    stroke = [withStroke(linewidth=1.5, foreground="white")]
    ax.annotate(text, color="#555555", fontsize=6.5, path_effects=stroke, zorder=5, **place)
    table.add(panel, f"published: {curve.name} ({curve.reference}, {100 * curve.cl:g} %)", m_4=m, moment=mu)


def _closed(curve: PublishedCurve) -> tuple[FloatArray, FloatArray]:
    if curve.region != "excluded between":
        return curve.m_4, curve.mu
    return np.append(curve.m_4, curve.m_4[0]), np.append(curve.mu, curve.mu[0])
