"""One experiment whose counts are products of nuisances and couplings times shared templates.

Its -2 ln L, slope and curvature for many points at once: bins appear in matrix products with the
templates only. The curvature comes from pairs of templates, each pair once, or from the slopes of
every bin, whichever costs less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.products import ONE, Product, Products, Sums, derivative, multiply
from nulight.inference.surface_loss import gaussian_value, poisson_exact, poisson_slopes, poisson_value, poisson_values
from nulight.typing import FloatArray

__all__ = ["Sheet", "Slopes", "Term"]

_BLOCK = 120_000  # points x bins whose work stays in the cache
_PAIR, _SUM, _PASS, _CALL = 0.12, 1.5, 1.0, 300.0  # relative costs, about nanoseconds of one core
_MANY_PAIRS = 3000  # pairs of templates that take too long to multiply

_Rows: TypeAlias = dict[Product, FloatArray]
_Loss: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Term:
    """A template (n_bins,) and the product that multiplies it."""

    product: Product
    template: FloatArray


@dataclass(slots=True)
class Slopes:
    """Gradient (n_dim, n_points), curvature (n_dim, n_dim, n_points), points with bins below the logarithm."""

    gradient: FloatArray
    curvature: FloatArray
    outside: NDArray[np.bool_]


class Sheet:
    """-2 ln L of one experiment as a function of coordinates v (n_coordinates, n_points).

    Derivatives are taken along the coordinates `free`; `rate` (n_coordinates,) is what v changes by per
    unit of the coordinate that is fitted. `sigma` are the errors of a Gaussian experiment.
    """

    def __init__(
        self, terms: Iterable[Term], free: Sequence[int], rate: FloatArray, n_bins: int, sigma: FloatArray | None
    ) -> None:
        self.poisson = sigma is None
        merged = _merge((term.product, term.template) for term in terms)
        self.rotation = None if sigma is None else _Rotation.of(merged, sigma)
        if self.rotation is not None:
            merged = {p: self.rotation.turn(row) for p, row in merged.items()}
            n_bins = self.rotation.n_bins
        self.n_bins = n_bins
        self.templates = np.array(list(merged.values())).reshape(len(merged), n_bins)
        self._products = Products(list(merged))
        self._derivatives = _Derivatives(merged, free, rate, n_bins)
        self.linear = self._derivatives.linear

    def data(self, counts: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        """Return data (n_sets, n_bins) as the losses want them, and chi2 that no parameter can change."""
        return (counts, None) if self.rotation is None else self.rotation.data(counts)

    def value(self, v: FloatArray, data: FloatArray, rows: NDArray[np.intp] | None) -> FloatArray:
        """Return -2 ln L (n_points,), continued where impossible; point p has the data of row rows[p]."""
        return self._each(poisson_value if self.poisson else gaussian_value, v, data, rows)

    def exact_value(self, v: FloatArray, data: FloatArray, rows: NDArray[np.intp] | None) -> FloatArray:
        """Return -2 ln L (n_points,), infinite where the data are impossible."""
        if self.poisson and len(data) == 1:
            values: FloatArray = poisson_values(self._products(v).T, self.templates, data[0])
            return values
        return self._each(poisson_exact if self.poisson else gaussian_value, v, data, rows)

    def add_slopes(
        self, to: Slopes, v: FloatArray, data: FloatArray, rows: NDArray[np.intp] | None, exact: NDArray[np.bool_]
    ) -> None:
        """Add gradient and curvature at v; the curvature is a majorant where not `exact`."""
        step = max(1, _BLOCK // max(1, self.n_bins))
        for i in range(0, v.shape[1], step):
            here = slice(i, i + step)
            block = v[:, here]
            mu, n = self._products(block).T @ self.templates, _own(data, rows, here)
            if self.poisson:
                ratio, weight, outside = poisson_slopes(mu, n, exact[here])
                if outside is not None:
                    to.outside[here] |= outside
            else:
                ratio, weight = n - mu, None
            self._derivatives.add(to.gradient[:, here], to.curvature[:, :, here], block, ratio, weight, exact[here])

    def kinked(self, v: FloatArray, data: FloatArray, rows: NDArray[np.intp] | None) -> NDArray[np.bool_]:
        """Return whether less than nothing is expected where nothing was seen, (n_points,)."""
        return self._each(lambda mu, n: np.any((mu < 0) & (n == 0), axis=1).astype(float), v, data, rows) > 0

    def _each(self, loss: _Loss, v: FloatArray, data: FloatArray, rows: NDArray[np.intp] | None) -> FloatArray:
        step = max(1, _BLOCK // max(1, self.n_bins))
        value = np.empty(v.shape[1])
        for i in range(0, v.shape[1], step):
            here = slice(i, i + step)
            value[here] = loss(self._products(v[:, here]).T @ self.templates, _own(data, rows, here))
        return value


def _own(data: FloatArray, rows: NDArray[np.intp] | None, here: slice) -> FloatArray:
    """Data of the points asked for; without rows they are in order, and one set serves all."""
    if len(data) == 1:
        return data
    return data[here] if rows is None else data[rows[here]]


class _Derivatives:
    """How -2 ln L changes with the free coordinates, from its slopes in the expected counts."""

    def __init__(self, terms: _Rows, free: Sequence[int], rate: FloatArray, n_bins: int) -> None:
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
        pulls = self._columns @ ratio.T
        pulls *= -2.0
        if weight is not None:
            pulls += self._sums
        along = np.zeros((self.n_dim, v.shape[1]))
        self._first.add(along, products, pulls)
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
            gradient += along
            curvature += across
        else:
            gradient[self._touched] += along
            curvature[np.ix_(self._touched, self._touched)] += across

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

    def _worthwhile(self, pairs: list[tuple[_Rows, _Rows]], slopes: list[_Rows]) -> list[_Rows] | None:
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


def _merge(terms: Iterable[tuple[Product, FloatArray]]) -> _Rows:
    """Sum the templates of equal products; those that vanish are left out."""
    merged: dict[Product, FloatArray] = defaultdict(lambda: np.zeros(1))
    for product, row in terms:
        merged[product] = merged[product] + row
    return {product: row for product, row in merged.items() if np.any(row != 0)}


def _slope(terms: Mapping[Product, FloatArray], k: int, rate: float) -> _Rows:
    def each() -> Iterable[tuple[Product, FloatArray]]:
        for product, row in terms.items():
            factor, rest = derivative(product, k)
            if factor:
                yield rest, factor * rate * row

    return _merge(each())


def _pairs(first: _Rows, second: _Rows) -> _Rows:
    return _merge((multiply(p, q), row * other) for p, row in first.items() for q, other in second.items())


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


def _entries(outputs: list[_Rows], products: _Index, columns: _Pool) -> list[tuple[int, int, int]]:
    return [
        (i, products.place(product), columns.place(row))
        for i, rows in enumerate(outputs)
        for product, row in rows.items()
    ]


@dataclass(frozen=True, slots=True)
class _Rotation:
    """Bins of a Gaussian experiment in units of their errors, turned so that only few see the templates."""

    basis: FloatArray  # (n_new, n_bins), orthonormal
    sigma: FloatArray

    @classmethod
    def of(cls, rows: _Rows, sigma: FloatArray) -> _Rotation:
        scaled = np.array([row / sigma for row in rows.values()]).reshape(len(rows), len(sigma))
        if len(rows) >= len(sigma):
            return cls(np.eye(len(sigma)), sigma)
        size = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
        _, weight, basis = np.linalg.svd(scaled / np.where(size > 0, size, 1.0), full_matrices=False)
        return cls(basis[weight > 1e-13 * weight.max(initial=0.0)], sigma)

    @property
    def n_bins(self) -> int:
        return len(self.basis)

    def turn(self, row: FloatArray) -> FloatArray:
        turned: FloatArray = self.basis @ (row / self.sigma)
        return turned

    def data(self, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
        scaled = counts / self.sigma
        turned = scaled @ self.basis.T
        rest = scaled - turned @ self.basis
        return turned, np.einsum("pb,pb->p", rest, rest)
