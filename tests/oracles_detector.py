"""Independent integrals for the responses: the panel rule of the rate integration, and a much finer one.

Also the nuclear recoil spectrum of a stopped-pion source, written out with nothing from the package.
"""

from __future__ import annotations

import numpy as np
from scipy.special import spherical_jn

G_F, HBAR_C, M_MU, M_PI, U, M_E = 1.1663787e-5, 0.1973269804, 0.1056583755, 0.13957039, 0.93149410242, 0.51099895e-3
COUPLINGS = {"e": 0.0382, "mu": 0.0300, "n": -0.5117}
CSI = ((55, 78, 132.905452, 4.821, 5.09), (53, 74, 126.904473, 4.766, 5.03))  # Z, N, mass in u, R_p, R_n in fm


def panels(response, top=np.inf):
    """Edges as the rate integration places them: two widths, at most doubling, and the breakpoints."""
    lo, hi = response.support
    hi = min(hi, top)
    edges = [lo]
    while edges[-1] < hi:
        edges.append(edges[-1] + min(2 * float(response.width(np.array(edges[-1]))), edges[-1]))
    edges = np.unique([*edges, *response.breakpoints, hi])
    return edges[(edges >= lo) & (edges <= hi)]


def fold(response, spectrum, top=np.inf):
    """Counts in each bin by eight Gauss-Legendre nodes a panel."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = panels(response, top)
    half = np.diff(edges) / 2
    T = ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel()
    return response.matrix(T) @ (spectrum(T) * (half[:, None] * weights).ravel())


def fold_finely(response, spectrum, T_lo, T_hi, cuts=(), n=3000):
    """Counts in each bin on thousands of panels that know nothing of widths or supports."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = np.unique(np.clip([*np.geomspace(T_lo, T_hi, n), *cuts], T_lo, T_hi))
    half = np.diff(edges) / 2
    T = ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel()
    return response.matrix(T) @ (spectrum(T) * (half[:, None] * weights).ravel())


def helm(q, radius):
    """Helm form factor with a skin of 0.9 fm; q in 1/fm."""
    x = q * np.sqrt(5 / 3 * (radius**2 - 3 * 0.9**2))
    return 3 * spherical_jn(1, x) / x * np.exp(-((0.9 * q) ** 2) / 2)


def pion_decay_recoils(T, nuclei, kg, molar_mass, metres, protons, per_proton):
    """Nuclear recoils per keV at T (keV) from pions and muons that decay at rest."""
    targets = kg * 1e3 / molar_mass * 6.02214076e23
    flux = protons * per_proton / (4 * np.pi * (100 * metres) ** 2)
    return flux * targets * 1e-6 * sum(_one_nucleus(T * 1e-6, *nucleus) for nucleus in nuclei)


def _one_nucleus(T, Z, N, mass, R_p, R_n):
    """Flux average of the cross section, cm^2 / GeV."""
    M = mass * U - Z * M_E
    q = np.sqrt(2 * M * T + T**2) / HBAR_C
    prefactor = G_F**2 * M / np.pi * (HBAR_C * 1e-13) ** 2

    def sigma(E, flavour):
        charge = COUPLINGS[flavour] * Z * helm(q, R_p) + COUPLINGS["n"] * N * helm(q, R_n)
        return prefactor * np.clip(1 - M * T / (2 * E**2), 0, None) * charge**2

    E_min = (T + np.sqrt(T**2 + 2 * M * T)) / 2
    total = sigma((M_PI**2 - M_MU**2) / (2 * M_PI), "mu")
    half = np.clip(M_MU / 2 - E_min, 0, None) / 2
    for node, weight in zip(*np.polynomial.legendre.leggauss(48), strict=True):
        E = E_min + half * (1 + node)
        muon = sigma(E, "mu") * 64 * E**2 / M_MU**3 * (0.75 - E / M_MU)
        electron = sigma(E, "e") * 192 * E**2 / M_MU**3 * (0.5 - E / M_MU)
        total = total + weight * half * (muon + electron)
    return total
