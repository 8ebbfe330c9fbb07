"""Checks of what is given for every trigger frequency of a scan."""

from __future__ import annotations

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["each_trigger", "share"]


def each_trigger(name: str, value: ArrayLike, unit: str, n: int, *, zero: bool = True) -> FloatArray:
    """Return one number per trigger frequency, shape (n,).

    Raises
    ------
    ValueError
        If there is neither one number nor `n`, or one is negative, not finite, or zero without `zero`.
    """
    numbers = np.asarray(value, float)
    if numbers.ndim > 1 or numbers.size not in (1, n):
        raise ValueError(f"{name}: {numbers.size} values for {n} trigger frequencies; give one, or one each")
    good = np.isfinite(numbers) & (numbers >= 0 if zero else numbers > 0)
    if not np.all(good):
        rule = "zero or positive" if zero else "positive"
        raise ValueError(f"{name} = {numbers[~good].flat[0]:g}{unit} must be {rule} and finite")
    full: FloatArray = np.broadcast_to(numbers.ravel(), (n,)).copy()
    return full


def share(name: str, value: ArrayLike, n: int) -> FloatArray:
    """Return one probability per trigger frequency, shape (n,).

    Raises
    ------
    ValueError
        If one is not between 0 and 1, or all are zero.
    """
    numbers = each_trigger(name, value, "", n)
    if np.any(numbers > 1) or not np.any(numbers > 0):
        raise ValueError(f"{name} = {numbers.max():g} must lie between 0 and 1, and not be zero everywhere")
    return numbers
