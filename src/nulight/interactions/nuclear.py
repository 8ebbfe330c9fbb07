"""Terms of scattering on nuclei: weak and new interactions coherent over all nucleons.

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
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

from nulight.interactions.magnetic import Moment
from nulight.interactions.nuclear_brackets import moment_bracket, scalar_bracket, vector_bracket
from nulight.interactions.nuclear_currents import NuclearCurrent, NuclearScalar
from nulight.interactions.nuclear_kinematics import HBAR_C_GEV_FM, Charges, NuclearKinematics
from nulight.interactions.propagators import Propagator, mediator
from nulight.interactions.term import Term
from nulight.interactions.vector import hermitian_product, pair_label
from nulight.neutrinos.flux import Helicity
from nulight.typing import ComplexArray, FloatArray

if TYPE_CHECKING:
    from nulight.targets.nuclei import NuclearTarget

__all__ = [
    "Nuclei",
    "nuclear_magnetic_terms",
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
        matrix, in_mass = moment.strengths(helicity)
        kinematics = _moment_kinematics(moment.m_final, nuclei)
        terms.append(Term(moment.label, kinematics, matrix, helicity, mass_matrix=in_mass))
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
