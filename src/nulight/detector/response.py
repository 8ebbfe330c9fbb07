"""Detector response: probability to reconstruct a true recoil in each bin.

A response is asked for P(bin | true energy) at any true energies, exactly: a Gaussian resolution
with an efficiency that is linear between its table points has a closed form, so nothing is sampled
and probability is conserved to rounding. It knows its reconstructed edges, the true energies it
can see at all, and where it has kinks, so that whoever integrates over it can put panels there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["Efficiency", "GaussianResponse", "PerfectResponse", "Response", "gaussian_width"]

_TAIL = 8.0  # standard deviations beyond which a Gaussian is nothing: 1e-15
_FLOOR = 1e-3  # keV: true recoils below 1 eV are never seen
_CHUNK = 64


class Response(Protocol):
    """What the rate integration needs from a detector."""

    @property
    def bin_edges(self) -> FloatArray:
        """Reconstructed edges, shape (n_bins + 1,), keV."""

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest true energy that can reach a bin, keV."""

    @property
    def breakpoints(self) -> FloatArray:
        """True energies where the response has a kink or a step, keV."""

    def width(self, T: FloatArray) -> FloatArray:
        """Scale in true energy over which the response changes, shape of T, keV."""

    def matrix(self, T: FloatArray) -> FloatArray:
        """P(bin | true T), shape (n_bins, n_T)."""


@dataclass(frozen=True, slots=True, eq=False)
class Efficiency:
    """Selection efficiency, linear between table points.

    Attributes
    ----------
    energies : array, shape (n,), keV
        Increasing.
    values : array, shape (n,)
        Between 0 and 1.
    of : "reconstructed" or "true"
        Which energy it is a function of.
    beyond : "hold" or "zero"
        Value above the last point; below the first one it is zero.
    """

    energies: FloatArray
    values: FloatArray
    of: Literal["reconstructed", "true"] = "reconstructed"
    beyond: Literal["hold", "zero"] = "hold"

    def __post_init__(self) -> None:
        E, v = np.asarray(self.energies, float), np.asarray(self.values, float)
        if E.ndim != 1 or E.shape != v.shape or len(E) < 2 or not _increasing(E):
            raise ValueError("efficiency needs at least two points at increasing energies in keV")
        if np.any(~(v >= 0) | (v > 1)):
            bad = v[~((v >= 0) & (v <= 1))][0]
            raise ValueError(f"efficiency {bad} is outside [0, 1]; clip or correct the table")
        object.__setattr__(self, "energies", E)
        object.__setattr__(self, "values", v)

    @classmethod
    def constant(
        cls, value: float = 1.0, threshold: float = 0.0, *, of: Literal["reconstructed", "true"] = "reconstructed"
    ) -> Efficiency:
        """Efficiency `value` above `threshold` (keV), zero below."""
        return cls(np.array([threshold, threshold + 1.0]), np.array([value, value]), of=of)

    def __call__(self, E: ArrayLike) -> FloatArray:
        """Return the efficiency, shape of E."""
        right = self.values[-1] if self.beyond == "hold" else 0.0
        return np.asarray(np.interp(np.asarray(E, float), self.energies, self.values, left=0.0, right=right))

    @property
    def steps(self) -> FloatArray:
        """Energies where the efficiency jumps or has a kink, keV."""
        return self.energies


def gaussian_width(a: float, b: float, c: float = 0.0) -> Callable[[FloatArray], FloatArray]:
    """Return sigma(T) = a sqrt(T) + b T + c with T in keV.

    Raises
    ------
    ValueError
        If a coefficient is negative or all are zero.
    """
    if min(a, b, c) < 0 or max(a, b, c) == 0:
        raise ValueError(f"resolution a = {a} keV^0.5, b = {b}, c = {c} keV: none negative, at least one positive")
    return lambda T: a * np.sqrt(T) + b * T + c


