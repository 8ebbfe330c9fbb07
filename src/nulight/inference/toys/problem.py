"""What an interval from toys is about: a parameter of a model, the data, what is held, and where to look.

Toys are thrown at the values that nuisances and profiled parameters have at their best for the data, at every
tested value of the parameter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from nulight.inference.coordinates import Prior, Profile, domain, lookup
from nulight.inference.expectation import expected_counts
from nulight.inference.intervals import interval_of
from nulight.inference.model import Model, asimov, parts
from nulight.inference.prepared import prepare
from nulight.inference.toys.asymptotic import ToyIntervalKind
from nulight.inference.toys.data import Toys
from nulight.inference.toys.statistics import BestFits, LikelihoodRatio, one_sided
from nulight.inference.toys.task import Hypothesis
from nulight.inference.toys.values import Curves, merged
from nulight.results import Interval
from nulight.typing import FloatArray

__all__ = ["ToyProblem"]

_BEYOND, _BEYOND_ASIMOV = 1.2, 2.4  # how far past the asymptotic end toys and expected bands may need values
_BELOW = 1.2  # standard deviations below the best fit an upper limit may come to stand
_FLAT = 4.0  # an interval at a higher level this many times as wide follows a plateau of the likelihood
_OPEN = 30.0  # where nothing bounds the parameter, values go this many scales beyond the rest


@dataclass(frozen=True, kw_only=True)
class ToyProblem:
    """A parameter, its data and its hypotheses.

    Attributes
    ----------
    model : CountModel or CombinedModel
        With planned data already in place.
    parameter : str
    kind : "feldman-cousins", "upper" or "cls"
    cl : float
    truth : float
        Value behind expected bands and CLs.
    order : tuple of str
        Names of everything uncertain, before anything was held.
    profile, fixed, hold
        As for `prepare`.
    span : (float, float)
        Where best fits are looked for.
    """

    model: Model
    parameter: str
    kind: ToyIntervalKind
    cl: float
    truth: float
    order: tuple[str, ...]
    profile: Profile
    fixed: Mapping[str, float]
    hold: Mapping[str, float] = field(default_factory=dict)
    span: tuple[float, float] = (-math.inf, math.inf)

    @property
    def domain(self) -> tuple[float, float]:
        """Physical range of the parameter."""
        return domain(lookup(self.model, self.parameter))

    def ratio(self) -> LikelihoodRatio:
        """Return the likelihood ratio with everything held that is held."""
        name, held = self.parameter, dict(self.hold)
        return LikelihoodRatio(
            parameter=name,
            span=self.span,
            at_value=prepare(self.model, given={name: self.span}, fixed=self.fixed, profile=self.profile, hold=held),
            anywhere=prepare(self.model, fixed=self.fixed, profile={**self.profile, name: self.span}, hold=held),
        )

    def statistic(self, t: FloatArray, value: FloatArray, best: BestFits) -> FloatArray:
        """Return the statistic of this kind of interval from t."""
        return t if self.kind == "feldman-cousins" else one_sided(t, value, best)

    def reaching(self, low: float, high: float) -> ToyProblem:
        """Return the same problem, best fits looked for between two values and as far again on both sides.

        The values reach out to what neither the data nor Asimov data allow at four standard deviations. Beyond
        that, where a nuisance can hide any signal, the likelihood may be flat, and fits would get lost.
        """
        width = high - low
        return replace(self, span=(max(low - width, self.domain[0]), min(high + width, self.domain[1])))

    def holding(self, best: Mapping[str, float], names: tuple[str, ...]) -> ToyProblem:
        """Return the same problem with some of what is uncertain held at its best fit."""
        parameters = {name: best[name] for name in names if name in self.profile}
        return replace(
            self,
            profile={name: choice for name, choice in self.profile.items() if name not in parameters},
            fixed={**self.fixed, **parameters},
            hold={name: best[name] for name in names if name not in parameters},
        )

    def hypotheses(self, ratio: LikelihoodRatio, numbers: tuple[int, ...], values: FloatArray) -> list[Hypothesis]:
        """Return what toys are thrown at, one for each value."""
        found = ratio.at_value.minimise({self.parameter: values})
        return [
            Hypothesis(
                number=number,
                params={
                    **self.fixed,
                    **{name: float(column[i]) for name, column in found.parameters.items()},
                    self.parameter: float(values[i]),
                },
                nuisances={name: float(column[i]) for name, column in found.nuisances.items()},
            )
            for i, number in enumerate(numbers)
        ]

    def curves(self, ratio: LikelihoodRatio) -> Curves:
        """Return Delta chi2 of the data and of Asimov data at `truth` as functions of the value."""
        (background,) = self.hypotheses(ratio, (0,), np.array([self.truth]))
        data = self.asimov_toy(ratio.at_value.model, background)
        best, asimov_best = ratio.best(), ratio.best(data)

        def both(value: FloatArray) -> tuple[FloatArray, FloatArray]:
            return ratio.two_sided(value, best), ratio.two_sided(value, asimov_best, data)

        return both

    def asimov_toy(self, model: Model, at: Hypothesis) -> Toys:
        """Return the expectation of a hypothesis as a data set, measurements of nuisances included."""
        measured = {n.name for n in model.nuisances if n.kind == "gaussian" and n.width} - set(self.hold)
        centres = {name: np.array([value]) for name, value in at.nuisances.items() if name in measured}
        centres |= {name: np.array([at.params[name]]) for name, c in self.profile.items() if isinstance(c, Prior)}
        return Toys(
            counts=tuple(expected_counts(part, at.params, at.nuisances) for part in parts(model)), centres=centres
        )

    def asymptotic(self, data: Model, cl: float) -> Interval:
        """Return the asymptotic two-sided interval for other data or another level."""
        return interval_of(data, self.parameter, cl=cl, profile=self.profile, fixed=self.fixed)

    def spans(self, level: float) -> tuple[list[tuple[float, float]], tuple[bool, bool]]:
        """Return where values should lie, and on which sides the likelihood bounds the parameter at all.

        Parameters
        ----------
        level : float
            Standard deviations of the confidence level.
        """
        null = asimov(self.model, {**self.fixed, self.parameter: self.truth})
        found = [self._wide(data, level, beyond) for data, beyond in ((self.model, _BEYOND), (null, _BEYOND_ASIMOV))]
        regions = [region for interval in found for region in interval.regions]
        closed = (all(low is not None for low, _ in regions), all(high is not None for _, high in regions))
        known = [end for region in regions for end in region if end is not None] + [i.best_fit for i in found]
        margin = _OPEN * lookup(self.model, self.parameter).scale
        low, high = self.domain
        outer = max(min(known) - margin, low), min(max(known) + margin, high)
        spans = merged([(outer[0] if a is None else a, outer[1] if b is None else b) for a, b in regions])
        return (spans if self.kind == "feldman-cousins" else self._upwards(spans, null)), closed

    def _wide(self, data: Model, level: float, beyond: float) -> Interval:
        """Asymptotic interval at a higher level, less high if the likelihood hardly rises there any more."""
        core = self.asymptotic(data, math.erf(level / math.sqrt(2)))
        if core.lower is None or core.upper is None:
            return core
        for share in (1.0, 0.6, 0.3):
            wide = self.asymptotic(data, math.erf((level + share * beyond) / math.sqrt(2)))
            if wide.lower is None or wide.upper is None:
                continue
            if wide.upper - wide.lower < _FLAT * (core.upper - core.lower):
                return wide
        return core

    def _upwards(self, spans: list[tuple[float, float]], null: Model) -> list[tuple[float, float]]:
        """Values that an upper limit may take: nothing is tested far below the best fits."""
        below = math.erf(_BELOW / math.sqrt(2))
        ends = [self.asymptotic(data, below).lower for data in (self.model, null)]
        least = min(end if end is not None else -math.inf for end in ends)
        return [(max(low, least), high) for low, high in spans if high > least]
