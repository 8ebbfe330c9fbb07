"""Currents, moments and scalars on nuclei: weak and new interactions coherent over all nucleons.

Every vector interaction adds to the amplitude of protons and of neutrons, so for the amplitudes
G_p(T) = sum_n V_n(T) g_p^n, G_n likewise (3 x 3 matrices in flavour), and each nuclide

    dsigma/dT = (G_F^2 M / pi) [1 - T/E - M T/(2 E^2) ...] Tr{ rho A^+ A },
    A = Z F_p G_p + N F_n G_n.

Three structures, pp, pn and nn, hold everything that depends on the target; each is summed over
the nuclides at once. The nuclear current being a vector, antineutrinos only take the transposed
matrices: weak and electromagnetic amplitudes keep their relative sign. A flavour change adds
incoherently, which the product of matrices sees to by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from nulight.constants import ALPHA, G_F, K_R2
from nulight.interactions.magnetic import Moment
from nulight.interactions.nuclear_kinematics import (
    HBAR_C_GEV_FM,
    Charges,
    NuclearKinematics,
    moment_bracket,
    scalar_bracket,
    vector_bracket,
)
from nulight.interactions.term import Term
from nulight.interactions.vector import CONTACT, PHOTON, Propagator, hermitian_product, mediator, pair_label
from nulight.neutrinos.flux import Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

if TYPE_CHECKING:
    from nulight.targets.nuclei import NuclearTarget

__all__ = [
    "NuclearCurrent",
    "NuclearScalar",
    "Nuclei",
    "nuclear_charge_radius_current",
    "nuclear_light_vector_current",
    "nuclear_magnetic_terms",
    "nuclear_millicharge_current",
    "nuclear_nsi_current",
    "nuclear_pair_terms",
    "nuclear_scalar_terms",
    "nuclear_vector_terms",
]


@dataclass(frozen=True, slots=True)
class Nuclei:
    """The nuclei of a target, with what may be set about them.

    Attributes
    ----------
    target : NuclearTarget
    R_n : float or None, fm
        Root-mean-square neutron radius of every nuclide, in place of the target's own.
    hbar_c : float, GeV fm
    """

    target: NuclearTarget
    R_n: float | None = None
    hbar_c: float = HBAR_C_GEV_FM

    def seen_by(self, charges: Charges) -> NuclearTarget:
        """Return the target of a structure: protons do not know the neutron radius."""
        return self.target if self.R_n is None or charges == "pp" else self.target.with_neutron_radius(self.R_n)


@dataclass(frozen=True, slots=True, eq=False)
class NuclearCurrent:
    """Vector couplings of one interaction to protons and neutrons.

    Attributes
    ----------
    label : str
    propagator : Propagator
    g_p : array, shape (..., N, N)
        Hermitian in flavour; leading axes are model points. Unit: dimensionless / V.
    g_n : array, shape (..., N, N), or None
        None where neutrons take no part, as in all that is electromagnetic.
    """

    label: str
    propagator: Propagator
    g_p: ComplexArray
    g_n: ComplexArray | None = None

    def for_antineutrinos(self) -> NuclearCurrent:
        """Return the current seen by antineutrinos."""
        g_n = None if self.g_n is None else np.swapaxes(self.g_n, -1, -2)
        return replace(self, g_p=np.swapaxes(self.g_p, -1, -2), g_n=g_n)


@dataclass(frozen=True, slots=True, eq=False)
class NuclearScalar:
    """Exchange of a light scalar between neutrinos and nucleons.

    Attributes
    ----------
    label : str
    g_p, g_n : arrays, shape (..., N, N)
        Products of neutrino (matrix in flavour) and nucleon couplings.
    mass : float, keV
        Mediator mass.
    """

    label: str
    g_p: ComplexArray
    g_n: ComplexArray
    mass: float


def nuclear_charge_radius_current(
    r2: ArrayLike, *, shift_per_r2: ArrayLike = K_R2, label: str = "charge_radius"
) -> NuclearCurrent:
    """Charge radius: g_p -> g_p - K <r^2>.

    Parameters
    ----------
    r2 : array, shape (..., N, N), cm^2
        <r^2> on a left-handed neutrino, Hermitian in flavour.
    shift_per_r2 : float or array (...), cm^-2
        K, sqrt2 pi alpha / (3 G_F) unless a convention differs.

    References
    ----------
    Cadeddu:2018dux (arXiv:1810.05606)
    """
    return NuclearCurrent(label, CONTACT, -np.asarray(r2, dtype=complex) * np.asarray(shift_per_r2)[..., None, None])


def nuclear_millicharge_current(q: ArrayLike) -> NuclearCurrent:
    """Millicharge: g_p -> g_p + sqrt2 pi alpha q / (G_F M T).

    Parameters
    ----------
    q : array, shape (..., N, N), e
        Electric charge of the neutrino, Hermitian in flavour.
    """
    return NuclearCurrent("millicharge", PHOTON, np.asarray(q, dtype=complex) * np.sqrt(2) * np.pi * ALPHA / G_F)


def nuclear_light_vector_current(gg_p: ArrayLike, gg_n: ArrayLike, mass: float) -> NuclearCurrent:
    """Light vector mediator: g_p -> g_p + g_nu g_p' / [sqrt2 G_F (2 M T + m_V^2)], g_n likewise.

    Parameters
    ----------
    gg_p, gg_n : arrays, shape (..., N, N)
        Products of neutrino and nucleon couplings, Hermitian in flavour.
    mass : float, keV
        Mediator mass.
    """
    g_p, g_n = (np.asarray(gg, dtype=complex) / (np.sqrt(2) * G_F) for gg in (gg_p, gg_n))
    return NuclearCurrent("light_vector", mediator(mass), g_p, g_n)


def nuclear_nsi_current(eps_u: ArrayLike, eps_d: ArrayLike) -> NuclearCurrent:
    """Contact interaction beyond the Standard Model: g_p -> g_p + 2 eps_u + eps_d, g_n -> g_n + eps_u + 2 eps_d.

    Parameters
    ----------
    eps_u, eps_d : arrays, shape (..., N, N)
        Vector strengths eps^V = eps^L + eps^R on quarks, Hermitian in flavour, in units of the Fermi
        interaction: L = -2 sqrt2 G_F eps^P [nubar gamma P_L nu][qbar gamma P q].
    """
    u, d = (np.asarray(eps, dtype=complex) for eps in (eps_u, eps_d))
    return NuclearCurrent("nsi", CONTACT, 2 * u + d, u + 2 * d)


def nuclear_vector_terms(currents: Sequence[NuclearCurrent], helicity: Helicity, nuclei: Nuclei) -> list[Term]:
    """Return the terms of all currents and of their interference, cross sections per formula unit."""
    pairs = combinations_with_replacement(currents, 2)
    return [term for a, b in pairs for term in nuclear_pair_terms(a, b, helicity, nuclei)]


def nuclear_pair_terms(a: NuclearCurrent, b: NuclearCurrent, helicity: Helicity, nuclei: Nuclei) -> list[Term]:
    """Return the terms of one current with itself (`a` is `b`) or the interference of two."""
    factor = 0.5 if a is b else 1.0
    if helicity == "nubar":
        a, b = a.for_antineutrinos(), b.for_antineutrinos()
    label, propagators = pair_label(a.label, b.label), (a.propagator, b.propagator)
    return [
        Term(label, _vector_kinematics(charges, propagators, nuclei), factor * matrix, helicity)
        for charges, matrix in _products(a.g_p, a.g_n, b.g_p, b.g_n)
    ]


def nuclear_magnetic_terms(moments: Sequence[Moment], helicity: Helicity, nuclei: Nuclei) -> list[Term]:
    """Return one term a moment: C = mu^+ mu on the charge of the protons.

    The magnetic moment of the nucleus itself does not add up over the protons and is neglected.
    """
    terms = []
    for moment in moments:
        matrix = np.conj(np.swapaxes(moment.matrix, -1, -2)) @ moment.matrix
        matrix = matrix.conj() if helicity == "nubar" else matrix
        terms.append(Term(moment.label, _moment_kinematics(moment.m_final, nuclei), matrix, helicity))
    return terms


def nuclear_scalar_terms(exchanges: Sequence[NuclearScalar], helicity: Helicity, nuclei: Nuclei) -> list[Term]:
    """Return the terms of scalars: no interference with the weak part, whose helicity differs."""
    terms = []
    for exchange in exchanges:
        for charges, matrix in _products(exchange.g_p, exchange.g_n, exchange.g_p, exchange.g_n):
            product = matrix.conj() if helicity == "nubar" else matrix
            terms.append(
                Term(exchange.label, _scalar_kinematics(charges, exchange.mass, nuclei), product / 2, helicity)
            )
    return terms


def _products(
    a_p: ComplexArray, a_n: ComplexArray | None, b_p: ComplexArray, b_n: ComplexArray | None
) -> Iterator[tuple[Charges, ComplexArray]]:
    """Coupling matrices a^+ b + b^+ a of the three structures; those without neutrons are left out."""
    yield "pp", hermitian_product(a_p, b_p)
    mixed = [hermitian_product(p, n) for p, n in ((a_p, b_n), (b_p, a_n)) if n is not None]
    if mixed:
        yield "pn", np.asarray(sum(mixed))
    if a_n is not None and b_n is not None:
        yield "nn", hermitian_product(a_n, b_n)


@lru_cache(maxsize=256)
def _vector_kinematics(
    charges: Charges, propagators: tuple[Propagator, Propagator], nuclei: Nuclei
) -> NuclearKinematics:
    V, W = (propagator.value for propagator in propagators)

    def bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
        return V(T, mass) * W(T, mass) * vector_bracket(T, mass, has_spin)

    name = f"vector[{','.join(sorted(p.name for p in propagators))}]"
    target = nuclei.seen_by(charges)
    return NuclearKinematics(name=name, target=target, charges=charges, bracket=bracket, hbar_c=nuclei.hbar_c)


@lru_cache(maxsize=16)
def _moment_kinematics(m_final: float, nuclei: Nuclei) -> NuclearKinematics:
    if not m_final >= 0 or not np.isfinite(m_final):
        raise ValueError(f"mass of the final neutrino {m_final} keV must be a number >= 0")

    def bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
        return moment_bracket(T, mass, has_spin, m_final)

    target = nuclei.seen_by("pp")
    return NuclearKinematics(
        name="magnetic", target=target, charges="pp", bracket=bracket, m_final=m_final, hbar_c=nuclei.hbar_c
    )


@lru_cache(maxsize=64)
def _scalar_kinematics(charges: Charges, mass: float, nuclei: Nuclei) -> NuclearKinematics:
    propagator = mediator(mass)

    def bracket(T: FloatArray, M: float, has_spin: bool) -> FloatArray:
        return propagator.value(T, M) ** 2 * scalar_bracket(T, M, has_spin)

    name, target = f"scalar[{propagator.name}]", nuclei.seen_by(charges)
    return NuclearKinematics(name=name, target=target, charges=charges, bracket=bracket, hbar_c=nuclei.hbar_c)
