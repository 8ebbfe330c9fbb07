"""Confidence levels and the Delta chi2 they mean.

The one place where a confidence level becomes a number: 90 % is 2.706 two-sided, 1.642 one-sided
and 4.605 in a plane, and results always say which.
"""

from __future__ import annotations

import math
import re
from statistics import NormalDist
from typing import Literal, get_args

__all__ = ["IntervalKind", "confidence", "interval_threshold", "region_threshold"]

IntervalKind = Literal["two-sided", "upper"]


def interval_threshold(cl: float, interval: IntervalKind) -> float:
    """Return the Delta chi2 of an interval in one parameter.

    Parameters
    ----------
    cl : float
        Confidence level, between 0 and 1.
    interval : "two-sided" or "upper"

    Returns
    -------
    float
        z((1 + cl)/2)^2 two-sided, z(cl)^2 for an upper limit; z is the normal quantile.

    Raises
    ------
    ValueError
        If the level is not inside (0, 1), below 50 % for an upper limit, or the interval unknown.

    Examples
    --------
    >>> round(interval_threshold(0.90, "two-sided"), 3), round(interval_threshold(0.90, "upper"), 3)
    (2.706, 1.642)
    """
    _check(cl)
    if interval not in get_args(IntervalKind):
        raise ValueError(
            f"interval {interval!r}; use one of: {', '.join(get_args(IntervalKind))}; "
            "'feldman-cousins' and 'cls' are made of pseudo-experiments: nulight.toy_limit"
        )
    if interval == "upper" and cl <= 0.5:
        raise ValueError(f"an upper limit at {100 * cl:g} % lies below the best fit; use more than 50 %")
    return NormalDist().inv_cdf((1 + cl) / 2 if interval == "two-sided" else cl) ** 2


def region_threshold(cl: float, dof: int) -> float:
    """Return the Delta chi2 of a region in `dof` = 1 or 2 parameters.

    Examples
    --------
    >>> [round(region_threshold(confidence(f"{n} sigma"), 2), 2) for n in (1, 2, 3)]
    [2.3, 6.18, 11.83]
    """
    _check(cl)
    if dof not in (1, 2):
        raise ValueError(f"dof = {dof}; contours have 1 or 2 degrees of freedom")
    return interval_threshold(cl, "two-sided") if dof == 1 else -2 * math.log1p(-cl)


def confidence(level: str | float) -> float:
    """Return the confidence level meant by ``"2 sigma"``, ``"90 %"`` or 0.9.

    Raises
    ------
    ValueError
        If the text is neither, or the level not between 0 and 1.
    """
    if isinstance(level, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*(sigma|%)\s*", level)
        if match is None:
            raise ValueError(f"level {level!r}; write '2 sigma', '90 %' or a number such as 0.9")
        number = float(match[1])
        level = number / 100 if match[2] == "%" else math.erf(number / math.sqrt(2))
    return _check(level)


def _check(cl: float) -> float:
    if not 0 < cl < 1:
        raise ValueError(f"confidence level {cl} must lie between 0 and 1 (0.9 for 90 %)")
    return cl
