"""Bounds and fits of cards and of several together, on the data of the cards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nulight.inference.expectation import expected_counts
from nulight.inference.fit import fit
from nulight.inference.intervals import interval_of
from nulight.inference.levels import IntervalKind
from nulight.inference.model import Treatment, asimov, parts
from nulight.inference.profile import minimise
from nulight.results import FitResult, Interval
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, text_key

__all__ = [
    "ends_from_default",
    "error_of_fit",
    "fitted_events",
    "fitted_parameter",
    "ratio_of_bounds",
    "smallest_chi2",
    "upper_bound",
]

Labels = str | Sequence[str]


def upper_bound(
    work: Workspace,
    *,
    experiment: Labels,
    parameter: str,
    interval: IntervalKind = "two-sided",
    treatments: Mapping[str, Treatment] | None = None,
    fixed: Mapping[str, float] | None = None,
    **setup: Any,
) -> Measured:
    """Upper end at 90 % from the data of one card or several together, with the lower end and the best fit."""
    found = bound(work, experiment, parameter, interval, treatments, fixed, **setup)
    models = parts(work.model(experiment, treatments, **setup))
    details = {
        "low": -math.inf if found.lower is None else found.lower,
        "best_fit": found.best_fit,
        "observed": float(sum(part.observed.sum() for part in models)),
        "expected": float(sum(expected_counts(part, {}).sum() for part in models)),
    }
    return Measured(math.inf if found.upper is None else found.upper, details)


def ends_from_default(work: Workspace, *, experiment: Labels, parameter: str, **setup: Any) -> Measured:
    """Both ends at 90 %, counted from the default, of the region that holds the default."""
    found = bound(work, experiment, parameter, **setup)
    default = float(work.model(experiment, **setup).parameters()[parameter].default or 0.0)
    ends = [(-math.inf if a is None else a, math.inf if b is None else b) for a, b in found.regions]
    (low, high) = next((a, b) for a, b in ends if a <= default <= b)
    details = {"regions": float(len(ends)), "best_fit": found.best_fit - default}
    return Measured((low - default, high - default), details)


def ratio_of_bounds(
    work: Workspace,
    *,
    first: Labels,
    second: Labels,
    parameter: str,
    second_parameter: str | None = None,
    fixed: Mapping[str, float] | None = None,
    **setup: Any,
) -> Measured:
    """Upper end at 90 % of one card over that of another."""
    ends = [
        bound(work, labels, name, fixed=fixed, **setup).upper or math.inf
        for labels, name in ((first, parameter), (second, second_parameter or parameter))
    ]
    return Measured(ends[0] / ends[1], {"first": ends[0], "second": ends[1]})


def smallest_chi2(work: Workspace, *, experiment: str, **setup: Any) -> Measured:
    """Smallest -2 ln L of the Standard Model, relative to the saturated model."""
    e = work.experiment(experiment, **setup)
    return Measured(float(minimise(e).twice_nll[0]), {"bins": float(len(e.observed))})


def fitted_events(work: Workspace, *, experiment: str, nuisance: str, **setup: Any) -> Measured:
    """Fitted events of the signal, whose strength is a free nuisance."""
    e = work.experiment(experiment, **setup)
    found = _fit(work, experiment, (), **setup)
    expected = float(e.signal.standard.sum())
    details = {
        "error": expected * found.errors[nuisance],
        "expected": expected,
        "chi2": found.chi2,
        "bins": float(len(e.observed)),
    }
    return Measured(expected * (1 + found.values[nuisance]), details)


def fitted_parameter(work: Workspace, *, experiment: str, parameter: str, **setup: Any) -> Measured:
    """Best fit of a parameter."""
    found = _fit(work, experiment, (parameter,), **setup)
    return Measured(found.values[parameter], {"error": found.errors[parameter]})


def error_of_fit(work: Workspace, *, experiment: str, parameter: str, **setup: Any) -> Measured:
    """Error of a parameter from the curvature at the best fit, nuisances included."""
    found = _fit(work, experiment, (parameter,), **setup)
    return Measured(found.errors[parameter], {"best_fit": found.values[parameter]})


def bound(
    work: Workspace,
    experiment: Labels,
    parameter: str,
    interval: IntervalKind = "two-sided",
    treatments: Mapping[str, Treatment] | None = None,
    fixed: Mapping[str, float] | None = None,
    *,
    expected: bool = False,
    **setup: Any,
) -> Interval:
    """Return the interval at 90 %, of the data or of their expectation, kept for the run."""

    def make() -> Interval:
        model = work.model(experiment, treatments, **setup)
        return interval_of(asimov(model) if expected else model, parameter, interval=interval, fixed=fixed)

    return work.kept(("bound", text_key(experiment, parameter, interval, treatments, fixed, expected, setup)), make)


def _fit(work: Workspace, experiment: str, parameters: tuple[str, ...], **setup: Any) -> FitResult:
    return work.kept(
        ("fit", text_key(experiment, parameters, setup)),
        lambda: fit(work.experiment(experiment, **setup), parameters),
    )
