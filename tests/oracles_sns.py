"""Slow reference counts of coherent scattering at the SNS: numpy alone, nothing of the package.

Every number is written down here again; couplings are those of arXiv:2205.09484, form factors Helm's.
Energies in GeV, cross sections in cm^2, until the response, which speaks keV.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

G_F, HBAR_C, ALPHA, M_E = 1.1663788e-5, 0.1973269804, 1 / 137.035999177, 0.51099895069e-3
M_MU, M_PI, U, N_A = 0.1056583755, 0.13957039, 0.93149410372, 6.02214076e23
LINE = (M_PI**2 - M_MU**2) / (2 * M_PI)
AREA = (HBAR_C * 1e-13) ** 2  # cm^2 GeV^2
PROTON, NEUTRON = {"nu_mu": 0.0300, "nubar_mu": 0.0300, "nu_e": 0.0382}, -0.5117

Response = Callable[[np.ndarray], np.ndarray]
"""P(bin | recoil energy in keV), shape (n_bins, n_T)."""


@dataclass(frozen=True)
class Nucleus:
    Z: int
    N: int
    atomic_mass: float  # u
    R_p: float  # fm
    R_n: float

    @property
    def mass(self) -> float:
        return self.atomic_mass * U - self.Z * M_E


CSI = (Nucleus(55, 78, 132.905452, 4.821, 5.09), Nucleus(53, 74, 126.904472, 4.766, 5.03))
ARGON = (Nucleus(18, 22, 39.962383, 3.448, 3.55),)


def helm(q: np.ndarray, R: float, s: float = 0.9) -> np.ndarray:
    x = q * np.sqrt(5 / 3 * (R**2 - 3 * s**2))
    return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((q * s) ** 2) / 2)


def averaged(flavour: str, T: np.ndarray, mass: float, bracket: Callable[[np.ndarray, np.ndarray], np.ndarray]):
    """Integral of a bracket over the unit spectrum above the smallest energy that gives T."""
    start = (T + np.sqrt(T**2 + 2 * mass * T)) / 2
    if flavour == "nu_mu":
        return np.where(start <= LINE, bracket(T, np.full_like(T, LINE)), 0.0)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    low, end = np.minimum(start, M_MU / 2)[:, None], M_MU / 2
    E = low + (end - low) * (nodes + 1) / 2
    x = E / M_MU
    shape = 64 * x**2 * (0.75 - x) if flavour == "nubar_mu" else 192 * x**2 * (0.5 - x)
    return np.sum(shape / M_MU * bracket(T[:, None], E) * (end - low) / 2 * weights, axis=1)


def spectrum(flavour: str, T: np.ndarray, nuclei: tuple[Nucleus, ...], mu: float = 0.0) -> np.ndarray:
    """cm^2 per GeV and formula unit; `mu` in Bohr magnetons adds to the weak cross section."""
    total = np.zeros_like(T)
    for n in nuclei:
        q, M = np.sqrt(2 * n.mass * T + T**2) / HBAR_C, n.mass
        charge = n.Z * helm(q, n.R_p)
        weak = PROTON[flavour] * charge + NEUTRON * n.N * helm(q, n.R_n)
        recoil = averaged(flavour, T, M, lambda t, E, M=M: 1 - t / E - M * t / (2 * E**2))
        moment = averaged(flavour, T, M, lambda t, E: 1 / t - 1 / E + t / (4 * E**2))
        total += AREA * (G_F**2 * M / np.pi * weak**2 * recoil + np.pi * (ALPHA * mu / M_E) ** 2 * charge**2 * moment)
    return total


def counts(
    nuclei: tuple[Nucleus, ...],
    response: Response,
    *,
    molar_mass: float,
    mass: float,
    protons: float,
    per_proton: float,
    distance: float,
    mu: float = 0.0,
    top: float = 60.0,
) -> dict[str, np.ndarray]:
    """Counts per bin of each flavour; kg, cm, g/mol and keV."""
    edges = np.geomspace(1e-3, top, 401)
    nodes, weights = np.polynomial.legendre.leggauss(4)
    half = np.diff(edges)[:, None] / 2
    T = (edges[:-1, None] + half + half * nodes).ravel()
    table = response(T) * (half * weights).ravel()
    number = 1e3 * mass / molar_mass * N_A * protons * per_proton / (4 * np.pi * distance**2)
    return {flavour: number * table @ spectrum(flavour, T * 1e-6, nuclei, mu) * 1e-6 for flavour in PROTON}


# --- responses ----------------------------------------------------------------------------------


def light(T: np.ndarray) -> np.ndarray:
    """keVee of a nuclear recoil of T keV in CsI[Na], release of 2021; its polynomial is in MeV."""
    x = T * 1e-3
    return 1e3 * (0.0554628 * x + 4.30681 * x**2 - 111.707 * x**3 + 840.384 * x**4)


def response_2017(T: np.ndarray) -> np.ndarray:
    """12 bins of two whole photoelectrons from 6 on."""
    from scipy.stats import poisson

    n = np.arange(6, 30)
    probability = (
        poisson.pmf(n[:, None], 13.348 * 0.0878 * T) * (0.6655 / (1 + np.exp(-0.4942 * (n - 10.8507))))[:, None]
    )
    return probability.reshape(12, 2, -1).sum(axis=1)


def response_2021(T: np.ndarray) -> np.ndarray:
    """9 bins between 8 and 60 PE."""
    from scipy.stats import gamma

    nodes, weights = np.polynomial.legendre.leggauss(4)  # in every photoelectron
    x = (np.arange(8, 60)[:, None] + (1 + nodes) / 2).ravel()
    E = light(T)
    shape = 1 + 9.56 * E
    density = gamma.pdf(x[:, None], shape, scale=13.35 * E / shape)
    seen = np.clip(1.32045 / (1 + np.exp(-0.285979 * (x - 10.8646))) - 0.333322, 0, 1)
    cells = (density * (seen * np.tile(weights / 2, 52))[:, None]).reshape(52, 4, -1).sum(axis=1)
    return np.add.reduceat(cells, np.array([8, 12, 16, 20, 24, 28, 32, 38, 50]) - 8, axis=0)


# --- arrival times ------------------------------------------------------------------------------


def arrivals(lower: np.ndarray, upper: np.ndarray, weight: np.ndarray, lifetimes: tuple[float, ...], edges: np.ndarray):
    """Shares of a pulse, folded with decays by sums over a fine grid, in time bins; us, efficiency of 2021 included."""
    step = 1e-4
    t = np.arange(-0.5, 8.0, step) + step / 2
    density = np.zeros_like(t)
    for a, b, w in zip(lower, upper, weight, strict=True):
        density[(t > a) & (t < b)] += w / (b - a)
    density /= density.sum()
    for tau in lifetimes:
        decay = np.exp(-(np.arange(t.size) * step) / tau) * -np.expm1(-step / tau)
        density = np.fft.irfft(np.fft.rfft(density, 2 * t.size) * np.fft.rfft(decay, 2 * t.size))[: t.size]
    density = density * np.where(t < 0.52, 1.0, np.exp(-0.0494 * (t - 0.52)))
    return np.array([density[(t > a) & (t < b)].sum() for a, b in pairwise(edges)])
