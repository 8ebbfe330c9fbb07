"""Slow, straightforward reference implementations, shared by tests and benchmarks.

Cross sections come from explicit Dirac traces or are written out amplitude by amplitude, flux and
recoil integrals are adaptive quadratures with explicit break points. No moments, terms, templates
or flux polynomials of the package are used here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad_vec

from nulight.constants import ALPHA, G_F, HBAR_C, M_E

FLAVOURS = ("e", "mu", "tau")
MU_B = np.sqrt(4 * np.pi * ALPHA) / (2 * M_E)  # keV^-1

# --- Dirac traces -------------------------------------------------------------------------------

_I2, _O2 = np.eye(2), np.zeros((2, 2))
_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
GAMMA = np.array(
    [np.block([[_I2, _O2], [_O2, -_I2]]), *(np.block([[_O2, s], [-s, _O2]]) for s in _PAULI)], dtype=complex
)
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
GAMMA_5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
ONE = np.eye(4, dtype=complex)
LEFT = (ONE - GAMMA_5) / 2
SIGMA = 0.5j * (np.einsum("mab,nbc->mnac", GAMMA, GAMMA) - np.einsum("nab,mbc->mnac", GAMMA, GAMMA))

Vertices = Sequence[tuple[np.ndarray, np.ndarray]]
"""Products of a neutrino and an electron vertex, (n_index, 4, 4) each; the index is summed."""


def slash(p: np.ndarray) -> np.ndarray:
    return np.einsum("m,mab->ab", METRIC @ p, GAMMA)


def momenta(T: float, E: float, M: float = M_E, m_final: float = 0.0) -> tuple[np.ndarray, ...]:
    """k, p, k', p' of nu(k) + target at rest (p) -> nu'(k') + recoil (p')."""
    size = np.sqrt(T**2 + 2 * M * T)
    # (k - q)^2 = m_final^2 with q = p' - p, q^2 = -2 M T
    cos = (E * T + M * T + m_final**2 / 2) / (E * size)
    k, p = np.array([E, 0, 0, E]), np.array([M, 0, 0, 0.0])
    p_out = np.array([M + T, size * np.sqrt(1 - cos**2), 0, size * cos])
    return k, p, k + p - p_out, p_out


def trace_dsigma_dT(
    T: float, E: float, vertices: Vertices, *, m_final: float = 0.0, antineutrino: bool = False, M: float = M_E
) -> float:
    """dsigma/dT of a sum of amplitudes [nu' N_i nu][e H_i e], cm^2/keV."""
    k, p, k_out, p_out = momenta(T, E, M, m_final)
    first, last = (slash(k), slash(k_out) + m_final * ONE)
    if antineutrino:
        first, last = last, first
    total = 0j
    for N_i, H_i in vertices:
        for N_j, H_j in vertices:
            N_bar, H_bar = (GAMMA[0] @ np.conj(np.swapaxes(x, 1, 2)) @ GAMMA[0] for x in (N_j, H_j))
            lepton = np.einsum("ab,mbc,cd,nda->mn", last, N_i, first, N_bar)
            target = np.einsum("ab,mbc,cd,nda->mn", slash(p_out) + M * ONE, H_i, slash(p) + M * ONE, H_bar)
            total += np.sum(lepton * target) / 2
    return float(total.real) / (32 * np.pi * M * E**2) * HBAR_C**2


def lowered(vertex: np.ndarray) -> np.ndarray:
    return np.einsum("mn,nab->mab", METRIC, vertex)


def weak_vertices(g_V: float, g_A: float) -> Vertices:
    """(G_F / sqrt2) [nu gamma (1 - gamma5) nu][e gamma (g_V - g_A gamma5) e]."""
    electron = lowered(GAMMA @ (g_V * ONE - g_A * GAMMA_5))
    return [(G_F / np.sqrt(2) * GAMMA @ (ONE - GAMMA_5), electron)]


def vector_exchange_vertices(T: float, gg: float, mass: float) -> Vertices:
    """g_nu g_e / (M_V^2 - q^2) [nu gamma P_L nu][e gamma e], same overall sign as the weak one."""
    return [(gg / (mass**2 + 2 * M_E * T) * GAMMA @ LEFT, lowered(GAMMA))]


def scalar_exchange_vertices(T: float, gg: float, mass: float) -> Vertices:
    return [(gg / (mass**2 + 2 * M_E * T) * LEFT[None], ONE[None])]


def moment_vertices(T: float, E: float, mu: float, m_final: float) -> Vertices:
    """L = (mu / 2) Nbar sigma nu_L F with mu in Bohr magnetons, photon exchanged with the electron."""
    k, _, k_out, _ = momenta(T, E, m_final=m_final)
    q = METRIC @ (k - k_out)
    coupling = mu * MU_B * np.sqrt(4 * np.pi * ALPHA) / (2 * M_E * T)
    return [(coupling * np.einsum("mnab,n->mab", SIGMA, q) @ LEFT, lowered(GAMMA))]


# --- cross sections written out amplitude by amplitude -------------------------------------------

CrossSection = Callable[[float, np.ndarray, np.ndarray], np.ndarray]
"""Maps T, energies (n,) and the flavour amplitudes of the incoming state (3,) to cm^2/keV."""


def weak_couplings(flavour: str, s2w: float) -> tuple[float, float]:
    """Tree g_L, g_R: the charged current adds one to g_L of nu_e."""
    return (0.5 + s2w if flavour == "e" else -0.5 + s2w), s2w


def weak_cross_section(
    T: float, E: float, flavour: str, *, s2w: float, delta_g_V: float = 0.0, antineutrino: bool = False
) -> float:
    """Tree cross section of one flavour; `delta_g_V` shifts g_V = g_L + g_R."""
    g_L, g_R = (g + delta_g_V / 2 for g in weak_couplings(flavour, s2w))
    if antineutrino:
        g_L, g_R = g_R, g_L
    if T <= 0 or T > 2 * E**2 / (M_E + 2 * E):
        return 0.0
    return 2 * G_F**2 * M_E / np.pi * HBAR_C**2 * (g_L**2 + g_R**2 * (1 - T / E) ** 2 - g_L * g_R * M_E * T / E**2)


def E_min(T: float, m_final: float = 0.0) -> float:
    return (T + np.sqrt(T * (T + 2 * M_E))) / 2 * (1 + m_final**2 / (2 * M_E * T))


def vector_cross_section(
    g_L: Callable[[float], np.ndarray], g_R: Callable[[float], np.ndarray], *, antineutrino: bool = False
) -> CrossSection:
    """Sum over final flavours of |amplitude|^2 for recoil-dependent coupling matrices."""

    def sigma(T: float, E: np.ndarray, state: np.ndarray) -> np.ndarray:
        L, R = g_L(T), g_R(T)
        if antineutrino:
            L, R = R.T, L.T
        LL = RR = LR = 0.0
        for final in range(3):
            amplitude_L = sum(L[final, initial] * state[initial] for initial in range(3))
            amplitude_R = sum(R[final, initial] * state[initial] for initial in range(3))
            LL += abs(amplitude_L) ** 2
            RR += abs(amplitude_R) ** 2
            LR += (np.conj(amplitude_L) * amplitude_R).real
        shape = LL + RR * (1 - T / E) ** 2 - LR * M_E * T / E**2
        return np.where(E_min(T) <= E, 2 * G_F**2 * M_E / np.pi * HBAR_C**2 * shape, 0.0)

    return sigma


def moment_cross_section(matrix: np.ndarray, m_final: float = 0.0) -> CrossSection:
    """Moments (n_final, 3) in Bohr magnetons to final states of one mass."""

    def sigma(T: float, E: np.ndarray, state: np.ndarray) -> np.ndarray:
        mu2 = sum(abs(sum(row[i] * state[i] for i in range(3))) ** 2 for row in matrix)
        b = m_final**2
        K = 1 / T - 1 / E - b / (2 * E * T * M_E) * (1 - T / (2 * E) + M_E / (2 * E))
        K += b**2 * (T - M_E) / (8 * E**2 * T**2 * M_E**2)
        return np.where(E_min(T, m_final) <= E, mu2 * np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * K, 0.0)

    return sigma


def scalar_cross_section(matrix: np.ndarray, mass: float) -> CrossSection:
    def sigma(T: float, E: np.ndarray, state: np.ndarray) -> np.ndarray:
        gg2 = sum(abs(sum(row[i] * state[i] for i in range(3))) ** 2 for row in matrix)
        value = M_E**2 * T * (1 + T / (2 * M_E)) * gg2 / (4 * np.pi * E**2 * (2 * M_E * T + mass**2) ** 2)
        return np.where(E_min(T) <= E, value * HBAR_C**2, 0.0)

    return sigma


def added(*parts: CrossSection) -> CrossSection:
    return lambda T, E, state: sum(part(T, E, state) for part in parts)


# --- from fluxes to counts -----------------------------------------------------------------------

_X, _W = np.polynomial.legendre.leggauss(8)
_X_REC, _W_REC = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True)
class Beam:
    """An incoherent mixture of states with flavour amplitudes (J, 3).

    A spectrum has `knots` (n,) between which `density` (E (m,) -> (J, m)) is smooth, lines have
    energies and weights (n_lines, J).
    """

    states: np.ndarray
    knots: np.ndarray | None = None
    density: Callable[[np.ndarray], np.ndarray] | None = None
    E_lines: np.ndarray | None = None
    weights: np.ndarray | None = None

    @property
    def edges(self) -> np.ndarray:
        return self.E_lines if self.knots is None else self.knots[[0, -1]]

    def nodes(self, T: float, m_final: float) -> tuple[np.ndarray, np.ndarray]:
        """Energies (n,) and weights (J, n) of the integral over the flux at one recoil energy."""
        if self.knots is None:
            return self.E_lines, self.weights.T
        start = max(E_min(T, m_final), self.knots[0])
        edges = np.concatenate([[start], self.knots[self.knots > start]])
        half = np.diff(edges)[:, None] / 2
        E = (edges[:-1, None] + half + half * _X).ravel()
        return E, self.density(E) * (half * _W).ravel() if len(E) else np.zeros((len(self.states), 0))

    def averages(self, T: float, sigmas: Sequence[CrossSection], m_final: float = 0.0) -> np.ndarray:
        """Integrals of flux times cross sections at one recoil energy, cm^2/keV cm^-2 s^-1."""
        E, weights = self.nodes(T, m_final)
        pairs = list(zip(weights, self.states, strict=True))
        return np.array([sum(w @ sigma(T, E, state) for w, state in pairs) for sigma in sigmas])


