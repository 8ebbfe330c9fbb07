"""The best step of a quadratic model inside a box, for many points at once.

Arrays have the points along their last axis: every operation runs over memory in order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nulight.typing import FloatArray

__all__ = ["box_step", "solve_positive"]

_PIVOT = 1e-11  # smallest pivot of the curvature in units of its diagonal: degenerate directions stay put


def box_step(
    gradient: FloatArray, curvature: FloatArray, below: FloatArray, above: FloatArray, damping: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Minimise g.s + s.H.s / 2 inside the box.

    Parameters
    ----------
    gradient : array, shape (n_dim, n_points)
    curvature : array, shape (n_dim, n_dim, n_points)
        Symmetric; where it is not positive one nearby that is takes its place.
    below, above : array, shape (n_dim, n_points)
        Smallest (<= 0) and largest (>= 0) steps.
    damping : array, shape (n_points,), optional
        Added to the diagonal in units of itself.

    Returns
    -------
    step : array, shape (n_dim, n_points)
    predicted : array, shape (n_points,)
        Decrease of the model.
    """
    diagonal = np.abs(np.einsum("iip->ip", curvature))
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    g, h = gradient * scale, curvature * scale[:, None] * scale
    if damping is not None:
        np.einsum("iip->ip", h)[:] += damping
    low, high = below / scale, above / scale
    # Coordinates that are pushed against their bound stay. If the others meet none the step is the minimum.
    fixed = ((low >= 0) & (g > 0)) | ((high <= 0) & (g < 0)) | (low == high)
    step, definite = _free_step(g, h, fixed, None)
    gain = -0.5 * (g * step).sum(axis=0)
    simple = definite & np.all((step >= low) & (step <= high), axis=0)
    if not simple.all():
        rest = np.flatnonzero(~simple)
        g, h, low, high = (array[..., rest] for array in (g, h, low, high))
        step[:, rest], gain[rest] = _constrained(g, h, low, high, fixed[:, rest])
    return step * scale, gain


def _constrained(
    g: FloatArray, h: FloatArray, low: FloatArray, high: FloatArray, fixed: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Best of the step that follows the bounds and of the one down the gradient."""
    newton, cauchy = _active_set_step(g, h, low, high, fixed), _gradient_step(g, h, low, high)
    gain, safe = _decrease(g, h, newton), _decrease(g, h, cauchy)
    step = np.where(gain >= safe, newton, cauchy)
    # Off a minimum half the slope is the decrease of the positive curvature that made the step.
    return step, np.maximum(np.maximum(gain, safe), -0.5 * (g * step).sum(axis=0))


def _active_set_step(
    g: FloatArray, h: FloatArray, low: FloatArray, high: FloatArray, fixed: NDArray[np.bool_]
) -> FloatArray:
    """Go for the minimum; whatever bound is met first on the way is kept, and the rest solved again."""
    at, step, rows = np.zeros_like(g), np.zeros_like(g), np.arange(g.shape[1])
    for _ in range(len(g)):
        here = fixed[:, rows]
        free = _free_step(g[:, rows], h[..., rows], here, at[:, rows])[0]
        step[:, rows] = np.where(here, at[:, rows], free)
        beyond = ~here & ((step[:, rows] < low[:, rows]) | (step[:, rows] > high[:, rows]))
        again = beyond.any(axis=0)
        rows, beyond = rows[again], beyond[:, again]
        if rows.size == 0:
            break
        end = np.where(step[:, rows] > 0, high[:, rows], low[:, rows])
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(beyond, end / step[:, rows], np.inf)
        first = beyond & (reach <= reach.min(axis=0))
        at[:, rows] = np.where(first, end, at[:, rows])
        fixed[:, rows] |= first
    return np.clip(np.where(fixed, at, step), low, high)


def _gradient_step(g: FloatArray, h: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Best step along the projected gradient: never wrong, only short."""
    way = np.clip(-g, low, high)
    slope, bend = -(g * way).sum(axis=0), np.einsum("ip,ijp,jp->p", way, h, way)
    return way * np.where(bend > slope, slope / np.where(bend > 0, bend, 1.0), 1.0)


def _decrease(g: FloatArray, h: FloatArray, step: FloatArray) -> FloatArray:
    decrease: FloatArray = -(g * step).sum(axis=0) - 0.5 * np.einsum("ip,ijp,jp->p", step, h, step)
    return decrease


def _free_step(
    g: FloatArray, h: FloatArray, fixed: NDArray[np.bool_], at: FloatArray | None
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Minimum in the coordinates that are not fixed, the others being `at` (or zero)."""
    rhs = -g if at is None else -(g + np.einsum("ijp,jp->ip", h, at))
    if not fixed.any():
        return _solve(h, rhs)
    free = ~fixed
    matrix = h * (free[:, None] & free)
    np.einsum("iip->ip", matrix)[:] += fixed
    return _solve(matrix, rhs * free)


def _solve(matrix: FloatArray, rhs: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Solve ``matrix x = rhs`` with the pivots of L D L^T made positive; tell where they were."""
    n_dim, definite = len(rhs), np.ones(rhs.shape[1], bool)
    low, pivot, x = np.zeros_like(matrix), np.empty_like(rhs), np.array(rhs)
    for j in range(n_dim):
        pivot[j] = matrix[j, j]
        if j:
            scaled = low[j, :j] * pivot[:j]
            pivot[j] -= (low[j, :j] * scaled).sum(axis=0)
        definite &= pivot[j] > _PIVOT
        np.maximum(np.abs(pivot[j]), _PIVOT, out=pivot[j])
        if j + 1 < n_dim:
            column = matrix[j + 1 :, j] - (low[j + 1 :, :j] * scaled).sum(axis=1) if j else matrix[j + 1 :, j]
            low[j + 1 :, j] = column / pivot[j]
            x[j + 1 :] -= low[j + 1 :, j] * x[j]
    x /= pivot
    for j in range(n_dim - 1, 0, -1):
        x[:j] -= low[j, :j] * x[j]
    return x, definite


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
    return _solve(np.ascontiguousarray(matrix.transpose(1, 2, 0)), np.ascontiguousarray(rhs.T))[0].T
