"""Adaptive quadrature of counts of nuclear recoils: no moments, no templates, no response of the package.

The cross section and the flux density are the package's own; what is integrated how is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.integrate import quad_vec
from scipy.stats import gamma, norm, poisson

from nulight.interactions.term import Term
from nulight.neutrinos.flux import Flux
from nulight.neutrinos.spectra import PanelSpectrum

_X, _W = np.polynomial.legendre.leggauss(16)
_FINE_X, _FINE_W = np.polynomial.legendre.leggauss(48)

Probability = Callable[[float], np.ndarray]
"""Maps a recoil energy in keV to the probability of each bin."""


def gamma_bins(
    edges: np.ndarray, light_yield: float, b: float, efficiency, visible, cuts: Sequence[float]
) -> Probability:
    """Gamma-distributed photoelectrons, efficiency of them, quenching `visible`."""
    x, weight, start = _bin_nodes(edges, np.concatenate([np.arange(edges[0], edges[-1]), cuts]))
    weight = weight * efficiency(x)

    def probability(T: float) -> np.ndarray:
        E = visible(T)
        if E <= 0:
            return np.zeros(len(edges) - 1)
        shape = 1 + b * E
        return np.add.reduceat(weight * gamma.pdf(x, shape, scale=light_yield * E / shape), start)

    return probability


def gaussian_bins(edges: np.ndarray, sigma, visible) -> Probability:
    """Gaussian resolution of the visible energy, no efficiency."""

    def probability(T: float) -> np.ndarray:
        z = (edges - visible(T)) / sigma(visible(T))
        return np.where(z[:-1] > 0, -np.diff(norm.sf(z)), np.diff(norm.cdf(z)))

    return probability


def poisson_bins(edges: np.ndarray, light_yield: float, visible) -> Probability:
    """Whole photoelectrons n with low <= n < high."""
    numbers = [np.arange(a, b) for a, b in pairwise(edges)]
    return lambda T: np.array([poisson.pmf(n, light_yield * visible(T)).sum() for n in numbers])


def adaptive_nuclear_counts(
    fluxes: Sequence[Flux],
    terms: Mapping[str, Sequence[Term]],
    density_matrices: Mapping[str, np.ndarray],
    probability: Probability,
    breaks: Sequence[float],
    scale: np.ndarray,
) -> np.ndarray:
    """Counts per second and formula unit, (n_bins,), with an error of 1e-8 of `scale` in every bin and interval.

    `breaks` are recoil energies between which everything is smooth; the first and last are the ends.
    """
    scale = np.where(scale == 0, 1.0, np.abs(scale))

    def integrand(T: float) -> np.ndarray:
        seen = probability(T)
        if seen.max() < 1e-15:
            return np.zeros(len(scale))
        return seen * sum(_rate(T, flux, terms[flux.helicity], density_matrices[flux.name]) for flux in fluxes) / scale

    pieces = pairwise(np.unique(breaks))
    total = sum(quad_vec(integrand, a, b, epsrel=0, epsabs=1e-8, norm="max", quadrature="gk15")[0] for a, b in pieces)
    return total * scale


def _rate(T: float, flux: Flux, terms: Sequence[Term], rho: np.ndarray) -> float:
    E, weight = _energies(T, flux, terms[0].kinematics)
    if not len(E):
        return 0.0
    return sum(float(term.weights(rho) @ weight @ term.kinematics.dsigma_dT(np.full(len(E), T), E)) for term in terms)


def _energies(T: float, flux: Flux, kinematics) -> tuple[np.ndarray, np.ndarray]:
    """Neutrino energies (n,) and weights (J, n); cut where a nuclide begins to recoil."""
    if not isinstance(flux.spectrum, PanelSpectrum):
        return flux.spectrum.energies, flux.spectrum.weights.T
    low = [(T + np.sqrt(T * (T + 2 * M))) / 2 * (1 + kinematics.m_final**2 / (2 * M * T)) for M in kinematics.masses]
    edges = np.unique([*flux.spectrum.edges, *low])
    edges = edges[(edges >= max(min(low), flux.spectrum.edges[0])) & (edges <= flux.spectrum.edges[-1])]
    half = np.diff(edges)[:, None] / 2
    E = (edges[:-1, None] + half + half * _X).ravel()
    return E, flux.density(E) * (half * _W).ravel() if len(E) else np.zeros((flux.n_channels, 0))


def _bin_nodes(edges: np.ndarray, cuts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    knots = np.unique([*edges, *cuts[(cuts > edges[0]) & (cuts < edges[-1])]])
    half = np.diff(knots)[:, None] / 2
    x, weight = (knots[:-1, None] + half + half * _FINE_X).ravel(), (half * _FINE_W).ravel()
    return x, weight, len(_FINE_X) * np.searchsorted(knots, edges[:-1])
