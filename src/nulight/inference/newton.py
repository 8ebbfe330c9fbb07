"""Minimisation inside a box for many independent points at once.

A safeguarded Newton method: exact curvature near the minimum, a positive majorant far from it,
Levenberg damping after a rejected step (and the exact curvature, if it is positive), and an active
set for the bounds. A quadratic function is minimised in one step, bounds included. Every point is
driven to the same residual or reported.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.typing import FloatArray

__all__ = ["Function", "Minimum", "minimise_in_box", "solve_positive"]

_PIVOT = 1e-11  # smallest pivot of the curvature in units of its diagonal: degenerate directions stay put
_NUDGE = 0.1  # first step off a stationary point that is a maximum in some direction, in units of the coordinate


class Function(Protocol):
    """A function of (n_points, n_dim) coordinates; `index` says which points are asked for."""

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Values, shape (n_index,)."""

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Gradient (n_index, n_dim) and curvature (n_index, n_dim, n_dim), exact or a majorant."""


class Minimum(NamedTuple):
    """Where the minima are; `residual` is the decrease one more full step would predict."""

    z: FloatArray
    value: FloatArray
    residual: FloatArray
    converged: NDArray[np.bool_]


def minimise_in_box(
    function: Function,
    start: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    *,
    escape: NDArray[np.bool_] | None = None,
    tolerance: float = 1e-10,
    max_steps: int = 100,
) -> Minimum:
    """Minimise `function` over ``lower <= z <= upper``, all points in one go.

    Parameters
    ----------
    function : Function
    start : array, shape (n_points, n_dim)
    lower, upper : array, shape (n_dim,)
        Bounds; may be infinite or equal.
    escape : array of bool, shape (n_dim,), optional
        Coordinates in which a vanishing gradient may hide a maximum (an even function at zero).
    tolerance : float
        Convergence: predicted decrease below this, or below 1e-13 of the value.
    max_steps : int
        Points not converged after so many steps are reported as such.

    Returns
    -------
    Minimum
    """
    escape = np.zeros(len(lower), bool) if escape is None else escape
    z = np.clip(start, lower, upper)
    live = np.arange(len(z))
    value = function.value(z, live)
    residual = np.full(len(z), np.inf)
    damping = np.zeros(len(z))
    if z.shape[1] == 0:
        return Minimum(z, value, np.zeros(len(z)), np.ones(len(z), bool))
    near = np.zeros(len(z), bool)
    for _ in range(max_steps):
        gradient, curvature, exact = _derivatives(function, z[live], live, near[live], damping[live])
        step, predicted = _box_step(gradient, curvature, z[live], lower, upper, np.zeros(len(live)))
        done = predicted <= _limit(tolerance, value[live])
        damped = (damping[live] > 0) & ~done
        if damped.any():
            k = live[damped]
            step[damped] = _box_step(gradient[damped], curvature[damped], z[k], lower, upper, damping[k])[0]
        if escape.any():
            done &= exact  # only the exact curvature tells a minimum from a maximum
            nudge, is_maximum = _nudge(gradient, curvature, z[live], lower, upper, escape, damping[live])
            hidden = done & is_maximum
            done &= ~hidden
            step[hidden] = nudge[hidden]
        residual[live] = predicted
        near[live] = predicted < 1.0 + 0.1 * np.abs(value[live])
        live, step = live[~done], step[~done]
        if live.size == 0:
            break
        trial = np.clip(z[live] + step, lower, upper)
        trial_value = function.value(trial, live)
        better = trial_value <= value[live] + 1e-14 * np.abs(value[live])
        z[live[better]], value[live[better]] = trial[better], trial_value[better]
        damping[live] = np.where(better, damping[live] / 10, np.maximum(10 * damping[live], 1e-3))
        damping[damping < 1e-4] = 0.0
    return Minimum(z, value, residual, residual <= _limit(tolerance, value))


def solve_positive(matrix: FloatArray, rhs: FloatArray) -> FloatArray:
    """Solve ``matrix x = rhs`` with the pivots of L D L^T made positive.

    Parameters
    ----------
    matrix : array, shape (n_points, n_dim, n_dim)
        Symmetric, diagonal of order one. An indefinite one is replaced by a positive one nearby, so
        that the solution for a negative gradient always goes downhill.
    rhs : array, shape (n_points, n_dim)

    Returns
    -------
    array, shape (n_points, n_dim)
    """
    m = np.ascontiguousarray(matrix.transpose(1, 2, 0))  # points last: every operation runs over memory in order
    x, n_dim = rhs.T.copy(), rhs.shape[1]
    low, pivot = np.zeros_like(m), np.empty_like(x)
    for j in range(n_dim):
        scaled = low[j, :j] * pivot[:j]
        pivot[j] = np.maximum(np.abs(m[j, j] - (low[j, :j] * scaled).sum(0)), _PIVOT)
        low[j + 1 :, j] = (m[j + 1 :, j] - (low[j + 1 :, :j] * scaled).sum(1)) / pivot[j]
        x[j + 1 :] -= low[j + 1 :, j] * x[j]
    x /= pivot
    for j in range(n_dim - 1, 0, -1):
        x[:j] -= low[j, :j] * x[j]
    return x.T


def _derivatives(
    function: Function, z: FloatArray, index: NDArray[np.intp], near: NDArray[np.bool_], damping: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return gradient, curvature and whether it is exact: near the minimum and after a rejected step.

    The majorant knows nothing of curved valleys and would only creep along them. Far from the
    minimum, or where the damping had to outgrow the curvature, the exact one is taken only if it is
    positive definite: elsewhere it points anywhere.
    """
    exact = near | (damping > 0)
    gradient, curvature = function.derivatives(z, index, exact)
    doubtful = np.flatnonzero(exact & ~(near & (damping <= 1)))
    saddle = doubtful[~_is_positive(curvature[doubtful])]
    if saddle.size:
        exact[saddle] = False
        curvature[saddle] = function.derivatives(z[saddle], index[saddle], exact[saddle])[1]
    return gradient, curvature, exact


