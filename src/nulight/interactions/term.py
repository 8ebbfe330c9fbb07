"""Terms: the common form of every cross section in the package.

At fixed recoil energy a neutrino cross section is a coupling product times a quadratic polynomial
in 1/E_nu, so a flux average needs only three moments of the flux. A `Kinematics` holds the
energy dependence, for any target and final-state mass; a `Term` adds the coupling matrix that is
traced with the flavour density matrix. Equivalent photons add the logarithm of the energy, one
moment more. A cross section of any other form is a `DirectKinematics` and is integrated over the
flux as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from nulight.interactions.kinematics import E_nu_min
from nulight.neutrinos.flux import Flux, Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = [
    "NO_BREAKPOINTS",
    "Binding",
    "CrossSection",
    "Dependence",
    "DirectKinematics",
    "Kinematics",
    "MomentKinematics",
    "Term",
    "inside_limits",
]

Binding = Literal["free", "stepping", "rrpa_e", "rrpa_x", "unit"]
"""How the electrons of the target are counted; "unit": the cross section is that of a formula unit already."""

NO_BREAKPOINTS: FloatArray = np.empty(0)
"""Of a cross section that is smooth between its recoil limits."""

Dependence = FloatArray | Callable[[FloatArray], FloatArray]
"""On the neutrino energy at given recoils: coefficients of 1, 1/E, 1/E^2 and perhaps ln(E/keV), shape (3 or 4, n_T),
cm^2 keV^(k - 1); or a function of E, shape (n, n_T), cm^2/keV, where there is no such form."""


class Kinematics(Protocol):
    """Energy dependence of a cross section per unit coupling product."""

    @property
    def key(self) -> Hashable:
        """Something that is equal only for equal functions; templates are cached under it."""

    @property
    def masses(self) -> tuple[float, ...]:
        """Masses of all target particles, keV; the recoil limits of each are limits of the cross section."""

    @property
    def shares(self) -> tuple[float, ...]:
        """Part that each target particle is among those of nearly its mass: isotopes of one element."""

    @property
    def m_final(self) -> float:
        """Mass of the final neutrino, keV."""

    @property
    def binding(self) -> Binding:
        """How the electrons of the target are counted; "unit" if the cross section is that of a formula unit."""

    @property
    def breakpoints(self) -> FloatArray:
        """Recoil energies at which the cross section itself jumps, keV; mostly none."""

    @property
    def family(self) -> Hashable:
        """Something that is equal only for kinematics of equal `strength`."""

    def strength(self, i: int, T: FloatArray, /) -> FloatArray:
        """Factor of the cross section on target particle `i` that knows neither energy nor final state; shape of T."""

    def energy_dependence(self, i: int, T: FloatArray, /) -> Dependence:
        """Cross section of unit strength on target particle `i` at recoils T (n_T,), keV, inside its limits."""

    def dsigma_dT(self, T: ArrayLike, E_nu: ArrayLike) -> FloatArray:
        """Cross section, cm^2/keV, zero outside the kinematic limits."""

    def flux_averages(self, fluxes: Sequence[Flux], T: FloatArray) -> FloatArray:
        """Integrals of w_j dsigma/dT over the neutrino energy, s^-1 keV^-1.

        One row a channel, all channels of the first flux, then those of the next: (sum of J, n_T).
        """


class CrossSection:
    """What every kinematics has once it says how it depends on the energy: sums over the target particles."""

    __slots__ = ()

    @property
    def family(self) -> Hashable:
        return None

    def strength(self, _: int, T: FloatArray, /) -> FloatArray:
        return np.ones_like(T)

    def dsigma_dT(self: Kinematics, T: ArrayLike, E_nu: ArrayLike) -> FloatArray:
        def on(i: int) -> Callable[[FloatArray, FloatArray], FloatArray]:
            return lambda T, E: self.strength(i, T) * _value(self.energy_dependence(i, T), E)

        parts = [inside_limits(on(i), T, E_nu, mass, self.m_final) for i, mass in enumerate(self.masses)]
        return np.asarray(sum(parts))

    def flux_averages(self: Kinematics, fluxes: Sequence[Flux], T: FloatArray) -> FloatArray:
        def on(i: int, mass: float) -> FloatArray:
            dependence, E_min = self.energy_dependence(i, T), E_nu_min(T, mass, self.m_final)
            averages = np.concatenate([_average(flux, dependence, E_min) for flux in fluxes])
            return np.asarray(averages * self.strength(i, T))

        return np.asarray(sum(on(i, mass) for i, mass in enumerate(self.masses)))


@dataclass(frozen=True, slots=True)
class MomentKinematics(CrossSection):
    """dsigma/dT = sum_k c_k(T) / E^k, and c_log(T) ln E, above the kinematic limit.

    Attributes
    ----------
    name : str
        With the numbers that `coefficients` depends on: it identifies the function.
    mass : float, keV
        Target mass.
    coefficients : callable
        Maps T, shape (n_T,), keV to c_k, shape (3, n_T), cm^2 keV^(k - 1); a fourth row multiplies
        ln(E/keV).
    m_final : float, keV
    binding : str
    breakpoints : array, keV
        Recoil energies at which the coefficients jump.
    """

    name: str
    mass: float
    coefficients: Callable[[FloatArray], FloatArray] = field(compare=False, repr=False)
    m_final: float = 0.0
    binding: Binding = "stepping"
    breakpoints: FloatArray = field(default_factory=lambda: NO_BREAKPOINTS, compare=False, repr=False)

    @property
    def masses(self) -> tuple[float, ...]:
        return (self.mass,)

    @property
    def shares(self) -> tuple[float, ...]:
        return (1.0,)

    @property
    def key(self) -> Hashable:
        return (self.name, self.mass, self.m_final, self.binding)

    def energy_dependence(self, _: int, T: FloatArray, /) -> Dependence:
        return self.coefficients(T)


@dataclass(frozen=True, slots=True)
class DirectKinematics(CrossSection):
    """A cross section that is no polynomial in 1/E, integrated over the flux directly.

    Attributes
    ----------
    name : str
    mass : float, keV
    cross_section : callable
        Maps T and E_nu, arrays of one shape, keV to cm^2/keV per unit coupling product.
    m_final : float, keV
    binding : str
    """

    name: str
    mass: float
    cross_section: Callable[[FloatArray, FloatArray], FloatArray] = field(repr=False)
    m_final: float = 0.0
    binding: Binding = "stepping"

    @property
    def masses(self) -> tuple[float, ...]:
        return (self.mass,)

    @property
    def shares(self) -> tuple[float, ...]:
        return (1.0,)

    @property
    def breakpoints(self) -> FloatArray:
        return NO_BREAKPOINTS

    @property
    def key(self) -> Hashable:
        # the function itself, not its id: an id is given away again when the function is forgotten
        return (self.name, self.cross_section, self.mass, self.m_final, self.binding)

    def energy_dependence(self, _: int, T: FloatArray, /) -> Dependence:
        return lambda E: np.asarray(self.cross_section(np.broadcast_to(T, E.shape), E))


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One coupling product with its kinematics.

    Attributes
    ----------
    label : str
        Interaction it belongs to: ``"weak"``, ``"magnetic"``..., or ``"a*b"`` for interference.
    kinematics : Kinematics
    matrix : array, shape (..., N, N)
        Hermitian coupling matrix C in the flavour basis; the rate is Tr[rho C] times the kinematics.
        Leading axes are model points.
    mass_matrix : array, shape (..., N, N), or None
        C in the mass basis, for fluxes that are stored there; None where `matrix` is all there is. A
        coupling given in the mass basis meets an incoherent mixture without any mixing matrix.
    helicity : "nu" or "nubar"
        Whom it applies to.
    constant : bool
        The same object comes back for every model point, so its counts may be kept.
    """

    label: str
    kinematics: Kinematics
    matrix: ComplexArray
    helicity: Helicity = "nu"
    constant: bool = False
    mass_matrix: ComplexArray | None = None

    def weights(self, density_matrices: ComplexArray, mass_matrices: ComplexArray | None = None) -> FloatArray:
        """Return Tr[R_j C], shape (..., J).

        Parameters
        ----------
        density_matrices : array, shape (J, N, N)
            The R_j in the flavour basis. Where R and C differ in size the smaller block counts:
            what is not made, or does not couple, adds nothing.
        mass_matrices : array, shape (J, N, N), optional
            The same in the mass basis, for a flux that is stored there.
        """
        if mass_matrices is not None and self.mass_matrix is not None:
            return _trace(self.mass_matrix, mass_matrices)
        return _trace(self.matrix, density_matrices)