@dataclass(frozen=True)
class Bins:
    """Reconstructed bins with Gaussian resolution and efficiency, by quadrature over each bin."""

    low: np.ndarray
    high: np.ndarray
    sigma: Callable[[float], float]
    efficiency: Callable[[np.ndarray], np.ndarray]
    kinks: np.ndarray

    def nodes(self) -> list[tuple[np.ndarray, np.ndarray]]:
        result = []
        for low, high in zip(self.low, self.high, strict=True):
            edges = np.unique([low, high, *self.kinks[(self.kinks > low) & (self.kinks < high)]])
            half = np.diff(edges)[:, None] / 2
            E = (edges[:-1, None] + half + half * _X_REC).ravel()
            result.append((E, (half * _W_REC).ravel() * self.efficiency(E)))
        return result


def adaptive_counts(
    beams: Sequence[Beam],
    models: Sequence[CrossSection],
    bins: Bins,
    shells: tuple[np.ndarray, np.ndarray],
    scale: np.ndarray,
    m_final: float = 0.0,
) -> np.ndarray:
    """Counts per unit exposure and formula unit, shape (n_models, n_bins), by adaptive quadrature.

    `models` are cross sections with final-state mass `m_final`; `shells` are binding energies and
    occupations. `scale` (n_models, n_bins) is a guess of the answer: the error is controlled to
    1e-8 of it in every bin and between any two break points.
    """
    binding, electrons = shells
    nodes = bins.nodes()
    counts = np.array([len(E) for E, _ in nodes])
    E_rec, weight = (np.concatenate(x) for x in zip(*nodes, strict=True))
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    scale = np.where(scale == 0, 1.0, np.abs(scale))

    def integrand(T: float) -> np.ndarray:
        width = bins.sigma(T)
        gauss = np.exp(-(((E_rec - T) / width) ** 2) / 2) / (np.sqrt(2 * np.pi) * width)
        seen = np.add.reduceat(weight * gauss, starts)
        if seen.max() < 1e-15:
            return np.zeros(scale.size)
        bound = electrons[binding <= T].sum()
        rates = sum(beam.averages(T, models, m_final) for beam in beams)
        return (np.outer(rates, seen * bound) / scale).ravel()

    points = np.concatenate([binding, bins.low, bins.high, *(_limits(beam, m_final) for beam in beams)])
    low, high = binding.min(), bins.high.max() + 12 * bins.sigma(bins.high.max())
    points = np.unique(points[(points > low) & (points < high)])
    # cut at every break point: the adaptive rule then never meets a step
    total = sum(
        quad_vec(integrand, a, b, epsrel=0, epsabs=1e-8, norm="max", quadrature="gk15")[0]
        for a, b in pairwise([low, *points, high])
    )
    return total.reshape(len(models), -1) * scale


def _limits(beam: Beam, m_final: float) -> np.ndarray:
    """Textbook recoil limits of lines and spectrum ends."""
    E, b = beam.edges, m_final**2
    E = E[E > m_final + b / (2 * M_E)]
    root = E * np.sqrt((2 * M_E * E - b) ** 2 - 4 * M_E**2 * b)
    centre, norm = 2 * M_E * E**2 - b * (M_E + E), 2 * M_E * (M_E + 2 * E)
    return np.concatenate([(centre - root) / norm, (centre + root) / norm])


# --- package side --------------------------------------------------------------------------------


def sum_of_terms(terms, density_matrix, T, E):
    """Cross section of package terms for one density matrix (3, 3) in the flavour basis."""
    return sum(term.weights(density_matrix[None])[..., 0] * term.kinematics.dsigma_dT(T, E) for term in terms)
