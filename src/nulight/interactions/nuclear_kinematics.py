"""Kinematics of recoiling nuclei: all nuclides of a target inside one kinematics.

The exact brackets of each interaction for a nucleus of spin 0 and of spin 1/2 live here, together
with the sum over the nuclides of a formula unit, each with its mass, its recoil limits and its
form factors. Couplings are `nuclear`'s business. A nucleus of spin above 1/2 is taken as a Dirac
particle, and the axial and magnetic parts of its current are neglected: they do not add up over
the nucleons.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from nulight.constants import ALPHA, CONSTANTS, G_F, HBAR_C, M_E
from nulight.interactions.kinematics import E_nu_min
from nulight.interactions.term import NO_BREAKPOINTS, Binding, inside_limits
from nulight.neutrinos.flux import Flux
from nulight.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    from nulight.targets.nuclei import NuclearTarget, Nuclide

__all__ = [
    "HBAR_C_GEV_FM",
    "Charges",
    "DirectNuclearKinematics",
    "NuclearKinematics",
    "moment_bracket",
    "scalar_bracket",
    "vector_bracket",
]

HBAR_C_GEV_FM = CONSTANTS["hbar_c"].value / 1000
"""hbar c in GeV fm; what the conventions may round."""

Charges = Literal["pp", "pn", "nn"]
"""Which products of charges a structure holds: (Z F_p)^2, Z F_p N F_n, (N F_n)^2."""

Bracket = Callable[[FloatArray, float, bool], FloatArray]
"""Maps T (n_T,), the mass and whether there is spin to coefficients of 1, 1/E, 1/E^2, (3, n_T), cm^2 keV^(k - 1)."""


def vector_bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 of the vector interaction with unit charge.

    Parameters
    ----------
    T : array, shape (n_T,), keV
    mass : float, keV
    has_spin : bool

    Returns
    -------
    array, shape (3, n_T), cm^2 keV^(k - 1)

    Notes
    -----
    .. math:: \frac{d\sigma}{dT} = \frac{G_F^2 M}{\pi}
              \left[1 - \frac{T}{E} - \frac{M T}{2 E^2} \left(+ \frac{T^2}{2 E^2}\right)\right]

    exactly, the last term for a Dirac nucleus only. Without it the bracket vanishes at T_max: a
    neutrino cannot turn back without turning its spin, unless the nucleus takes it.
    """
    scale = G_F**2 * mass / np.pi * HBAR_C**2
    last = -mass * T / 2 + (T**2 / 2 if has_spin else 0.0)
    return scale * np.stack([np.ones_like(T), -T, last])


