"""The lowest passage of a line through given abscissae, in logarithms; the line may turn back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nulight.typing import FloatArray

__all__ = ["lowest_crossing"]


def lowest_crossing(x: ArrayLike, line_x: FloatArray, line_y: FloatArray) -> FloatArray:
    """Return the smallest y at which a polyline passes `x`; NaN where it does not.

    Parameters
    ----------
    x : array, any shape, positive
    line_x, line_y : array, (n,), positive
        The points of the line in their order.

    Returns
    -------
    array, shape of `x`
        Straight between neighbouring points in log x and log y; the lower end of a vertical piece.

    Examples
    --------
    >>> lowest_crossing([1.0, 2.0, 9.0], np.array([1.0, 4.0, 1.0]), np.array([1.0, 16.0, 100.0])).tolist()
    [1.0, 4.0, nan]
    """
    wanted = np.asarray(x, float)
    at, log_x, log_y = np.log(wanted)[..., None], np.log(line_x), np.log(line_y)
    left, right = log_x[:-1], log_x[1:]
    inside = (np.minimum(left, right) <= at) & (at <= np.maximum(left, right))
    vertical = left == right
    share = np.where(vertical, 0.0, (at - left) / np.where(vertical, 1.0, right - left))
    passed = np.where(vertical, np.minimum(log_y[:-1], log_y[1:]), log_y[:-1] + share * np.diff(log_y))
    lowest = np.where(inside, passed, np.inf).min(axis=-1)
    found: FloatArray = np.where(np.isfinite(lowest), np.exp(np.where(np.isfinite(lowest), lowest, 0.0)), np.nan)
    return found
