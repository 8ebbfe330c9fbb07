r"""Minimisation of convex -2 ln L inside a box, for many independent points, almost without logarithms.

If the slope where a step d ends still points down along it, the value is smaller there: convexity. If

.. math:: d \cdot H d \le \min(-g \cdot d,\ 0.92\, n_{min})

with the exact curvature H and the smallest count that is not zero, it is smaller as well: f/(2 n_min) is
self-concordant, so f(z + d) <= f + g.d + 2 n_min w(t) with t^2 = d.H d / (2 n_min) and
w(t) = -t - ln(1 - t) <= t^2 for t <= 0.68. Values are only asked for where neither holds.

The same property tells when the last step needs no look at where it ends: with t^2 = p / n_min and p the
decrease that the exact quadratic model predicts, what is left after the step is below 20 p^2 / n_min.

References
----------
Nesterov and Nemirovskii, Interior-point polynomial algorithms in convex programming (SIAM 1994), ch. 2;
for minima inside a box Tran-Dinh, Kyrillidis and Cevher, J. Mach. Learn. Res. 16 (2015) 371.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.box_step import box_step
from nulight.inference.engine.newton import Minimum
from nulight.inference.engine.sheet import Slopes
from nulight.typing import FloatArray

__all__ = ["ConvexFunction", "minimise_convex"]

_SAFE = 2 * 0.68**2
# After a full step t becomes at most 3 t^2 in a box, and 2 n_min (3 t^2)^2 = 18 p^2 / n_min is left to gain.
_LEFT = 20.0


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

    def kinked(self, z: FloatArray, index: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether less than nothing is expected in an empty bin, (n_index,): there -2 ln L has a kink."""


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
        if not (walk.step() or walk.look_again()):
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
        self.trusted: NDArray[np.bool_] | None = np.zeros(n_points, bool)

    def step(self) -> bool:
        """Take one step of all points that have not arrived; return whether there were any."""
        live = self.live
        if live.size == 0:
            return False
        found = self.function.slopes(self.z[live], live, self.near[live])
        self._take_back(found)
        at, near, shrink, least = self.z[live], self.near[live], self.shrink[live], self.function.least(live)
        step, predicted = box_step(found.gradient, found.curvature, (self.lower - at).T, (self.upper - at).T)
        pull = (found.curvature * step).sum(axis=1)
        bend, slope = (step * pull).sum(axis=0), -(found.gradient * step).sum(axis=0)
        safe = near & (bend <= (1 + 1e-9) * slope) & (bend <= _SAFE * least)
        going = ~near | (predicted > self.tolerance)  # only the exact curvature bounds the decrease
        new = np.clip(at + shrink[:, None] * step.T, self.lower, self.upper)
        self.residual[live] = predicted
        self.near[live] = predicted < 1.0 + 0.1 * self.function.n_bins
        self.z[live[going]] = new[going]
        if self.trusted is not None:
            left = _LEFT * predicted**2 / least
            last = going & safe & (shrink == 1) & (left <= self.tolerance) & ~found.outside
            last &= self._solved(new.T, found.gradient + pull, found.curvature)
            self.residual[live[last]], self.trusted[live[last]] = left[last], True
            going &= ~last
        self.live, self.before, self.safe = live[going], at[going], safe[going]
        return True

    def look_again(self) -> bool:
        """Go on with points whose last step was trusted although it met a kink; return whether there are any."""
        if self.trusted is None or not self.trusted.any():
            return False
        index, self.trusted = np.flatnonzero(self.trusted), None
        self.live = index[self.function.kinked(self.z[index], index)]
        self.before, self.safe = self.z[self.live], np.ones(len(self.live), bool)
        return self.live.size > 0

    def _solved(self, new: FloatArray, gradient: FloatArray, curvature: FloatArray) -> NDArray[np.bool_]:
        """Whether the quadratic model, whose gradient at `new` this is, has its minimum in the box there."""
        low, high = new <= self.lower[:, None], new >= self.upper[:, None]
        free = np.where(low, np.minimum(gradient, 0.0), np.where(high, np.maximum(gradient, 0.0), gradient))
        diagonal = np.einsum("iip->ip", curvature)
        gain = (free**2 / np.where(diagonal > 0, diagonal, 1.0)).sum(axis=0)
        solved: NDArray[np.bool_] = gain <= 0.01 * self.tolerance
        return solved

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
