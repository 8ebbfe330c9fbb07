"""What an analysis hands back: immutable records that know where their numbers come from.

Every record carries its inputs, the definition of what was computed, the conventions, the hashes
of the tables and the citations; it can be written as JSON or CSV and says itself readably.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.typing import FloatArray

__all__ = [
    "ContourResult",
    "CrossSectionResult",
    "FitResult",
    "ForecastResult",
    "Impact",
    "Interval",
    "LimitResult",
    "ReachResult",
    "Result",
    "SpectrumResult",
]

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
        for impact in self.impacts:
            pull = "" if impact.pull is None else f", pull {impact.pull:+.2f}"
            change = "open" if impact.change is None else f"{100 * impact.change:+.1f} %"
            yield f"held {impact.name}", f"{change}{pull}"
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FitResult(Result):
    """Best fit of parameters and nuisances.

    Attributes
    ----------
    experiments : tuple of str
    values, errors : mapping of str to float
        Parameters in their own units, nuisances as u; errors from the curvature, one sigma.
    units : mapping of str to str
        Units of the physics parameters.
    names : tuple of str
        Order of the correlation matrix.
    correlation : array, shape (n, n)
    chi2, ndof, p_value
        -2 ln L relative to the saturated model and its tail probability for a chi2 distribution.
    valid : bool
        Whether the minimiser vouches for minimum and covariance.
    """

    kind: ClassVar[str] = "fit"

    experiments: tuple[str, ...]
    values: Mapping[str, float]
    errors: Mapping[str, float]
    units: Mapping[str, str]
    names: tuple[str, ...]
    correlation: FloatArray
    chi2: float
    ndof: int
    p_value: float
    valid: bool
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        return f"fit of {', '.join(self.experiments)}: chi2/ndof = {self.chi2:.1f}/{self.ndof}, p = {self.p_value:.3g}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {"name": self.names, "value": [self.values[n] for n in self.names]}
        return columns | {"error": [self.errors[n] for n in self.names]}, {}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name in self.names:
            yield name, f"{self.values[name]:.4g} +- {self.errors[name]:.2g} {self.units.get(name, '')}".rstrip()
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContourResult(Result):
    """Delta chi2 in a plane of two parameters, with its contours.

    Attributes
    ----------
    parameters, units : tuple of two str
    x, y : array, shape (n_x,), (n_y,)
        Grid in the parameters' units.
    delta_chi2 : array, shape (n_y, n_x)
        From the global minimum inside the physical domain, which may lie off the grid.
    best_fit : tuple of two float
    levels : mapping of str to float
        Label ("1 sigma", "90 %") to Delta chi2.
    paths : mapping of str to tuple of arrays, each (n_points, 2)
        Contour lines of each level.
    dof : int
    """

    kind: ClassVar[str] = "contour"

    parameters: tuple[str, str]
    units: tuple[str, str]
    experiments: tuple[str, ...]
    x: FloatArray
    y: FloatArray
    delta_chi2: FloatArray
    best_fit: tuple[float, float]
    twice_nll: float
    levels: Mapping[str, float]
    paths: Mapping[str, tuple[FloatArray, ...]]
    dof: int
    profiled: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        return f"contours of {self.parameters[0]} and {self.parameters[1]} ({', '.join(self.experiments)})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        x, y = np.meshgrid(self.x, self.y)
        columns = {self.parameters[0]: x.ravel(), self.parameters[1]: y.ravel(), "delta_chi2": self.delta_chi2.ravel()}
        return columns, dict(zip(self.parameters, self.units, strict=True))

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "best fit", ", ".join(f"{v:.4g} {u}".rstrip() for v, u in zip(self.best_fit, self.units, strict=True))
        yield "levels", ", ".join(f"{n}: {v:.3f}" for n, v in self.levels.items()) + f" ({self.dof} dof)"
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ForecastResult(Result):
    """Expected sensitivity as one thing about the experiment changes.

    Attributes
    ----------
    vary : str
        What changes; `values` (n,) in `vary_unit`.
    parameter, unit : str
    lower, upper : array, shape (n,)
        Expected interval; NaN where open.
    against : float or None
        Value of the parameter the last two refer to.
    exclusion : array, shape (n,)
        Delta chi2 of `against` when the baseline is true; empty without `against`.
    discovery : array, shape (n,)
        Significance in sigma of the baseline when `against` is true; empty without `against`.
    """

    kind: ClassVar[str] = "forecast"

    vary: str
    vary_unit: str
    values: FloatArray
    parameter: str
    unit: str
    lower: FloatArray
    upper: FloatArray
    cl: float
    interval: str
    against: float | None = None
    exclusion: FloatArray = field(default_factory=lambda: np.zeros(0))
    discovery: FloatArray = field(default_factory=lambda: np.zeros(0))
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        return f"expected {self.parameter} [{self.unit}] against {self.vary} ({self.interval}, {100 * self.cl:g} % CL)"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {self.vary: self.values, "lower": self.lower, "upper": self.upper}
        if self.against is not None:
            columns |= {"exclusion_delta_chi2": self.exclusion, "discovery_sigma": self.discovery}
        return columns, {self.vary: self.vary_unit, "lower": self.unit, "upper": self.unit}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for value, low, high in zip(self.values, self.lower, self.upper, strict=True):
            yield f"{value:.4g} {self.vary_unit}".rstrip(), f"[{low:.4g}, {high:.4g}]"
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReachResult(Result):
    """What an experiment needs to reach a given limit.

    Attributes
    ----------
    vary, vary_unit, value
        What has to change, and to what.
    parameter, unit, target, achieved
        The limit asked for and the one reached there.
    """

    kind: ClassVar[str] = "reach"

    vary: str
    vary_unit: str
    value: float
    parameter: str
    unit: str
    target: float
    achieved: float
    cl: float
    interval: str

    def _headline(self) -> str:
        goal = f"{self.parameter} < {self.target:.4g} {self.unit}".rstrip()
        return f"{goal} needs {self.vary} = {self.value:.4g} {self.vary_unit}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SpectrumResult(Result):
    """Counts per bin of one experiment.

    Attributes
    ----------
    experiment : str
    edges : array, shape (n_bins + 1,), in `edge_unit`
    counts : mapping of str to array (n_bins,)
        Expected counts of each component.
    observed : array, shape (n_bins,)
    parameters : mapping of str to float
        Physics parameters the expectation was made with, where not at their defaults.
    """

    kind: ClassVar[str] = "spectrum"

    experiment: str
    edges: FloatArray
    edge_unit: str = "keV"
    counts: Mapping[str, FloatArray]
    observed: FloatArray
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> FloatArray:
        """Expected counts summed over components, shape (n_bins,)."""
        return sum(self.counts.values(), np.zeros_like(self.observed, dtype=float))

    def _headline(self) -> str:
        return f"{self.experiment}: {self.observed.sum():.6g} observed, {self.total.sum():.6g} expected"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = {"low": self.edges[:-1], "high": self.edges[1:], "observed": self.observed}
        return columns | {"expected": self.total} | dict(self.counts), dict.fromkeys(("low", "high"), self.edge_unit)

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name, counts in self.counts.items():
            yield name, f"{counts.sum():.6g}"
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CrossSectionResult(Result):
    """Differential cross section, in total and by term.

    Attributes
    ----------
    target, nu : str
    E_nu : float, keV
    T : array, shape (n_T,), keV
    total : array, shape (n_T,), cm^2 / keV
    terms : mapping of str to array (n_T,), cm^2 / keV
        The pieces of the total by name.
    parameters : mapping of str to float
    """

    kind: ClassVar[str] = "cross section"
    unit: ClassVar[str] = "cm^2/keV"

    target: str
    nu: str
    E_nu: float
    T: FloatArray
    total: FloatArray
    terms: Mapping[str, FloatArray]
    parameters: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; numbers instead of lists if there is one recoil energy."""
        record = Result.to_dict(self)
        record["total"] = {"value": _only(self.total), "unit": self.unit}
        record["terms"] = {name: _only(values) for name, values in self.terms.items()}
        record["E_nu"] = {"value": self.E_nu, "unit": "keV"}
        record["T"] = {"value": _only(self.T), "unit": "keV"}
        return record

    def _headline(self) -> str:
        return f"{self.nu} on {self.target}, E_nu = {self.E_nu:g} keV: dsigma/dT in {self.unit}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {"T": self.T, "total": self.total} | dict(self.terms)
        return columns, {name: "keV" if name == "T" else self.unit for name in columns}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name, values in {"total": self.total, **self.terms}.items():
            yield name, ", ".join(f"{v:.6g}" for v in values)
        yield from Result._lines(self)


def _only(values: FloatArray) -> Any:
    numbers = plain(np.asarray(values))
    return numbers[0] if isinstance(numbers, list) and len(numbers) == 1 else numbers


def _below(limit: LimitResult) -> str:
    return "no upper limit" if limit.upper is None else f"< {limit.upper:.4g} {limit.unit}".rstrip()


def _regions_text(regions: tuple[Region, ...], unit: str) -> str:
    def end(value: float | None, sign: str) -> str:
        return f"{sign}inf" if value is None else f"{value:.4g}"

    return (" or ".join(f"[{end(a, '-')}, {end(b, '+')}]" for a, b in regions) + f" {unit}").rstrip()
