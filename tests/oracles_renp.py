"""Radiative emission of neutrino pairs by explicit amplitudes: gamma matrices, spinor sums, quadrature.

Every interaction is written down as it follows from its Lagrangian, L_eff between one electron and one
pair; all amplitudes are added coherently for every pair of mass states, squared by traces and averaged over
the pair's phase space with a Gauss rule that is exact for what occurs. No formula of the package is used.

Conventions. q = p_1 + p_2 is what the electron loses, along z. An effective Lagrangian is a sum of
(electron operator) x (neutrino bilinear), nu_i-bar N_ij nu_j, which creates the neutrino i and the antineutrino j.
Sums are in extended precision where the machine has it: close to the light cone the boost to the pair's rest frame
costs (q_0^2 / q^2)^2 of the digits, see `Process.rounding`.
Electron operators are matrices of Pauli spin, the leading order of ubar' Gamma u in momentum / m_e:

    ebar gamma^k gamma_5 e -> sigma^k,    ebar i gamma_5 e -> i sigma.q / (2 m_e),
    ebar gamma^k e -> i (q x sigma)^k / (2 m_e)    (the spin's part).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.constants import ALPHA, HBAR_C, SIN2_THETA_W
from nulight.constants import G_F as _G_F
from nulight.constants import M_E as _M_E
from oracles import GAMMA, GAMMA_5, LEFT, METRIC, ONE, SIGMA, slash

G_F, M_E = _G_F * 1e-6, _M_E * 1e3  # eV^-2, eV
CM = 1 / (HBAR_C * 1e3)  # eV^-1
E_CHARGE = np.sqrt(4 * np.pi * ALPHA)
MU_B = E_CHARGE / (2 * M_E)  # eV^-1
RIGHT = ONE - LEFT
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
LEVI_CIVITA = np.zeros((3, 3, 3))
for _a, _b, _c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
    LEVI_CIVITA[_a, _b, _c], LEVI_CIVITA[_b, _a, _c] = 1, -1
CHARGE_CONJUGATION = 1j * GAMMA[2] @ GAMMA[0]

# The squares are polynomials of second degree in p_1: both rules are exact.
_COS, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_PHI = 8 * np.arctan(np.longdouble(1)) * np.arange(5) / 5


def pair_momentum(omega: float, E_eg: float) -> np.ndarray:
    E, w = np.longdouble(E_eg), np.longdouble(omega)
    return np.array([E - w, 0, 0, w])


def two_body(q: np.ndarray, m_1: float, m_2: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes p_1 (n, 4) and weights (n,), whose sum is the phase space over that of massless particles."""
    q2 = q @ METRIC @ q
    if q2 <= (m_1 + m_2) ** 2:
        return np.zeros((0, 4)), np.zeros(0)
    root = np.sqrt(q2)
    energy = (q2 + m_1**2 - m_2**2) / (2 * root)
    size = np.sqrt((q2 - (m_1 + m_2) ** 2) * (q2 - (m_1 - m_2) ** 2)) / (2 * root)
    cos, phi = (x.ravel() for x in np.meshgrid(_COS, _PHI, indexing="ij"))
    sin = np.sqrt(1 - cos**2)
    gamma, boost = q[0] / root, q[3] / root  # of the pair's rest frame, along z
    p_1 = [
        gamma * energy + boost * size * cos,
        size * sin * np.cos(phi),
        size * sin * np.sin(phi),
        boost * energy + gamma * size * cos,
    ]
    weights = np.repeat(_WEIGHTS / 2, len(_PHI)) / len(_PHI)
    return np.stack(p_1, axis=-1), weights * 2 * size / root


# --- amplitudes: electron spin (2, 2) times neutrino vertex (4, 4), for all pairs (3, 3) -------------


def product(electron: np.ndarray, couplings: np.ndarray, neutrino: np.ndarray) -> np.ndarray:
    """Amplitudes (3, 3, 2, 2, 4, 4) of operators (n, 2, 2) and (n, 4, 4) contracted with the metric of space or one."""
    sign = -1 if len(electron) == 3 else 1
    return sign * np.einsum("ij,kst,kab->ijstab", couplings, electron, neutrino)


def magnetisation(q: np.ndarray) -> np.ndarray:
    return 1j * np.einsum("kab,a,bst->kst", LEVI_CIVITA, q[1:], PAULI) / (2 * M_E)


