"""A search for a signal of unknown mass, made ready for many data sets: one likelihood per mass.

Where counts are polynomials of degree two in the coupling they are tabulated over the mass; otherwise, or
where further parameters are profiled, every mass has the likelihood of the model itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Profile, domain, lookup
from nulight.inference.expectation import expected_counts, row_counts
from nulight.inference.intervals import interval_of
from nulight.inference.masses.mass_grid import MassTable, mass_table
from nulight.inference.model import Model, parts
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.toys.data import Toys
from nulight.inference.toys.statistics import search_range
from nulight.typing import FloatArray

__all__ = ["MassSearch", "mass_search"]

_ROUNDING = 1e-9  # accuracy of minima
_SAME = 1e-6  # of the largest count: the table must reproduce the model
_STRENGTHS = (0.5, 2.0)  # couplings in units of one standard deviation at which that is looked at


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MassSearch:
    """Likelihoods without a signal, and with one at each of several masses; made by `mass_search`.

    Attributes
    ----------
    without : Prepared
        No coupling; at which mass does not matter.
    at_mass : tuple of Prepared or None
        The coupling free, at one mass; None where no count depends on it.
    name : str
        What the coupling is called in these.
    table : MassTable or None
        What its values mean, if counts were tabulated.
    """

    without: Prepared
    at_mass: tuple[Prepared | None, ...]
    name: str
    table: MassTable | None

    @property
    def reachable(self) -> NDArray[np.bool_]:
        """Whether any count depends on the coupling, (n_masses,)."""
        return np.array([ready is not None for ready in self.at_mass])

    def q0(self, toys: Toys | None = None) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
        """Return q0 and best-fitting couplings, (n_toys, n_masses), and whether all fits converged, (n_toys,)."""
        nothing = self.without.minimise(toys=toys)
        n = len(nothing.twice_nll)
        q0, best = np.zeros((n, len(self.at_mass))), np.full((n, len(self.at_mass)), np.nan)
        converged = nothing.converged.copy()
        for i, ready in enumerate(self.at_mass):
            if ready is None:
                continue
            found = ready.minimise(toys=toys)
            gain = nothing.twice_nll - found.twice_nll
            q0[:, i] = np.where(gain > _ROUNDING, gain, 0.0)
            value = found.parameters[self.name]
            best[:, i] = value if self.table is None else self.table.value(value, np.full(n, i))
            converged &= found.converged
        return q0, best, converged


def mass_search(
    model: Model, coupling: str, masses: FloatArray, mass: str, fixed: Mapping[str, float], profile: Profile
) -> MassSearch:
    """Make the search ready; arguments as for `nulight.look_elsewhere`."""
    if not profile and lookup(model, coupling).lower == 0:
        table = mass_table(model, coupling, masses, mass=mass, fixed=fixed)
        if table.reachable.any() and _reproduces(table, model, mass, fixed):
            return _tabulated(table)
    held = {**fixed, mass: float(masses[0])}
    return MassSearch(
        without=prepare(model, fixed={**held, coupling: 0.0}, profile=profile),
        at_mass=tuple(_one_mass(model, coupling, {**fixed, mass: float(m)}, profile) for m in masses),
        name=coupling,
        table=None,
    )


def _tabulated(table: MassTable) -> MassSearch:
    anywhere = {"strength": (0.0, np.inf)}
    return MassSearch(
        without=prepare(table.model, fixed={"mass_index": 0.0, "strength": 0.0}),
        at_mass=tuple(
            prepare(table.model, fixed={"mass_index": float(i)}, profile=anywhere) if reachable else None
            for i, reachable in enumerate(table.reachable)
        ),
        name="strength",
        table=table,
    )


def _reproduces(table: MassTable, model: Model, mass: str, fixed: Mapping[str, float]) -> bool:
    """Whether counts are those of the model: polynomials of degree two in the coupling."""
    index = np.flatnonzero(table.reachable)
    for strength in _STRENGTHS:
        s = np.full(len(index), strength)
        values = {**fixed, table.coupling: table.value(s, index), mass: table.masses[index]}
        for part, grid in zip(parts(model), table.parts, strict=True):
            exact = expected_counts(part, values)
            ours = expected_counts(grid, {"mass_index": index, "strength": s})
            if np.any(np.abs(ours - exact) > _SAME * np.abs(exact).max(initial=0.0)):
                return False
    return True


def _one_mass(model: Model, coupling: str, held: Mapping[str, float], profile: Profile) -> Prepared | None:
    poi = lookup(model, coupling)
    low, high = domain(poi)
    points = {**held, coupling: np.clip(poi.scale * np.array([0.0, 1.0, -1.0]), low, high)}
    if not any(np.ptp(row_counts(part, points), axis=0).any() for part in parts(model)):
        return None
    span = search_range(model, coupling, [0.0], profile=profile, fixed=held)
    seen = interval_of(model, coupling, profile=profile, fixed=held)  # a strong signal lies beyond that of the toys
    ends = (low if seen.lower is None else seen.lower, high if seen.upper is None else seen.upper)
    both = (min(span[0], ends[0]), max(span[1], ends[1]))
    return prepare(model, fixed=held, profile={**profile, coupling: both})
