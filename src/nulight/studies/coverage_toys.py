"""The pseudo-experiments behind a coverage study, in pieces that can be done anywhere.

A piece is one true value and some of its toys. Three sets of them are thrown with random numbers of
their own: the data whose intervals are judged, those the critical values come from, and those without
a signal (for CLs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Prior, Profile
from nulight.inference.expectation import expected_counts
from nulight.inference.model import Model, Nuisance, parts
from nulight.inference.toys.data import Toys, throw_toys
from nulight.inference.toys.statistics import BestFits, LikelihoodRatio, one_sided
from nulight.runs import Chunks, stream
from nulight.typing import FloatArray

__all__ = ["CoverageToys", "TrueNuisances"]

TrueNuisances: TypeAlias = Literal["nominal", "prior"] | Mapping[str, float]

_DATA, _CALIBRATION, _NO_SIGNAL = 0, 1, 2
_TRIES = 100  # draws of nuisances until none is impossible


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageToys:
    """Task of a coverage study: test statistics of toys at one true value after the other.

    Attributes
    ----------
    model : CountModel or CombinedModel
    ratio : LikelihoodRatio
        Of the parameter of interest.
    truths : tuple of float
    no_signal : float
        Value of the parameter in the toys without a signal.
    toys : Chunks
        Of the toys at one true value.
    seed : int
    nuisances : "nominal", "prior" or mapping of str to float
        True nuisances of the data, in units of their widths.
    threshold : float, optional
        Upper limits exclude a value where q is above it; without it they are not asked for.
    calibrate, background : bool
        Whether toys of the second and third set are wanted.
    """

    model: Model
    ratio: LikelihoodRatio
    truths: tuple[float, ...]
    no_signal: float
    toys: Chunks
    seed: int
    fixed: Mapping[str, float]
    profile: Profile
    nuisances: TrueNuisances
    threshold: float | None
    calibrate: bool
    background: bool

    def __len__(self) -> int:
        return len(self.truths) * len(self.toys)

    def __call__(self, chunk: int) -> dict[str, FloatArray]:
        """Return arrays (n_toys of the piece,): t, q and the rest of what the intervals need."""
        i, block = divmod(chunk, len(self.toys))
        truth = self.truths[i]
        result = self._data(truth, stream(self.seed, _DATA, i, block), block)
        if self.calibrate:
            toys = self._throw(truth, stream(self.seed, _CALIBRATION, i, block), block, "nominal")
            result |= self._statistics("calibration", truth, toys)
        if self.background:
            toys = self._throw(self.no_signal, stream(self.seed, _NO_SIGNAL, block), block, "nominal")
            result |= self._statistics("no_signal", truth, toys)
        return result

    def _data(self, truth: float, rng: np.random.Generator, block: int) -> dict[str, FloatArray]:
        toys = self._throw(truth, rng, block, self.nuisances)
        best = self.ratio.best(toys)
        result = self._statistics("data", truth, toys, best)
        if self.threshold is None:
            return result
        above = result["data_q"].copy()
        if np.any(out := above > self.threshold):
            above[out] = self.ratio.from_value_on(truth, best.take(out), toys.take(out))
        return result | {"data_above": above}

    def _statistics(self, name: str, truth: float, toys: Toys, best: BestFits | None = None) -> dict[str, FloatArray]:
        best = best or self.ratio.best(toys)
        t, converged = self.ratio.compare(truth, best, toys)
        return {
            f"{name}_t": t,
            f"{name}_q": one_sided(t, truth, best),
            f"{name}_failed": (~converged).astype(float),
        }

    def _throw(self, value: float, rng: np.random.Generator, block: int, nuisances: TrueNuisances) -> Toys:
        places = self.toys.places(block)
        n = places.stop - places.start
        params: dict[str, Any] = {**self.fixed, self.ratio.parameter: value}
        true: dict[str, Any]
        if nuisances == "prior":
            true = self._draw(n, rng)
            for _ in range(_TRIES):
                bad = self._impossible(params, true)
                if not bad.any():
                    break
                for name, again in self._draw(int(bad.sum()), rng).items():
                    true[name][bad] = again
            params |= {name: true[name] for name in self.profile if name in true}
        else:
            steps = {} if isinstance(nuisances, str) else nuisances
            true = {u.name: _shifted(u, steps.get(u.name, 0.0)) for u in self.model.nuisances}
        return throw_toys(self.model, params, true, n, rng, priors=self.profile)

    def _draw(self, n: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Nuisances, and parameters with a prior, drawn from what is known of them, (n,) each."""
        drawn = {u.name: _drawn(u, n, rng) for u in self.model.nuisances}
        for name, choice in self.profile.items():
            if isinstance(choice, Prior):
                drawn[name] = np.clip(choice.mean + choice.width * rng.standard_normal(n), choice.lower, choice.upper)
        return drawn

    def _impossible(self, params: Mapping[str, Any], true: Mapping[str, FloatArray]) -> NDArray[np.bool_]:
        """Which draws make the model expect negative counts: changes of shape are only linear near their nominal."""
        params = {**params, **{name: true[name] for name in self.profile if name in true}}
        counts = [expected_counts(part, params, true) for part in parts(self.model) if part.statistic == "poisson"]
        n = len(next(iter(true.values()), np.zeros(1)))
        bad = np.zeros(n, bool)
        for expected in counts:
            bad |= np.any(expected < 0, axis=1)
        return bad


def _shifted(nuisance: Nuisance, steps: float) -> float:
    low, high = nuisance.bounds
    return min(max(steps * (nuisance.width or 0.0), low), high)


def _drawn(nuisance: Nuisance, n: int, rng: np.random.Generator) -> FloatArray:
    low, high = nuisance.bounds
    if nuisance.kind == "box":
        return rng.uniform(low, high, n)
    drawn: FloatArray = np.clip((nuisance.width or 0.0) * rng.standard_normal(n), low, high)
    return drawn
