"""Quantiles and intervals of weighted samples, of phases on their circle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.typing import FloatArray

__all__ = ["shortest_interval", "unwrapped", "weighted_quantile"]


def weighted_quantile(x: FloatArray, weights: FloatArray, q: float | Sequence[float]) -> FloatArray:
    """Return quantiles of weighted samples.

    Parameters
    ----------
    x, weights : array, shape (n,)
    q : float or sequence of float, between 0 and 1

    Returns
    -------
    array, shape of `q`

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), [0.5])
    array([2.])
    """
    order = np.argsort(x)
    mass = np.cumsum(weights[order])
    middle = (mass - 0.5 * weights[order]) / mass[-1]
    quantiles: FloatArray = np.asarray(np.interp(q, middle, x[order]), float)
    return quantiles


def shortest_interval(x: FloatArray, weights: FloatArray, content: float) -> tuple[float, float]:
    """Return the shortest interval with a content: that of highest density where there is one peak.

    Parameters
    ----------
    x, weights : array, shape (n,)
    content : float
        Between 0 and 1.
    """
    order = np.argsort(x)
    values, mass = x[order], np.append(0.0, np.cumsum(weights[order]))
    last = np.searchsorted(mass, mass[:-1] + content * mass[-1] * (1 - 1e-12)) - 1
    fits = last < len(values)
    first = np.flatnonzero(fits)
    lengths = values[last[fits]] - values[first]
    i = int(np.argmin(lengths))
    return float(values[first[i]]), float(values[last[fits][i]])


def unwrapped(x: FloatArray, weights: FloatArray, circle: tuple[float, float]) -> FloatArray:
    """Return phases cut opposite to their mean direction, so that what is together on the circle stays together.

    Parameters
    ----------
    x, weights : array, shape (n,)
    circle : (float, float)
        The range of the phase, one turn; the mean direction lies in it.
    """
    turn = circle[1] - circle[0]
    mean = np.angle((weights * np.exp(2j * np.pi * (x - circle[0]) / turn)).sum()) * turn / (2 * np.pi)
    cut = circle[0] + np.mod(mean, turn) - turn / 2
    shifted: FloatArray = cut + np.mod(x - cut, turn)
    return shifted
