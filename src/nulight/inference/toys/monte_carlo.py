"""What a number of toys says, with its Monte Carlo error: fractions and quantiles.

Errors are 68 % intervals.
"""

from __future__ import annotations

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["TIE", "Estimate", "enough", "fraction", "quantile"]

TIE = 1e-6
"""Test statistics this close are the same number: minima are found to about 1e-9."""

Estimate = tuple[FloatArray, FloatArray, FloatArray]
"""Value, lower and upper end of its 68 % interval."""


def enough(n_toys: int, least: int = 1) -> None:
    """Refuse a study with too few toys to say anything.

    Raises
    ------
    ValueError
        If there are fewer than `least`.
    """
    if n_toys < least:
        raise ValueError(f"n_toys = {n_toys}; throw at least {least} pseudo-experiment{'s' if least > 1 else ''}")


def fraction(hits: ArrayLike, trials: ArrayLike) -> Estimate:
    r"""Return the fraction of toys with a property and its error.

    Parameters
    ----------
    hits : array, any shape
        How many toys have it; need not be whole.
    trials : array broadcasting with `hits`, positive
        How many toys there are.

    Returns
    -------
    value, lower, upper : arrays, broadcast shape
        hits / trials and the Wilson score interval of one standard deviation, never empty: after none
        of n toys the upper end is 1 / (n + 1).

    References
    ----------
    Wilson, J. Am. Stat. Assoc. 22 (1927) 209.

    Examples
    --------
    >>> [round(float(x), 4) for x in fraction(1800, 2000)]
    [0.9, 0.8931, 0.9065]
    """
    k, n = np.asarray(hits, float), np.asarray(trials, float)
    p = k / n
    centre = (p + 0.5 / n) / (1 + 1 / n)
    half = np.sqrt(p * (1 - p) / n + 0.25 / n**2) / (1 + 1 / n)
    return p, np.where(k > 0, centre - half, 0.0), np.where(k < n, centre + half, 1.0)


def quantile(values: ArrayLike, level: ArrayLike) -> Estimate:
    """Return a quantile of toys and its error.

    Parameters
    ----------
    values : array, shape (n_toys,)
    level : float or array (n_levels,)
        Probability, between 0 and 1.

    Returns
    -------
    value, lower, upper : arrays, shape of `level`
        The smallest of the values that at least this fraction does not exceed, and those one standard
        deviation of their binomial number further down and up.
    """
    ordered = np.sort(np.asarray(values, float))
    p, n = np.asarray(level, float), len(ordered)
    spread = np.sqrt(n * p * (1 - p))

    def at(rank: FloatArray) -> FloatArray:
        place = np.ceil(rank - 1e-9).astype(int) - 1
        found: FloatArray = ordered[np.clip(place, 0, n - 1)]
        return found

    return at(n * p), at(n * p - spread), at(n * p + spread)
