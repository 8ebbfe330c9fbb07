"""Slow reference cross sections on nuclei: Dirac traces for spin 1/2, the scalar current for spin 0.

A neutrino vertex of explicit Dirac matrices meets the current of a nucleus: gamma matrices for a
Dirac nucleus, (p + p') for one without spin, the unit for a scalar. No bracket of the package is
used. Targets of one made-up nuclide let masses and spins run freely.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nulight.constants import ALPHA, G_F, HBAR_C
from nulight.targets.nuclei import NuclearTarget, Nuclide
from oracles import GAMMA, GAMMA_5, LEFT, METRIC, MU_B, ONE, SIGMA, lowered, momenta, slash, trace_dsigma_dT

Amplitude = tuple[np.ndarray, float]
"""A neutrino vertex (n_index, 4, 4), the index down, and the charge of the nucleus it meets."""


def one_nuclide(mass: float, spin: float, Z: int = 1, N: int = 1, form_factor: str = "unity") -> NuclearTarget:
    nuclide = Nuclide(symbol="X", Z=Z, A=Z + N, mass=mass, spin=spin, R_p=4.0, R_n=4.2)
    return NuclearTarget(name="X", nuclides=(nuclide,), numbers=(1.0,), molar_mass=1.0, form_factor=form_factor)


# --- neutrino vertices, with all propagators and couplings in ------------------------------------


def weak_vertex() -> np.ndarray:
    return G_F / np.sqrt(2) * lowered(GAMMA @ (ONE - GAMMA_5))


def vector_vertex(T: float, mass: float, gg: float, m_mediator: float) -> np.ndarray:
    """g_nu g / (m^2 - q^2) gamma P_L, of the same overall sign as the weak one."""
    return gg / (m_mediator**2 + 2 * mass * T) * lowered(GAMMA @ LEFT)


def photon_vertex(T: float, mass: float, q: float) -> np.ndarray:
    """A neutrino of charge q e, repelled by a positive nucleus."""
    return vector_vertex(T, mass, 4 * np.pi * ALPHA * q, 0.0)


def charge_radius_vertex(T: float, mass: float, r2: float) -> np.ndarray:
    """gamma q^2 <r^2> / 6 in place of the charge, r2 in keV^-2; q^2 = -2 M T cancels the photon's propagator."""
    return photon_vertex(T, mass, -2 * mass * T * r2 / 6)


def moment_vertex(T: float, E: float, mass: float, mu: float, m_final: float) -> np.ndarray:
    k, _, k_out, _ = momenta(T, E, mass, m_final)
    q = METRIC @ (k - k_out)
    coupling = mu * MU_B * np.sqrt(4 * np.pi * ALPHA) / (2 * mass * T)
    return lowered(coupling * np.einsum("mnab,n->mab", SIGMA, q) @ LEFT)


# --- cross sections ------------------------------------------------------------------------------


def vector_target(
    T: float, E: float, amplitudes: Sequence[Amplitude], M: float, spin: float, m_final: float = 0.0, anti: bool = False
) -> float:
    """dsigma/dT of vertices that meet the vector current of the nucleus, cm^2/keV."""
    vertex = sum(charge * N for N, charge in amplitudes)
    if spin:
        return trace_dsigma_dT(T, E, [(vertex, GAMMA)], m_final=m_final, antineutrino=anti, M=M)
    _, p, _, p_out = momenta(T, E, M, m_final)
    return _spinless(T, E, np.einsum("mab,m->ab", vertex, p + p_out), M, m_final, anti)


def scalar_target(T: float, E: float, gg: float, m_mediator: float, M: float, spin: float) -> float:
    """dsigma/dT of scalar exchange; without spin the nucleus couples as 2 M phi."""
    vertex = gg / (m_mediator**2 + 2 * M * T) * LEFT
    if spin:
        return trace_dsigma_dT(T, E, [(vertex[None], ONE[None])], M=M)
    return _spinless(T, E, 2 * M * vertex, M, 0.0, False)


def _spinless(T: float, E: float, vertex: np.ndarray, M: float, m_final: float, anti: bool) -> float:
    """Trace over the neutrino line alone."""
    k, _, k_out, _ = momenta(T, E, M, m_final)
    first, last = slash(k), slash(k_out) + m_final * ONE
    if anti:
        first, last = last, first
    barred = GAMMA[0] @ np.conj(vertex.T) @ GAMMA[0]
    total = np.trace(last @ vertex @ first @ barred)
    return float(total.real) / (32 * np.pi * M * E**2) * HBAR_C**2


def amplitude_by_amplitude(
    T: float,
    E: float,
    M: float,
    spin: float,
    coupling: Callable[[int, int], complex],
    state: np.ndarray,
) -> float:
    """Sum over final flavours of |sum over initial ones|^2 for couplings in units of the weak one."""
    strength = sum(abs(sum(coupling(b, a) * state[a] for a in range(3))) ** 2 for b in range(3))
    return strength * vector_target(T, E, [(weak_vertex(), 1.0)], M, spin)
