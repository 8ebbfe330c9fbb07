"""Quantities of the sterile dipole portal: ends of curves, the XENON1T region and who covers it, interference."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nulight.literature.curves import published_curves
from nulight.results.portal import PortalLimit
from nulight.results.portal_region import PortalRegion
from nulight.studies.interference import interference_share
from nulight.studies.portal import portal_limit
from nulight.studies.portal_region import portal_region
from nulight.typing import FloatArray
from nulight.units import MeV
from nulight.validation.bounds import bound
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, text_key

__all__ = [
    "coverage_of_curve",
    "coverage_of_region",
    "flavours_of_excess",
    "heaviest_seen",
    "interference_over",
    "mass_of_island",
    "mass_of_loss",
    "mass_of_region",
    "ratio_to_curve",
]

_MASSES = np.concatenate(
    [np.geomspace(1, 60, 6), np.geomspace(70, 190, 17), np.geomspace(220, 540, 4), np.geomspace(580, 800, 12)]
)  # keV, dense where regions end
_COUPLINGS = 97
_LEVEL = "90 %"


def heaviest_seen(work: Workspace, *, experiment: str, coupling: str, **setup: Any) -> Measured:
    """Heaviest mass with a limit, MeV, found by the automatic grid; the kinematic end of electrons or nuclei."""
    found = _curve(work, experiment, coupling, **setup)
    details = {"end": max(found.kinematic_end.values()) / MeV, "limit": float(np.nanmin(found.upper))}
    return Measured(float(found.m_4[np.isfinite(found.upper)].max()) / MeV, details)


def mass_of_loss(work: Workspace, *, experiment: str, coupling: str, factor: float, **setup: Any) -> Measured:
    """Mass, keV, up to which the limit is less than `factor` times as weak as for the lightest neutrino."""
    found = _curve(work, experiment, coupling, **setup)
    height = np.log(found.upper / found.upper[0] / factor)
    last = int(np.flatnonzero(height < 0)[-1])
    mass, after = float(found.m_4[last]), float(height[last + 1])
    if math.isfinite(after):
        mass *= (found.m_4[last + 1] / mass) ** (height[last] / (height[last] - after))
    return Measured(float(mass), {"light": float(found.upper[0]), "end": float(max(found.kinematic_end.values()))})


def ratio_to_curve(
    work: Workspace, *, experiment: str, coupling: str, curve: str, m_4: float, **setup: Any
) -> Measured:
    """Limit over a published curve at a mass, keV."""
    (published,) = published_curves(coupling, names=[curve])
    there = float(published.excluded_from(m_4))
    ours = float(_limits(work, experiment, coupling, np.array([m_4]), **setup)[0])
    return Measured(ours / there, {"published": there, "limit": ours})


def coverage_of_curve(work: Workspace, *, experiment: str, coupling: str, curve: str, **setup: Any) -> Measured:
    """Share of the masses of a published curve, in the logarithm, at which the limit is stronger."""
    (published,) = published_curves(coupling, names=[curve])
    masses = np.geomspace(published.m_4.min(), published.m_4.max() * (1 - 1e-9), 200)
    there = published.excluded_from(masses)
    stronger = _limits(work, experiment, coupling, masses, **setup) < there
    last = masses[np.flatnonzero(stronger).max(initial=0)]
    return Measured(float(stronger.mean()), {"up_to_MeV": float(last) / MeV, "curve_MeV": float(masses[-1]) / MeV})


def mass_of_region(work: Workspace, *, experiment: str, coupling: str, dof: int | None, **setup: Any) -> Measured:
    """Mass, keV, up to which data prefer a coupling at 90 %, from the lightest on.

    Region of `dof` degrees of freedom from the global minimum; None: interval at every mass.
    """
    lower, upper = _edges(work, experiment, coupling, dof, **setup)
    end = _first_end(lower)
    details = {"lower": float(lower[0]), "upper": float(upper[0])}
    return Measured(float(_MASSES[max(end - 1, 0)]), details)


def mass_of_island(work: Workspace, *, experiment: str, coupling: str, dof: int, **setup: Any) -> Measured:
    """Best mass, keV, of what data prefer beyond the region of the lightest masses; NaN if there is nothing."""
    lower, upper = _edges(work, experiment, coupling, dof, **setup)
    end = _first_end(lower)
    beyond = end + np.flatnonzero(np.isfinite(lower[end:]))
    if not beyond.size:
        return Measured(math.nan)
    depth = _region(work, experiment, coupling, dof, **setup).delta_chi2.min(axis=0)
    best = beyond[np.argmin(depth[beyond])]
    details = {"first": _MASSES[beyond[0]], "last": _MASSES[beyond[-1]], "lower": lower[best], "upper": upper[best]}
    return Measured(float(_MASSES[best]), {name: float(value) for name, value in details.items()})


def coverage_of_region(
    work: Workspace,
    *,
    experiment: str,
    excess: str,
    coupling: str,
    dof: int | None,
    up_to_keV: float,
    **setup: Any,
) -> Measured:
    """Share of the masses of a preferred region, in the logarithm, all of whose couplings a limit excludes.

    Masses from 1 keV to `up_to_keV`; `dof` as for `mass_of_region`. The details have the share of the area.
    """
    masses = np.geomspace(1.0, up_to_keV, 60)
    edges = _edges(work, excess, coupling, dof, **setup)
    lower, upper = (np.interp(np.log(masses), np.log(_MASSES), np.log(edge)) for edge in edges)
    limit = np.log(_limits(work, experiment, coupling, masses, **setup))
    known = np.isfinite(lower)
    lower, upper, limit = lower[known], upper[known], limit[known]
    outside = np.clip(upper - np.maximum(limit, lower), 0, None).sum() / (upper - lower).sum()
    details = {"area": float(outside), "lower": math.exp(lower[0]), "upper": math.exp(upper[0])}
    return Measured(float(np.mean(limit < lower)), details | {"limit": math.exp(limit[0])})


def flavours_of_excess(
    work: Workspace, *, experiment: str, first: str, second: str, m_4: float, **setup: Any
) -> Measured:
    """Best coupling to one flavour over that to another at a mass, keV; the details have the flavours' counts."""
    model, fixed = work.experiment(experiment, **setup), {"m_4": m_4}
    best = [bound(work, experiment, name, fixed=fixed, **setup).best_fit for name in (first, second)]
    weak = model.expected({}).sum()
    counts = [float(model.expected({name: best[0], **fixed}).sum() - weak) for name in (first, second)]
    details = {"first": best[0], "second": best[1], "share": counts[0] / counts[1]}
    return Measured(best[0] / best[1], details)


