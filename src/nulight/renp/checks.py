"""Checks of the numbers an experiment is set up with: one, or one for every trigger frequency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["as_numbers", "counts", "each_trigger", "frequencies", "one_value", "relative_error", "share", "single"]


def as_numbers(name: str, value: ArrayLike, unit: str, instead: str = "") -> FloatArray:
    """Return numbers as an array.

    Parameters
    ----------
    name : str
    value : number or list of numbers
    unit : str
        Of the bare numbers; "" for none.
    instead : str
        What would be right if the unit does not say it.

    Raises
    ------
    ValueError
        If it is a text, or anything else that is no number.
    """
    given = np.asarray(value) if not isinstance(value, str) else None
    if given is None or given.dtype.kind not in "iuf":
        wanted = instead or ("numbers" if isinstance(value, list | tuple) else "a number") + f" in {unit.strip()}"
        raise ValueError(f"{name} = {value!r}: give {wanted}, without a unit")
    return given.astype(float)


def frequencies(triggers: ArrayLike) -> FloatArray:
    """Return trigger frequencies as a list (n,), eV, in the order given; one may stand there several times.

    Raises
    ------
    ValueError
        If there is none, or they are no list of numbers.
    """
    omega = np.atleast_1d(as_numbers("triggers", triggers, "eV") if np.size(triggers) else np.zeros(0))
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
    numbers = as_numbers(name, value, unit, "" if unit.strip() else "a number, 0.1 for 10 %")
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


def one_value(name: str, value: ArrayLike, unit: str) -> float:
    """Return one number, whatever its sign.

    Raises
    ------
    ValueError
        If there are several, or it is no number.
    """
    numbers = as_numbers(name, value, unit)
    if numbers.size != 1:
        raise ValueError(f"{name}: {numbers.size} values; an experiment has one, in {unit}")
    return float(numbers.flat[0])


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
    given = np.atleast_1d(as_numbers(name, values, "counts", "whole numbers of counts"))
    if given.shape != (n,):
        raise ValueError(f"{name}: {given.size} counts for {n} trigger frequencies; give one each")
    numbers = each_trigger(name, given, " counts", n)
    if np.any(broken := numbers != np.round(numbers)):
        raise ValueError(
            f"{name} = {numbers[broken][0]:g} is no whole number of counts; an expectation is what an experiment "
            "without data has, or nulight.asimov gives it"
        )
    return numbers