@dataclass(frozen=True, slots=True, eq=False)
class GaussianResponse:
    """Gaussian resolution with an efficiency of true or reconstructed energy.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), keV
    sigma : callable
        Standard deviation of the reconstructed at a true energy, both keV.
    efficiency : Efficiency
    kinks : array, shape (n,), keV
        True energies where `sigma` has a kink.
    """

    bin_edges: FloatArray
    sigma: Callable[[FloatArray], FloatArray]
    efficiency: Efficiency
    kinks: FloatArray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        object.__setattr__(self, "bin_edges", _checked_edges(self.bin_edges))

    @property
    def support(self) -> tuple[float, float]:
        T = np.geomspace(_FLOOR, 10 * self.bin_edges[-1] + 10, 4000)
        sigma = self.sigma(T)
        if not np.all(sigma > 0):
            bad = float(T[~(sigma > 0)][0])
            raise ValueError(f"the resolution at {bad:.4g} keV is {float(self.sigma(np.array(bad)))} keV, not positive")
        reach = (T + _TAIL * sigma > self.bin_edges[0]) & (T - _TAIL * sigma < self.bin_edges[-1])
        if not reach.any():
            raise ValueError("no true energy reaches the bins: check resolution and bins")
        first, last = np.flatnonzero(reach)[[0, -1]]
        return float(T[max(int(first) - 1, 0)]), float(T[min(int(last) + 1, len(T) - 1)])

    @property
    def breakpoints(self) -> FloatArray:
        return np.concatenate([self.kinks, self.efficiency.steps if self.efficiency.of == "true" else []])

    def width(self, T: FloatArray) -> FloatArray:
        return self.sigma(T)

    def matrix(self, T: FloatArray) -> FloatArray:
        knots, first = self._knots()
        result = np.zeros((len(self.bin_edges) - 1, len(T)))
        order = np.argsort(T)
        # Ascending chunks see only the knots within reach: most of the matrix is empty.
        for part in np.array_split(order, max(len(T) // _CHUNK, 1)):
            if len(part):
                result[:, part] = self._block(T[part], knots, first)
        return result if self.efficiency.of == "reconstructed" else result * self.efficiency(T)

    def _knots(self) -> tuple[FloatArray, np.ndarray]:
        """Edges of the segments on which the efficiency is linear, and where each bin starts."""
        lo, hi = self.bin_edges[[0, -1]]
        steps = self.efficiency.steps if self.efficiency.of == "reconstructed" else np.zeros(0)
        knots = np.unique(np.concatenate([self.bin_edges, steps[(steps > lo) & (steps < hi)]]))
        return knots, np.searchsorted(knots, self.bin_edges[:-1])

    def _block(self, T: FloatArray, knots: FloatArray, first: np.ndarray) -> FloatArray:
        sigma = self.sigma(T)
        lo = max(int(np.searchsorted(knots, np.min(T - _TAIL * sigma), side="right")) - 1, 0)
        hi = min(int(np.searchsorted(knots, np.max(T + _TAIL * sigma), side="left")) + 1, len(knots))
        segments = np.zeros((len(knots) - 1, len(T)))
        if hi - lo >= 2:
            segments[lo : hi - 1] = self._segments(T, sigma, knots[lo:hi])
        return np.add.reduceat(segments, first, axis=0)

    def _segments(self, T: FloatArray, sigma: FloatArray, knots: FloatArray) -> FloatArray:
        """Integral of efficiency times Gaussian over each segment, shape (n_knots - 1, n_T)."""
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


@dataclass(frozen=True, slots=True, eq=False)
class PerfectResponse:
    """No smearing: the reconstructed energy is the true one.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), keV
    efficiency : Efficiency
    """

    bin_edges: FloatArray
    efficiency: Efficiency

    def __post_init__(self) -> None:
        object.__setattr__(self, "bin_edges", _checked_edges(self.bin_edges))

    @property
    def support(self) -> tuple[float, float]:
        return max(float(self.bin_edges[0]), _FLOOR), float(self.bin_edges[-1])

    @property
    def breakpoints(self) -> FloatArray:
        return np.concatenate([self.bin_edges, self.efficiency.steps])

    def width(self, T: FloatArray) -> FloatArray:
        return np.full_like(T, np.min(np.diff(self.bin_edges)))

    def matrix(self, T: FloatArray) -> FloatArray:
        inside = (self.bin_edges[:-1, None] <= T) & (self.bin_edges[1:, None] > T)
        return inside * self.efficiency(T)


def _checked_edges(edges: ArrayLike) -> FloatArray:
    edges = np.asarray(edges, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or edges[0] < 0 or not _increasing(edges):
        raise ValueError("bin edges must be at least two energies in keV, increasing, not negative")
    return edges


def _increasing(values: FloatArray) -> bool:
    return bool(np.all(np.isfinite(values)) and np.all(np.diff(values) > 0))
