"""Recoils of all targets under one final state: nodes, the flux moments there and averages over the flux.

Every structure of a cross section with the same recoil limits shares the moments: scattering on
protons, on neutrons and their interference, or the three products of left and right couplings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nulight.interactions.kinematics import E_nu_min
from nulight.interactions.term import Kinematics
from nulight.neutrinos.flux import Flux
from nulight.typing import FloatArray

__all__ = ["Limits", "Recoils", "flux_moments"]


class Limits(NamedTuple):
    """What the recoil energies that a kinematics needs depend on, hashable."""

    masses: tuple[float, ...]
    m_final: float
    breakpoints: bytes

    @classmethod
    def of(cls, kinematics: Kinematics) -> Limits:
        """Return those of a kinematics."""
        return cls(kinematics.masses, kinematics.m_final, kinematics.breakpoints.tobytes())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Recoils:
    """Nodes in the recoil energy of all targets under one final state.

    Attributes
    ----------
    fluxes : tuple of Flux
    T, weights, E_min : arrays, shape (n_nodes,), keV
        Nodes of the first target, then those of the next; their weights; the least neutrino energy.
    starts : array, shape (n_targets + 1,)
        Where the nodes of each target begin, and the end.
    columns : array, shape (n_nodes,)
        Nodes of several targets at one recoil energy share a column.
    response : array, shape (n_bins, n_cut)
        On columns beyond those of the common grid.
    known : dict of bool to array
        Flux moments that are there already; those asked for later, with the logarithmic one or without, join them.
    """

    fluxes: tuple[Flux, ...]
    T: FloatArray
    weights: FloatArray
    E_min: FloatArray
    starts: np.ndarray
    columns: np.ndarray
    response: FloatArray
    known: dict[bool, FloatArray] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, T: FloatArray, limits: Limits, fluxes: tuple[Flux, ...]) -> Recoils:
        """Return the recoils at given energies T (n_T,), keV, one column an energy."""
        n = len(limits.masses)
        return cls(
            fluxes=fluxes,
            T=np.tile(T, n),
            weights=np.ones(n * len(T)),
            E_min=np.concatenate([E_nu_min(T, mass, limits.m_final) for mass in limits.masses]),
            starts=len(T) * np.arange(n + 1),
            columns=np.tile(np.arange(len(T)), n),
            response=np.empty((0, 0)),
        )

    @property
    def targets(self) -> list[slice]:
        """Nodes of each target."""
        return [slice(a, b) for a, b in pairwise(self.starts)]

    def averages(self, kinematics: Kinematics) -> FloatArray:
        """Return the integrals of w_j dsigma/dT over the neutrino energy, shape (n_channels, n_nodes)."""
        found = [(part, kinematics.energy_dependence(i, self.T[part])) for i, part in enumerate(self.targets)]
        functions = [(part, dependence) for part, dependence in found if callable(dependence)]
        if functions:
            integrals = [[flux.integrate(f, self.E_min[part]) for part, f in functions] for flux in self.fluxes]
            return np.block(integrals)
        c = np.concatenate([dependence for _, dependence in found], axis=1)
        averages: FloatArray = np.einsum("kt,kjt->jt", c, self.moments(log=len(c) > 3))
        return averages

    def moments(self, *, log: bool) -> FloatArray:
        """Return the flux moments at the nodes, shape (3 or, with `log`, 4, n_channels, n_nodes); they are kept."""
        if log not in self.known:
            self.known[log] = flux_moments(self.fluxes, self.E_min, log=log)
        return self.known[log]

    def collected(self, values: FloatArray, n_columns: int) -> FloatArray:
        """Add up values (n, n_nodes) of all targets in each column, shape (n, n_columns)."""
        result = np.zeros((len(values), n_columns))
        for part in self.targets:
            result[:, self.columns[part]] += values[:, part]
        return result


def flux_moments(fluxes: Sequence[Flux], E_min: FloatArray, *, log: bool = False) -> FloatArray:
    """Return the moments of all fluxes one below the other, shape (3 or 4, n_channels, len(E_min)).

    Most recoils are beyond the reach of most fluxes, which are not asked there.
    """
    ends = np.cumsum([flux.n_channels for flux in fluxes])
    result = np.zeros((3 + log, ends[-1], len(E_min)))
    for flux, end in zip(fluxes, ends, strict=True):
        reached = np.flatnonzero(E_min <= flux.E_max)
        result[:, end - flux.n_channels : end, reached] = flux.moments(E_min[reached], log=log)
    return result
