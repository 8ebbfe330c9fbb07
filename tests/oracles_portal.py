"""Adaptive quadrature of the sterile dipole portal on nuclei, with the textbook formulas written out again.

Of the package it takes only masses, charges, spins, radii and numbers of the nuclides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad_vec
from scipy.stats import norm

from nulight.constants import ALPHA, HBAR_C, M_E
from nulight.targets.nuclei import NuclearTarget, Nuclide

_X, _W = np.polynomial.legendre.leggauss(16)
_FM_KEV = 1.973269804e5  # hbar c in fm keV


@dataclass(frozen=True)
class Neutrinos:
    """A polynomial spectrum between two energies, keV, and lines with their weights."""

    ends: tuple[float, float]
    spectrum: np.polynomial.Polynomial
    E_lines: np.ndarray
    weights: np.ndarray

    @property
    def edges(self) -> np.ndarray:
        return np.array([*self.ends, *self.E_lines])

    def average(self, K, E_min: float) -> float:
        """Integral over the flux of K(E) above E_min."""
        lines = self.E_lines >= E_min
        total = float(self.weights[lines] @ K(self.E_lines[lines]))
        low, high = max(E_min, self.ends[0]), self.ends[1]
        if low >= high:
            return total
        # pieces that shorten towards the low end, where 1/E^2 is steep
        knots = np.geomspace(low, high, 2 + int(np.log(high / low) / 0.3))
        half = np.diff(knots)[:, None] / 2
        E = (knots[:-1, None] + half + half * _X).ravel()
        return total + float((half * _W).ravel() @ (self.spectrum(E) * K(E)))


def portal_counts(
    neutrinos: Neutrinos, target: NuclearTarget, m_4: float, edges: np.ndarray, sigma: float
) -> np.ndarray:
    """Counts per second, formula unit and mu_B^2 in Gaussian bins, exact to 1e-9 of every bin."""
    parts = zip(target.nuclides, target.numbers, strict=True)
    return sum(number * _on_nuclide(neutrinos, nuclide, m_4, edges, sigma) for nuclide, number in parts)


def _on_nuclide(neutrinos: Neutrinos, nuclide: Nuclide, m_4: float, edges: np.ndarray, sigma: float) -> np.ndarray:
    M, b = nuclide.mass, m_4**2
    limits = recoil_limits(neutrinos.edges, M, m_4)
    low, high = max(edges[0] - 9 * sigma, 1e-3), edges[-1] + 9 * sigma
    points = np.unique([low, high, *(T for T in (*limits, *edges) if low < T < high)])

    def bracket(T: float):
        def K(E: np.ndarray) -> np.ndarray:
            if nuclide.spin > 0:
                return (
                    1 / T - 1 / E - b / (2 * E * T * M) * (1 - T / (2 * E) + M / (2 * E))
                    + b**2 * (T - M) / (8 * E**2 * T**2 * M**2)
                )  # fmt: skip
            return (
                1 / T - 1 / E + T / (4 * E**2) - b / (2 * E * T * M) * (1 - T / (4 * E) + M / (2 * E))
                - b**2 / (8 * E**2 * T**2 * M)
            )  # fmt: skip

        return K

    def rate(T: float) -> np.ndarray:
        E_min = (T + np.sqrt(T**2 + 2 * M * T)) / 2 * (1 + b / (2 * M * T))
        strength = (nuclide.Z * helm(T, M, nuclide.R_p)) ** 2 * neutrinos.average(bracket(T), E_min)
        return strength * np.diff(norm.cdf((edges - T) / sigma))

    size = np.abs(sum(rate(T) for T in np.linspace(low, high, 400))) * (high - low) / 400
    size = np.where(size == 0, 1.0, size)
    total = sum(
        quad_vec(lambda T: rate(T) / size, a, c, epsrel=0, epsabs=1e-9, norm="max", quadrature="gk15")[0]
        for a, c in pairwise(points)
    )
    return np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * total * size


def recoil_limits(E: Sequence[float], M: float, m_4: float) -> list[float]:
    """Textbook smallest and largest recoils at each energy above the threshold."""
    result = []
    for e in E:
        inside = (2 * M * e - m_4**2) ** 2 - 4 * M**2 * m_4**2
        if e > m_4 + m_4**2 / (2 * M) and inside >= 0:
            centre, norm_ = 2 * M * e**2 - m_4**2 * (M + e), 2 * M * (M + 2 * e)
            result += [(centre - e * np.sqrt(inside)) / norm_, (centre + e * np.sqrt(inside)) / norm_]
    return result


def helm(T: float, M: float, R: float) -> float:
    q, s = np.sqrt(T * (T + 2 * M)) / _FM_KEV, 0.9
    x = q * np.sqrt(5 / 3 * (R**2 - 3 * s**2))
    return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((q * s) ** 2) / 2)
