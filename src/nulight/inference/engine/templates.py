"""Templates shared by all points: counts as polynomials of the couplings about their zeros.

A magnetic moment enters as its square, so two templates do, with and without it. The polynomial goes
through Chebyshev nodes, as few as the total degree allows, and is compared with the model in between
and close to the origin, where a wide range would drown a small signal in rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.polynomial import MANY_NODES, Ask, Table, monomials, nodes_of
from nulight.typing import FloatArray

__all__ = ["Templates", "fit_templates"]

_DIMENSIONS = 8  # couplings above which the comparison between the nodes would cost too much
_ROUNDING = 1e-12  # templates this small in units of the largest are rounding
_LAST_DIGIT = 4e-15  # and those this small in units of the largest of their experiment
_EXACT = 1e-11  # largest error close to the origin, relative to the counts there
_CLOSE = (0.0, 1e-2, 1e-4)  # where it is looked at, in units of the range


@dataclass(frozen=True, slots=True)
class Templates:
    """Counts = sum over powers of s = (x - origin) / reach, with x the physics coordinates (n_points, n_par).

    Attributes
    ----------
    tables : list of array, each (n_powers, n_groups, n_bins)
        Templates of every experiment.
    powers : array, shape (n_powers, n_par)
    origin, reach : array, shape (n_par,)
    """

    tables: list[FloatArray]
    powers: NDArray[np.intp]
    origin: FloatArray
    reach: FloatArray


def fit_templates(ask: Ask, low: FloatArray, high: FloatArray, zero: FloatArray) -> Templates | None:
    """Return the templates of one model point, or None if its counts are no polynomials of low degree.

    Parameters
    ----------
    ask : Ask
    low, high : array, shape (n_par,)
        Ranges of the coordinates, may be infinite. Nothing is asked outside.
    zero : array, shape (n_par,)
        Coordinates of the zeros of the parameters.
    """
    if len(low) > _DIMENSIONS:
        return None
    table = Table(ask, low, high)
    degrees = [table.degree(k) for k in range(len(low))]
    fit = _Fit(table, np.clip(zero, table.middle - table.half, table.middle + table.half))
    total = max(degrees, default=0)
    everything = list(product(*(range(degree + 1) for degree in degrees)))
    few = [powers for powers in everything if sum(powers) <= total]
    trials = [few, everything] if len(few) < len(everything) else [few]
    found = (fit.through(degrees, powers) for powers in trials if len(powers) <= MANY_NODES)
    return next((templates for templates in found if templates is not None), None)


class _Fit:
    """Polynomials about an origin, in units of the distance to the far end of the range."""

    def __init__(self, table: Table, origin: FloatArray) -> None:
        self.table, self.origin = table, origin
        self.reach = np.abs(table.middle - origin) + table.half

    def through(self, degrees: Sequence[int], exponents: Sequence[tuple[int, ...]]) -> Templates | None:
        """Return the polynomial with these exponents, all below some of them included, if it is the right one."""
        powers = np.array(exponents, np.intp).reshape(len(exponents), len(degrees))
        axes = [_outside_in(nodes_of(degree)) for degree in degrees]
        nodes = np.array([[axis[i] for axis, i in zip(axes, row, strict=True)] for row in exponents])
        nodes = nodes.reshape(powers.shape)
        at_nodes = self.table.counts(nodes)
        full = _solve(self._basis(nodes, powers), at_nodes)
        relevant = [_relevant(found) for found in full]
        keep = np.any([some.any(axis=1) for some in relevant], axis=0) | (powers == 0).all(axis=1)
        powers = powers[keep]
        tables = _solve(self._basis(nodes, powers), at_nodes)
        for found, some in zip(tables, relevant, strict=True):
            found[~some[keep]] = 0.0
        self._pin(tables, powers)
        if not self._right(tables, powers, at_nodes):
            return None
        return Templates(tables, powers, self.origin, self.reach)

    def _pin(self, tables: list[FloatArray], powers: NDArray[np.intp]) -> None:
        """Take the constant from the origin itself: interpolation has the rounding of the far end."""
        constant = int(np.flatnonzero((powers == 0).all(axis=1))[0])
        at_origin = self.table.counts(self._t(self.origin[None]))
        for found, true in zip(tables, at_origin, strict=True):
            found[constant] = true[0, 0]

    def _t(self, x: FloatArray) -> FloatArray:
        t: FloatArray = (x - self.table.middle) / self.table.half
        return t

    def _basis(self, t: FloatArray, powers: NDArray[np.intp]) -> FloatArray:
        return monomials((self.table.middle + self.table.half * t - self.origin) / self.reach, powers)

    def _right(self, tables: list[FloatArray], powers: NDArray[np.intp], at_nodes: list[FloatArray]) -> bool:
        coefficients = [found[None] for found in tables]

        def basis(t: FloatArray) -> FloatArray:
            return self._basis(t, powers)

        if not self.table.agrees(coefficients, basis, at_nodes):
            return False
        inwards = np.where(self.origin > self.table.middle, -1.0, 1.0)
        close = self.origin + np.array(_CLOSE)[:, None] * inwards * self.reach
        errors = self.table.errors(coefficients, basis, self._t(close))
        return all(bool(np.all(error <= _EXACT * size)) for error, size in errors)


def _outside_in(nodes: FloatArray) -> FloatArray:
    """Ends first: the lower powers have nodes far from each other."""
    return nodes[np.argsort(-np.abs(nodes), kind="stable")]


def _solve(basis: FloatArray, at_nodes: list[FloatArray]) -> list[FloatArray]:
    inverse = np.linalg.pinv(basis)
    return [np.einsum("kn,ngb->kgb", inverse, values[0]) for values in at_nodes]


def _relevant(found: FloatArray) -> NDArray[np.bool_]:
    """Templates (n_powers, n_groups) that are more than rounding, of their group and of the largest count."""
    size = np.abs(found).max(axis=2, initial=0.0)
    relevant: NDArray[np.bool_] = (size > _ROUNDING * size.max(axis=0, initial=0.0)) & (size > _LAST_DIGIT * size.max())
    return relevant
