"""What each nuisance does to an interval from toys: held at its best fit, in the data and in the toys.

The toys are those of the full interval with the same random numbers, so that the Monte Carlo errors of the
two intervals largely cancel in their difference. What is left is found by leaving out a twentieth of the toys
at a time (jackknife).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.toys.belt import Belt
from nulight.inference.toys.reading import read_interval
from nulight.inference.toys.run import ToyRun
from nulight.inference.toys.values import Values
from nulight.results.toy_limits import ToyImpact, ToyInterval
from nulight.typing import FloatArray

__all__ = ["Held", "toy_impacts"]

_PARTS = 20  # of the toys, left out one at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The interval with everything free, and what is needed to hold some of it.

    Attributes
    ----------
    run : ToyRun
    values : Values
    belt : Belt
    statistic : array, shape (n_values,)
        Of the data.
    near : array of int
        Which of the values matter for the interval.
    best : mapping of str to float
        Best fit of everything uncertain and of the parameter of interest.
    """

    run: ToyRun
    values: Values
    belt: Belt
    statistic: FloatArray
    near: NDArray[np.intp]
    best: Mapping[str, float]

    def interval(self, names: tuple[str, ...], section: int) -> tuple[ToyInterval, float | None, float | None]:
        """Return the interval with some held, the change of its size and the Monte Carlo error of that.

        Parameters
        ----------
        names : tuple of str
        section : int
            Part of the store for these toys.
        """
        problem = self.run.problem.holding(self.best, names)
        run = ToyRun(
            problem=problem,
            ratio=problem.ratio(),
            throws=self.run.throws,
            section=section,
            background=problem.kind == "cls",
        )
        values, numbers = self.values.take(self.near), np.array(self.run.numbers)[np.argsort(self.run.value)]
        run.throw(values.value, tuple(numbers[self.near].tolist()))
        belt, statistic = run.belt(values), run.observed(values.value)
        best, before = float(run.ratio.best().value[0]), self.best[problem.parameter]

        def change(full: Belt, held: Belt) -> float | None:
            first = _size(read_interval(full, self.statistic, before))
            last = _size(read_interval(held, statistic, best))
            return None if first is None or last is None or first == 0 else last / first - 1

        return read_interval(belt, statistic, best), change(self.belt, belt), _jackknife(change, self.belt, belt)


def _jackknife(change: Callable[[Belt, Belt], float | None], full: Belt, held: Belt) -> float | None:
    n = full.own.shape[1]
    parts = np.arange(n) % min(_PARTS, n)
    without = [change(full.some(kept), held.some(kept)) for k in range(parts.max() + 1) for kept in [_not(parts, k)]]
    known = np.array([found for found in without if found is not None])
    return float(np.sqrt((len(known) - 1) * np.var(known))) if len(known) == len(without) else None


def _not(parts: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    return np.flatnonzero(parts != k)


def toy_impacts(held: Held, names: Sequence[str]) -> tuple[ToyImpact, ...]:
    """Return the impacts of some nuisances and profiled parameters, the largest first."""
    found = []
    for i, name in enumerate(names):
        interval, change, error = held.interval((name,), 2 + i)
        found.append(
            ToyImpact(name=name, best_fit=held.best[name], interval=interval, change=change, change_error=error)
        )
    return tuple(sorted(found, key=lambda impact: -abs(impact.change or 0.0)))


def _size(interval: ToyInterval) -> float | None:
    """Length of the interval, summed over regions; from the best fit for an upper limit."""
    if interval.lower is None:
        return None if interval.upper is None else interval.upper - interval.best_fit
    lengths = [None if a is None or b is None else b - a for a, b in interval.regions]
    return None if None in lengths else sum(length for length in lengths if length is not None)
