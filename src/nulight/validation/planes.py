"""Dipole couplings of cards at a mass of the sterile neutrino, against published curves and one another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from nulight.constants import MU_B
from nulight.literature.curves import published_curves
from nulight.results.portal import PortalLimit
from nulight.studies.portal import portal_limit
from nulight.units import MeV
from nulight.validation.bounds import Labels
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, text_key

__all__ = ["dipole_coupling", "preferred_over_reach", "published_over_ours", "ratio_of_dipole_couplings"]


def dipole_coupling(work: Workspace, *, experiment: Labels, parameter: str, m_4_MeV: float, **setup: Any) -> Measured:
    """Upper end at 90 % of d = mu of L = (d/2) Nbar sigma nu F, 1/GeV, at one mass of the sterile neutrino."""
    curve = _curve(work, experiment, parameter, m_4_MeV, **setup)
    details = {"mu": curve.upper[0], "best_fit": curve.best_fit[0] * MU_B, "decay_length": curve.decay_length_m[0]}
    return Measured(float(curve.d_per_GeV[0]), {name: float(value) for name, value in details.items()})


def ratio_of_dipole_couplings(
    work: Workspace, *, first: Labels, second: Labels, parameter: str, m_4_MeV: float, **setup: Any
) -> Measured:
    """Upper end at 90 % of one card over that of another, at one mass."""
    ends = [_curve(work, labels, parameter, m_4_MeV, **setup).d_per_GeV[0] for labels in (first, second)]
    return Measured(float(ends[0] / ends[1]), {"first": float(ends[0]), "second": float(ends[1])})


def published_over_ours(
    work: Workspace,
    *,
    experiment: Labels,
    parameter: str,
    m_4_MeV: float,
    curves: Sequence[str] | None = None,
    **setup: Any,
) -> Measured:
    """Smallest coupling that published curves exclude at one mass, over the upper end of a card.

    The curves are those of laboratories, or those named; the details have the ratio of each by its name
    with underscores (NaN where it has no value at the mass), and all of them are in one convention.
    """
    ours = float(_curve(work, experiment, parameter, m_4_MeV, **setup).d_per_GeV[0])
    listed = published_curves(parameter, kind=None if curves else "laboratory", names=curves)
    ratios = {_plain(curve.name): float(curve.excluded_from(m_4_MeV * MeV)) * MU_B / ours for curve in listed}
    known = [value for value in ratios.values() if np.isfinite(value)]
    if not known:
        raise ValueError(f"no published curve on {parameter} has a value at {m_4_MeV:g} MeV")
    return Measured(min(known), {"d": ours, "unconverted": min(known) / 2, **ratios})


def preferred_over_reach(
    work: Workspace, *, preferred: Labels, experiment: Labels, parameter: str, m_4_MeV: float
) -> Measured:
    """Lower end at 90 % of what data prefer, over the upper end of another card: from 1 on all of it is tested."""
    region = _curve(work, preferred, parameter, m_4_MeV)
    reach = float(_curve(work, experiment, parameter, m_4_MeV).upper[0])
    ends = {"low": region.lower[0], "best_fit": region.best_fit[0], "high": region.upper[0]}
    details = {name: float(value) for name, value in ends.items()}
    return Measured(details["low"] / reach, {"reach": reach, **details})


def _plain(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _curve(work: Workspace, labels: Labels, parameter: str, m_4_MeV: float, **setup: Any) -> PortalLimit:
    key = ("portal", text_key(labels, parameter, m_4_MeV, setup))
    return work.kept(key, lambda: portal_limit(work.model(labels, **setup), parameter, [m_4_MeV * MeV], expected=False))
