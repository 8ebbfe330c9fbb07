"""-2 ln L of blocks of points as a function of their expected counts: value, slope and curvature.

The same functions as in `blocks`, with as few passes over the bins as possible. Counts and data of
a Gaussian experiment arrive in units of its errors.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.blocks import EMPTY, FLOOR
from nulight.typing import FloatArray

__all__ = ["gaussian_value", "poisson_exact", "poisson_slopes", "poisson_value", "poisson_values"]

_TINY = 1e-200  # stands for no count: nothing is divided by zero, and n ln(n/mu) stays zero
_BLOCK = 120_000  # points x bins whose work stays in the cache


def poisson_value(mu: FloatArray, n: FloatArray) -> FloatArray:
    """Return -2 ln L (n_points,) whose logarithm continues as a parabola below a millionth of the data.

    Parameters
    ----------
    mu : array, shape (n_points, n_bins)
    n : array, shape (n_points or 1, n_bins)
    """
    q = mu / np.maximum(n, _TINY)
    if q.min(initial=np.inf) >= FLOOR:
        return _sum(q, mu, n)
    low = (q < FLOOR) & (n > 0)
    total = _sum(np.maximum(q, FLOOR), mu, n)
    below = np.where(low, mu - FLOOR * n, 0.0)
    total += (below * (2 - 2 / FLOOR) + below**2 / (FLOOR**2 * np.where(n > 0, n, 1.0))).sum(axis=1)
    return total


def poisson_exact(mu: FloatArray, n: FloatArray) -> FloatArray:
    """Return -2 ln L (n_points,), infinite where something was seen and nothing is expected."""
    q = mu / np.maximum(n, _TINY)
    if q.min(initial=np.inf) > 0:
        return _sum(q, mu, n)
    possible = q > 0
    total = _sum(np.where(possible, q, 1.0), mu, n)
    total[np.any(~possible & (n > 0), axis=1)] = np.inf
    return total


def _sum(q: FloatArray, mu: FloatArray, n: FloatArray) -> FloatArray:
    """2 sum n (q - 1 - ln q) with q = mu/n: its rounding cancels close to q = 1. Empty bins add 2 mu."""
    log = np.log(q)
    q -= 1.0
    q -= log
    total = np.matmul(q, n[0]) if len(n) == 1 else np.einsum("pb,pb->p", q, n)
    if n.min(initial=1.0) <= 0:
        total += np.where(n > 0, 0.0, np.maximum(mu, 0.0)).sum(axis=1)
    doubled: FloatArray = 2.0 * total
    return doubled


def poisson_slopes(
    mu: FloatArray, n: FloatArray, exact: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_] | None]:
    """Return how -2 ln L changes with the counts of every bin.

    Parameters
    ----------
    mu : array, shape (n_points, n_bins)
    n : array, shape (n_points or 1, n_bins)
    exact : array of bool, shape (n_points,)
        Where it is false the weight is a majorant.

    Returns
    -------
    ratio : array, shape (n_points, n_bins)
        n/mu; the first derivative is 2 (1 - ratio).
    weight : array, shape (n_points, n_bins)
        Half the second derivative.
    outside : array of bool, shape (n_points,), or None
        Points with bins where the logarithm is continued, if there are any.
    """
    if mu.min(initial=np.inf) > max(EMPTY, FLOOR * n.max(initial=0.0)):
        ratio = n / mu
        weight = ratio / mu if exact.all() else np.where(exact[:, None], ratio, np.maximum(ratio, 1.0)) / mu
        return ratio, weight, None
    floor = FLOOR * np.maximum(n, _TINY)
    m, low = np.maximum(mu, floor), mu < floor
    ratio = n / m
    weight = ratio / m
    ratio = np.where(low, np.where(n > 0, ratio - weight * (mu - m), mu <= 0), ratio)
    majorant = np.maximum(weight, 1 / np.maximum(m, EMPTY))
    return ratio, np.where(exact[:, None], weight, majorant), np.any(low, axis=1)


def gaussian_value(mu: FloatArray, n: FloatArray) -> FloatArray:
    """Return the chi2 (n_points,) of counts and data in units of their errors."""
    pull = mu - n
    chi2: FloatArray = np.einsum("pb,pb->p", pull, pull)
    return chi2


def poisson_values(coefficients: Any, templates: Any, observed: Any, xp: ModuleType = np) -> Any:
    """Return the Poisson -2 ln L of one data set at many points.

    Parameters
    ----------
    coefficients : array, shape (n_points, n_terms)
        Products of couplings and factors of nuisances.
    templates : array, shape (n_terms, n_bins)
        Counts per unit of each.
    observed : array, shape (n_bins,)
    xp : module, optional
        Library of the arrays, if not NumPy: any with the functions of the array API standard.

    Returns
    -------
    array, shape (n_points,)
        Relative to the saturated model; infinite where the data are impossible.
    """
    (seen,), (unseen,) = xp.nonzero(observed > 0), xp.nonzero(observed == 0)
    n, empty = xp.take(observed, seen), xp.take(templates, unseen, axis=1)
    rows = xp.take(templates, seen, axis=1) / n
    n_points, size = coefficients.shape[0], max(1, _BLOCK // max(1, n.shape[0]))
    blocks = [
        _values(coefficients[i : min(i + size, n_points), :], rows, empty, n, xp) for i in range(0, n_points, size)
    ]
    return xp.concat(blocks) if blocks else xp.zeros(0)


def _values(c: Any, rows: Any, empty: Any, n: Any, xp: ModuleType) -> Any:
    q = xp.matmul(c, rows)
    impossible = None
    if n.shape[0] and not xp.min(q) > 0:
        impossible = ~xp.all(q > 0, axis=1)
        q = xp.where(q > 0, q, xp.ones_like(q))
    log = xp.log(q)
    q -= 1.0
    q -= log
    value = 2.0 * xp.matmul(q, n)
    if empty.shape[1]:
        value = value + 2.0 * xp.sum(xp.clip(xp.matmul(c, empty), min=0.0), axis=1)
    return value if impossible is None else xp.where(impossible, xp.asarray(xp.inf), value)