def weak(mixing: np.ndarray) -> np.ndarray:
    """+ sqrt2 G_F a_ij [nubar gamma^mu P_L nu][ebar gamma_mu gamma_5 e]."""
    a = np.outer(mixing[0].conj(), mixing[0]) - np.eye(3) / 2
    return np.sqrt(2) * G_F * product(PAULI, a, GAMMA[1:] @ LEFT)


def weak_vector(mixing: np.ndarray, q: np.ndarray) -> np.ndarray:
    """- sqrt2 G_F v_ij [nubar gamma^mu P_L nu][ebar gamma_mu e], by the magnetisation of the electron."""
    v = np.outer(mixing[0].conj(), mixing[0]) + (2 * SIN2_THETA_W - 0.5) * np.eye(3)
    return -np.sqrt(2) * G_F * product(magnetisation(q), v, GAMMA[1:] @ LEFT)


def propagator(q: np.ndarray, mass: float, width: float) -> complex:
    return 1 / (q @ METRIC @ q - mass**2 + 1j * mass * width)


def vector_exchange(q, left, right, mass, width=0.0, longitudinal=False) -> np.ndarray:
    """J_e . (g - q q / m^2) . J_nu / (q^2 - m^2) with g_A^e ebar gamma gamma_5 e as J_e, its time component dropped."""
    total = product(PAULI, left, GAMMA[1:] @ LEFT) + product(PAULI, right, GAMMA[1:] @ RIGHT)
    if longitudinal:
        electron = -np.einsum("k,kst->st", q[1:], PAULI)[None]
        divergences = [product(electron, g, (slash(q) @ P)[None]) for g, P in ((left, LEFT), (right, RIGHT))]
        total = total - sum(divergences) / mass**2
    return propagator(q, mass, width) * total


def scalar_exchange(q, scalar, pseudoscalar, mass, width=0.0) -> np.ndarray:
    """- S_e S_nu / (q^2 - m^2) with S = ebar i gamma_5 e and nubar (y_S + i gamma_5 y_P) nu."""
    electron = 1j * np.einsum("k,kst->st", q[1:], PAULI)[None] / (2 * M_E)
    neutrino = product(electron, scalar, ONE[None]) + product(electron, pseudoscalar, 1j * GAMMA_5[None])
    return -propagator(q, mass, width) * neutrino


def moment_exchange(q, mu, epsilon) -> np.ndarray:
    """L = - nubar sigma^{mu nu} (mu + i eps gamma_5) nu F_{mu nu} / 2, photon from + e ebar gamma^mu e A_mu.

    The field that makes the pair is exp(-i q x): d_mu A_nu -> -i q_mu A_nu, so that
    J^nu = -i sigma^{nu mu} q_mu (mu + i eps gamma_5). Moments in mu_B.
    """
    current = -1j * np.einsum("mnab,n->mab", SIGMA, METRIC @ q)[1:] * MU_B
    electron = E_CHARGE * magnetisation(q) / (q @ METRIC @ q)
    return product(electron, mu, current) + product(electron, epsilon, 1j * current @ GAMMA_5)


def charge_exchange(q, r2, anapole) -> np.ndarray:
    """e q^2 nubar gamma^mu (r2 / 6 + a gamma_5) nu, the current of positive charges; electrons have charge -e; cm^2."""
    electron = -(E_CHARGE**2) * CM**2 * magnetisation(q)
    return product(electron, r2 / 6, GAMMA[1:]) + product(electron, anapole, GAMMA[1:] @ GAMMA_5)


def majorana(amplitudes: np.ndarray) -> np.ndarray:
    """N_ij + C N_ji^T C^-1: both fields can create either neutrino."""
    C = CHARGE_CONJUGATION
    return amplitudes + np.einsum("ab,jistcb,cd->ijstad", C, amplitudes, -C)  # C^-1 = -C


