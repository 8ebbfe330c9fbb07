"""Intervals, expected bands and asymptotic counterparts, read from the toys of a parameter."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from nulight.inference.intervals import interval_of
from nulight.inference.toys.asymptotic import asymptotic_p_values, expected_root
from nulight.inference.toys.belt import Belt
from nulight.inference.toys.monte_carlo import quantile
from nulight.inference.toys.problem import ToyProblem
from nulight.inference.toys.values import Curves, Values
from nulight.results import Interval
from nulight.results.toy_limits import BANDS, ExpectedEnds, Five, ToyInterval
from nulight.typing import FloatArray

__all__ = ["asymptotic_interval", "asymptotic_values", "expected_ends", "expected_p_values", "read_interval", "typical"]

_DIVISIONS, _ROUNDS = 33, 6  # of a bracket, each time: to 1e-9 of it


def read_interval(belt: Belt, statistic: FloatArray, best_fit: float) -> ToyInterval:
    """Return the interval of the data whose statistic (n_values,) is given."""
    regions = belt.regions(statistic)
    if not regions:
        nothing: Any = dict.fromkeys(("lower", "upper", "lower_error", "upper_error"))
        return ToyInterval(**nothing, best_fit=best_fit, regions=())
    first, last = regions[0][0], regions[-1][1]
    if belt.kind == "feldman-cousins":
        ends = tuple((a.value, b.value) for a, b in regions)
        lower, lower_error = first.value, first.error
    else:
        ends = ((_floor(belt), last.value),)
        lower = lower_error = None
    return ToyInterval(
        lower=lower,
        upper=last.value,
        lower_error=lower_error,
        upper_error=last.error,
        best_fit=best_fit,
        regions=ends,
    )


def expected_ends(belt: Belt, problem: ToyProblem, values: Values, curves: Curves) -> ExpectedEnds:
    """Return the distribution of the ends of data sets without a signal."""
    assert belt.background is not None
    lower, upper = belt.ends(belt.background)
    sides = {"upper": _bands(belt, upper, 1), "lower": ((None,) * 5, (None,) * 5)}
    if problem.kind == "feldman-cousins":
        sides["lower"] = _bands(belt, lower, -1)
    return ExpectedEnds(
        lower=sides["lower"][0],
        upper=sides["upper"][0],
        lower_error=sides["lower"][1],
        upper_error=sides["upper"][1],
        asymptotic=_asymptotic_ends(problem, values, curves),
    )


def typical(belt: Belt) -> FloatArray:
    """Return the statistic (n_values, n) of the data sets without a signal whose ends are those of the bands."""
    assert belt.background is not None
    sides = belt.ends(belt.background)[0 if belt.kind == "feldman-cousins" else 1 :]
    places = [place for side in sides for place in _ranked(side)[1]]
    return belt.background[:, places]


def _ranked(ends: FloatArray) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
    """Quantiles of ends at the bands, which data sets have them, and their error from the number of data sets."""
    from scipy.special import ndtr

    known = np.flatnonzero(~np.isnan(ends))
    found, low, high = quantile(ends[known], ndtr(np.array(BANDS)))
    sets = np.array([known[np.argmax(ends[known] == end)] for end in found])
    with np.errstate(invalid="ignore"):
        return found, sets, (high - low) / 2


def _bands(belt: Belt, ends: FloatArray, side: int) -> tuple[Five, Five]:
    """Ends at the bands and their errors: of the quantile, and of the end of such a data set."""
    assert belt.background is not None
    found, sets, spread = _ranked(ends)
    regions = [belt.regions(belt.background[:, i]) for i in sets]
    own = [region[-1][1].error if side > 0 else region[0][0].error for region in regions]
    errors = [np.inf if e is None else np.hypot(e, s) for e, s in zip(own, spread, strict=True)]
    return _or_none(found), _or_none(np.array(errors))


def expected_p_values(belt: Belt) -> FloatArray:
    """Return quantiles of p-value or CLs of data sets without a signal, (n_values, 5)."""
    from scipy.special import ndtr

    assert belt.background is not None
    rows = belt.p_values(belt.background)
    return np.stack([quantile(row, ndtr(np.array(BANDS)))[0] for row in rows])


def asymptotic_values(problem: ToyProblem, curves: Curves, value: FloatArray, best_fit: float) -> FloatArray:
    """Return asymptotic p-values, or CLs, of values (n,)."""
    t, t_asimov = curves(value)
    if problem.kind != "feldman-cousins":
        t, t_asimov = np.where(value < best_fit, 0.0, t), np.where(value < problem.truth, 0.0, t_asimov)
    return asymptotic_p_values(problem.kind, t, t_asimov, bounded=problem.truth <= problem.domain[0])


def asymptotic_interval(problem: ToyProblem, values: Values, curves: Curves, best_fit: float) -> Interval:
    """Return the asymptotic interval of the same kind."""
    if problem.kind != "cls":
        return interval_of(
            problem.model,
            problem.parameter,
            cl=problem.cl,
            interval="upper" if problem.kind == "upper" else "two-sided",
            profile=problem.profile,
            fixed=problem.fixed,
        )

    def accepted(value: FloatArray) -> NDArray[np.bool_]:
        return asymptotic_values(problem, curves, value, best_fit) > 1 - problem.cl

    upper = _last_accepted(accepted, values.fine_value, problem.domain[1])
    floor = problem.domain[0]
    return Interval(
        lower=None, upper=upper, best_fit=best_fit, regions=((floor if np.isfinite(floor) else None, upper),)
    )


def _last_accepted(accepted: Any, value: FloatArray, bound: float) -> float | None:
    """Where the largest accepted values end, to 1e-9 of the distance of two of them."""
    for _ in range(_ROUNDS):
        inside = np.flatnonzero(accepted(value))
        if not len(inside):
            return None
        last = int(inside[-1])
        if last == len(value) - 1:
            return float(value[last]) if value[last] == bound else None
        value = np.linspace(value[last], value[last + 1], _DIVISIONS)
    return float(value[0])


def _asymptotic_ends(problem: ToyProblem, values: Values, curves: Curves) -> Five:
    """Upper ends where the root of the Asimov curve rises through that of each band."""
    value = values.fine_value[values.fine_value >= problem.truth]
    root = np.sqrt(curves(value)[1]) if len(value) else np.zeros(0)
    return cast("Five", tuple(_rise(value, root, expected_root(problem.kind, problem.cl, band)) for band in BANDS))


def _rise(value: FloatArray, root: FloatArray, level: float) -> float | None:
    below = np.flatnonzero(root < level)
    if not level > 0 or not len(below) or below[-1] == len(value) - 1:
        return None
    i = int(below[-1])
    return float(np.interp(level, root[i : i + 2], value[i : i + 2]))


def _floor(belt: Belt) -> float | None:
    return belt.domain[0] if np.isfinite(belt.domain[0]) else None


def _or_none(column: FloatArray) -> Five:
    return cast("Five", tuple(float(x) if np.isfinite(x) else None for x in column))
