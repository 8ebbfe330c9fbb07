"""Gaussian resolution, integrated over the bins exactly.

With an efficiency that is linear between its points the integrals are closed forms, so nothing is
sampled and probability is conserved to rounding. Any other efficiency is integrated by
Gauss-Legendre within eight standard deviations, cut wherever it is not smooth: to 1e-12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nulight.detector.bins import EVERYWHERE, FLOOR, checked_edges, reach_limits
from nulight.detector.efficiency import EfficiencyCurve
from nulight.typing import FloatArray

__all__ = ["GaussianResponse"]

_TAIL = 8.0  # standard deviations beyond which a Gaussian is nothing: 1e-15
_REACH = 9.0  # of a bin: even what is left beyond the tail must not depend on what else is in a chunk
_RUNAWAY = 3.0  # standard deviations that ten times the last edge must be away from it
_CHUNK = 64  # energies at a time, or more if that makes no more than _BLOCK numbers
_BLOCK = 16384


@dataclass(frozen=True, slots=True, eq=False)
class GaussianResponse:
    """Gaussian resolution with an efficiency of true or reconstructed energy.

    Where the width is zero, as sqrt(T) is at T = 0, nothing is seen. A width that stays positive there is noise:
    recoils without any visible energy leak into the first bins.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), keV
    sigma : callable
        Standard deviation of the reconstructed at a true energy, both keV.
    efficiency : EfficiencyCurve
    kinks : array, shape (n,), keV
        True energies where `sigma` has a kink.
    """

    bin_edges: FloatArray
    sigma: Callable[[FloatArray], FloatArray]
    efficiency: EfficiencyCurve
    kinks: FloatArray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "bin_edges", checked_edges(self.bin_edges))

    @property
    def support(self) -> tuple[float, float]:
        T = np.geomspace(FLOOR, 10 * self.bin_edges[-1] + 10, 4000)
        sigma = self.sigma(T)
        reach = (T + _TAIL * sigma > self.bin_edges[0]) & (T - _TAIL * sigma < self.bin_edges[-1])
        lo, hi = reach_limits(T, reach | ~np.isfinite(sigma))
        bad = ~((sigma > 0) & np.isfinite(sigma)) & (lo <= T) & (hi >= T)
        if bad.any():
            at = float(T[bad][0])
            raise ValueError(f"the resolution at {at:.4g} keV is {float(self.sigma(np.array(at)))} keV, not positive")
        if T[-1] - _RUNAWAY * sigma[-1] < self.bin_edges[-1]:
            raise ValueError(
                f"the resolution is {sigma[-1]:.4g} keV at {T[-1]:.4g} keV, ten times the last edge: such recoils are "
                "smeared into the bins. Does the formula hold there? A polynomial takes `upto`, the end of its fit"
            )
        return lo, hi

    @property
    def trusted(self) -> tuple[float, float]:
        return EVERYWHERE

    @property
    def breakpoints(self) -> FloatArray:
        return np.concatenate([self.kinks, self.efficiency.steps if self.efficiency.of == "true" else []])

    def width(self, T: FloatArray) -> FloatArray:
        return self.sigma(T)

    def matrix(self, T: FloatArray) -> FloatArray:
        knots, first = self._knots()
        result = np.zeros((len(self.bin_edges) - 1, len(T)))
        order = np.argsort(T)
        order = order[self.sigma(T[order]) > 0]
        # Ascending chunks see only the knots within reach: most of the matrix is empty.
        for part in np.array_split(order, max(len(order) // max(_CHUNK, _BLOCK // len(knots)), 1)):
            if len(part):
                bins, probability = self._block(T[part], knots, first)
                result[bins, part] = probability
        return result if self.efficiency.of == "reconstructed" else result * self.efficiency(T)

    def _knots(self) -> tuple[FloatArray, np.ndarray]:
        """Edges of the segments on which the efficiency is smooth, and where each bin starts."""
        lo, hi = self.bin_edges[[0, -1]]
        steps = self.efficiency.steps if self.efficiency.of == "reconstructed" else np.zeros(0)
        knots = np.unique(np.concatenate([self.bin_edges, steps[(steps > lo) & (steps < hi)]]))
        return knots, np.searchsorted(knots, self.bin_edges[:-1])

    def _block(self, T: FloatArray, knots: FloatArray, first: np.ndarray) -> tuple[slice, FloatArray]:
        """Bins within reach of T (n_T,), and the probabilities of these."""
        sigma = self.sigma(T)
        lo = max(int(np.searchsorted(knots, np.min(T - _REACH * sigma), side="right")) - 1, 0)
        hi = min(int(np.searchsorted(knots, np.max(T + _REACH * sigma), side="left")) + 1, len(knots))
        if hi - lo < 2:
            return slice(0, 0), np.empty((0, len(T)))
        closed = self.efficiency.linear or self.efficiency.of == "true"
        segments = (self._closed if closed else self._quadrature)(T, sigma, knots[lo:hi])
        bins = slice(int(np.searchsorted(first, lo, side="right")) - 1, int(np.searchsorted(first, hi - 1)))
        return bins, np.add.reduceat(segments, np.maximum(first[bins] - lo, 0), axis=0)

    def _closed(self, T: FloatArray, sigma: FloatArray, knots: FloatArray) -> FloatArray:
        """Integral of linear efficiency times Gaussian over each segment, shape (n_knots - 1, n_T)."""
        from scipy.special import ndtr

        z = (knots[:, None] - T) / sigma
        cumulative: FloatArray = np.diff(ndtr(z), axis=0)
        if self.efficiency.of == "true":
            return cumulative
        value, slope = self._linear(knots)
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        at_T = value + slope * (T - knots[:-1, None])
        probability: FloatArray = at_T * cumulative - slope * sigma * np.diff(density, axis=0)
        return probability

    def _linear(self, knots: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Value at the low end and slope on each segment, from inside it: steps stay steps."""
        width = np.diff(knots)
        inner = knots[:-1, None] + width[:, None] * np.array([0.25, 0.75])
        values = self.efficiency(inner)
        slope = (values[:, 1] - values[:, 0]) / (width / 2)
        return (values[:, 0] - slope * width / 4)[:, None], slope[:, None]

    def _quadrature(self, T: FloatArray, sigma: FloatArray, knots: FloatArray) -> FloatArray:
        """Integral of any efficiency times Gaussian over each segment, shape (n_knots - 1, n_T)."""
        z = np.clip((knots[:, None] - T) / sigma, -_TAIL, _TAIL)
        half = np.diff(z, axis=0) / 2
        # 12 nodes hold a smooth stretch of efficiency, and two more a standard deviation the Gaussian.
        nodes, weights = np.polynomial.legendre.leggauss(12 + 2 * int(np.ceil(2 * half.max())))
        at = (z[:-1] + half)[..., None] + half[..., None] * nodes
        density = np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)
        probability: FloatArray = half * ((self.efficiency(T[:, None] + sigma[:, None] * at) * density) @ weights)
        return probability