# --- squares -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """One trigger frequency, three neutrinos, one way to sum the electron's spin."""

    omega: float
    E_eg: float
    E_pg: float
    masses: np.ndarray
    identical: bool = False
    coherent: bool = False

    @property
    def q(self) -> np.ndarray:
        return pair_momentum(self.omega, self.E_eg)

    @property
    def rounding(self) -> float:
        """Relative error of a square from rounding, with room; twice the boost in each of two amplitudes."""
        q = self.q
        return float(100 * np.finfo(np.longdouble).eps * (q[0] ** 2 / (q @ METRIC @ q)) ** 2) + 1e-14

    def interference(self, first: np.ndarray, second: np.ndarray) -> float:
        """Real part of first times conjugate second in the spectral function."""
        first, second = self._seen(first), self._seen(second)
        bar = GAMMA[0] @ np.conj(np.swapaxes(second, -1, -2)) @ GAMMA[0]
        total = 0.0
        for i, m_i in enumerate(self.masses):
            for j, m_j in enumerate(self.masses):
                p_1, weights = two_body(self.q, m_i, m_j)
                nu = np.array([slash(p) + m_i * ONE for p in p_1]).reshape(-1, 4, 4)
                nubar = np.array([slash(self.q - p) - m_j * ONE for p in p_1]).reshape(-1, 4, 4)
                both = np.einsum("n,nab,ncd->abcd", weights, nu, nubar)
                total += np.einsum("abcd,stbc,stda->", both, first[i, j], bar[i, j]).real
        pairs = 0.5 if self.identical else 1.0
        return float(pairs * total / (4 * G_F**2) / (self.E_pg - self.omega) ** 2)

    def _seen(self, amplitude: np.ndarray) -> np.ndarray:
        """What is squared: all components of the spin, a third each, or the one along the polarisation x."""
        if self.coherent:
            return np.einsum("ts,ijstab->ijab", PAULI[0], amplitude)[:, :, None, None] / 2
        return amplitude / np.sqrt(6)

    def square(self, amplitude: np.ndarray) -> float:
        return self.interference(amplitude, amplitude)


# --- everything at once --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Couplings:
    """Random couplings of all kinds, of sizes that show at one frequency, hermitian as they have to be."""

    left: np.ndarray
    right: np.ndarray
    scalar: np.ndarray
    pseudoscalar: np.ndarray
    mu: np.ndarray
    epsilon: np.ndarray
    r2: np.ndarray
    anapole: np.ndarray
    m_vector: float
    m_scalar: float
    width: float

    @classmethod
    def random(cls, process: Process, seed: int) -> Couplings:
        rng = np.random.default_rng(seed)
        q2 = float(process.q @ METRIC @ process.q)
        masses = rng.uniform(0.2, 3, 2) * np.sqrt(q2)
        weak_size = G_F * abs(q2 - masses[0] ** 2)
        scalar_size = 2 * M_E * G_F * abs(q2 - masses[1] ** 2) / process.omega / np.sqrt(q2)

        def hermitian(size: float, only: str = "") -> np.ndarray:
            a = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
            a = size * (a + a.conj().T) / 2
            if only and process.identical:
                return a.real + 0j if only == "symmetric" else 1j * a.imag
            return a

        return cls(
            left=hermitian(weak_size),
            right=hermitian(0.0 if process.identical else weak_size),
            scalar=hermitian(scalar_size, "symmetric"),
            pseudoscalar=hermitian(scalar_size, "symmetric"),
            mu=hermitian(1e-11, "antisymmetric"),
            epsilon=hermitian(1e-11, "antisymmetric"),
            r2=hermitian(1e-26, "antisymmetric"),
            anapole=hermitian(2e-27, "symmetric"),
            m_vector=masses[0],
            m_scalar=masses[1],
            width=0.1 * np.sqrt(q2),
        )


def amplitudes(process: Process, mixing: np.ndarray, new: Couplings, longitudinal: bool = False) -> dict:
    """All amplitudes by name.

    For Majorana neutrinos vector couplings stand in the Lagrangian as they are, everything else with a factor 1/2.
    """
    q, none = process.q, np.zeros((3, 3))
    whole = [
        ("weak", weak(mixing)),
        ("weak vector", weak_vector(mixing, q)),
        ("vector", vector_exchange(q, new.left, new.right, new.m_vector, new.width, longitudinal)),
    ]
    halved = [
        ("scalar", scalar_exchange(q, new.scalar, new.pseudoscalar, new.m_scalar, new.width)),
        ("magnetic", moment_exchange(q, new.mu, none)),
        ("electric", moment_exchange(q, none, new.epsilon)),
        ("charge", charge_exchange(q, new.r2, new.anapole)),
    ]
    if not process.identical:
        return dict(whole + halved)
    return {name: majorana(M) for name, M in whole} | {name: majorana(M) / 2 for name, M in halved}
