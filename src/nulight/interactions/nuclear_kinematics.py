"""Kinematics of recoiling nuclei: all nuclides of a target inside one kinematics.

The sum over the nuclides of a formula unit lives here, each with its mass, its recoil limits and
its form factors. The energy dependence on one nucleus is in `nuclear_brackets`, couplings are
`nuclear`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from nulight.constants import CONSTANTS
from nulight.interactions.term import NO_BREAKPOINTS, Binding, CrossSection, Dependence
from nulight.typing import FloatArray

if TYPE_CHECKING:
    from nulight.targets.nuclei import NuclearTarget, Nuclide

__all__ = [
    "HBAR_C_GEV_FM",
    "Charges",
    "DirectNuclearKinematics",
    "NuclearKinematics",
]

HBAR_C_GEV_FM = CONSTANTS["hbar_c"].value / 1000
"""hbar c in GeV fm; what the conventions may round."""

Charges = Literal["pp", "pn", "nn"]
"""Which products of charges a structure holds: (Z F_p)^2, Z F_p N F_n, (N F_n)^2."""

Bracket = Callable[[FloatArray, float, bool], FloatArray]
"""Maps T (n_T,), the mass and whether there is spin to coefficients of 1, 1/E, 1/E^2, (3, n_T), cm^2 keV^(k - 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclearKinematics(CrossSection):
    """dsigma/dT of one product of charges, summed over the nuclides of one formula unit.

    Attributes
    ----------
    name : str
        With the numbers that `bracket` depends on: it identifies the function.
    target : NuclearTarget
    charges : "pp", "pn" or "nn"
    bracket : callable
        Energy dependence on a nucleus of unit charges.
    m_final : float, keV
        Mass of the final neutrino.
    hbar_c : float, GeV fm
        Converts cross sections and the momentum transfer of form factors.
    """

    name: str
    target: NuclearTarget
    charges: Charges
    bracket: Bracket = field(compare=False, repr=False)
    m_final: float = 0.0
    hbar_c: float = HBAR_C_GEV_FM
    binding: Binding = field(default="unit", init=False)

    @property
    def key(self) -> Hashable:
        return (self.name, self.charges, self.target, self.m_final, self.hbar_c)

    @property
    def masses(self) -> tuple[float, ...]:
        return tuple(nuclide.mass for nuclide in self.target.nuclides)

    @property
    def shares(self) -> tuple[float, ...]:
        return _shares(self.target)

    @property
    def breakpoints(self) -> FloatArray:
        return NO_BREAKPOINTS

    @property
    def family(self) -> Hashable:
        return (self.charges, self.target, self.hbar_c)

    def strength(self, i: int, T: FloatArray, /) -> FloatArray:
        scale = (self.hbar_c / HBAR_C_GEV_FM) ** 2
        return self.target.numbers[i] * scale * self._charges(i, T / scale)

    def energy_dependence(self, i: int, T: FloatArray, /) -> Dependence:
        nuclide = self.target.nuclides[i]
        return self.bracket(T, nuclide.mass, nuclide.spin > 0)

    def _charges(self, i: int, T: FloatArray) -> FloatArray:
        nuclide = self.target.nuclides[i]
        charge = {"p": lambda: nuclide.Z * self.target.F_charge(i, T)}
        charge["n"] = lambda: nuclide.N * self.target.F_weak_neutron(i, T)
        first, second = self.charges
        return charge[first]() ** 2 if first == second else charge[first]() * charge[second]()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectNuclearKinematics(CrossSection):
    """A user's cross section per nucleus, integrated over the flux as it stands.

    Attributes
    ----------
    name : str
    target : NuclearTarget
    cross_section : callable
        Maps T and E_nu, arrays of one shape, keV, and a nuclide to cm^2/keV.
    m_final : float, keV
    """

    name: str
    target: NuclearTarget
    cross_section: Callable[[FloatArray, FloatArray, Nuclide], FloatArray] = field(repr=False)
    m_final: float = 0.0
    binding: Binding = field(default="unit", init=False)

    @property
    def key(self) -> Hashable:
        return (self.name, self.cross_section, self.target, self.m_final)

    @property
    def masses(self) -> tuple[float, ...]:
        return tuple(nuclide.mass for nuclide in self.target.nuclides)

    @property
    def shares(self) -> tuple[float, ...]:
        return _shares(self.target)

    @property
    def breakpoints(self) -> FloatArray:
        return NO_BREAKPOINTS

    def energy_dependence(self, i: int, T: FloatArray, /) -> Dependence:
        nuclide, number = self.target.nuclides[i], self.target.numbers[i]
        return lambda E: number * np.asarray(self.cross_section(np.broadcast_to(T, E.shape), E, nuclide))


@lru_cache(maxsize=64)
def _shares(target: NuclearTarget) -> tuple[float, ...]:
    """Part of its element that each nuclide is."""
    pairs = list(zip(target.nuclides, target.numbers, strict=True))
    return tuple(number / sum(n for other, n in pairs if other.Z == nuclide.Z) for nuclide, number in pairs)
