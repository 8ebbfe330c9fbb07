"""Forecasts: an expected limit against a property of an experiment, and what reaches a goal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["ForecastResult", "ReachResult"]


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
