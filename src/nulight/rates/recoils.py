"""Recoils of all target particles under one final state: nodes, and averages over the flux there."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nulight.interactions.kinematics import E_nu_min
from nulight.interactions.term import Kinematics
from nulight.neutrinos.flux import Flux
from nulight.rates.moments import FluxMoments
from nulight.typing import FloatArray

__all__ = ["Limits", "Recoils", "Strengths"]

_FAMILIES = 8  # of cross sections whose strengths are kept


class Limits(NamedTuple):
    """What the recoil energies that a kinematics needs depend on, hashable."""

    masses: tuple[float, ...]
    shares: tuple[float, ...]
    m_final: float
    breakpoints: bytes

    @classmethod
    def of(cls, kinematics: Kinematics) -> Limits:
        """Return those of a kinematics."""
        return cls(kinematics.masses, kinematics.shares, kinematics.m_final, kinematics.breakpoints.tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """Strengths of cross sections, which no final state changes, at the nodes of several of them at once.

    Attributes
    ----------
    T : array, shape (n,), keV
    nodes : sequence of arrays
        Those of each target particle.
    """

    T: FloatArray
    nodes: Sequence[np.ndarray]
    _found: dict[Hashable, FloatArray] = field(default_factory=dict, repr=False)

    def of(self, kinematics: Kinematics) -> FloatArray:
        """Return the strengths of a kinematics, shape (n,)."""
        if kinematics.family not in self._found:
            if len(self._found) >= _FAMILIES:
                self._found.clear()
            strength = self._found[kinematics.family] = np.empty(len(self.T))
            for i, nodes in enumerate(self.nodes):
                strength[nodes] = kinematics.strength(i, self.T[nodes])
        return self._found[kinematics.family]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Recoils:
    """Nodes in the recoil energy of all target particles under one final state.

    Attributes
    ----------
    T, weights : arrays, shape (n_nodes,), keV
        Nodes of the first target particle, then those of the next; their weights.
    starts : array, shape (n_particles + 1,)
        Where the nodes of each particle begin, and the end.
    columns : array, shape (n_nodes,)
        Nodes of several particles at one recoil energy share a column.
    response : array, shape (n_bins, n_cut)
        On columns beyond those of the common grid.
    moments : FluxMoments
        At the nodes.
    strengths : Strengths
        At the nodes of several final states, from `first` on those of this one.
    """

    T: FloatArray
    weights: FloatArray
    starts: np.ndarray
    columns: np.ndarray
    response: FloatArray
    moments: FluxMoments
    strengths: Strengths
    first: int = 0

    @classmethod
    def at(cls, T: FloatArray, limits: Limits, fluxes: tuple[Flux, ...]) -> Recoils:
        """Return the recoils at given energies T (n_T,), keV, one column an energy."""
        n, columns = len(limits.masses), np.arange(len(T))
        E_min = np.concatenate([E_nu_min(T, mass, limits.m_final) for mass in limits.masses])
        return cls(
            T=np.tile(T, n),
            weights=np.ones(n * len(T)),
            starts=len(T) * np.arange(n + 1),
            columns=np.tile(columns, n),
            response=np.empty((0, 0)),
            moments=FluxMoments(fluxes, E_min),
            strengths=Strengths(np.tile(T, n), [i * len(T) + columns for i in range(n)]),
        )

    @property
    def particles(self) -> list[slice]:
        """Nodes of each target particle."""
        return [slice(a, b) for a, b in pairwise(self.starts)]

    def averages(self, kinematics: Kinematics) -> FloatArray:
        """Return the integrals of w_j dsigma/dT over the neutrino energy, shape (n_channels, n_nodes)."""
        strength = self.strengths.of(kinematics)[self.first : self.first + len(self.T)]
        found = [(part, kinematics.energy_dependence(i, self.T[part])) for i, part in enumerate(self.particles)]
        functions = [(part, dependence) for part, dependence in found if callable(dependence)]
        if functions:
            E_min = self.moments.E_min
            integrals = [[flux.integrate(f, E_min[part]) for part, f in functions] for flux in self.moments.fluxes]
            return np.block(integrals) * strength
        return self.moments.contracted(np.concatenate([c for _, c in found], axis=1) * strength)

    def collected(self, values: FloatArray, n_columns: int) -> FloatArray:
        """Add up values (n, n_nodes) of all particles in each column, shape (n, n_columns)."""
        result = np.zeros((len(values), n_columns))
        for part in self.particles:
            result[:, self.columns[part]] += values[:, part]
        return result
