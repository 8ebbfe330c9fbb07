"""Test statistics of one parameter for many data sets: profile likelihood ratios.

The common place of everything that compares a value of a parameter with the best fit of the same data:
t for two-sided and Feldman-Cousins intervals, q for upper limits and CLs. Distributions of these under a
hypothesis are the business of those who throw the toys.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Profile, domain, lookup
from nulight.inference.intervals import interval_of
from nulight.inference.model import Model, asimov
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.toys.data import Toys
from nulight.typing import ArrayLike, FloatArray

__all__ = ["BestFits", "LikelihoodRatio", "likelihood_ratio", "one_sided", "search_range"]

_NEAR, _FAR = 1.0, (6.0, 5.0, 4.0, 3.0)  # standard deviations: no toy has its best fit farther than the first
_RUNAWAY = 1e3  # ratio of the allowed ranges: a norm has gone to zero and allows any value of the parameter
_MARGIN = 0.25  # of the range that is allowed there, on both sides


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BestFits:
    """Best fits of data sets in the parameter of interest; arrays (n_toys,)."""

    value: FloatArray
    twice_nll: FloatArray
    converged: NDArray[np.bool_]

    def take(self, index: slice | NDArray[np.intp] | NDArray[np.bool_]) -> BestFits:
        """Return some of them."""
        return BestFits(value=self.value[index], twice_nll=self.twice_nll[index], converged=self.converged[index])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LikelihoodRatio:
    """Ratios of the profile likelihood of one parameter to its maximum; made by `likelihood_ratio`.

    Attributes
    ----------
    parameter : str
    span : (float, float)
        Where best fits are looked for, inside the domain of the parameter.
    at_value, anywhere : Prepared
        The likelihood at a value of the parameter, and with the parameter free inside the span.
    """

    parameter: str
    span: tuple[float, float]
    at_value: Prepared
    anywhere: Prepared

    def best(self, toys: Toys | None = None) -> BestFits:
        """Return the global minimum of every data set; of the model's own data without `toys`."""
        found = self.anywhere.minimise(toys=toys)
        return BestFits(value=found.parameters[self.parameter], twice_nll=found.twice_nll, converged=found.converged)

    def two_sided(self, value: ArrayLike, best: BestFits, toys: Toys | None = None) -> FloatArray:
        """Return t = -2 ln L(value) + 2 ln L(best fit), (n_toys,); `value` is one or one per data set."""
        return self.compare(value, best, toys)[0]

    def compare(
        self, value: ArrayLike, best: BestFits, toys: Toys | None = None
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return t as `two_sided` does, and whether both fits of the data set converged, (n_toys,) each."""
        found = self.at_value.minimise({self.parameter: value}, toys=toys)
        return np.maximum(found.twice_nll - best.twice_nll, 0.0), found.converged & best.converged

    def upper(self, value: ArrayLike, best: BestFits, toys: Toys | None = None) -> FloatArray:
        """Return q: t if the best fit lies below `value`, zero above it, (n_toys,)."""
        return one_sided(self.two_sided(value, best, toys), value, best)

    def from_value_on(self, value: float, best: BestFits, toys: Toys | None = None) -> FloatArray:
        """Return the smallest t of this value and all larger ones, (n_toys,).

        Where the likelihood has two maxima a value may be excluded while larger ones are allowed again.
        """
        beyond = prepare(
            self.anywhere.model,
            fixed=self.anywhere.fixed,
            profile={**self.anywhere.profile, self.parameter: (value, max(value, self.span[1]))},
            hold=self.anywhere.hold,
        )
        t: FloatArray = np.maximum(beyond.minimise(toys=toys).twice_nll - best.twice_nll, 0.0)
        return t


def one_sided(t: FloatArray, value: ArrayLike, best: BestFits) -> FloatArray:
    """Return the statistic of an upper limit from t: data above expectation never speak against a value."""
    q: FloatArray = np.where(best.value > np.asarray(value, float), 0.0, t)
    return q


def likelihood_ratio(
    model: Model,
    parameter: str,
    values: Sequence[float],
    *,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> LikelihoodRatio:
    """Make the test statistics of a parameter ready.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameter : str
    values : sequence of float
        True and tested values that will occur.
    profile, fixed : as for `nulight.limit`

    Returns
    -------
    LikelihoodRatio
        Its span holds everything within 6 standard deviations of the expected best fit for data thrown
        at any of the values, second minima included, and a margin.

    Raises
    ------
    ValueError
        If a value lies outside the domain of the parameter, or nothing depends on it.
    """
    profile, fixed = dict(profile or {}), dict(fixed or {})
    low, high = domain(lookup(model, parameter))
    for value in values:
        if not low <= value <= high:
            raise ValueError(f"{parameter} = {value:g} lies outside its domain, {low:g} to {high:g}")
    span = search_range(model, parameter, values, profile=profile, fixed=fixed)
    return LikelihoodRatio(
        parameter=parameter,
        span=span,
        at_value=prepare(model, given={parameter: span}, fixed=fixed, profile=profile),
        anywhere=prepare(model, fixed=fixed, profile={**profile, parameter: span}),
    )


def search_range(
    model: Model,
    parameter: str,
    values: Sequence[float],
    *,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> tuple[float, float]:
    """Return where to look for best fits of data thrown at any of `values`; arguments as for `likelihood_ratio`.

    The whole domain on a side where nothing bounds the parameter.
    """
    ends = np.array(
        [
            _allowed(asimov(model, {**(fixed or {}), parameter: value}), parameter, profile, fixed)
            for value in {min(values), max(values)}
        ]
    )
    low, high = domain(lookup(model, parameter))
    lower, upper = ends[:, 0].min(), ends[:, 1].max()
    margin = _MARGIN * (upper - lower)
    return float(max(lower - margin, low)), float(min(upper + margin, high))


def _allowed(
    model: Model, parameter: str, profile: Profile | None, fixed: Mapping[str, float] | None
) -> tuple[float, float]:
    """Range allowed at as many standard deviations as mean something."""
    low, high = domain(lookup(model, parameter))

    def ends(sigma: float) -> tuple[float, float]:
        cl = math.erf(sigma / math.sqrt(2))
        found = interval_of(model, parameter, cl=cl, profile=profile, fixed=fixed)
        return low if found.lower is None else found.lower, high if found.upper is None else found.upper

    near = ends(_NEAR)
    return next((far for far in map(ends, _FAR) if np.ptp(far) < _RUNAWAY * np.ptp(near)), (low, high))
