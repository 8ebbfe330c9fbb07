"""Vector currents on electrons: weak, charge radius, anapole, millicharge, light vector, NSI.

They all have the amplitude of Fermi theory with couplings g_L, g_R that may depend on the recoil
through a propagator, so they interfere, and one formula serves all of them: for the amplitudes
G_L(T) = sum_n V_n(T) g_L^n (3 x 3 matrices in flavour)

    dsigma/dT = (2 G_F^2 m_e / pi) Tr{ rho [ G_L^+ G_L + G_R^+ G_R (1 - T/E)^2
                                              - (m_e T / E^2) (G_L^+ G_R + G_R^+ G_L) / 2 ] }.

Antineutrinos exchange left and right and take the transposed flavour matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np

from nulight.constants import ALPHA, G_F, HBAR_C, K_R2, M_E
from nulight.interactions.propagators import CONTACT, PHOTON, Propagator, mediator
from nulight.interactions.term import Binding, MomentKinematics, Term
from nulight.neutrinos.flux import Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = [
    "VectorCurrent",
    "charge_radius_current",
    "current_pair_terms",
    "dsigma_dT_weak",
    "hermitian_product",
    "light_vector_current",
    "millicharge_current",
    "nsi_current",
    "pair_label",
    "vector_terms",
]

_PREFACTOR = 2 * G_F**2 * M_E / np.pi * HBAR_C**2  # cm^2/keV


@dataclass(frozen=True, slots=True, eq=False)
class VectorCurrent:
    """Left and right couplings of one vector interaction.

    Attributes
    ----------
    label : str
    propagator : Propagator
    g_L, g_R : arrays, shape (..., N, N)
        Hermitian in flavour; leading axes are model points. Unit: dimensionless / V.
    """

    label: str
    propagator: Propagator
    g_L: ComplexArray
    g_R: ComplexArray

    def for_antineutrinos(self) -> VectorCurrent:
        """Return the current seen by antineutrinos."""
        return replace(self, g_L=np.swapaxes(self.g_R, -1, -2), g_R=np.swapaxes(self.g_L, -1, -2))


def charge_radius_current(
    r2: ArrayLike, *, shift_per_r2: ArrayLike = K_R2, label: str = "charge_radius"
) -> VectorCurrent:
    """Charge radius as a shift of g_V: half of it each in g_L and g_R.

    Parameters
    ----------
    r2 : array, shape (..., N, N), cm^2
        <r^2> on a left-handed neutrino, Hermitian in flavour. An anapole moment a is r2 = -6 a.
    shift_per_r2 : float or array (...), cm^-2
        Shift of g_V per <r^2>; sqrt2 pi alpha / (3 G_F) = 2.37956e30 cm^-2 unless a convention differs.

    Returns
    -------
    VectorCurrent

    References
    ----------
    Cadeddu:2018dux (arXiv:1810.05606); Giunti:2014ixa (arXiv:1403.6344)
    """
    g = np.asarray(r2, dtype=complex) * np.asarray(shift_per_r2)[..., None, None] / 2
    return VectorCurrent(label, CONTACT, g, g)


def millicharge_current(q: ArrayLike) -> VectorCurrent:
    """Millicharge: g_V -> g_V - sqrt2 pi alpha q / (G_F m_e T).

    Parameters
    ----------
    q : array, shape (..., N, N), e
        Electric charge of the neutrino, Hermitian in flavour.

    Notes
    -----
    The charge radius vertex gamma q^2 <r^2>/6 with <r^2>/6 -> q / q^2 and q^2 = -2 m_e T. Pure charge
    scattering is then pi alpha^2 q^2 / (m_e T^2) [1 + (1 - T/E)^2 - m_e T / E^2].
    """
    g = -np.asarray(q, dtype=complex) * np.sqrt(2) * np.pi * ALPHA / (2 * G_F)
    return VectorCurrent("millicharge", PHOTON, g, g)


def light_vector_current(gg: ArrayLike, mass: float) -> VectorCurrent:
    """Light vector mediator: g_V -> g_V + g_nu g_e / [sqrt2 G_F (2 m_e T + m_V^2)].

    Parameters
    ----------
    gg : array, shape (..., N, N)
        Product of neutrino and electron couplings, Hermitian in flavour.
    mass : float, keV
        Mediator mass.
    """
    g = np.asarray(gg, dtype=complex) / (2 * np.sqrt(2) * G_F)
    return VectorCurrent("light_vector", mediator(mass), g, g)


def nsi_current(eps: ArrayLike) -> VectorCurrent:
    """Contact interaction beyond the Standard Model: g_V -> g_V + eps.

    Parameters
    ----------
    eps : array, shape (..., N, N)
        Vector strength eps^V = eps^L + eps^R, Hermitian in flavour, in units of the Fermi interaction:
        L = -2 sqrt2 G_F eps^P [nubar gamma P_L nu][ebar gamma P e].

    Notes
    -----
    The limit of a light vector that is not light: eps = g_nu g_e / (sqrt2 G_F m_V^2).
    """
    g: ComplexArray = np.multiply(eps, 0.5, dtype=complex)
    return VectorCurrent("nsi", CONTACT, g, g)


def vector_terms(currents: Sequence[VectorCurrent], helicity: Helicity, *, binding: str = "stepping") -> list[Term]:
    """Return the terms of all currents and of their interference.

    Parameters
    ----------
    currents : sequence of VectorCurrent
    helicity : "nu" or "nubar"
    binding : "free", "stepping" or "rrpa"
        With "rrpa" the flavour-diagonal part of contact currents carries the ratio of its flavour;
        flavour-changing parts and other propagators use stepping, for which no table exists.

    Returns
    -------
    list of Term
    """
    pairs = combinations_with_replacement(currents, 2)
    return [term for a, b in pairs for term in current_pair_terms(a, b, helicity, binding=binding)]


def current_pair_terms(a: VectorCurrent, b: VectorCurrent, helicity: Helicity, *, binding: str) -> list[Term]:
    """Return the terms of one current with itself (`a` is `b`) or the interference of two."""
    same = a is b
    if helicity == "nubar":
        a, b = a.for_antineutrinos(), b.for_antineutrinos()
    label = pair_label(a.label, b.label)
    parts = _parts(a, b, binding)
    return [
        Term(label, kinematics, matrix, helicity)
        for part, left, right in parts
        for kinematics, matrix in _pair_products(left, right, same=same, binding=part)
    ]


def dsigma_dT_weak(T_e: ArrayLike, E_nu: ArrayLike, *, g_L: float, g_R: float) -> FloatArray:
    r"""Weak cross section of a neutrino on a free electron at rest.

    Parameters
    ----------
    T_e : array, any shape broadcasting with `E_nu`, keV
        Electron recoil kinetic energy.
    E_nu : array, keV
        Neutrino energy, positive.
    g_L, g_R : float
        Couplings of a neutrino; exchange them for an antineutrino.

    Returns
    -------
    array, broadcast shape, cm^2 / keV
        Zero outside ``0 < T_e <= T_max(E_nu, m_e)``.

    Notes
    -----
    .. math:: \frac{d\sigma}{dT} = \frac{2 G_F^2 m_e}{\pi}
              [g_L^2 + g_R^2 (1 - T/E)^2 - g_L g_R m_e T / E^2]

    References
    ----------
    Vogel:1989iv (Phys. Rev. D 39 (1989) 3378)

    Examples
    --------
    >>> float(dsigma_dT_weak(100.0, 747.0, g_L=0.731, g_R=0.231))  # doctest: +ELLIPSIS
    9.6...e-48
    """
    left, right = (np.array([[g]], dtype=complex) for g in (g_L, g_R))
    terms = vector_terms([VectorCurrent("weak", CONTACT, left, right)], "nu")
    parts = [term.matrix[0, 0].real * term.kinematics.dsigma_dT(T_e, E_nu) for term in terms]
    return np.asarray(sum(parts))


def pair_label(a: str, b: str) -> str:
    """Name the interference of two currents; that with the weak one belongs to the other."""
    if a == b or b == "weak":
        return a
    return b if a == "weak" else f"{a}*{b}"


def _parts(a: VectorCurrent, b: VectorCurrent, binding: str) -> list[tuple[Binding, VectorCurrent, VectorCurrent]]:
    """Split a pair of currents by the way its electrons are counted."""
    if binding == "free":
        return [("free", a, b)]
    if binding == "stepping" or not (a.propagator == b.propagator == CONTACT):
        return [("stepping", a, b)]
    e, x = _flavour_block(a, 0), _flavour_block(a, slice(1, None))
    parts: list[tuple[Binding, VectorCurrent, VectorCurrent]] = [
        ("rrpa_e", e, _flavour_block(b, 0)),
        ("rrpa_x", x, _flavour_block(b, slice(1, None))),
    ]
    off_a, off_b = _off_diagonal(a), _off_diagonal(b)
    if np.any(off_a.g_L) or np.any(off_b.g_L) or np.any(off_a.g_R) or np.any(off_b.g_R):
        diagonal_a = replace(a, g_L=a.g_L - off_a.g_L, g_R=a.g_R - off_a.g_R)
        parts += [("stepping", off_a, b), ("stepping", diagonal_a, off_b)]
    return parts


def _flavour_block(current: VectorCurrent, which: int | slice) -> VectorCurrent:
    mask = np.zeros(current.g_L.shape[-1])
    mask[which] = 1
    return replace(current, g_L=current.g_L * np.diag(mask), g_R=current.g_R * np.diag(mask))


def _off_diagonal(current: VectorCurrent) -> VectorCurrent:
    mask = 1 - np.eye(current.g_L.shape[-1])
    return replace(current, g_L=current.g_L * mask, g_R=current.g_R * mask)


def _pair_products(
    a: VectorCurrent, b: VectorCurrent, *, same: bool, binding: Binding
) -> list[tuple[MomentKinematics, ComplexArray]]:
    ll, rr = hermitian_product(a.g_L, b.g_L), hermitian_product(a.g_R, b.g_R)
    lr = (hermitian_product(a.g_L, b.g_R) + hermitian_product(a.g_R, b.g_L)) / 2
    factor = 0.5 if same else 1.0
    V = (a.propagator, b.propagator)
    return [
        (_kinematics(structure, V, binding), factor * matrix)
        for structure, matrix in (("LL", ll), ("RR", rr), ("LR", lr))
    ]


def hermitian_product(a: ComplexArray, b: ComplexArray) -> ComplexArray:
    """Return a^+ b + b^+ a."""
    product = np.conj(np.swapaxes(a, -1, -2)) @ b
    return product + np.conj(np.swapaxes(product, -1, -2))


@lru_cache(maxsize=256)
def _kinematics(structure: str, V: tuple[Propagator, Propagator], binding: Binding) -> MomentKinematics:
    def coefficients(T: FloatArray) -> FloatArray:
        scale = _PREFACTOR * V[0].value(T, M_E) * V[1].value(T, M_E) * np.ones_like(T)
        zero = np.zeros_like(T)
        if structure == "LL":
            return np.stack([scale, zero, zero])
        if structure == "RR":
            return np.stack([scale, -2 * T * scale, T**2 * scale])
        return np.stack([zero, zero, -M_E * T * scale])

    names = ",".join(sorted(p.name for p in V))
    return MomentKinematics(f"{structure}[{names}]", M_E, coefficients, 0.0, binding)