def interference_over(
    work: Workspace, *, first: str, second: str, coupling: str, second_coupling: str, m_4: float, **setup: Any
) -> Measured:
    """Share of interference in the signal of one experiment over that of another, each at its limit, equal mixing."""
    found = []
    for label, name in ((first, coupling), (second, second_coupling)):
        moment = _limits(work, label, name, np.array([m_4]), **setup)
        found.append(interference_share(work.experiment(label, **setup), name, m_4, moment))
    totals = [float(share.total[0]) for share in found]
    details = {"first": totals[0], "second": totals[1], "largest": float(found[0].largest[0])}
    return Measured(totals[0] / totals[1], details | {"moment": float(found[0].moment[0])})


def _curve(work: Workspace, experiment: str, coupling: str, **setup: Any) -> PortalLimit:
    def make() -> PortalLimit:
        return portal_limit(work.experiment(experiment, **setup), coupling, expected=False)

    return work.kept(("portal", text_key(experiment, coupling, setup)), make)


def _limits(work: Workspace, experiment: str, coupling: str, masses: FloatArray, **setup: Any) -> FloatArray:
    """Upper ends at masses, infinite beyond the kinematic end."""
    found = portal_limit(work.experiment(experiment, **setup), coupling, masses, expected=False)
    return np.where(np.isfinite(found.upper), found.upper, np.inf)


def _region(work: Workspace, experiment: str, coupling: str, dof: int, **setup: Any) -> PortalRegion:
    def make() -> PortalRegion:
        model = work.experiment(experiment, **setup)
        first = float(_interval(work, experiment, coupling, **setup).upper[0])
        couplings = np.geomspace(first / 30, first * 1e3, _COUPLINGS)
        return portal_region(model, coupling, _MASSES, couplings, cl=0.90, dof=dof)

    return work.kept(("region", text_key(experiment, coupling, dof, setup)), make)


def _interval(work: Workspace, experiment: str, coupling: str, **setup: Any) -> PortalLimit:
    return work.kept(
        ("raster", text_key(experiment, coupling, setup)),
        lambda: portal_limit(work.experiment(experiment, **setup), coupling, _MASSES, expected=False),
    )


def _edges(
    work: Workspace, experiment: str, coupling: str, dof: int | None, **setup: Any
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest coupling of a region at every mass; NaN where zero is not excluded or nothing is inside."""
    if dof is None:
        found = _interval(work, experiment, coupling, **setup)
        closed = found.lower > 0
        return np.where(closed, found.lower, np.nan), np.where(closed, found.upper, np.nan)
    region = _region(work, experiment, coupling, dof, **setup)
    height = np.sqrt(region.delta_chi2) - math.sqrt(region.levels[_LEVEL])
    ends = [_crossings(np.log(region.couplings), column) for column in height.T]
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def _crossings(x: FloatArray, height: FloatArray) -> tuple[float, float]:
    """First and last zero of a curve that is positive at both ends, as exp(x); NaN if it stays positive."""
    below = np.flatnonzero(height < 0)
    if not below.size:
        return math.nan, math.nan

    def zero(i: int) -> float:
        return math.exp(float(x[i] - height[i] * (x[i + 1] - x[i]) / (height[i + 1] - height[i])))

    return zero(int(below[0]) - 1), zero(int(below[-1]))


def _first_end(lower: FloatArray) -> int:
    """Number of masses of the first stretch."""
    return int(np.argmin(np.append(np.isfinite(lower), False)))
