"""How -2 ln L of an experiment changes with its coordinates, from how it changes with the counts of its bins.

Slopes of the counts are products times templates again. The curvature comes from pairs of templates,
each pair once, or from the slopes of every bin, whichever costs less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.products import ONE, Product, Products, Sums, derivative, multiply
from nulight.typing import FloatArray

__all__ = ["Rows", "TemplateSlopes", "merge"]

_PAIR, _SUM, _PASS, _CALL = 0.12, 1.5, 1.0, 300.0  # relative costs, about nanoseconds of one core
_MANY_PAIRS = 3000  # pairs of templates that take too long to multiply

Rows: TypeAlias = dict[Product, FloatArray]
"""Templates (n_bins,) by the product that multiplies them."""


class TemplateSlopes:
    """Gradient and curvature along the coordinates `free`, of which v changes by `rate` per unit."""

    def __init__(self, terms: Rows, free: Sequence[int], rate: FloatArray, n_bins: int) -> None:
        slopes = [_slope(terms, k, rate[k]) for k in free]
        self._touched = [i for i, rows in enumerate(slopes) if rows]
        self._everything = len(self._touched) == len(free)
        slopes, free = [slopes[i] for i in self._touched], [free[i] for i in self._touched]
        self.n_dim, self.n_bins = len(free), n_bins
        places = list(combinations_with_replacement(range(self.n_dim), 2))
        self.packed = np.zeros((self.n_dim, self.n_dim), np.intp)
        for where, (i, j) in enumerate(places):
            self.packed[i, j] = self.packed[j, i] = where
        bends = [_slope(slopes[i], free[j], rate[free[j]]) for i, j in places]
        self.linear = not any(bends)
        pairs = self._worthwhile([(slopes[i], slopes[j]) for i, j in places], slopes)
        columns, squares, products = _Pool(n_bins), _Pool(n_bins), _Index()
        entries = [_entries(slopes, products, columns), _entries(bends, products, columns)]
        entries.append(_entries(pairs or [], products, squares))
        trivial = products.get(ONE)
        self._first, self._second, self._third = (Sums(some, trivial) for some in entries)
        self._jacobian = None if pairs is not None else [_places(entries[0], i) for i in range(self.n_dim)]
        self._columns, self._squares = columns.rows(), squares.rows()
        self._squares *= 2.0
        self._sums, self._constant = (rows.sum(axis=1, keepdims=True) for rows in (2.0 * self._columns, self._squares))
        self._products = Products(list(products))

    def add(
        self,
        gradient: FloatArray,
        curvature: FloatArray,
        v: FloatArray,
        ratio: FloatArray,
        weight: FloatArray | None,
        exact: NDArray[np.bool_],
    ) -> None:
        """Add gradient and curvature of points with ratio and weight (n_points, n_bins) of `poisson_slopes`.

        Without a weight that of a Gaussian, one, is meant, and `ratio` is data minus counts.
        """
        products = self._products(v)
        pulls = self._pulls(ratio, weight is not None)
        self._add_first(gradient, products, pulls)
        packed = np.zeros((self.n_dim * (self.n_dim + 1) // 2, v.shape[1]))
        if len(self._second):
            self._second.add(packed, products, pulls)
            packed *= exact
        if self._jacobian is None:
            self._third.add(packed, products, self._constant if weight is None else self._squares @ weight.T)
        across = packed[self.packed]
        if self._jacobian is not None:
            across += self._squared_slopes(self._jacobian, products, weight)
        if self._everything:
            curvature += across
        else:
            curvature[np.ix_(self._touched, self._touched)] += across

    def add_gradient(self, gradient: FloatArray, v: FloatArray, ratio: FloatArray, *, poisson: bool) -> None:
        """Add the gradient alone; see `add`."""
        self._add_first(gradient, self._products(v), self._pulls(ratio, poisson))

    def _pulls(self, ratio: FloatArray, poisson: bool) -> FloatArray:
        """Templates times the first derivative of the loss, 2 (1 - ratio) or, for a Gaussian, -2 ratio."""
        pulls: FloatArray = self._columns @ ratio.T
        pulls *= -2.0
        if poisson:
            pulls += self._sums
        return pulls

    def _add_first(self, gradient: FloatArray, products: FloatArray, pulls: FloatArray) -> None:
        along = np.zeros((self.n_dim, products.shape[1]))
        self._first.add(along, products, pulls)
        gradient[self._touched] += along

    def _squared_slopes(
        self, places: list[tuple[NDArray[np.intp], NDArray[np.intp]]], products: FloatArray, weight: FloatArray | None
    ) -> FloatArray:
        """Sum over bins of 2 x slope x slope x weight, (n_dim, n_dim, n_points)."""
        jacobian = np.empty((products.shape[1], self.n_dim, self.n_bins))
        for i, (product, column) in enumerate(places):
            jacobian[:, i] = products[product].T @ self._columns[column]
        weighted = 2.0 * jacobian if weight is None else jacobian * (2.0 * weight[:, None])
        squared: FloatArray = np.matmul(weighted, jacobian.transpose(0, 2, 1)).transpose(1, 2, 0)
        return squared

    def _worthwhile(self, pairs: list[tuple[Rows, Rows]], slopes: list[Rows]) -> list[Rows] | None:
        """Pairs of templates, or None if the slopes of every bin cost less."""
        if sum(len(first) * len(second) for first, second in pairs) > _MANY_PAIRS:
            return None
        found = [_pairs(first, second) for first, second in pairs]
        by_pairs = sum(map(len, found)) * (self.n_bins * _PAIR + _SUM)
        by_slopes = sum(map(len, slopes)) * self.n_bins * _PAIR
        by_slopes += self.n_dim * self.n_bins * (2 * _PASS + self.n_dim * _PAIR) + _CALL
        return found if by_pairs <= by_slopes else None


def _places(entries: list[tuple[int, int, int]], output: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Products and columns of one output."""
    table = np.array([entry for entry in entries if entry[0] == output], np.intp)
    return table[:, 1], table[:, 2]


