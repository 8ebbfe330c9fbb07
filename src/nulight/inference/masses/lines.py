"""Profile likelihoods of all masses of a table as functions of the strength of the signal, with slopes.

The slope costs nothing beside the value: nuisances are at their minimum, so that only the counts of
the signal itself change to first order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import coordinates
from nulight.inference.engine.blocks import contract
from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.engine.objective import Objective
from nulight.inference.expectation import morphs, parametric
from nulight.inference.masses.mass_grid import MassTable
from nulight.inference.model import CountModel, parts
from nulight.typing import FloatArray

__all__ = ["Lines", "Places", "Points", "between", "profile_curves"]

Places = NDArray[np.intp]

_CHUNK = 400_000  # numbers handled at once: points x rows of counts x bins


@dataclass(slots=True)
class Points:
    """Profile likelihood at strengths: value, slope (...), and the nuisances (..., n_nuisances)."""

    strength: FloatArray
    value: FloatArray
    slope: FloatArray
    z: FloatArray

    def __getitem__(self, where: Any) -> Points:
        return Points(self.strength[where], self.value[where], self.slope[where], self.z[where])

    def __setitem__(self, where: Any, other: Points) -> None:
        self.strength[where], self.value[where] = other.strength, other.value
        self.slope[where], self.z[where] = other.slope, other.z

    def copy(self) -> Points:
        """Return points that can be changed."""
        return self[np.arange(len(self.value))]


class Lines:
    """Profile likelihoods of all masses as functions of the strength, with their slopes."""

    def __init__(self, table: MassTable) -> None:
        self.table = table
        self.layout = coordinates(table.model, {}, {})
        bending = {name for part in parts(table.model) for name in _bending(part)}
        self.escape = np.array([name in bending for name in self.layout.nuisances], bool)
        self.n_numbers = sum(part.terms[-1][0].size for part in table.parts)

    def chunks(self, places: Places) -> list[Places]:
        """Split places of masses into pieces that fit into the cache."""
        return list(np.array_split(places, max(1, -(-len(places) * self.n_numbers // _CHUNK))))

    def at(self, strength: FloatArray, index: Places, start: FloatArray | None = None) -> Points:
        """Profile at strengths (n,) of masses `index`, from nuisances `start` (n, n_nuisances)."""
        n = len(strength)
        params = {"mass_index": index.astype(float), "strength": strength}
        objective = Objective(self.table.model, self.layout, params, n)
        begin = np.zeros((n, len(self.layout.nuisances))) if start is None else start
        found = minimise_in_box(objective, begin, self.layout.lower, self.layout.upper, escape=self.escape)
        slope = np.zeros(n)
        counts = objective.physics.counts(np.zeros((n, 0)), np.arange(n))
        for block, grid, rows in zip(objective.parts, self.table.parts, counts, strict=True):
            factor = block.factors.value(found.z)
            expected = sum(block.shape_counts(found.z), contract(factor, rows))
            r, _ = block.loss_slopes(expected, np.asarray(block.model.observed, float), np.ones(n, bool))
            slope += (contract(factor, grid.slope(index, strength)) * r).sum(axis=1)
        return Points(strength, found.value, slope, found.z)


def _bending(part: CountModel) -> set[str]:
    """Nuisances in which counts are not linear: the start may be a maximum."""
    squares = {n for morph in morphs(part) for n in morph.factors if morph.factors.count(n) > 1}
    return squares.union(*(counts.nuisances for counts in parametric(part)))


def profile_curves(table: MassTable, values: FloatArray) -> FloatArray:
    """Return -2 ln L with nuisances profiled, shape (n_masses, n_values), at couplings (n_values,)."""
    lines, n = Lines(table), len(table.masses)
    result = np.empty((n, len(values)))
    for chunk in lines.chunks(np.arange(n)):
        start: FloatArray | None = None
        for k in np.argsort(values):
            at = lines.at(table.strength(np.full(len(chunk), values[k]), chunk), chunk, start)
            result[chunk, k], start = at.value, at.z
    return result


def between(a: Points, b: Points, strength: FloatArray) -> FloatArray:
    """Nuisances at a strength on the straight line through those at two others: a start close to the minimum."""
    width = b.strength - a.strength
    share = np.where(width != 0, (strength - a.strength) / np.where(width != 0, width, 1.0), 0.0)
    line: FloatArray = a.z + share[:, None] * (b.z - a.z)
    return line
