"""Where rising functions of positive numbers reach a target, many of them at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["where_reached"]

_FACTOR, _WIDEN, _STEPS, _CLOSE = 4.0, 15, 100, 1e-10


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
