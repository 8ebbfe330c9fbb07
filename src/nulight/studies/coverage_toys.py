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

from nulight.inference.coordinates import Prior, Profile
from nulight.inference.model import Model, Nuisance
from nulight.inference.statistics import BestFits, LikelihoodRatio, one_sided
from nulight.inference.toys import Toys, throw_toys
from nulight.runs import Chunks, stream
from nulight.typing import FloatArray

__all__ = ["CoverageToys", "TrueNuisances"]

TrueNuisances: TypeAlias = Literal["nominal", "prior"] | Mapping[str, float]

_DATA, _CALIBRATION, _NO_SIGNAL = 0, 1, 2


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
    threshold : float
        Upper limits exclude a value where q is above it.
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
    threshold: float
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
        true = {u.name: _true(u, nuisances, n, rng) for u in self.model.nuisances}
        params: dict[str, Any] = {**self.fixed, self.ratio.parameter: value}
        if nuisances == "prior":
            priors = {name: choice for name, choice in self.profile.items() if isinstance(choice, Prior)}
            params |= {name: _drawn(prior, n, rng) for name, prior in priors.items()}
        return throw_toys(self.model, params, true, n, rng, priors=self.profile)


def _true(nuisance: Nuisance, choice: TrueNuisances, n: int, rng: np.random.Generator) -> FloatArray:
    """True values (n,) or (1,) of a nuisance."""
    low, high = nuisance.bounds
    if choice == "prior" and nuisance.kind == "box":
        return rng.uniform(low, high, n)
    width = nuisance.width or 0.0
    steps = rng.standard_normal(n) if choice == "prior" else np.zeros(1)
    if isinstance(choice, Mapping):
        steps = np.full(1, choice.get(nuisance.name, 0.0))
    true: FloatArray = np.clip(width * steps, low, high)
    return true


def _drawn(prior: Prior, n: int, rng: np.random.Generator) -> FloatArray:
    drawn: FloatArray = np.clip(prior.mean + prior.width * rng.standard_normal(n), prior.lower, prior.upper)
    return drawn