def merge(terms: Iterable[tuple[Product, FloatArray]]) -> Rows:
    """Sum the templates of equal products; those that vanish are left out."""
    merged: dict[Product, FloatArray] = defaultdict(lambda: np.zeros(1))
    for product, row in terms:
        merged[product] = merged[product] + row
    return {product: row for product, row in merged.items() if np.any(row != 0)}


def _slope(terms: Mapping[Product, FloatArray], k: int, rate: float) -> Rows:
    def each() -> Iterable[tuple[Product, FloatArray]]:
        for product, row in terms.items():
            factor, rest = derivative(product, k)
            if factor:
                yield rest, factor * rate * row

    return merge(each())


def _pairs(first: Rows, second: Rows) -> Rows:
    return merge((multiply(p, q), row * other) for p, row in first.items() for q, other in second.items())


class _Index(dict[Product, int]):
    """Products in order of first appearance."""

    def place(self, product: Product) -> int:
        return self.setdefault(product, len(self))


class _Pool:
    """Rows of bins, each kept once."""

    def __init__(self, n_bins: int) -> None:
        self._n_bins = n_bins
        self._rows: dict[bytes, tuple[int, FloatArray]] = {}

    def place(self, row: FloatArray) -> int:
        return self._rows.setdefault(row.tobytes(), (len(self._rows), row))[0]

    def rows(self) -> FloatArray:
        return np.array([row for _, row in self._rows.values()]).reshape(len(self._rows), self._n_bins)


def _entries(outputs: list[Rows], products: _Index, columns: _Pool) -> list[tuple[int, int, int]]:
    return [
        (i, products.place(product), columns.place(row))
        for i, rows in enumerate(outputs)
        for product, row in rows.items()
    ]
