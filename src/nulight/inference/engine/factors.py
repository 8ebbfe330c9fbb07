"""Products of nuisances that multiply rows of counts, with their derivatives.

A group of rows has the factor prod(1 + u_i) prod(u_j); a name may stand twice. Factors of all
groups are multiplied at once, from a table of their columns in [u, 1 + u, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.typing import FloatArray

__all__ = ["Factors", "Group"]

Group = tuple[tuple[int, ...], tuple[int, ...]]
"""Indices of the nuisances that enter as (1 + u), and of those that enter as u."""


class Factors:
    """Factors of `groups` as functions of n_u nuisances u, shape (n_points, n_u)."""

    def __init__(self, groups: Sequence[Group], n_u: int) -> None:
        self.n_u, self.n_groups = n_u, len(groups)
        n_places = max((len(scaled) + len(plain) for scaled, plain in groups), default=0)
        self._column = np.full((n_places, len(groups)), 2 * n_u)
        index = np.full((n_places, len(groups)), -1)
        for g, (scaled, plain) in enumerate(groups):
            n = len(scaled) + len(plain)
            self._column[:n, g] = [*(n_u + i for i in scaled), *plain]
            index[:n, g] = [*scaled, *plain]
        self._singles = [(p, np.flatnonzero(index[p] >= 0), index[p]) for p in range(n_places)]
        self._pairs = [(p, q, self._corners(index, p, q)) for q in range(n_places) for p in range(q)]

    def _corners(self, index: np.ndarray, p: int, q: int) -> FloatArray:
        """Where the second derivative of places p and q goes, shape (n_groups, n_u * n_u)."""
        where = np.zeros((self.n_groups, self.n_u * self.n_u))
        g = np.flatnonzero(index[q] >= 0)
        where[g, index[p, g] * self.n_u + index[q, g]] = 1.0
        return where

    def _terms(self, u: FloatArray) -> FloatArray:
        table = np.hstack([u, 1 + u, np.ones((len(u), 1))])
        terms: FloatArray = table[:, self._column]
        return terms

    def value(self, u: FloatArray) -> FloatArray:
        """Return the factors, shape (n_points, n_groups)."""
        value: FloatArray = np.prod(self._terms(u), axis=1)
        return value

    def slope(self, u: FloatArray) -> FloatArray:
        """Return the first derivatives, shape (n_points, n_u, n_groups)."""
        terms, slope = self._terms(u), np.zeros((len(u), self.n_u, self.n_groups))
        for p, groups, index in self._singles:
            slope[:, index[groups], groups] += np.prod(np.delete(terms[:, :, groups], p, axis=1), axis=1)
        return slope

    def bend(self, u: FloatArray, pull: FloatArray) -> FloatArray:
        """Return the second derivatives summed over groups with weights `pull` (n_points, n_groups).

        Returns
        -------
        array, shape (n_points, n_u, n_u)
        """
        terms, flat = self._terms(u), np.zeros((len(u), self.n_u * self.n_u))
        for p, q, where in self._pairs:
            flat += (pull * np.prod(np.delete(terms, (p, q), axis=1), axis=1)) @ where
        half = flat.reshape(len(u), self.n_u, self.n_u)
        bend: FloatArray = half + half.transpose(0, 2, 1)  # u_i u_j and, where both are the same, u^2 alike
        return bend
