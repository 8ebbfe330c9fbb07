"""Limits: intervals of one parameter, and what each nuisance does to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["Impact", "Interval", "LimitResult"]

_VISIBLE = 1e-3  # relative change of a limit below which impacts share a line

Region = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The values a likelihood allows.

    Attributes
    ----------
    lower, upper : float or None
        Outer ends; None where the interval is open.
    best_fit : float
    regions : tuple of (float or None, float or None)
        The disjoint regions, lowest first.
    """

    lower: float | None
    upper: float | None
    best_fit: float
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What one nuisance or profiled parameter does to a limit.

    Attributes
    ----------
    name, kind : str
        Kind is "gaussian", "box" or "free" for a nuisance, "range" or "prior" for a parameter.
    best_fit : float
        Value at the global minimum; u for a nuisance.
    pull : float or None
        Shift from nominal in units of the width; None without one.
    lower, upper : float or None
        The interval with this one held at its best fit.
    change : float or None
        Relative change of the interval's size when held: -0.1 means it alone makes 10 % of it.
    """

    name: str
    kind: str
    best_fit: float
    pull: float | None
    lower: float | None
    upper: float | None
    change: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LimitResult(Result):
    """Interval of one parameter.

    Attributes
    ----------
    parameter, unit : str
    experiments : tuple of str
    lower, upper : float or None
        Ends of the interval in `unit`; None where it is open or, for "upper", not stated.
    best_fit : float
        Global minimum inside the physical domain.
    regions : tuple of (lower, upper)
        Disjoint regions; more than one for instance for a charge radius.
    cl, interval, dof, threshold
        Confidence level, "two-sided" or "upper", degrees of freedom, Delta chi2.
    twice_nll : float
        Minimum relative to the saturated model.
    expected : Interval or None
        The same for Asimov data at the baseline.
    statistical : Interval or None
        With every nuisance and profiled parameter held at its best fit.
    impacts : tuple of Impact
    nuisances, profiled, fixed : mapping of str to float
        Values at the best fit, and those held by the user.
    scan_value, scan_delta_chi2 : array, shape (n_scan,)
        The profile likelihood the interval was read from.
    """

    kind: ClassVar[str] = "limit"

    parameter: str
    unit: str
    experiments: tuple[str, ...]
    lower: float | None
    upper: float | None
    best_fit: float
    cl: float
    interval: Literal["two-sided", "upper"]
    threshold: float
    dof: int = 1
    regions: tuple[Region, ...]
    twice_nll: float
    expected: Interval | None = None
    statistical: Interval | None = None
    impacts: tuple[Impact, ...] = ()
    nuisances: Mapping[str, float] = field(default_factory=dict)
    profiled: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    scan_value: FloatArray = field(default_factory=lambda: np.zeros(0))
    scan_delta_chi2: FloatArray = field(default_factory=lambda: np.zeros(0))

    def _headline(self) -> str:
        regions = _regions_text(self.regions, self.unit) if self.interval == "two-sided" else _below(self)
        return f"{self.parameter}: {regions} ({self.interval}, {100 * self.cl:g} % CL, {', '.join(self.experiments)})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {self.parameter: self.scan_value, "delta_chi2": self.scan_delta_chi2}
        return columns, {self.parameter: self.unit}

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "best fit", f"{f'{self.best_fit:.4g} {self.unit}'.rstrip()}, chi2 {self.twice_nll:.2f}"
        for label, other in (("expected", self.expected), ("statistical only", self.statistical)):
            if other is not None:
                yield label, _regions_text(other.regions, self.unit)
        small = [impact.name for impact in self.impacts if impact.change is not None and abs(impact.change) < _VISIBLE]
        for impact in self.impacts:
            if impact.name in small:
                continue
            pull = "" if impact.pull is None else f", pull {impact.pull:+.2f}"
            change = "open" if impact.change is None else f"{100 * impact.change:+.1f} %"
            yield f"held {impact.name}", f"{change}{pull}"
        if small:
            yield "held, below 0.1 %", ", ".join(small)
        yield from Result._lines(self)


def _below(limit: LimitResult) -> str:
    return "no upper limit" if limit.upper is None else f"< {limit.upper:.4g} {limit.unit}".rstrip()


def _regions_text(regions: tuple[Region, ...], unit: str) -> str:
    def end(value: float | None, sign: str) -> str:
        return f"{sign}inf" if value is None else f"{value:.4g}"

    return (" or ".join(f"[{end(a, '-')}, {end(b, '+')}]" for a, b in regions) + f" {unit}").rstrip()
