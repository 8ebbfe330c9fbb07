"""Counters of photoelectrons: bins in PE, true energies in keVee.

Poisson counts are whole numbers, so a bin is a sum; the gamma response is continuous in PE and is
integrated over each bin on fixed Gauss-Legendre nodes, placed by its own width, to 1e-9. A recoil
without visible energy makes no event at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nulight.detector.bins import EVERYWHERE, FLOOR, checked_edges, reach_limits
from nulight.detector.efficiency import EfficiencyCurve
from nulight.typing import FloatArray

__all__ = ["GammaResponse", "PoissonResponse"]

_NOTHING = 1e-16
_DARK = 1e-100  # keVee
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_STEP = 2.0  # standard deviations between nodes' panels, at most
_FIRST = 1e-13  # of the largest edge: where the nodes of a bin that begins at zero begin


@dataclass(frozen=True, slots=True, eq=False)
class PoissonResponse:
    r"""Poisson number of photoelectrons with mean light_yield E.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), PE
        A bin holds the whole numbers n with low <= n < high: [6, 8) holds 6 and 7.
    light_yield : float, PE/keVee
    efficiency : EfficiencyCurve
        Of n (reconstructed) or of the visible energy (true).
    efficiency_at : "count" or "centre"
        Whether an efficiency of the number is taken at n, or at the centre n + 1/2 of a bin of one photoelectron,
        as the release arXiv:1804.09459 says of its own: 7 % more events in CsI[Na] 2017.

    Notes
    -----
    .. math:: P(n | E) = \epsilon\, e^{-\lambda} \lambda^n / n!, \quad \lambda = \mathrm{light\ yield} \times E
    """

    bin_edges: FloatArray
    light_yield: float
    efficiency: EfficiencyCurve
    efficiency_at: Literal["count", "centre"] = "count"

    def __post_init__(self) -> None:
        edges = checked_edges(self.bin_edges)
        _check_light_yield(self.light_yield)
        empty = np.flatnonzero(np.ceil(edges[:-1]) == np.ceil(edges[1:]))
        if len(empty):
            lo, hi = edges[empty[0] : empty[0] + 2]
            raise ValueError(f"the bin {lo:g} to {hi:g} PE holds no whole number; use bins at least one PE wide")
        object.__setattr__(self, "bin_edges", edges)

    @property
    def numbers(self) -> FloatArray:
        """Whole numbers in the bins, shape (n_numbers,)."""
        return np.arange(np.ceil(self.bin_edges[0]), np.ceil(self.bin_edges[-1]))

    @property
    def support(self) -> tuple[float, float]:
        from scipy.special import gammainccinv, gammaincinv

        first, last = self.numbers[[0, -1]]
        low = gammaincinv(first, _NOTHING) / self.light_yield if first > 0 else 0.0
        return max(float(low), FLOOR), float(gammainccinv(last + 1, _NOTHING) / self.light_yield)

    @property
    def trusted(self) -> tuple[float, float]:
        return EVERYWHERE

    @property
    def breakpoints(self) -> FloatArray:
        return self.efficiency.steps if self.efficiency.of == "true" else np.zeros(0)

    def width(self, T: FloatArray) -> FloatArray:
        return np.asarray(np.sqrt(self.light_yield * T + 1) / self.light_yield)

    def matrix(self, T: FloatArray) -> FloatArray:
        from scipy.special import gammaln

        n = self.numbers
        mean = np.where(T > _DARK, self.light_yield * T, 1.0)
        probability = np.exp(np.outer(n, np.log(mean)) - mean - gammaln(n + 1)[:, None]) * (T > _DARK)
        inside = (self.bin_edges[:-1, None] <= n) & (self.bin_edges[1:, None] > n)
        if self.efficiency.of == "true":
            return np.asarray(inside.astype(float) @ probability * self.efficiency(T))
        shift = 0.5 if self.efficiency_at == "centre" else 0.0
        return np.asarray((inside * self.efficiency(n + shift)) @ probability)


@dataclass(frozen=True, slots=True, eq=False)
class GammaResponse:
    r"""Gamma-distributed signal in photoelectrons with mean light_yield E and shape 1 + b E.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), PE
    light_yield : float, PE/keVee
    b : float, 1/keVee
    efficiency : EfficiencyCurve
        Of the signal x in PE (reconstructed) or of the visible energy (true).

    Notes
    -----
    .. math:: P(x | E) = \epsilon \frac{(a (1 + b E))^{1 + b E}}{\Gamma(1 + b E)} x^{b E} e^{-a (1 + b E) x},
       \quad a = 1 / (\mathrm{light\ yield} \times E)

    References
    ----------
    COHERENT, arXiv:2110.07730: light yield 13.35 PE/keVee, b = 9.56/keVee.
    """

    bin_edges: FloatArray
    light_yield: float
    b: float
    efficiency: EfficiencyCurve

    def __post_init__(self) -> None:
        object.__setattr__(self, "bin_edges", checked_edges(self.bin_edges))
        _check_light_yield(self.light_yield)
        if not 0 < self.b < np.inf:
            raise ValueError(f"gamma response: b = {self.b} per keVee must be positive; the shape is 1 + b E_ee")

    @property
    def support(self) -> tuple[float, float]:
        from scipy.special import gammainc, gammaincc

        lo, hi = self.bin_edges[[0, -1]]
        top = 10 * hi / self.light_yield
        while gammainc(1 + self.b * top, hi * self._rate(top)) > _NOTHING:
            top *= 2
        E = np.geomspace(FLOOR, max(top, 10 * FLOOR), 4000)
        shape, rate = 1 + self.b * E, self._rate(E)
        return reach_limits(E, (gammaincc(shape, lo * rate) > _NOTHING) & (gammainc(shape, hi * rate) > _NOTHING))

    @property
    def trusted(self) -> tuple[float, float]:
        return EVERYWHERE

    @property
    def breakpoints(self) -> FloatArray:
        return self.efficiency.steps if self.efficiency.of == "true" else np.zeros(0)

    def width(self, T: FloatArray) -> FloatArray:
        return np.asarray(T / np.sqrt(1 + self.b * T))

    def matrix(self, T: FloatArray) -> FloatArray:
        from scipy.special import gammaln

        x, weights, first = self._nodes()
        E = np.where(T > _DARK, T, 1.0)
        shape, rate = 1 + self.b * E, self._rate(E)
        constant = shape * np.log(rate) - gammaln(shape)
        # In place: the density at all nodes is by far the largest array.
        density = np.outer(np.log(x), shape - 1)
        density -= np.outer(x, rate)
        density += constant
        np.exp(density, out=density)
        density *= weights[:, None]
        result = np.add.reduceat(density, first, axis=0) * (T > _DARK)
        return result * self.efficiency(T) if self.efficiency.of == "true" else result

    def _rate(self, E: FloatArray) -> FloatArray:
        """Inverse scale of the gamma distribution, 1/PE."""
        return (1 + self.b * E) / (self.light_yield * E)

    def _nodes(self) -> tuple[FloatArray, FloatArray, np.ndarray]:
        """Nodes in PE, weights with the efficiency in them, and the first node of each bin."""
        knots = self._knots()
        half = np.diff(knots) / 2
        x = ((knots[:-1] + half)[:, None] + half[:, None] * _NODES).ravel()
        weights = (half[:, None] * _WEIGHTS).ravel()
        if self.efficiency.of == "reconstructed":
            weights = weights * self.efficiency(x)
        return x, weights, len(_NODES) * np.searchsorted(knots, self.bin_edges[:-1])

    def _knots(self) -> FloatArray:
        """Bin edges, cuts of the efficiency, and steps of at most two standard deviations, PE."""
        lo, hi = self.bin_edges[[0, -1]]
        steps = self.efficiency.steps if self.efficiency.of == "reconstructed" else np.zeros(0)
        coarse = np.unique(np.concatenate([self.bin_edges, steps[(steps > lo) & (steps < hi)]]))
        x = np.geomspace(max(lo, _FIRST * hi), hi, 2000)
        # Standard deviations between x[0] and x: the integral of dx / (x / sqrt(1 + b x / light_yield)).
        root = np.sqrt(1 + self.b / self.light_yield * x)
        distance = 2 * root + np.log((root - 1) / (root + 1))
        along = np.interp(coarse, x, distance)
        pieces = np.ceil(np.diff(along) / _STEP).astype(int)
        share = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        fine = np.repeat(along[:-1], pieces) + share * np.repeat(np.diff(along) / pieces, pieces)
        return np.unique(np.concatenate([coarse, np.interp(fine, distance, x)]))


def _check_light_yield(light_yield: float) -> None:
    if not 0 < light_yield < np.inf:
        raise ValueError(f"light yield {light_yield} PE/keVee must be positive; CsI[Na] has about 13")
