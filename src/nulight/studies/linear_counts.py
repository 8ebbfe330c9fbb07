r"""Poisson fits of counts that are linear in everything that is fitted, each point with data of its own.

A signal quadratic in a coupling is linear in its square, and so are relative nuisances of the rest:
:math:`N = N_0 + \sum_k z_k J_k`. Then -2 ln L is convex, and thousands of fits are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.likelihood import poisson_twice_nll
from nulight.inference.newton import minimise_in_box
from nulight.typing import ArrayLike, FloatArray

__all__ = ["LinearCounts", "where_reached"]

_TOLERANCE = 1e-13  # of -2 ln L: differences of two elements may be a small part of it
_FACTOR, _WIDEN, _STEPS, _CLOSE = 4.0, 15, 100, 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearCounts:
    """Data and linear counts of n_p points.

    Attributes
    ----------
    observed, base : array (n_p, n_bins)
        Data, and what is expected at z = 0.
    slopes : array (n_p, n_dim, n_bins)
        Change of the counts with every coordinate.
    weight : array (n_dim,)
        Of the penalties z^2.
    lower : array (n_dim,)
        Bounds: zero for signals, -1 for relative changes of something that is there.
    """

    observed: FloatArray
    base: FloatArray
    slopes: FloatArray
    weight: FloatArray
    lower: FloatArray

    def minimum(self, start: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return -2 ln L at the minima (n_p,), relative to the saturated model, and where they are (n_p, n_dim)."""
        upper = np.full(len(self.lower), np.inf)
        found = minimise_in_box(self, start, self.lower, upper, tolerance=_TOLERANCE)
        return found.value, found.z

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return -2 ln L with the penalties; see `inference.newton.Function`."""
        loss = poisson_twice_nll(self.observed[index], self._expected(z, index)).sum(axis=1)
        total: FloatArray = loss + (self.weight * z**2).sum(axis=1)
        return total

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature; see `inference.newton.Function`."""
        n, mu, slopes = self.observed[index], self._expected(z, index), self.slopes[index]
        known = mu > 0
        inverse = np.where(known, 1.0, 0.0) / np.where(known, mu, 1.0)
        slope, curve = np.where(known, 2 * (1 - n * inverse), 0.0), 2 * n * inverse**2
        # n / mu^2 vanishes where far too much is expected, and a full step would go anywhere.
        curve = np.where(exact[:, None], curve, np.maximum(curve, 2 * inverse))
        gradient = np.einsum("pkb,pb->pk", slopes, slope) + 2 * self.weight * z
        curvature = np.einsum("pkb,pb,pmb->pkm", slopes, curve, slopes) + 2 * np.diag(self.weight)
        return gradient, curvature

    def _expected(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        expected: FloatArray = self.base[index] + np.einsum("pk,pkb->pb", z, self.slopes[index])
        return expected


def where_reached(function: Callable[[FloatArray], FloatArray], target: ArrayLike, start: FloatArray) -> FloatArray:
    """Return where rising functions of positive numbers reach a target, shape of `start`.

    Parameters
    ----------
    function : callable
        Maps (n,) to (n,), element by element, and rises.
    target : float or array (n,), positive
    start : array (n,), positive
        Where to begin.

    Returns
    -------
    array (n,)
        To 1e-10 of the target; infinite where it is not reached within 1e9 times the start.

    Notes
    -----
    False position in the logarithms (Illinois), exact at once for powers.
    """

    level = np.log(np.asarray(target, float))

    def height(t: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            logarithm: FloatArray = np.log(function(np.exp(t))) - level
        return logarithm

    low = high = np.log(start)
    f_low = f_high = height(low)
    for _ in range(_WIDEN):
        if not np.any(short := f_high < 0) and not np.any(f_low > 0):
            break
        high = np.where(short, high + np.log(_FACTOR), high)
        low = np.where(f_low > 0, low - np.log(_FACTOR), low)
        f_low, f_high = height(low), height(high)
    never = f_high < -_CLOSE
    t, done = low, never
    for _ in range(_STEPS):
        t = np.where(done, t, _between(low, high, f_low, f_high))
        f = height(t)
        done = done | (np.abs(f) <= _CLOSE)
        if done.all():
            break
        above = f > 0
        # An end that stays counts half, so that the other one moves as well.
        f_low, f_high = np.where(above, f_low / 2, f), np.where(above, f, f_high / 2)
        low, high = np.where(above, low, t), np.where(above, t, high)
    found: FloatArray = np.where(never, np.inf, np.exp(t))
    return found


def _between(low: FloatArray, high: FloatArray, f_low: FloatArray, f_high: FloatArray) -> FloatArray:
    """Zero of the straight line between two ends; the middle where that is none."""
    rise = f_high - f_low
    good = np.isfinite(rise) & (rise > 0)
    share = np.where(good, -f_low, 0.5) / np.where(good, rise, 1.0)
    zero: FloatArray = low + np.clip(share, 0.0, 1.0) * (high - low)
    return zero
