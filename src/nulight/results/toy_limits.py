"""Limits from pseudo-experiments, with their Monte Carlo errors, beside the asymptotic ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from nulight.io.record import Result
from nulight.results.limits import Interval, Region
from nulight.typing import FloatArray

__all__ = ["BANDS", "ExpectedEnds", "Five", "ToyImpact", "ToyInterval", "ToyLimit"]

BANDS = (-2, -1, 0, 1, 2)
"""Standard deviations at which expected ends are given, the median in the middle."""

Five: TypeAlias = tuple[float | None, float | None, float | None, float | None, float | None]
"""One number for each of the bands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyInterval:
    """The values that pseudo-experiments allow.

    Attributes
    ----------
    lower, upper : float or None
        Outer ends; None where the interval is open or the end is not stated.
    lower_error, upper_error : float or None
        Their Monte Carlo errors; zero at a bound of the domain.
    best_fit : float
    regions : tuple of (lower, upper)
        Disjoint regions, lowest first.
    """

    lower: float | None
    upper: float | None
    lower_error: float | None
    upper_error: float | None
    best_fit: float
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEnds:
    """Ends of the intervals that data without a signal give, each read against the same toys.

    Attributes
    ----------
    lower, upper : tuple of 5 floats or None
        At -2, -1, 0, 1 and 2 standard deviations of their distribution; None where they are open.
    lower_error, upper_error : tuple of 5 floats or None
        Monte Carlo errors, from the number of these data sets and of the toys they are read against.
    asymptotic : tuple of 5 floats or None
        Upper ends from Asimov data and Gaussian fluctuations; the median only for Feldman-Cousins.
    """

    lower: Five
    upper: Five
    lower_error: Five
    upper_error: Five
    asymptotic: Five


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyImpact:
    """What one nuisance or profiled parameter does to a limit from toys.

    Attributes
    ----------
    name : str
    best_fit : float
        Value it is held at, in the data and in the toys.
    interval : ToyInterval
        With this one held, from the same random numbers.
    change : float or None
        Relative change of the interval's size when held.
    change_error : float or None
        Its Monte Carlo error, small because the random numbers are the same.
    """

    name: str
    best_fit: float
    interval: ToyInterval
    change: float | None
    change_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ToyLimit(Result):
    """Interval of one parameter from pseudo-experiments.

    Attributes
    ----------
    parameter, unit : str
    experiments : tuple of str
    interval : "feldman-cousins", "upper" or "cls"
    cl : float
    lower, upper, lower_error, upper_error : float or None
        Ends in `unit` and their Monte Carlo errors; None where open or, for upper limits, not stated.
    best_fit : float
    regions : tuple of (lower, upper)
    asymptotic : Interval
        The asymptotic counterpart: two-sided for Feldman-Cousins, upper, or CLs in closed form.
    expected : ExpectedEnds
    truth : float
        Value of the parameter in the data sets of `expected`, and behind CLs.
    value : array, shape (n_values,)
        Tested values.
    statistic : array, shape (n_values,)
        Of the data: Delta chi2, zero below the best fit for upper limits and CLs.
    critical_value, critical_error : array, shape (n_values,)
        The largest statistic that is accepted, and its Monte Carlo error.
    p_value, p_error : array, shape (n_values,)
        What is compared with 1 - cl: the p-value of the value, or CLs; and its Monte Carlo error.
    asymptotic_p_value : array, shape (n_values,)
    background_p_value : array, shape (n_values,)
        CLs: the fraction of toys at `truth` with at least this statistic, the denominator; else empty.
    expected_p_value : array, shape (n_values, 5)
        Quantiles of `p_value` for data at `truth`, in the order of the bands.
    statistical : ToyInterval or None
        With everything uncertain held at its best fit; None unless asked for.
    impacts : tuple of ToyImpact
        Largest first; empty unless asked for.
    n_toys, chunk_size, seed : int
        Toys per tested value, how many are thrown at a time, and what they were thrown with.
    n_unconverged : int
        Toys with a fit that did not converge.
    nuisances, profiled, fixed : mapping of str to float
        Values at the best fit, and those held by the user.
    """

    kind: ClassVar[str] = "toy-limit"

    parameter: str
    unit: str
    experiments: tuple[str, ...]
    interval: Literal["feldman-cousins", "upper", "cls"]
    cl: float
    lower: float | None
    upper: float | None
    lower_error: float | None
    upper_error: float | None
    best_fit: float
    regions: tuple[Region, ...]
    asymptotic: Interval
    expected: ExpectedEnds
    truth: float
    value: FloatArray
    statistic: FloatArray
    critical_value: FloatArray
    critical_error: FloatArray
    p_value: FloatArray
    p_error: FloatArray
    asymptotic_p_value: FloatArray
    background_p_value: FloatArray = field(default_factory=lambda: np.zeros(0))
    expected_p_value: FloatArray = field(default_factory=lambda: np.zeros((0, 5)))
    statistical: ToyInterval | None = None
    impacts: tuple[ToyImpact, ...] = ()
    n_toys: int
    chunk_size: int
    seed: int
    n_unconverged: int = 0
    nuisances: Mapping[str, float] = field(default_factory=dict)
    profiled: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        text = f"{self.parameter}: {_text(self, self.unit)} ({self.interval}, {100 * self.cl:g} % CL, "
        return text + f"{self.n_toys} toys per value, {', '.join(self.experiments)})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {
            self.parameter: self.value,
            "statistic": self.statistic,
            "critical_value": self.critical_value,
            "critical_error": self.critical_error,
            "p_value": self.p_value,
            "p_error": self.p_error,
            "asymptotic_p_value": self.asymptotic_p_value,
        }
        if len(self.background_p_value):
            columns["background_p_value"] = self.background_p_value
        for band, column in zip(BANDS, self.expected_p_value.T, strict=True):
            columns[f"expected_p_value_{band:+d}_sigma" if band else "expected_p_value_median"] = column
        return columns, {self.parameter: self.unit}

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "best fit", f"{self.best_fit:.4g} {self.unit}".rstrip()
        yield "asymptotic", _region_text(self.asymptotic.regions, self.unit, self.asymptotic.lower is None)
        yield "expected upper end", self._expected_text()
        if self.statistical is not None:
            yield "statistical only", _text(self.statistical, self.unit)
        for impact in self.impacts:
            error = "" if impact.change_error is None else f" +- {100 * impact.change_error:.1f}"
            yield f"held {impact.name}", "open" if impact.change is None else f"{100 * impact.change:+.1f}{error} %"
        yield from Result._lines(self)

    def _expected_text(self) -> str:
        ends = ["open" if end is None else f"{end:.4g}" for end in self.expected.upper]
        median = self.expected.asymptotic[2]
        beside = "" if median is None else f"; Asimov {median:.4g}"
        text = f"median {ends[2]}, 68 % {ends[1]} to {ends[3]}, 95 % {ends[0]} to {ends[4]} {self.unit}"
        return text.rstrip() + beside


def _text(found: ToyLimit | ToyInterval, unit: str) -> str:
    """Regions with the Monte Carlo errors of the outer ends."""
    text = _region_text(found.regions, unit, found.lower is None)
    errors = [
        f"{name} +- {error:.2g}"
        for name, error in (("lower", found.lower_error), ("upper", found.upper_error))
        if error
    ]
    return f"{text}, {', '.join(errors)}" if errors else text


def _region_text(regions: tuple[Region, ...], unit: str, upper_only: bool) -> str:
    def end(value: float | None, sign: str) -> str:
        return f"{sign}inf" if value is None else f"{value:.4g}"

    if upper_only and regions:
        top = regions[-1][1]
        return "no upper limit" if top is None else f"< {top:.4g} {unit}".rstrip()
    return (" or ".join(f"[{end(a, '-')}, {end(b, '+')}]" for a, b in regions) + f" {unit}").rstrip()