def _is_positive(curvature: FloatArray) -> NDArray[np.bool_]:
    """Whether no eigenvalue is negative beyond rounding, in units of the diagonal."""
    diagonal = np.sqrt(np.abs(np.einsum("pii->pi", curvature)))
    scale = np.where(diagonal > 0, diagonal, 1.0)
    lowest = np.linalg.eigvalsh(curvature / (scale[:, :, None] * scale[:, None, :]))[:, 0]
    positive: NDArray[np.bool_] = lowest > -1e-9
    return positive


def _limit(tolerance: float, value: FloatArray) -> FloatArray:
    return tolerance + 1e-13 * np.abs(value)


def _box_step(
    gradient: FloatArray,
    curvature: FloatArray,
    z: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    damping: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Minimise the quadratic model inside the box; return the step and the decrease it predicts."""
    diagonal = np.abs(np.einsum("pii->pi", curvature))
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    g, h = gradient * scale, curvature * scale[:, :, None] * scale[:, None, :]
    np.einsum("pii->pi", h)[:] += damping[:, None]
    low, high = (lower - z) / scale, (upper - z) / scale
    newton, cauchy = _active_set_step(g, h, low, high), _gradient_step(g, h, low, high)
    gain, safe = _decrease(g, h, newton), _decrease(g, h, cauchy)
    step = np.where((gain >= safe)[:, None], newton, cauchy)
    # Off a minimum half the slope is the decrease of the positive curvature that made the step.
    return step * scale, np.maximum(np.maximum(gain, safe), -0.5 * (g * step).sum(1))


def _active_set_step(g: FloatArray, h: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Go for the minimum; whatever bound is met first on the way is kept, and the rest solved again."""
    fixed = ((low >= 0) & (g > 0)) | ((high <= 0) & (g < 0)) | (low == high)
    at, step, rows = np.zeros_like(g), np.zeros_like(g), np.arange(len(g))
    for _ in range(g.shape[1]):
        step[rows] = np.where(fixed[rows], at[rows], _free_step(g[rows], h[rows], fixed[rows], at[rows]))
        beyond = ~fixed[rows] & ((step[rows] < low[rows]) | (step[rows] > high[rows]))
        again = beyond.any(axis=1)
        rows, beyond = rows[again], beyond[again]
        if rows.size == 0:
            break
        end = np.where(step[rows] > 0, high[rows], low[rows])
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(beyond, end / step[rows], np.inf)
        first = beyond & (reach <= reach.min(axis=1, keepdims=True))
        at[rows] = np.where(first, end, at[rows])
        fixed[rows] |= first
    return np.clip(np.where(fixed, at, step), low, high)


def _gradient_step(g: FloatArray, h: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Best step along the projected gradient: never wrong, only short."""
    way = np.clip(-g, low, high)
    slope, bend = -(g * way).sum(1), np.einsum("pi,pij,pj->p", way, h, way)
    return way * np.where(bend > slope, slope / np.where(bend > 0, bend, 1.0), 1.0)[:, None]


def _decrease(g: FloatArray, h: FloatArray, step: FloatArray) -> FloatArray:
    decrease: FloatArray = -(g * step).sum(1) - 0.5 * np.einsum("pi,pij,pj->p", step, h, step)
    return decrease


def _free_step(g: FloatArray, h: FloatArray, fixed: NDArray[np.bool_], at: FloatArray) -> FloatArray:
    if not fixed.any():
        return solve_positive(h, -g)
    free = ~fixed
    matrix = h * (free[:, :, None] & free[:, None, :])
    np.einsum("pii->pi", matrix)[:] += fixed
    return solve_positive(matrix, -(g + np.einsum("pij,pj->pi", h, at)) * free)


def _nudge(
    gradient: FloatArray,
    curvature: FloatArray,
    z: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    escape: NDArray[np.bool_],
    damping: FloatArray,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Step off maxima: along the coordinates in `escape` that curve downwards and can move."""
    bound = ((z <= lower) & (gradient > 0)) | ((z >= upper) & (gradient < 0))
    # Where the damping has grown large every step was rejected: the curvature was rounding noise.
    down = escape & ~bound & (np.einsum("pii->pi", curvature) < 0) & (damping[:, None] < 1e3)
    sign = np.where(z >= upper, -1.0, 1.0)
    return np.where(down, sign * _NUDGE / (1 + 100 * damping[:, None]), 0.0), down.any(axis=1)
