"""One experiment inside a fit: its counts, their dependence on the nuisances, its loss.

Rows of counts (components and changes of their shape) that share all their nuisances are summed
once; the counts are then linear in products of nuisances, whose derivatives are products again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.factors import Factors
from nulight.inference.expectation import parametric, parametric_counts, row_counts, rows
from nulight.inference.likelihood import bin_errors, gaussian_twice_nll, poisson_twice_nll
from nulight.inference.model import CountModel
from nulight.typing import FloatArray

__all__ = ["EMPTY", "FLOOR", "Block", "Derivatives", "Shape", "contract"]

FLOOR = 1e-6  # below this fraction of the observed count the logarithm continues as a parabola
EMPTY = 1e-3  # expectation below which an empty bin no longer steers the step


@dataclass(slots=True)
class Derivatives:
    """Counts (n, n_groups, n_bins) of one experiment with first and second derivatives in physics parameters."""

    counts: FloatArray
    first: list[FloatArray] = field(default_factory=list)
    second: dict[tuple[int, int], FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """Parametric counts at some points: counts, first and second derivatives in the nuisances `columns`."""

    columns: NDArray[np.intp]
    counts: FloatArray
    first: FloatArray
    second: FloatArray


class Block:
    """One experiment with the rows that share their nuisances summed."""

    def __init__(self, model: CountModel, nuisances: tuple[str, ...]) -> None:
        self.model = model
        where = {name: i for i, name in enumerate(nuisances)}
        members = [
            (tuple(where[n] for n in scaled), tuple(sorted(where[n] for n in plain))) for scaled, plain in rows(model)
        ]
        self.groups = list(dict.fromkeys(members))
        self.sums = np.array([[float(m == group) for m in members] for group in self.groups])
        self.factors = Factors(self.groups, len(nuisances))
        self.parametric = [
            (np.array([where[n] for n in counts.nuisances], np.intp), counts) for counts in parametric(model)
        ]
        self.poisson = model.statistic == "poisson"
        self.sigma = np.ones(len(model.observed)) if self.poisson else bin_errors(model)

    def counts(self, params: Mapping[str, FloatArray], n_points: int) -> FloatArray:
        """Counts (n_points, n_groups, n_bins)."""
        counts = row_counts(self.model, params)
        if len(self.groups) != counts.shape[1]:
            counts = np.matmul(self.sums, counts)
        return np.broadcast_to(counts, (n_points, *counts.shape[1:]))

    def shapes(self, u: FloatArray) -> list[Shape]:
        """Parametric counts at nuisances u (n_points, n_nuis)."""
        return [Shape(columns, *counts.evaluate(u[:, columns])) for columns, counts in self.parametric]

    def shape_counts(self, u: FloatArray) -> list[FloatArray]:
        """Parametric counts (n_points, n_bins) at nuisances u, without derivatives."""
        return [parametric_counts(counts, u[:, columns]) for columns, counts in self.parametric]

    def loss(self, expected: FloatArray, n: FloatArray) -> FloatArray:
        """-2 ln L of data n, (1 or n_points, n_bins), summed over bins; infinite where the data are impossible."""
        bins = poisson_twice_nll(n, expected) if self.poisson else gaussian_twice_nll(n, expected, self.sigma)
        total: FloatArray = bins.sum(axis=-1)
        return total

    def finite_loss(self, expected: FloatArray, n: FloatArray) -> FloatArray:
        """-2 ln L whose logarithm continues as a parabola, so that a minimiser finds back from anywhere."""
        if not self.poisson:
            return self.loss(expected, n)
        floor = FLOOR * n
        total = self.loss(np.maximum(expected, floor), n)
        below = np.where(n > 0, np.minimum(expected - floor, 0.0), 0.0)
        if below.any():
            curve = 1 / (FLOOR**2 * np.where(n > 0, n, 1.0))
            total = total + (below * (2 - 2 / FLOOR) + below**2 * curve).sum(-1)
        return total

    def loss_slopes(
        self, expected: FloatArray, n: FloatArray, exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """First and second derivative in the expected counts, (n_points, n_bins) each."""
        if not self.poisson:
            weight = 2 / self.sigma**2
            return weight * (expected - n), np.broadcast_to(weight, expected.shape)
        seen = n > 0
        mu = np.maximum(expected, np.where(seen, FLOOR * n, EMPTY))
        curve = 2 * n / mu / mu
        first = np.where(seen, 2 * (1 - n / mu) + curve * np.minimum(expected - mu, 0.0), 2.0 * (expected > 0))
        # Far from the minimum the Fisher weight 2/mu keeps the step of a bin that expects too much in bounds.
        return first, np.where(exact[:, None], curve, np.maximum(curve, 2 / np.maximum(mu, EMPTY)))


def contract(factor: FloatArray, counts: FloatArray) -> FloatArray:
    """Sum over groups: (n_points, n_groups) with (n_points, n_groups, n_bins) -> (n_points, n_bins)."""
    total: FloatArray = np.matmul(factor[:, None, :], counts)[:, 0]
    return total
