"""Intervals of one parameter from the profile likelihood.

Delta chi2 from the global minimum inside the physical domain, everything else profiled. The domain
is that of the parameter: mu >= 0 for a magnetic moment, all reals for a charge, a charge radius or
an anapole moment. Each limit comes with its expectation and with what each nuisance does to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nulight.inference.coordinates import Prior, Profile, baseline, citations, domain, lookup
from nulight.inference.expectation import row_counts
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.inference.model import Model, Nuisance, asimov, parts, strangers, with_planned_data
from nulight.inference.profile import Profiled, minimise
from nulight.inference.scan import Scan, scan_regions, scan_within
from nulight.results import Impact, Interval, LimitResult
from nulight.typing import FloatArray

__all__ = ["discovery_significance", "interval_of", "limit"]


def limit(
    model: Model,
    parameter: str,
    *,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> LimitResult:
    """Return the interval of one parameter, with its expectation and the impact of every nuisance.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameter : str
        Name of the parameter of interest.
    cl : float
        Confidence level.
    interval : "two-sided" or "upper"
        Delta chi2 of 2.706 or 1.642 at 90 %.
    profile : mapping of str to (lower, upper) or Prior, optional
        Other physics parameters to minimise over, inside a range or with a Gaussian prior.
    fixed : mapping of str to float, optional
        Other physics parameters held at values instead of their defaults; the data of planned
        experiments are the expectation there.

    Returns
    -------
    LimitResult
        In the parameter's unit. Open ends are None; several regions are listed apart.

    Raises
    ------
    ValueError
        If a name, the level or the interval is unknown.

    Notes
    -----
    The limits solve Delta chi2 = threshold to 1e-8 of their size. Impacts hold one nuisance or
    profiled parameter at its best fit; "statistical" holds all of them. The expectation is for
    Asimov data at `fixed` and the defaults.
    """
    threshold = interval_threshold(cl, interval)
    problem = _Problem(model, parameter, dict(profile or {}), dict(fixed or {}))
    scan = problem.scan(threshold)
    best = problem.at(scan.best)
    impacts = tuple(_impact(problem, scan, best, name, threshold, interval) for name in problem.uncertain())
    provenance = model.provenance()
    found = _interval(problem, scan, interval)
    return LimitResult(
        parameter=parameter,
        unit=problem.unit,
        experiments=tuple(part.name for part in parts(model)),
        lower=found.lower,
        upper=found.upper,
        best_fit=found.best_fit,
        regions=found.regions,
        cl=cl,
        interval=interval,
        threshold=threshold,
        twice_nll=scan.minimum,
        expected=interval_of(
            asimov(model, problem.fixed), parameter, cl=cl, interval=interval, profile=profile, fixed=fixed
        ),
        statistical=_statistical(problem, scan, best, threshold, interval),
        impacts=impacts,
        nuisances=_first(best.nuisances),
        profiled=_first(best.parameters),
        fixed=problem.fixed,
        scan_value=problem.value(scan.x),
        scan_delta_chi2=scan.y - scan.minimum,
        definition=_definition(problem, cl, interval, threshold),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [parameter, *problem.profile, *problem.fixed]),
        warnings=tuple(problem.warnings(scan, threshold)),
    )


def interval_of(
    model: Model,
    parameter: str,
    *,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> Interval:
    """Return the interval only, without expectation and impacts; arguments as for `limit`."""
    problem = _Problem(model, parameter, dict(profile or {}), dict(fixed or {}))
    return _interval(problem, problem.scan(interval_threshold(cl, interval)), interval)


def discovery_significance(
    model: Model,
    signal: Mapping[str, float | tuple[float, float] | Prior],
    null: Mapping[str, float],
    *,
    profile: Profile | None = None,
) -> float:
    """Return sqrt(-2 ln L(null) + 2 ln L(signal)), nuisances profiled in both.

    Parameters
    ----------
    model : CountModel or CombinedModel
        Real data, or ``asimov(model, signal)`` for a sensitivity.
    signal : mapping of str to float, (lower, upper) or Prior
        The signal hypothesis: values, or ranges to find the best fit in.
    null : mapping of str to float
        The hypothesis to be rejected.
    profile : mapping of str to (lower, upper) or Prior, optional
        Parameters minimised over in both hypotheses.

    Returns
    -------
    float
        In standard deviations if the hypotheses differ by one parameter; zero if the null fits better.
    """
    free = {name: choice for name, choice in signal.items() if isinstance(choice, tuple | Prior)}
    values = {name: choice for name, choice in signal.items() if not isinstance(choice, tuple | Prior)}
    best = minimise(model, values, profile={**(profile or {}), **free}).twice_nll[0]
    worst = minimise(model, null, profile=profile).twice_nll[0]
    return math.sqrt(max(worst - best, 0.0))


@dataclass(slots=True)
class _Problem:
    """The profile likelihood of one parameter in units of its scale."""

    model: Model
    parameter: str
    profile: dict[str, tuple[float, float] | Prior]
    fixed: dict[str, float]
    hold: dict[str, float] = field(default_factory=dict)
    unconverged: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in (self.parameter, *self.profile, *self.fixed):
            lookup(self.model, name)
        for name, value in self.fixed.items():
            if isinstance(value, str):
                unit = lookup(self.model, name).unit
                raise ValueError(f"{name} = {value!r}: give a number" + (f" in {unit}" if unit else ""))
        if self.parameter in self.profile or self.parameter in self.fixed:
            raise ValueError(f"{self.parameter} is the parameter of interest: it cannot be profiled or fixed as well")
        self.model = with_planned_data(self.model, self.fixed)

    @property
    def unit(self) -> str:
        return lookup(self.model, self.parameter).unit

    @property
    def bounds(self) -> tuple[float, float]:
        poi = lookup(self.model, self.parameter)
        low, high = domain(poi)
        return (low - baseline(poi)) / poi.scale, (high - baseline(poi)) / poi.scale

    def value(self, x: Any) -> Any:
        """Parameter from its coordinate x = (value - default) / scale."""
        poi = lookup(self.model, self.parameter)
        low, high = domain(poi)
        return np.clip(baseline(poi) + poi.scale * np.asarray(x), low, high)

    def curve(self, x: FloatArray) -> FloatArray:
        found = minimise(
            self.model, {**self.fixed, self.parameter: self.value(x)}, profile=self.profile, hold=self.hold
        )
        late = ~found.converged
        self.unconverged += zip(found.twice_nll[late].tolist(), found.residual[late].tolist(), strict=True)
        return found.twice_nll

    def at(self, x: float) -> Profiled:
        return minimise(self.model, {**self.fixed, self.parameter: self.value(x)}, profile=self.profile, hold=self.hold)

    def polish(self, low: float, high: float, start: float) -> float:
        """Coordinate of the minimum between two others."""
        poi = lookup(self.model, self.parameter)
        box = {self.parameter: (float(self.value(low)), float(self.value(high)))}
        begin = {self.parameter: float(self.value(start))}
        found = minimise(self.model, self.fixed, profile=box | self.profile, hold=self.hold, start=begin)
        return float((found.parameters[self.parameter][0] - baseline(poi)) / poi.scale)

    def scan(self, threshold: float) -> Scan:
        if not self.has_effect():
            raise ValueError(_why_without_effect(self.model, self.parameter))
        low, high = self.bounds
        return scan_regions(self.curve, self.polish, centre=0.0, lower=low, upper=high, level=threshold)

    def has_effect(self) -> bool:
        """Whether any count changes with the parameter; a free norm may still hide the change."""
        points = {**self.fixed, self.parameter: self.value(np.array([0.0, 1.0, -1.0]))}
        return any(np.ptp(row_counts(part, points), axis=0).any() for part in parts(self.model))

    def uncertain(self) -> list[str]:
        return [n.name for n in self.model.nuisances] + list(self.profile)

    def held(self, best: Profiled, names: list[str]) -> _Problem:
        """The same problem with some nuisances and profiled parameters at their best fit."""
        hold = {n: float(best.nuisances[n][0]) for n in names if n in best.nuisances}
        fixed = {n: float(best.parameters[n][0]) for n in names if n in best.parameters}
        rest = {n: choice for n, choice in self.profile.items() if n not in fixed}
        return _Problem(self.model, self.parameter, rest, self.fixed | fixed, hold)

    def scan_held(self, best: Profiled, names: list[str], scan: Scan, threshold: float) -> Scan:
        """Scan with some of them held: the allowed regions can only shrink."""
        problem = self.held(best, names)
        low, high = scan.regions[0][0], scan.regions[-1][1]
        if low is None or high is None:
            return problem.scan(threshold)
        lower, upper = self.bounds
        return scan_within(problem.curve, scan.best, low, high, lower=lower, upper=upper, level=threshold)

    def warnings(self, scan: Scan, threshold: float) -> list[str]:
        texts = [_stranger(self.model, name) for name in (self.parameter, *self.profile, *self.fixed)]
        near = [residual for value, residual in self.unconverged if value - scan.minimum < 4 * threshold]
        if near:
            change = f"largest expected change {max(near):.1e} in chi2"
            texts.append(f"{len(near)} points near the limit did not converge; {change}")
        return [text for text in texts if text]


def _stranger(model: Model, name: str) -> str:
    """Say which experiments of a combination a parameter does not reach, and what they share instead."""
    if not (without := strangers(model, name)):
        return ""
    index = f"_{name.rpartition('_')[2]}"
    shared = [other for other in model.parameters() if other.endswith(index) and not strangers(model, other)]
    hint = f"; all of them depend on {', '.join(shared)}" if shared else ""
    return f"{' and '.join(without)} {'does' if len(without) == 1 else 'do'} not depend on {name}{hint}"


def _why_without_effect(model: Model, name: str) -> str:
    """What an experiment has to say about it, in an optional method `without_effect`, or what it may be."""
    bases = [getattr(part, "base", part) for part in parts(model)]
    told = [text for base in bases if (text := getattr(base, "without_effect", lambda _: "")(name))]
    return f"{model.name}: no count depends on {name}; " + (
        "; ".join(dict.fromkeys(told))
        or "its flavour must be in the flux, a mass needs its coupling fixed at a value, and a final state must be "
        "light enough to be made"
    )


def _interval(problem: _Problem, scan: Scan, interval: IntervalKind) -> Interval:
    regions = tuple((_end(problem, a), _end(problem, b)) for a, b in scan.regions)
    best = float(problem.value(scan.best))
    if interval == "upper":
        floor = problem.bounds[0]
        lowest = float(problem.value(floor)) if math.isfinite(floor) else None
        return Interval(lower=None, upper=regions[-1][1], best_fit=best, regions=((lowest, regions[-1][1]),))
    return Interval(lower=regions[0][0], upper=regions[-1][1], best_fit=best, regions=regions)


def _end(problem: _Problem, x: float | None) -> float | None:
    return None if x is None else float(problem.value(x))


def _statistical(
    problem: _Problem, scan: Scan, best: Profiled, threshold: float, interval: IntervalKind
) -> Interval | None:
    if not (names := problem.uncertain()):
        return None
    return _interval(problem, problem.scan_held(best, names, scan, threshold), interval)


def _impact(
    problem: _Problem, scan: Scan, best: Profiled, name: str, threshold: float, interval: IntervalKind
) -> Impact:
    full = _interval(problem, scan, interval)
    held = _interval(problem, problem.scan_held(best, [name], scan, threshold), interval)
    before, after = _size(full), _size(held)
    kind, value, pull = _state(problem, best, name)
    change = None if before is None or after is None or before == 0 else after / before - 1
    return Impact(name=name, kind=kind, best_fit=value, pull=pull, lower=held.lower, upper=held.upper, change=change)


def _state(problem: _Problem, best: Profiled, name: str) -> tuple[str, float, float | None]:
    nuisance: Nuisance | None = next((n for n in problem.model.nuisances if n.name == name), None)
    if nuisance is not None:
        u = float(best.nuisances[name][0])
        return nuisance.kind, u, None if nuisance.width is None else u / nuisance.width
    value, choice = float(best.parameters[name][0]), problem.profile[name]
    if isinstance(choice, Prior):
        return "prior", value, (value - choice.mean) / choice.width
    return "range", value, None


def _size(interval: Interval) -> float | None:
    """Length of the interval, summed over regions; from the best fit for an upper limit."""
    if interval.lower is None:
        return None if interval.upper is None else interval.upper - interval.best_fit
    lengths = [None if a is None or b is None else b - a for a, b in interval.regions]
    return None if None in lengths else sum(length for length in lengths if length is not None)


def _first(values: Mapping[str, FloatArray]) -> dict[str, float]:
    return {name: float(array[0]) for name, array in values.items()}


def _definition(problem: _Problem, cl: float, interval: IntervalKind, threshold: float) -> str:
    poi = lookup(problem.model, problem.parameter)
    low, high = domain(poi)
    limits = [f">= {low:g}"] * math.isfinite(low) + [f"<= {high:g}"] * math.isfinite(high)
    within = f" with {problem.parameter} {' and '.join(limits)}" if limits else ""
    text = (
        f"{interval} interval at {100 * cl:g} % CL: profile likelihood, Delta(-2 ln L) = {threshold:.3f} for 1 dof, "
        f"from the global minimum{within}"
    )
    if interval == "upper":
        text += "; the largest value allowed"
    if problem.model.nuisances:
        text += "; nuisances profiled: " + ", ".join(n.describe() for n in problem.model.nuisances)
    if problem.profile:
        text += "; parameters profiled: " + ", ".join(_range_text(n, c) for n, c in problem.profile.items())
    if problem.fixed:
        text += "; fixed: " + ", ".join(_value_text(problem, n, v) for n, v in problem.fixed.items())
    return text + "; expected: Asimov data at the baseline"


def _value_text(problem: _Problem, name: str, value: float) -> str:
    return f"{name} = {value:g} {lookup(problem.model, name).unit}".rstrip()


def _range_text(name: str, choice: tuple[float, float] | Prior) -> str:
    if isinstance(choice, Prior):
        return f"{name} = {choice.mean:g} +- {choice.width:g}"
    return f"{name} in [{choice[0]:g}, {choice[1]:g}]"
