"""Couplings of neutrinos to protons and neutrons: the currents and scalars that meet a nucleus.

What is electromagnetic sees the protons alone. Signs are those of the electron's currents with the
charge turned round: a neutrino of positive charge is repelled by a nucleus.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nulight.constants import ALPHA, G_F, K_R2
from nulight.interactions.propagators import CONTACT, PHOTON, Propagator, mediator
from nulight.typing import ArrayLike, ComplexArray

__all__ = [
    "NuclearCurrent",
    "NuclearScalar",
    "nuclear_charge_radius_current",
    "nuclear_light_vector_current",
    "nuclear_millicharge_current",
    "nuclear_nsi_current",
]


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
