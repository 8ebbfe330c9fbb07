"""Pseudo-experiments of an interval, in pieces that can be done anywhere.

Hypothesis 0 is the true value behind the expected bands and behind CLs, usually no signal; the others are
tested values. A piece of a tested value throws toys there, fits them, and fits the toys of hypothesis 0 at
this value as well: they are thrown again, which is quick, so that values can be added later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nulight.inference.coordinates import Profile
from nulight.inference.toys.coupled import throw_coupled
from nulight.inference.toys.data import Toys
from nulight.inference.toys.statistics import LikelihoodRatio
from nulight.runs import Chunks, stream
from nulight.typing import FloatArray

__all__ = ["Hypothesis", "ToyTask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What toys are thrown at.

    Attributes
    ----------
    number : int
        Of its random numbers.
    params, nuisances : mapping of str to float
        True values, those that are profiled at their best for the data.
    """

    number: int
    params: Mapping[str, float]
    nuisances: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyTask:
    """Task: -2 ln L of toys, at the true value and at the best fit.

    Attributes
    ----------
    ratio : LikelihoodRatio
        Of the parameter of interest; holds the model.
    hypotheses : tuple of Hypothesis
        The first is the one every value is compared with, the others are tested.
    toys : Chunks
        Of the toys of one hypothesis.
    seed : int
    order : tuple of str
        Names of what is uncertain, each with random numbers of its own.
    profile : mapping of str to (lower, upper) or Prior
    background : bool
        Whether toys of the first hypothesis are wanted.
    """

    ratio: LikelihoodRatio
    hypotheses: tuple[Hypothesis, ...]
    toys: Chunks
    seed: int
    order: tuple[str, ...]
    profile: Profile
    background: bool = True

    def __len__(self) -> int:
        return len(self.hypotheses) * len(self.toys)

    def __call__(self, chunk: int) -> dict[str, FloatArray]:
        """Return arrays (n_toys of the piece,)."""
        i, block = divmod(chunk, len(self.toys))
        value = self.hypotheses[i].params[self.ratio.parameter]
        result = {"value": np.array([value]), "seed": np.array([float(self.seed)])}
        if i == 0:
            return result | (self._best(self._throw(0, block)) if self.background else {})
        toys = self._throw(i, block)
        result |= self._best(toys) | self._at(value, toys, "own")
        return result | (self._at(value, self._throw(0, block), "background") if self.background else {})

    def _best(self, toys: Toys) -> dict[str, FloatArray]:
        best = self.ratio.best(toys)
        return {"best": best.value, "free": best.twice_nll, "best_failed": (~best.converged).astype(float)}

    def _at(self, value: float, toys: Toys, name: str) -> dict[str, FloatArray]:
        found = self.ratio.at_value.minimise({self.ratio.parameter: value}, toys=toys)
        return {f"{name}_at": found.twice_nll, f"{name}_failed": (~found.converged).astype(float)}

    def _throw(self, i: int, block: int) -> Toys:
        places, hypothesis = self.toys.places(block), self.hypotheses[i]

        def generators(k: int) -> np.random.Generator:
            return stream(self.seed, hypothesis.number, block, k)

        return throw_coupled(
            self.ratio.anywhere.model,
            hypothesis.params,
            hypothesis.nuisances,
            places.stop - places.start,
            generators,
            order=self.order,
            priors=self.profile,
            held=frozenset(self.ratio.anywhere.hold),
        )
