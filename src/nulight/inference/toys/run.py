"""Throw the toys of an interval, in chunks, and collect their test statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nulight.inference.toys.belt import Belt
from nulight.inference.toys.problem import ToyProblem
from nulight.inference.toys.statistics import BestFits, LikelihoodRatio
from nulight.inference.toys.task import ToyTask
from nulight.inference.toys.values import Values
from nulight.runs import Arrays, Chunks, Executor, Store, execute
from nulight.runs.execute import Track
from nulight.typing import FloatArray

__all__ = ["CHUNK", "Throws", "ToyRun", "room"]

CHUNK = 500
"""Toys of a chunk: part of what defines the numbers."""

ROOM = 400
"""Hypotheses a run has place for in a store."""


def room(toys: Chunks, sections: int) -> Chunks:
    """Return the chunks reserved for so many runs that share a store, most of which stay empty.

    Parameters
    ----------
    toys : Chunks
        Of one hypothesis.
    sections : int
    """
    return Chunks(n_items=sections * ROOM * len(toys) * toys.size, size=toys.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throws:
    """Who throws how many toys.

    Attributes
    ----------
    toys : Chunks
        Of one hypothesis.
    seed : int
    store : Store
    executor, track : optional
    """

    toys: Chunks
    seed: int
    store: Store
    executor: Executor | None = None
    track: Track | None = None


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a store, so that several runs share it."""

    store: Store
    first: int

    def finished(self) -> frozenset[int]:
        return frozenset(chunk - self.first for chunk in self.store.finished() if chunk >= self.first)

    def write(self, chunk: int, arrays: Arrays) -> None:
        self.store.write(chunk + self.first, arrays)

    def read(self, chunk: int) -> dict[str, FloatArray]:
        return self.store.read(chunk + self.first)


@dataclass(slots=True, kw_only=True)
class ToyRun:
    """Toys of a problem at values that may become more.

    Attributes
    ----------
    problem : ToyProblem
    ratio : LikelihoodRatio
    throws : Throws
    section : int
        Which part of the store is its own.
    background : bool
        Whether toys without a signal are thrown.
    """

    problem: ToyProblem
    ratio: LikelihoodRatio
    throws: Throws
    section: int = 0
    background: bool = True
    numbers: tuple[int, ...] = ()
    value: FloatArray = field(default_factory=lambda: np.zeros(0))

    def throw(self, value: FloatArray, numbers: tuple[int, ...] | None = None) -> None:
        """Throw and fit toys at further values; `numbers` are those of their random numbers, otherwise the next."""
        if len(self.value) + len(value) >= ROOM:
            raise ValueError(
                f"{len(self.value) + len(value)} values to test; at most {ROOM - 1} have toys of their own"
            )
        first = max(self.numbers, default=0) + 1
        self.numbers += numbers or tuple(range(first, first + len(value)))
        self.value = np.append(self.value, value)
        at = np.append(self.problem.truth, self.value)
        task = ToyTask(
            ratio=self.ratio,
            hypotheses=tuple(self.problem.hypotheses(self.ratio, (0, *self.numbers), at)),
            toys=self.throws.toys,
            seed=self.throws.seed,
            order=self.problem.order,
            profile=self.problem.profile,
            background=self.background,
        )
        execute(task, len(task), self._store, executor=self.throws.executor, track=self.throws.track)

    def widen(self, low: float, high: float) -> None:
        """Look for best fits farther out, for values up to these that follow."""
        self.problem = self.problem.reaching(low, high)
        self.ratio = self.problem.ratio()

    def belt(self, values: Values) -> Belt:
        """Return the distributions of the statistic at the values toys were thrown at, given in rising order."""
        own, background = self._statistics()
        order = np.argsort(self.value)
        return Belt(
            kind=self.problem.kind,
            cl=self.problem.cl,
            values=values,
            own=own[order],
            background=None if background is None else background[order],
            domain=self.problem.domain,
        )

    def observed(self, value: FloatArray) -> FloatArray:
        """Return the statistic of the data at values (n,)."""
        best = self.ratio.best()
        return self.problem.statistic(self.ratio.two_sided(value, best), value, best)

    def unconverged(self) -> int:
        """Return how many toys have a fit that did not converge."""
        rows = [self._read(i) for i in range(1 + len(self.value))]
        own = sum(int(np.sum((row["best_failed"] + row["own_failed"]) > 0)) for row in rows[1:])
        if not self.background:
            return own
        failed = rows[0]["best_failed"] + sum(row["background_failed"] for row in rows[1:])
        return own + int(np.sum(failed > 0))

    @property
    def _store(self) -> _Section:
        return _Section(self.throws.store, self.section * ROOM * len(self.throws.toys))

    def _statistics(self) -> tuple[FloatArray, FloatArray | None]:
        """Statistics (n_values, n_toys) of toys thrown at the values, and of those without a signal."""
        rows = [self._read(i) for i in range(1 + len(self.value))]
        for row, value in zip(rows, [self.problem.truth, *self.value], strict=True):
            found, wanted = (row["value"][0], row["seed"][0]), (value, self.throws.seed)
            if not np.allclose(found, wanted, rtol=1e-9, atol=0.0):
                raise ValueError(
                    f"the store holds toys thrown at {found[0]:g} with seed {found[1]:.0f}, not at {value:g} with seed "
                    f"{self.throws.seed}: it belongs to another run"
                )
        own = np.stack([self._own(row, value) for row, value in zip(rows[1:], self.value, strict=True)])
        return own, self._background(rows) if self.background else None

    def _own(self, row: Mapping[str, FloatArray], value: float) -> FloatArray:
        # A value that fits better than the best fit found is the best fit.
        better = row["own_at"] < row["free"]
        best = _fits(np.where(better, value, row["best"]), np.minimum(row["free"], row["own_at"]))
        return self.problem.statistic(_difference(row["own_at"], best), np.asarray(value), best)

    def _background(self, rows: list[dict[str, FloatArray]]) -> FloatArray:
        at = np.stack([row["background_at"] for row in rows[1:]])
        lowest = np.argmin(at, axis=0)
        better = at.min(axis=0) < rows[0]["free"]
        best = _fits(np.where(better, self.value[lowest], rows[0]["best"]), np.minimum(rows[0]["free"], at.min(axis=0)))
        return self.problem.statistic(_difference(at, best), self.value[:, None], best)

    def _read(self, i: int) -> dict[str, FloatArray]:
        n = len(self.throws.toys)
        blocks = [self._store.read(i * n + k) for k in range(n)]
        return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _fits(value: FloatArray, twice_nll: FloatArray) -> BestFits:
    return BestFits(value=value, twice_nll=twice_nll, converged=np.ones(len(value), bool))


def _difference(at: FloatArray, best: BestFits) -> FloatArray:
    t: FloatArray = np.where(np.isfinite(at), at, np.inf) - best.twice_nll
    return np.nan_to_num(t, nan=np.inf, posinf=np.inf)
