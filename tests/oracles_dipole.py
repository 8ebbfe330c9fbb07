"""Weak and magnetic production of one heavy neutrino: explicit traces in extended precision.

Both amplitudes with their charges and propagators as they follow from the Lagrangians

    L = (mu/2) Nbar sigma^ab nu_L F_ab + h.c.,   -(G_F/sqrt2) kappa [Nbar gamma (1 - gamma5) nu][...] + h.c.,
    -e Q fbar gamma f A,

for neutrinos (u spinors) and antineutrinos (v spinors, conjugate couplings). No bracket, term or
kinematic limit of the package is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.constants import ALPHA, G_F, HBAR_C
from oracles import GAMMA, GAMMA_5, LEFT, METRIC, MU_B, ONE, SIGMA

_G, _G5, _ONE, _SIGMA = (x.astype(np.clongdouble) for x in (GAMMA, GAMMA_5, ONE, SIGMA))
_RIGHT = ONE - LEFT

Amplitude = tuple[np.ndarray, float, float]
"""Neutrino vertex (4, 4, 4), index up, with the g_V and g_A of the target it meets."""


@dataclass(frozen=True)
class Portal:
    """What nu_a + target -> N + target is made of; couplings of the target are those of one particle.

    `charge` is Q (-1 for electrons, Z for nuclei); a `spin` of zero takes (p + p') g_V for the current.
    """

    M: float
    m: float
    mu: complex
    kappa: complex
    g_V: float
    g_A: float = 0.0
    charge: float = -1.0
    spin: float = 0.5


def traces(portal: Portal, T: float, E: float, *, anti: bool = False) -> tuple[float, float, float]:
    """Return dsigma/dT, cm^2/keV: weak, magnetic, and their interference."""
    vectors = _momenta(T, E, portal.M, portal.m)
    weak, magnetic = _amplitudes(portal, T, vectors, anti)
    pairs = ((weak, weak), (magnetic, magnetic), (weak, magnetic))
    values = [_contracted(portal, a, b, vectors, anti) for a, b in pairs]
    norm = HBAR_C**2 / (32 * np.pi * portal.M * E**2)
    return float(values[0] * norm), float(values[1] * norm), float(2 * values[2] * norm)


def dipole_width(mu: complex, m: float) -> float:
    """Width of N -> nu gamma from the trace, keV: one Dirac neutrino, spins of N averaged."""
    light, photon = np.array([m / 2, 0, 0, m / 2]), np.array([m / 2, 0, 0, -m / 2])
    vertex = np.conj(mu) * MU_B * np.einsum("mnab,n->mab", SIGMA, METRIC @ photon) @ _RIGHT
    rest = _slash(np.array([m, 0, 0, 0])) + m * ONE
    total = np.einsum("ab,mbc,cd,nda,mn->", _slash(light), vertex, rest, _barred(vertex), -METRIC) / 2
    return float(total.real) / (16 * np.pi * m)


def _momenta(T: float, E: float, M: float, m: float) -> tuple[np.ndarray, ...]:
    T, E, M, m = (np.longdouble(x) for x in (T, E, M, m))
    size = np.sqrt(T**2 + 2 * M * T)
    cos = (E * T + M * T + m**2 / 2) / (E * size)
    k, p = np.array([E, 0, 0, E]), np.array([M, 0, 0, 0])
    p_out = np.array([M + T, size * np.sqrt((1 - cos) * (1 + cos)), 0, size * cos])
    return k, p, k + p - p_out, p_out


def _amplitudes(portal: Portal, T: float, vectors: tuple[np.ndarray, ...], anti: bool) -> tuple[Amplitude, Amplitude]:
    k, _, k_out, _ = vectors
    kappa, mu = (np.conj(x) if anti else x for x in (portal.kappa, portal.mu))
    weak = -G_F / np.sqrt(2) * kappa * _G @ (_ONE - _G5)
    q = METRIC @ (k_out - k)
    photon = portal.charge * np.sqrt(4 * np.pi * ALPHA) / (-2 * portal.M * np.longdouble(T))
    moment = -1j * mu * MU_B * photon * np.einsum("mnab,n->mab", _SIGMA, q) @ (_RIGHT if anti else LEFT)
    return (weak, portal.g_V, portal.g_A), (moment, 1.0, 0.0)


def _contracted(portal: Portal, a: Amplitude, b: Amplitude, vectors: tuple[np.ndarray, ...], anti: bool) -> float:
    """Re of the sum of conj(M_a) M_b over spins, averaged over those of the target."""
    k, p, k_out, p_out = vectors
    heavy = _slash(k_out) + (-portal.m if anti else portal.m) * _ONE
    first, last = (heavy, _slash(k)) if anti else (_slash(k), heavy)
    lepton = np.einsum("ab,mbc,cd,nda->mn", last, b[0], first, _barred(a[0]))
    if portal.spin == 0:
        current = METRIC @ (p + p_out)
        return np.sum(lepton * a[1] * b[1] * np.outer(current, current)).real
    vertex_a, vertex_b = (np.einsum("mn,nab->mab", METRIC, _G @ (V * _ONE - A * _G5)) for _, V, A in (a, b))
    after, before = (_slash(x) + portal.M * _ONE for x in (p_out, p))
    target = np.einsum("ab,mbc,cd,nda->mn", after, vertex_b, before, _barred(vertex_a))
    return np.sum(lepton * target).real / 2


def _barred(vertex: np.ndarray) -> np.ndarray:
    return _G[0] @ np.conj(np.swapaxes(vertex, 1, 2)) @ _G[0]


def _slash(p: np.ndarray) -> np.ndarray:
    return np.einsum("m,mab->ab", METRIC @ p, _G)