def moment_bracket(T: FloatArray, mass: float, has_spin: bool, m_final: float = 0.0) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 for a moment of one Bohr magneton on a unit charge.

    Parameters
    ----------
    T : array, shape (n_T,), keV
    mass, m_final : float, keV
        Nucleus and final neutrino.
    has_spin : bool

    Returns
    -------
    array, shape (3, n_T), cm^2 keV^(k - 1)

    Notes
    -----
    pi alpha^2 / m_e^2, the electron mass being that of the Bohr magneton, times

    .. math:: K_0 &= \frac1T - \frac1E + \frac{T}{4E^2}
              - \frac{m^2}{2ETM}\left(1 - \frac{T}{4E} + \frac{M}{2E}\right) - \frac{m^4}{8E^2T^2M} \\
              K_{1/2} &= \frac1T - \frac1E
              - \frac{m^2}{2ETM}\left(1 - \frac{T}{2E} + \frac{M}{2E}\right) + \frac{m^4 (T - M)}{8E^2T^2M^2}

    The two differ by O(T/E). Outside the kinematic limits K has no meaning and may have either sign.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545), Eqs. (17) and (18)
    """
    b, M = m_final**2, mass
    c1 = -1 - b / (2 * T * M)
    if has_spin:
        c2 = b / (4 * M) - b / (4 * T) + b**2 * (T - M) / (8 * T**2 * M**2)
    else:
        c2 = T / 4 + b / (8 * M) - b / (4 * T) - b**2 / (8 * T**2 * M)
    return np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * np.stack([1 / T, c1, c2])


def scalar_bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 of scalar exchange with unit charge, before the propagator squared.

    Parameters and returns as for `vector_bracket`, in cm^2 keV^(k + 3).

    Notes
    -----
    .. math:: \frac{d\sigma}{dT} = \frac{M^2 T}{4\pi E^2 (2MT + m_S^2)^2} \left(1 + \frac{T}{2M}\right)

    The last factor is that of a Dirac nucleus; a nucleus without spin couples as 2 M phi.

    References
    ----------
    Cerdeno:2016sfi (arXiv:1604.01025)
    """
    zero = np.zeros_like(T)
    c2 = mass**2 * T * (1 + (T / (2 * mass) if has_spin else 0.0)) / (4 * np.pi) * HBAR_C**2
    return np.stack([zero, zero, c2])


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclearKinematics:
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
    def breakpoints(self) -> FloatArray:
        return NO_BREAKPOINTS

    def dsigma_dT(self, T: ArrayLike, E_nu: ArrayLike) -> FloatArray:
        def polynomial(i: int) -> Callable[[FloatArray, FloatArray], FloatArray]:
            def value(T: FloatArray, E: FloatArray) -> FloatArray:
                c = self._coefficients(i, T)
                return np.asarray(c[0] + (c[1] + c[2] / E) / E)

            return value

        return _sum_over_nuclides(self.masses, polynomial, T, E_nu, self.m_final)

    def flux_averages(self, fluxes: Sequence[Flux], T: FloatArray) -> FloatArray:
        c = np.stack([self._coefficients(i, T) for i in range(len(self.masses))])
        moments = (_moments(flux, self.masses, self.m_final, np.asarray(T, float).tobytes()) for flux in fluxes)
        return np.concatenate([np.einsum("ikt,kjit->jt", c, m) for m in moments])

    def _coefficients(self, i: int, T: FloatArray) -> FloatArray:
        """Coefficients of 1, 1/E, 1/E^2 of all nuclei `i` of a formula unit, shape (3, n_T)."""
        nuclide, scale = self.target.nuclides[i], (self.hbar_c / HBAR_C_GEV_FM) ** 2
        strength = self.target.numbers[i] * scale * self._charges(i, T / scale)
        return strength * self.bracket(T, nuclide.mass, nuclide.spin > 0)

    def _charges(self, i: int, T: FloatArray) -> FloatArray:
        nuclide = self.target.nuclides[i]
        charge = {"p": lambda: nuclide.Z * self.target.F_charge(i, T)}
        charge["n"] = lambda: nuclide.N * self.target.F_weak_neutron(i, T)
        first, second = self.charges
        return charge[first]() ** 2 if first == second else charge[first]() * charge[second]()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectNuclearKinematics:
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
    def breakpoints(self) -> FloatArray:
        return NO_BREAKPOINTS

    def dsigma_dT(self, T: ArrayLike, E_nu: ArrayLike) -> FloatArray:
        return _sum_over_nuclides(self.masses, self._of, T, E_nu, self.m_final)

    def flux_averages(self, fluxes: Sequence[Flux], T: FloatArray) -> FloatArray:
        return np.concatenate([self._average(flux, T) for flux in fluxes])

    def _average(self, flux: Flux, T: FloatArray) -> FloatArray:
        def one(i: int) -> FloatArray:
            function = self._of(i)
            E_min = E_nu_min(T, self.masses[i], self.m_final)
            return flux.integrate(lambda E: function(np.broadcast_to(T, E.shape), E), E_min)

        return np.asarray(sum(one(i) for i in range(len(self.masses))))

    def _of(self, i: int) -> Callable[[FloatArray, FloatArray], FloatArray]:
        """Cross section of all nuclei `i` of a formula unit."""
        nuclide, number = self.target.nuclides[i], self.target.numbers[i]
        return lambda T, E: number * np.asarray(self.cross_section(T, E, nuclide))


@lru_cache(maxsize=64)
def _moments(flux: Flux, masses: tuple[float, ...], m_final: float, T: bytes) -> FloatArray:
    """Flux moments above the limit of every nuclide, (3, J, n_nuclides, n_T): the same for all structures."""
    E_min = np.stack([E_nu_min(np.frombuffer(T), mass, m_final) for mass in masses])
    moments = flux.moments(E_min)
    moments.setflags(write=False)
    return moments


def _sum_over_nuclides(
    masses: Sequence[float],
    function: Callable[[int], Callable[[FloatArray, FloatArray], FloatArray]],
    T: ArrayLike,
    E_nu: ArrayLike,
    m_final: float,
) -> FloatArray:
    """Add up the cross sections function(i)(T, E) of nuclides, each inside its own recoil limits."""
    parts = [inside_limits(function(i), T, E_nu, mass, m_final) for i, mass in enumerate(masses)]
    return np.asarray(sum(parts))
