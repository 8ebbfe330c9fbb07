"""What an experiment would see as something about it changes, and what it needs to reach a goal.

The experiment is rebuilt for every value by the caller's function; data are its own expectation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nulight.inference.coordinates import Profile, baseline, citations, lookup
from nulight.inference.intervals import discovery_significance, interval_of
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.inference.model import Model, asimov
from nulight.results import ForecastResult, Interval, ReachResult

__all__ = ["forecast", "reach"]

MakeModel = Callable[[float], Model]


def forecast(
    make_model: MakeModel,
    vary: str,
    values: Sequence[float],
    parameter: str,
    *,
    vary_unit: str = "",
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    against: float | None = None,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> ForecastResult:
    """Return the expected interval of a parameter against one property of the experiment.

    Parameters
    ----------
    make_model : callable
        ``make_model(value)`` returns the experiment with that exposure, distance, threshold...
    vary, vary_unit : str
        What the values are, for the record.
    values : sequence of float
    parameter : str
    cl, interval, profile, fixed
        As for `limit`; the Asimov data are at `fixed` and the defaults.
    against : float, optional
        A value of the parameter: also return how strongly it would be excluded (Delta chi2, baseline
        true) and the baseline rejected (sigma, this value true).

    Returns
    -------
    ForecastResult
    """
    models = [make_model(float(value)) for value in values]
    bands = [_expected(model, parameter, cl, interval, profile, fixed) for model in models]
    versus = [] if against is None else [_versus(model, parameter, against, profile, fixed) for model in models]
    provenance = models[0].provenance() if models else {}
    return ForecastResult(
        vary=vary,
        vary_unit=vary_unit,
        values=np.asarray(values, float),
        parameter=parameter,
        unit=lookup(models[0], parameter).unit if models else "",
        lower=np.array([_number(band.lower) for band in bands]),
        upper=np.array([_number(band.upper) for band in bands]),
        cl=cl,
        interval=interval,
        against=against,
        exclusion=np.array([row[0] for row in versus]),
        discovery=np.array([row[1] for row in versus]),
        fixed=dict(fixed or {}),
        definition=_definition(cl, interval),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(models[0], [parameter, *(profile or {}), *(fixed or {})]) if models else (),
    )


def reach(
    make_model: MakeModel,
    parameter: str,
    target: float,
    bounds: tuple[float, float],
    *,
    vary: str = "exposure",
    vary_unit: str = "",
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    tolerance: float = 1e-4,
) -> ReachResult:
    """Find what value of one property makes the expected upper limit equal to a target.

    Parameters
    ----------
    make_model : callable
        ``make_model(value)`` returns the experiment; its limit must rise or fall steadily in between.
    parameter : str
    target : float
        Upper limit to reach, in the parameter's unit.
    bounds : (low, high)
        Positive values to search between.
    vary, vary_unit, cl, interval, profile, fixed
        As for `forecast`.
    tolerance : float
        Relative accuracy of the value found.

    Returns
    -------
    ReachResult

    Raises
    ------
    ValueError
        If the bounds are not positive and increasing, or the target is out of reach or surpassed between them;
        the message says what is achieved at both ends.
    """
    low, high = bounds
    if not 0 < low < high:
        raise ValueError(
            f"{vary} from {low:g} to {_text(high, vary_unit)}: give two positive values, the smaller first"
        )

    def upper(value: float) -> float:
        return _number(_expected(make_model(value), parameter, cl, interval, profile, fixed).upper)

    ends = (upper(low), upper(high))
    model = make_model(low)
    unit = lookup(model, parameter).unit
    if not min(ends) <= target <= max(ends):
        answer = "is out of reach" if target < min(ends) else "is surpassed everywhere"
        raise ValueError(
            f"{parameter} = {_text(target, unit)} {answer}: between {vary} = {low:.4g} and "
            f"{_text(high, vary_unit)} the expected upper limit goes from {ends[0]:.4g} to {ends[1]:.4g}, "
            f"best {_text(min(ends), unit)}"
        )
    value = _solve(upper, target, low, high, ends, tolerance)
    provenance = model.provenance()
    return ReachResult(
        vary=vary,
        vary_unit=vary_unit,
        value=value,
        parameter=parameter,
        unit=unit,
        target=target,
        achieved=upper(value),
        cl=cl,
        interval=interval,
        definition=_definition(cl, interval),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [parameter, *(profile or {}), *(fixed or {})]),
    )


def _expected(
    model: Model,
    parameter: str,
    cl: float,
    interval: IntervalKind,
    profile: Profile | None,
    fixed: Mapping[str, float] | None,
) -> Interval:
    data = asimov(model, fixed)
    return interval_of(data, parameter, cl=cl, interval=interval, profile=profile, fixed=fixed)


def _versus(
    model: Model, parameter: str, against: float, profile: Profile | None, fixed: Mapping[str, float] | None
) -> tuple[float, float]:
    base = dict(fixed or {})
    null, signal = base | {parameter: baseline(lookup(model, parameter))}, base | {parameter: against}
    exclusion = discovery_significance(asimov(model, null), null, signal, profile=profile) ** 2
    return exclusion, discovery_significance(asimov(model, signal), signal, null, profile=profile)


def _solve(
    f: Callable[[float], float], target: float, low: float, high: float, ends: tuple[float, float], tolerance: float
) -> float:
    """Bracketing in the logarithm of the value: secant steps kept inside by bisection (Illinois)."""
    a, b = math.log(low), math.log(high)
    fa, fb = (_height(end, target) for end in ends)
    for _ in range(60):
        if fa == 0 or fb == 0 or b - a < tolerance:
            break
        middle = (a * fb - b * fa) / (fb - fa) if math.isfinite(fa - fb) else (a + b) / 2
        middle = min(max(middle, a + 0.05 * (b - a)), b - 0.05 * (b - a))
        fm = _height(f(math.exp(middle)), target)
        if (fm > 0) == (fa > 0) and fm != 0:
            a, fa, fb = middle, fm, fb / 2
        else:
            b, fb, fa = middle, fm, fa / 2
    return math.exp(a if fa == 0 else b if fb == 0 else (a + b) / 2)


def _height(value: float, target: float) -> float:
    if math.isfinite(value) and value > 0 and target > 0:
        return math.log(value / target)
    return value - target


def _text(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".rstrip()


def _number(value: float | None) -> float:
    """An open end is infinitely weak."""
    return math.inf if value is None else value


def _definition(cl: float, interval: IntervalKind) -> str:
    return (
        f"expected {interval} interval at {100 * cl:g} % CL on Asimov data at the baseline, "
        f"Delta(-2 ln L) = {interval_threshold(cl, interval):.3f}, 1 dof"
    )
