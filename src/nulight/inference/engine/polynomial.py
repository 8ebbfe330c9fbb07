"""Counts as polynomials of the profiled physics parameters.

Counts are polynomials of low degree in the couplings, whatever the range: taken once at a few
Chebyshev nodes, compared in between and, if the range is open, far outside, they are from then on
exact sums of powers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.blocks import Derivatives
from nulight.typing import FloatArray

__all__ = ["MANY_NODES", "Ask", "Polynomial", "Table", "fit_polynomial", "monomials", "nodes_of"]

_DEGREE = 4  # twice the degree of a single coupling: room for products such as s2w (1 + k r2) squared
MANY_NODES = 150  # nodes above which stencils at every step are cheaper
_REACH = 10.0  # where the nodes of an open range end, in units of the coordinate
_EXACT = 1e-11  # largest error between the nodes, relative to the largest count, that passes as rounding
_TESTS = (-0.83, 0.37)  # where between the nodes the polynomial is compared
_FAR = (-30.0, 50.0)  # and where beyond them, for open ranges
_FAR_EXACT = 1e-8  # rounding of the coefficients grows with the distance


class Ask(Protocol):
    """Counts of every experiment, (n, n_groups, n_bins), at physics coordinates x (n, n_par) of model points."""

    @property
    def n_points(self) -> int: ...
    def __call__(self, x: FloatArray, point: NDArray[np.intp]) -> list[FloatArray]: ...


@dataclass(slots=True)
class Polynomial:
    """Sums of powers of t = (x - middle) / half, coefficients (n_points, n_powers, n_groups, n_bins)."""

    coefficients: list[FloatArray]
    powers: NDArray[np.intp]
    middle: FloatArray
    half: FloatArray
    n_starts: int

    def counts(self, x: FloatArray, index: NDArray[np.intp]) -> list[FloatArray]:
        """Return the counts at coordinates x (n_index, n_par)."""
        return [sums[:, 0] for sums in self._sums([self._basis(x, ())], index)]

    def derivatives(self, x: FloatArray, index: NDArray[np.intp]) -> list[Derivatives]:
        """Return the counts with their exact first and second derivatives."""
        n_par = x.shape[1]
        pairs = [(k, m) for k in range(n_par) for m in range(k, n_par)]
        wanted: list[tuple[int, ...]] = [(), *((k,) for k in range(n_par)), *pairs]
        result = []
        for sums in self._sums([self._basis(x, along) for along in wanted], index):
            first = [sums[:, 1 + k] for k in range(n_par)]
            second = {pair: sums[:, 1 + n_par + i] for i, pair in enumerate(pairs)}
            result.append(Derivatives(sums[:, 0], first, second))
        return result

    def _basis(self, x: FloatArray, along: tuple[int, ...]) -> FloatArray:
        """Powers of t (n, n_powers), differentiated once for each coordinate in `along`."""
        t = (x - self.middle) / self.half
        value = np.ones((len(t), len(self.powers)))
        for k in range(t.shape[1]):
            power, factor = self.powers[:, k].copy(), np.ones(len(self.powers))
            for _ in range(along.count(k)):
                factor, power = factor * power / self.half[k], np.maximum(power - 1, 0)
            value *= factor * t[:, k, None] ** power
        return value

    def _sums(self, bases: list[FloatArray], index: NDArray[np.intp]) -> list[FloatArray]:
        """Every basis times the coefficients of its point, (n, n_bases, n_groups, n_bins) per experiment."""
        point, basis = index // self.n_starts, np.stack(bases, axis=1)
        return [_combine(basis, coefficients[point]) for coefficients in self.coefficients]


def _combine(basis: FloatArray, coefficients: FloatArray) -> FloatArray:
    flat = coefficients.reshape(*coefficients.shape[:2], -1)
    total: FloatArray = np.matmul(basis, flat).reshape(*basis.shape[:2], *coefficients.shape[2:])
    return total


def fit_polynomial(ask: Ask, low: FloatArray, high: FloatArray, n_starts: int) -> Polynomial | None:
    """Return the polynomial through Chebyshev nodes, or None if the counts are none of that degree.

    Parameters
    ----------
    ask : Ask
    low, high : array, shape (n_par,)
        Ranges of the coordinates, may be infinite. Nothing is asked outside.
    n_starts : int
        Number of starts of every model point.
    """
    table = Table(ask, low, high)
    degrees = [table.degree(k) for k in range(len(low))]
    if prod(degree + 1 for degree in degrees) > MANY_NODES:
        return None
    nodes = np.array(list(product(*(nodes_of(degree) for degree in degrees))))
    powers = np.array(list(product(*(range(degree + 1) for degree in degrees))))
    inverse = np.linalg.inv(monomials(nodes, powers))
    at_nodes = table.counts(nodes)
    coefficients = [np.einsum("kn,pngb->pkgb", inverse, values) for values in at_nodes]
    keep = _needed(coefficients)
    found = [each[:, keep] for each in coefficients]
    if not table.agrees(found, lambda t: monomials(t, powers[keep]), at_nodes):
        return None
    return Polynomial(found, powers[keep], table.middle, table.half, n_starts)


class Table:
    """Counts at places t in [-1, 1], the part of the range that has the nodes; |t| > 1 lies outside it."""

    def __init__(self, ask: Ask, low: FloatArray, high: FloatArray) -> None:
        self.ask, self.low, self.high = ask, low, high
        near = np.clip(0.0, low, high)
        first, last = np.maximum(low, near - _REACH), np.minimum(high, near + _REACH)
        self.middle, half = (first + last) / 2, (last - first) / 2
        self.half = np.where(half > 0, half, 1.0)
        self.beyond = bool(np.any((low < first) | (high > last)))

    def counts(self, t: FloatArray, points: Sequence[int] | None = None) -> list[FloatArray]:
        """Counts of model points at every place, (n_points, n_places, n_groups, n_bins)."""
        chosen = np.arange(self.ask.n_points) if points is None else np.array(points)
        x = np.clip(self.middle + self.half * t, self.low, self.high)
        tables = self.ask(np.tile(x, (len(chosen), 1)), np.repeat(chosen, len(x)))
        return [table.reshape(len(chosen), len(x), *table.shape[1:]) for table in tables]

    def degree(self, k: int) -> int:
        """Degree in one coordinate, found at a few of the model points."""
        places = np.full((_DEGREE + 1, len(self.low)), _TESTS[0])
        places[:, k] = nodes_of(_DEGREE)
        inverse = np.linalg.inv(nodes_of(_DEGREE)[:, None] ** np.arange(_DEGREE + 1))
        n = self.ask.n_points
        tables = self.counts(places, sorted({0, n // 2, n - 1}))
        sizes = [np.abs(np.einsum("kn,pngb->pkgb", inverse, values)).max(axis=(0, 2, 3)) for values in tables]
        return max(int(np.flatnonzero(size > _EXACT * size.max()).max(initial=0)) for size in sizes)

    def agrees(
        self, coefficients: list[FloatArray], basis: Callable[[FloatArray], FloatArray], at_nodes: list[FloatArray]
    ) -> bool:
        """Whether the sum over `basis` of t is right between the nodes and, for open ranges, far outside."""
        sizes = [np.abs(values).max(axis=(1, 2, 3), keepdims=True) for values in at_nodes]
        inside = self.errors(coefficients, basis, self._places(_TESTS))
        good = all(bool(np.all(error <= _EXACT * size)) for (error, _), size in zip(inside, sizes, strict=True))
        if not (good and self.beyond):
            return good
        far = self.errors(coefficients, basis, self._places(_FAR))
        return all(bool(np.all(error <= _FAR_EXACT * size)) for error, size in far)

    def errors(
        self, coefficients: list[FloatArray], basis: Callable[[FloatArray], FloatArray], t: FloatArray
    ) -> list[tuple[FloatArray, FloatArray]]:
        """Error (n_points, n_places, n_groups, n_bins) and largest count at every place, for each experiment."""
        sums = basis((np.clip(self.middle + self.half * t, self.low, self.high) - self.middle) / self.half)
        return [
            (np.abs(np.einsum("nk,pkgb->pngb", sums, found) - true), np.abs(true).max(axis=(2, 3), keepdims=True))
            for found, true in zip(coefficients, self.counts(t), strict=True)
        ]

    def _places(self, where: tuple[float, ...]) -> FloatArray:
        return np.array(list(product(where, repeat=len(self.low))))


def nodes_of(degree: int) -> FloatArray:
    """Chebyshev nodes of a polynomial; the ends are nodes: nothing is asked outside."""
    return -np.cos(np.pi * np.arange(degree + 1) / degree) if degree else np.zeros(1)


def monomials(t: FloatArray, powers: NDArray[np.intp]) -> FloatArray:
    """Products of powers, shape (n_places, n_powers)."""
    value: FloatArray = np.prod(t[:, None, :] ** powers, axis=2)
    return value


def _needed(coefficients: list[FloatArray]) -> NDArray[np.bool_]:
    """Powers that are more than rounding in any experiment; the constant always."""
    keep = np.zeros(coefficients[0].shape[1], bool)
    for found in coefficients:
        size = np.abs(found).max(axis=(0, 2, 3))
        keep |= size > 1e-14 * size.max(initial=0.0)
    keep[0] = True
    return keep
