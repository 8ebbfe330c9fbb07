"""Quantities from the published xenon data: limits, fits and what the backgrounds contain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nulight.inference.expectation import expected_counts
from nulight.inference.levels import IntervalKind
from nulight.inference.model import Treatment
from nulight.inference.profile import minimise
from nulight.validation.bounds import bound
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, signal_counts

__all__ = [
    "best_fit",
    "contained_solar_events",
    "excess_significance",
    "interval_ends",
    "published_background",
    "upper_limit",
]


def upper_limit(
    work: Workspace,
    *,
    experiment: str,
    parameter: str,
    interval: IntervalKind = "two-sided",
    treatments: Mapping[str, Treatment] | None = None,
    expected: bool = False,
) -> Measured:
    """Upper limit at 90 %, observed or expected; the details hold the other one."""
    seen = bound(work, experiment, parameter, interval, treatments)
    mean = bound(work, experiment, parameter, interval, treatments, expected=True)
    first = work.experiment(experiment)
    counts = expected_counts(first, {})[0]
    details = {
        "observed": _end(seen.upper),
        "expected": _end(mean.upper),
        "best_fit": seen.best_fit,
        "first_seen": float(first.observed[0]),
        "first_expected": float(counts[0]),
    }
    return Measured(_end((mean if expected else seen).upper), details)


def interval_ends(
    work: Workspace,
    *,
    experiment: str,
    parameter: str,
    treatments: Mapping[str, Treatment] | None = None,
    region: int | None = None,
    **choices: Any,
) -> Measured:
    """Both ends at 90 %, of all regions together or of one of them."""
    found = bound(work, experiment, parameter, treatments=treatments, **choices)
    low, high = (found.lower, found.upper) if region is None else found.regions[region]
    details = {"best_fit": found.best_fit, "regions": float(len(found.regions))}
    return Measured((_end(low, -1), _end(high)), details)


def best_fit(
    work: Workspace, *, experiment: str, parameter: str, treatments: Mapping[str, Treatment] | None = None
) -> Measured:
    """Best fit of a parameter."""
    found = bound(work, experiment, parameter, treatments=treatments)
    return Measured(found.best_fit)


def excess_significance(
    work: Workspace, *, experiment: str, parameter: str, treatments: Mapping[str, Treatment] | None = None
) -> Measured:
    """Significance of the best fit of a parameter over its default, sigma."""
    model = work.model(experiment, treatments)
    best = bound(work, experiment, parameter, treatments=treatments).best_fit
    none, some = minimise(model, {parameter: [0.0, best]}).twice_nll
    return Measured(math.sqrt(max(float(none - some), 0.0)), {"best_fit": best})


def published_background(work: Workspace, *, experiment: str, name: str = "B0") -> Measured:
    """Counts of a background as published, with what it contains."""
    loaded = work.experiment(experiment).loaded
    counts = loaded.background_counts()[name]
    observed = loaded.observed()
    return Measured(float(counts.sum()), {"observed": float(observed.sum()) if observed is not None else math.nan})


def contained_solar_events(work: Workspace, *, experiment: str, **choices: Any) -> Measured:
    """Events of solar neutrinos in the published background."""
    e = work.experiment(experiment, **choices)
    events = float(signal_counts(e, "solar").sum())
    raw = float(e.loaded.background_counts()["B0"].sum())
    return Measured(events, {"background": raw, "share": events / raw})


def _end(value: float | None, sign: int = 1) -> float:
    return sign * math.inf if value is None else value
