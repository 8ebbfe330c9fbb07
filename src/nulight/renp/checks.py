"""Checks of the numbers an experiment is set up with: one, or one for every trigger frequency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["counts", "each_trigger", "frequencies", "relative_error", "share", "single"]


def frequencies(triggers: ArrayLike) -> FloatArray:
    """Return trigger frequencies as a list (n,), eV, in the order given; one may stand there several times.

    Raises
    ------
    ValueError
        If there is none, or they are no list of numbers.
    """
    omega = np.atleast_1d(np.asarray(triggers, float))
    if omega.ndim > 1 or omega.size == 0:
        raise ValueError(f"trigger frequencies of shape {omega.shape}; give at least one, as a list in eV")
    return omega


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


def single(name: str, value: ArrayLike, unit: str, *, zero: bool = True) -> float:
    """Return one number.

    Raises
    ------
    ValueError
        If there are several, or it is negative, not finite, or zero without `zero`.
    """
    if np.size(value) != 1:
        raise ValueError(f"{name}: {np.size(value)} values; give one for all trigger frequencies")
    return float(each_trigger(name, value, unit, 1, zero=zero)[0])


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


def relative_error(name: str, value: float) -> float:
    """Return a relative uncertainty.

    Raises
    ------
    ValueError
        If it is negative, not finite, or above 1.
    """
    width = single(name, value, "")
    if width > 1:
        raise ValueError(
            f"{name} = {width:g} is relative and means {100 * width:g} %; write {width / 100:g} for {width:g} %, or "
            "nulight.with_nuisances for no constraint at all"
        )
    return width


def counts(name: str, values: Sequence[float], n: int) -> FloatArray:
    """Return observed counts, shape (n,).

    Raises
    ------
    ValueError
        If there are not `n`, or one is negative or not a whole number.
    """
    given = np.atleast_1d(np.asarray(values, float))
    if given.shape != (n,):
        raise ValueError(f"{name}: {given.size} counts for {n} trigger frequencies; give one each")
    numbers = each_trigger(name, given, " counts", n)
    if np.any(broken := numbers != np.round(numbers)):
        raise ValueError(
            f"{name} = {numbers[broken][0]:g} is no whole number of counts; an expectation is what an experiment "
            "without data has, or nulight.asimov gives it"
        )
    return numbers
