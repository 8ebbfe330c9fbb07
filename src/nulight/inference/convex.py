r"""Minimisation of convex -2 ln L inside a box, for many independent points, almost without logarithms.

If the slope where a step d ends still points down along it, the value is smaller there: convexity. If

.. math:: d \cdot H d \le \min(-g \cdot d,\ 0.92\, n_{min})

with the exact curvature H and the smallest count that is not zero, it is smaller as well: f/(2 n_min) is
self-concordant, so f(z + d) <= f + g.d + 2 n_min w(t) with t^2 = d.H d / (2 n_min) and
w(t) = -t - ln(1 - t) <= t^2 for t <= 0.68. Values are only asked for where neither holds.

References
----------
Nesterov and Nemirovskii, Interior-point polynomial algorithms in convex programming (SIAM 1994), ch. 2.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.inference.box_step import box_step
from nulight.inference.newton import Minimum
from nulight.inference.sheet import Slopes
from nulight.typing import FloatArray

__all__ = ["ConvexFunction", "minimise_convex"]

_SAFE = 2 * 0.68**2


class ConvexFunction(Protocol):
    """A convex function of z (n_points, n_dim): Poisson -2 ln L and quadratic terms of `n_bins` bins in all."""

    @property
    def n_bins(self) -> int: ...

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Values, shape (n_index,)."""

    def exact_value(self, z: FloatArray) -> FloatArray:
        """Values of all points, shape (n_points,), infinite where the data are impossible."""

    def slopes(self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]) -> Slopes:
        """Gradient and curvature, exact or a majorant."""

    def least(self, index: NDArray[np.intp]) -> FloatArray:
        """Smallest count n of every point, (n_index,); infinite if there are quadratic terms only."""


def minimise_convex(
    function: ConvexFunction,
    start: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    *,
    tolerance: float = 1e-10,
    max_steps: int = 100,
) -> Minimum:
    """Minimise `function` over ``lower <= z <= upper``, all points in one go.

    Parameters
    ----------
    function : ConvexFunction
    start : array, shape (n_points, n_dim)
    lower, upper : array, shape (n_dim,)
    tolerance : float
        Convergence: predicted decrease below this, or below 1e-13 of the value.
    max_steps : int
        Points not converged after so many steps are reported as such.

    Returns
    -------
    Minimum
        With exact values.
    """
    walk = _Walk(function, start, lower, upper, tolerance)
    for _ in range(max_steps):
        if not walk.step():
            break
    value = function.exact_value(walk.z)
    converged = walk.residual <= walk.tolerance + 1e-13 * np.abs(np.where(np.isfinite(value), value, 0.0))
    return Minimum(walk.z, value, walk.residual, converged)


class _Walk:
    """Points on their way: where they are, the steps that led there, and which of these are in doubt."""

    def __init__(
        self, function: ConvexFunction, start: FloatArray, lower: FloatArray, upper: FloatArray, tolerance: float
    ) -> None:
        n_points, n_dim = start.shape
        self.function, self.tolerance = function, tolerance
        self.lower, self.upper = lower, upper
        self.z = np.clip(start, lower, upper)
        self.residual = np.full(n_points, np.inf if n_dim else 0.0)
        self.live = np.arange(n_points if n_dim else 0)
        self.near, self.shrink = np.isinf(function.least(np.arange(n_points))), np.ones(n_points)
        self.before, self.safe = self.z[self.live], np.ones(len(self.live), bool)

    def step(self) -> bool:
        """Take one step of all points that have not arrived; return whether there are any."""
        live = self.live
        if live.size == 0:
            return False
        found = self.function.slopes(self.z[live], live, self.near[live])
        self._take_back(found)
        at, gradient, curvature = self.z[live], found.gradient, found.curvature
        step, predicted = box_step(gradient, curvature, (self.lower - at).T, (self.upper - at).T)
        self.residual[live] = predicted
        going = ~self.near[live] | (predicted > self.tolerance)  # only the exact curvature bounds the decrease
        bend, slope = (step * (curvature * step).sum(axis=1)).sum(axis=0), -(gradient * step).sum(axis=0)
        safe = self.near[live] & (bend <= (1 + 1e-9) * slope) & (bend <= _SAFE * self.function.least(live))
        self.near[live] = predicted < 1.0 + 0.1 * self.function.n_bins
        new = np.clip(at + self.shrink[live, None] * step.T, self.lower, self.upper)
        self.live, self.before, self.safe = live[going], at[going], safe[going]
        self.z[self.live] = new[going]
        return True

    def _take_back(self, found: Slopes) -> None:
        """Return to where they came from with points that went uphill; replace what was found there."""
        last = (self.z[self.live] - self.before).T
        doubt = (~self.safe & ((found.gradient * last).sum(axis=0) > 0)) | found.outside
        self.shrink[self.live[~doubt]] = 1.0
        if not doubt.any():
            return
        place = np.flatnonzero(doubt)
        live, before = self.live[place], self.before[place]
        old = self.function.value(before, live)
        worse = self.function.value(self.z[live], live) > old + 1e-14 * np.abs(old)
        self.shrink[live] = np.where(worse, 0.25 * self.shrink[live], 1.0)
        place, live, before = place[worse], live[worse], before[worse]
        if live.size:
            self.z[live] = before
            again = self.function.slopes(before, live, self.near[live])
            found.gradient[:, place], found.curvature[:, :, place] = again.gradient, again.curvature
