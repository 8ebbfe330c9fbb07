r"""Poisson fits of counts that are linear in everything that is fitted, each point with data of its own.

A signal quadratic in a coupling is linear in its square, and so are relative nuisances of the rest:
:math:`N = N_0 + \sum_k z_k J_k`. Then -2 ln L is convex, and thousands of fits are one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.likelihood import poisson_twice_nll
from nulight.typing import FloatArray

__all__ = ["LinearCounts", "loss_slope"]

_FLOOR = 1e-6  # of the data: an expectation below it counts as this when a step of the minimiser is judged


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearCounts:
    """Data and linear counts of n_p points.

    Attributes
    ----------
    observed, base : array (n_p, n_bins)
        Data, and what is expected at z = 0.
    slopes : array (n_p, n_dim, n_bins)
        Change of the counts with every coordinate.
    weight : array (n_dim,)
        Of the penalties (z - centre)^2.
    lower : array (n_dim,)
        Bounds: zero for signals and factors, -1 for relative changes of something that is there.
    upper : float or array (n_dim,)
    centre : float or array (n_dim,)
        One for factors 1 + u, which keep their digits where a strong signal makes them small.
    """

    observed: FloatArray
    base: FloatArray
    slopes: FloatArray
    weight: FloatArray
    lower: FloatArray
    upper: FloatArray | float = np.inf
    centre: FloatArray | float = 0.0

    def minimum(self, start: FloatArray, *, tolerance: float = 1e-10) -> tuple[FloatArray, FloatArray]:
        """Minimise -2 ln L of every point.

        Parameters
        ----------
        start : array (n_p, n_dim)
        tolerance : float
            Of -2 ln L; a difference of two hypotheses may be a small part of it.

        Returns
        -------
        value : array (n_p,)
            -2 ln L at the minima, relative to the saturated model.
        z : array (n_p, n_dim)
        """
        upper = np.broadcast_to(self.upper, self.lower.shape)
        found = minimise_in_box(self, start, self.lower, upper, tolerance=tolerance)
        return found.value, found.z

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return -2 ln L with the penalties; see `inference.engine.newton.Function`."""
        bins = poisson_twice_nll(self.observed[index], self._expected(z, index))
        total: FloatArray = bins.sum(axis=1) + (self.weight * (z - self.centre) ** 2).sum(axis=1)
        return total

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature; see `inference.engine.newton.Function`."""
        n, mu, slopes = self.observed[index], self._expected(z, index), self.slopes[index]
        inverse = np.where(mu > 0, 1.0, 0.0) / np.where(mu > 0, mu, 1.0)
        curve = 2 * n * inverse**2
        # n / mu^2 vanishes where far too much is expected, and a full step would go anywhere.
        curve = np.where(exact[:, None], curve, np.maximum(curve, 2 * inverse))
        gradient = np.matmul(slopes, loss_slope(n, mu)[:, :, None])[:, :, 0] + 2 * self.weight * (z - self.centre)
        curvature = np.matmul(slopes * curve[:, None], slopes.transpose(0, 2, 1)) + 2 * np.diag(self.weight)
        return gradient, curvature

    def _expected(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        mu = self.base[index] + np.matmul(z[:, None], self.slopes[index])[:, 0]
        expected: FloatArray = np.maximum(mu, _FLOOR * self.observed[index])
        return expected


def loss_slope(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Derivative of the Poisson -2 ln L of bins in what is expected, same shape; zero where that is nothing."""
    some = expected > 0
    return np.where(some, 2 * (1 - observed / np.where(some, expected, 1.0)), 0.0)
