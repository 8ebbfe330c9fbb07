"""One experiment inside a fit: its counts, their dependence on the nuisances, its loss.

Components that share all their nuisances are summed once; the counts are then linear in products
of (1 + u), whose derivatives are products again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nulight.inference.likelihood import gaussian_twice_nll, poisson_twice_nll
from nulight.inference.model import CountModel
from nulight.typing import FloatArray

__all__ = ["Block", "contract", "product_without"]

_FLOOR = 1e-6  # below this fraction of the observed count the logarithm continues as a parabola
_EMPTY = 1e-3  # expectation below which an empty bin no longer steers the step


class Block:
    """One experiment with the components that share their nuisances summed."""

    def __init__(self, model: CountModel, nuisances: tuple[str, ...]) -> None:
        self.model = model
        where = {name: i for i, name in enumerate(nuisances)}
        members = [tuple(where[n] for n in model.scales.get(c, ())) for c in model.components]
        self.groups = list(dict.fromkeys(members))
        self.sums = np.array([[float(m == group) for m in members] for group in self.groups])
        self.n = np.asarray(model.observed, float)
        self.poisson = model.statistic == "poisson"
        if not self.poisson and model.sigma is None:
            raise ValueError(f"{model.name}: the Gaussian statistic needs the error of every bin (sigma)")
        self.sigma = np.ones_like(self.n) if model.sigma is None else np.asarray(model.sigma, float)
        self.floor = np.where(self.n > 0, _FLOOR * self.n, 0.0)

    def counts(self, params: Mapping[str, FloatArray], n_points: int) -> FloatArray:
        """Counts (n_points, n_groups, n_bins)."""
        counts = np.asarray(self.model.expected(params), float)
        if len(self.groups) != counts.shape[1]:
            counts = np.matmul(self.sums, counts)
        return np.broadcast_to(counts, (n_points, *counts.shape[1:]))

    def factors(self, u: FloatArray) -> tuple[FloatArray, FloatArray]:
        """prod(1 + u) of each group (n_points, n_groups), and its derivatives (n_points, n_nuis, n_groups)."""
        grown = 1 + u
        value = np.ones((len(u), len(self.groups)))
        slope = np.zeros((len(u), u.shape[1], len(self.groups)))
        for g, members in enumerate(self.groups):
            for m in members:
                value[:, g] *= grown[:, m]
                slope[:, m, g] = product_without(u, members, m) if len(members) > 1 else 1.0
        return value, slope

    def loss(self, expected: FloatArray) -> FloatArray:
        """-2 ln L summed over bins, infinite where the data are impossible."""
        bins = poisson_twice_nll(self.n, expected) if self.poisson else gaussian_twice_nll(self.n, expected, self.sigma)
        total: FloatArray = bins.sum(axis=-1)
        return total

    def finite_loss(self, expected: FloatArray) -> FloatArray:
        """-2 ln L whose logarithm continues as a parabola, so that a minimiser finds back from anywhere."""
        if not self.poisson:
            return self.loss(expected)
        total = self.loss(np.maximum(expected, self.floor))
        below = np.where(self.n > 0, np.minimum(expected - self.floor, 0.0), 0.0)
        if below.any():
            curve = 1 / (_FLOOR**2 * np.where(self.n > 0, self.n, 1.0))
            total = total + (below * (2 - 2 / _FLOOR) + below**2 * curve).sum(-1)
        return total

    def loss_slopes(self, expected: FloatArray, exact: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
        """First and second derivative in the expected counts, (n_points, n_bins) each."""
        if not self.poisson:
            weight = 2 / self.sigma**2
            return weight * (expected - self.n), np.broadcast_to(weight, expected.shape)
        seen = self.n > 0
        mu = np.maximum(expected, np.where(seen, self.floor, _EMPTY))
        curve = 2 * self.n / mu / mu
        first = np.where(seen, 2 * (1 - self.n / mu) + curve * np.minimum(expected - mu, 0.0), 2.0 * (expected > 0))
        # Far from the minimum the Fisher weight 2/mu keeps the step of a bin that expects too much in bounds.
        return first, np.where(exact[:, None], curve, np.maximum(curve, 2 / np.maximum(mu, _EMPTY)))


def contract(factor: FloatArray, counts: FloatArray) -> FloatArray:
    """Sum over groups: (n_points, n_groups) with (n_points, n_groups, n_bins) -> (n_points, n_bins)."""
    total: FloatArray = np.matmul(factor[:, None, :], counts)[:, 0]
    return total


def product_without(u: FloatArray, members: tuple[int, ...], *without: int) -> FloatArray:
    """Product of (1 + u) over the members that are not in `without`, shape (n_points,)."""
    value: FloatArray = np.prod(1 + u[:, [m for m in members if m not in without]], axis=1)
    return value