def _trace(C: ComplexArray, R: ComplexArray) -> FloatArray:
    """Tr[R_j C], shape (..., J), of the block that C (..., N, N) and R (J, M, M) share."""
    n = min(C.shape[-1], R.shape[-1])
    C, R = C[..., :n, :n], R[..., :n, :n]
    # Both are Hermitian: Tr[R C] = sum of Re R Re C + Im R Im C. No matrix product, since BLAS
    # would start threads for it that cost more than the work on a busy machine.
    trace: FloatArray = np.einsum("...k,jk->...j", _real_parts(C), _real_parts(R))
    return trace


def _real_parts(matrices: ComplexArray) -> FloatArray:
    """Matrices (..., N, N) as rows of real and imaginary parts, shape (..., 2 N^2)."""
    n = matrices.shape[-1]
    return np.ascontiguousarray(matrices).reshape(*matrices.shape[:-2], n * n).view(float)


def inside_limits(
    function: Callable[[FloatArray, FloatArray], FloatArray], T: ArrayLike, E_nu: ArrayLike, mass: float, m_final: float
) -> FloatArray:
    """Evaluate function(T, E), arrays of shape (n,), where the recoil is possible; zero elsewhere.

    Raises
    ------
    ValueError
        If a neutrino energy is not positive.
    """
    T, E = np.broadcast_arrays(np.asarray(T, float), np.asarray(E_nu, float))
    if np.any(~(E > 0)):
        raise ValueError(f"neutrino energy E_nu = {E[~(E > 0)].flat[0]} keV must be positive")
    result = np.zeros(T.shape)
    possible = np.asarray(T > 0)
    possible[possible] = E[possible] >= E_nu_min(T[possible], mass, m_final)
    result[possible] = function(T[possible], E[possible])
    return result


def _value(dependence: Dependence, E: FloatArray) -> FloatArray:
    """Cross section at energies E (n_T,), one for each recoil."""
    if callable(dependence):
        return dependence(E)
    value: FloatArray = dependence[0] + (dependence[1] + dependence[2] / E) / E
    return value + dependence[3] * np.log(E) if len(dependence) > 3 else value


def _average(flux: Flux, dependence: Dependence, E_min: FloatArray) -> FloatArray:
    """Integrals of w_j dsigma/dT above E_min (n_T,), shape (J, n_T)."""
    if callable(dependence):
        return flux.integrate(dependence, E_min)
    average: FloatArray = np.einsum("kt,kjt->jt", dependence, flux.moments(E_min, log=len(dependence) > 3))
    return average
