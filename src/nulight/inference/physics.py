"""Expected counts inside a fit, with their derivatives in the profiled physics parameters.

Counts are low-degree polynomials in the couplings. Inside a finite range they are therefore taken
once at a few Chebyshev nodes, checked in between, and from then on are exact sums of powers; what
is no polynomial (a mediator mass), has no finite range or too many dimensions is asked again at
every step, with three-point stencils that never leave the range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.inference.blocks import Block
from nulight.inference.coordinates import Coordinates
from nulight.typing import FloatArray

__all__ = ["Derivatives", "PhysicsCounts", "physics_counts"]

_STEP = 1e-3  # stencil width in units of the coordinate
_DEGREE = 4  # twice the degree of a single coupling: room for products such as s2w (1 + k r2) squared
_EXACT = 1e-11  # largest error between the nodes, relative to the largest count, that passes as rounding
_TESTS = (-0.83, 0.37)  # where between the nodes the polynomial is compared


@dataclass(slots=True)
class Derivatives:
    """Counts (n, n_groups, n_bins) of one experiment with their first and second derivatives."""

    counts: FloatArray
    first: list[FloatArray] = field(default_factory=list)
    second: dict[tuple[int, int], FloatArray] = field(default_factory=dict)


class PhysicsCounts(Protocol):
    """Counts of every experiment at physics coordinates x (n_index, n_par) of the points `index`."""

    def counts(self, x: FloatArray, index: NDArray[np.intp]) -> list[FloatArray]: ...
    def derivatives(self, x: FloatArray, index: NDArray[np.intp]) -> list[Derivatives]: ...


def physics_counts(
    blocks: list[Block], layout: Coordinates, params: Mapping[str, FloatArray], n_points: int, n_starts: int
) -> PhysicsCounts:
    """Choose how the counts of `n_points` model points are found; start s of point p has index p * n_starts + s."""
    if not layout.parameters:
        return _Constant([block.counts(params, n_points) for block in blocks])
    n_u = len(layout.nuisances)
    low, high = layout.lower[n_u:], layout.upper[n_u:]
    ask = _Ask(blocks, layout, params, n_points)
    if len(low) <= 2 and np.all(np.isfinite(high - low)):
        polynomial = _fit_polynomial(ask, low, high, n_starts)
        if polynomial is not None:
            return polynomial
    return _Stencil(ask, low, high, n_starts)


@dataclass(slots=True)
class _Constant:
    """Nothing but nuisances is profiled: the counts of a point never change."""

    fixed: list[FloatArray]

    def counts(self, x: FloatArray, index: NDArray[np.intp]) -> list[FloatArray]:  # noqa: ARG002
        everything = len(index) == len(self.fixed[0])
        return self.fixed if everything else [counts[index] for counts in self.fixed]

    def derivatives(self, x: FloatArray, index: NDArray[np.intp]) -> list[Derivatives]:
        return [Derivatives(counts) for counts in self.counts(x, index)]


@dataclass(slots=True)
class _Ask:
    """Ask the experiments for the counts of points at physics coordinates."""

    blocks: list[Block]
    layout: Coordinates
    params: Mapping[str, FloatArray]
    n_points: int

    def __call__(self, x: FloatArray, point: NDArray[np.intp]) -> list[FloatArray]:
        n_u = len(self.layout.nuisances)
        values = self.layout.values(np.pad(x, ((0, 0), (n_u, 0))))[:, n_u:]
        params = {name: column[point] for name, column in self.params.items()}
        params |= {name: values[:, k] for k, name in enumerate(self.layout.parameters)}
        return [block.counts(params, len(point)) for block in self.blocks]


@dataclass(slots=True)
class _Polynomial:
    """Sums of powers of t = (x - middle) / half, coefficients (n_points, n_powers, n_groups, n_bins)."""

    coefficients: list[FloatArray]
    powers: NDArray[np.intp]
    middle: FloatArray
    half: FloatArray
    n_starts: int

    def counts(self, x: FloatArray, index: NDArray[np.intp]) -> list[FloatArray]:
        return [sums[:, 0] for sums in self._sums([self._basis(x, ())], index)]

    def derivatives(self, x: FloatArray, index: NDArray[np.intp]) -> list[Derivatives]:
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


def _fit_polynomial(ask: _Ask, low: FloatArray, high: FloatArray, n_starts: int) -> _Polynomial | None:
    """Coefficients through Chebyshev nodes, or None if the counts are no polynomial of that degree."""
    n_par = len(low)
    node = -np.cos(np.pi * np.arange(_DEGREE + 1) / _DEGREE)  # the ends are nodes: nothing is asked outside
    nodes = np.array(list(product(node, repeat=n_par)))
    powers = np.array(list(product(range(_DEGREE + 1), repeat=n_par)))
    inverse = np.linalg.inv(np.prod(nodes[:, None, :] ** powers, axis=2))
    middle, half = (low + high) / 2, (high - low) / 2
    half = np.where(half > 0, half, 1.0)
    at_nodes = _tabulate(ask, np.clip(middle + half * nodes, low, high))
    coefficients = [np.einsum("kn,pngb->pkgb", inverse, values) for values in at_nodes]
    tests = np.array(list(product(_TESTS, repeat=n_par)))
    at_tests = _tabulate(ask, np.clip(middle + half * tests, low, high))
    basis = np.prod(np.clip(tests, (low - middle) / half, (high - middle) / half)[:, None, :] ** powers, axis=2)
    for values, checks, found in zip(at_nodes, at_tests, coefficients, strict=True):
        size = np.abs(values).max(axis=1, keepdims=True)
        error = np.abs(np.einsum("nk,pkgb->pngb", basis, found) - checks)
        if not np.all(error <= _EXACT * size.max(axis=(2, 3), keepdims=True)):
            return None
    keep = _needed(coefficients)
    return _Polynomial([found[:, keep] for found in coefficients], powers[keep], middle, half, n_starts)


def _tabulate(ask: _Ask, places: FloatArray) -> list[FloatArray]:
    """Counts of every point at every place, (n_points, n_places, n_groups, n_bins)."""
    point = np.repeat(np.arange(ask.n_points), len(places))
    tables = ask(np.tile(places, (ask.n_points, 1)), point)
    return [table.reshape(ask.n_points, len(places), *table.shape[1:]) for table in tables]


def _needed(coefficients: list[FloatArray]) -> NDArray[np.bool_]:
    """Powers that are more than rounding in any experiment; the constant always."""
    keep = np.zeros(coefficients[0].shape[1], bool)
    for found in coefficients:
        size = np.abs(found).max(axis=(0, 2, 3))
        keep |= size > 1e-14 * size.max(initial=0.0)
    keep[0] = True
    return keep


@dataclass(slots=True)
class _Stencil:
    """Central differences of the counts, one-sided at the ends of the range."""

    ask: Callable[[FloatArray, NDArray[np.intp]], list[FloatArray]]
    low: FloatArray
    high: FloatArray
    n_starts: int

    def counts(self, x: FloatArray, index: NDArray[np.intp]) -> list[FloatArray]:
        return self.ask(x, index // self.n_starts)

    def derivatives(self, x: FloatArray, index: NDArray[np.intp]) -> list[Derivatives]:
        result = [Derivatives(counts) for counts in self.counts(x, index)]
        near, far = self._offsets(x)
        axis, single = np.eye(x.shape[1]), []
        for k in range(x.shape[1]):
            a, b = near[:, k, None, None], far[:, k, None, None]
            single.append(self.counts(x + near * axis[k], index))
            other = self.counts(x + far * axis[k], index)
            for record, f1, f2 in zip(result, single[k], other, strict=True):
                slope_a, slope_b = (f1 - record.counts) / a, (f2 - record.counts) / b
                bend = (slope_a - slope_b) / (a - b)
                record.first.append(slope_a - bend * a)
                record.second[k, k] = 2 * bend
        for k, m in combinations(range(x.shape[1]), 2):
            both = self.counts(x + near * (axis[k] + axis[m]), index)
            area = (near[:, k] * near[:, m])[:, None, None]
            for record, fk, fm, fkm in zip(result, single[k], single[m], both, strict=True):
                record.second[k, m] = (fkm - fk - fm + record.counts) / area
        return result

    def _offsets(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Two displacements per coordinate: on both sides, or inwards at an end."""
        width = self.high - self.low
        h = np.minimum(_STEP, np.where(width > 0, width / 4, _STEP)) * np.ones_like(x)
        near = np.where(x - h < self.low, h, -h)
        far = np.where(x - h < self.low, 2 * h, np.where(x + h > self.high, -2 * h, h))
        return near, far
