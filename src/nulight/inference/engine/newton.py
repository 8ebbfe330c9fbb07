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

from nulight.inference.engine.box_step import box_step, solve_positive
from nulight.typing import FloatArray

__all__ = ["Function", "Minimum", "minimise_in_box", "solve_positive"]

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
        gradient, curvature, exact = _derivatives(function, z[live], live, near[live], damping[live], (lower, upper))
        step, predicted = _step(gradient, curvature, z[live], lower, upper, None)
        done = predicted <= _limit(tolerance, value[live])
        damped = np.flatnonzero((damping[live] > 0) & ~done)
        if damped.size:
            k = live[damped]
            step[damped] = _step(gradient[damped], curvature[damped], z[k], lower, upper, damping[k])[0]
        if escape.any():
            done &= exact  # only the exact curvature tells a minimum from a maximum
            arrived = np.flatnonzero(done)
            here = (gradient[arrived], curvature[arrived], z[live[arrived]])
            nudge, is_maximum = _nudge(*here, lower, upper, escape, damping[live[arrived]])
            hidden = arrived[is_maximum]
            done[hidden] = False
            step[hidden] = nudge[is_maximum]
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


def _derivatives(
    function: Function,
    z: FloatArray,
    index: NDArray[np.intp],
    near: NDArray[np.bool_],
    damping: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Return gradient, curvature and whether it is exact: near the minimum and after a rejected step.

    The majorant knows nothing of curved valleys and would only creep along them. Far from the
    minimum, or where the damping had to outgrow the curvature, the exact one is taken only if it is
    positive definite in all that can move: elsewhere it points anywhere.
    """
    exact = near | (damping > 0)
    gradient, curvature = function.derivatives(z, index, exact)
    doubtful = np.flatnonzero(exact & ~(near & (damping <= 1)))
    stuck = _stuck(z[doubtful], gradient[doubtful], *bounds)
    saddle = doubtful[~_is_positive(curvature[doubtful], ~stuck)]
    if saddle.size:
        exact[saddle] = False
        curvature[saddle] = function.derivatives(z[saddle], index[saddle], exact[saddle])[1]
    return gradient, curvature, exact


def _stuck(z: FloatArray, gradient: FloatArray, lower: FloatArray, upper: FloatArray) -> NDArray[np.bool_]:
    """Which coordinates (n_points, n_dim) are pushed against their bound."""
    stuck: NDArray[np.bool_] = ((z <= lower) & (gradient > 0)) | ((z >= upper) & (gradient < 0))
    return stuck


def _is_positive(curvature: FloatArray, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether no eigenvalue in the free coordinates is negative beyond rounding, in units of the diagonal."""
    diagonal = np.sqrt(np.abs(np.einsum("pii->pi", curvature)))
    scale = np.where(free & (diagonal > 0), 1 / np.where(diagonal > 0, diagonal, 1.0), np.where(free, 1.0, 0.0))
    lowest = np.linalg.eigvalsh(curvature * scale[:, :, None] * scale[:, None, :])[:, 0]
    positive: NDArray[np.bool_] = lowest > -1e-9
    return positive


def _limit(tolerance: float, value: FloatArray) -> FloatArray:
    return tolerance + 1e-13 * np.abs(value)


def _step(
    gradient: FloatArray,
    curvature: FloatArray,
    z: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    damping: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Minimise the quadratic model inside the box; return the step and the decrease it predicts."""
    g, h = np.ascontiguousarray(gradient.T), np.ascontiguousarray(curvature.transpose(1, 2, 0))
    step, predicted = box_step(g, h, (lower - z).T, (upper - z).T, damping)
    return step.T, predicted


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
    # Where the damping has grown large every step was rejected: the curvature was rounding noise.
    down = (
        escape & ~_stuck(z, gradient, lower, upper) & (np.einsum("pii->pi", curvature) < 0) & (damping[:, None] < 1e3)
    )
    sign = np.where(z >= upper, -1.0, 1.0)
    return np.where(down, sign * _NUDGE / (1 + 100 * damping[:, None]), 0.0), down.any(axis=1)
