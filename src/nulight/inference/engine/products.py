"""Products of polynomials in one coordinate each: what multiplies the templates of an experiment.

Nuisances enter as (1 + u) or u, couplings as powers; a product of such factors has derivatives that
are products again. They are worked out once, as formulas, so that many points need only
multiplications. Arrays have the points along their last axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from nulight.typing import FloatArray

__all__ = ["ONE", "Atom", "Product", "Products", "Sums", "derivative", "multiply", "power", "product_of"]

Atom: TypeAlias = tuple[float, ...]
"""Coefficients of a polynomial in one coordinate, lowest power first; the last is one."""
Product: TypeAlias = tuple[tuple[int, Atom], ...]
"""Coordinates with their polynomials, in order of the coordinates."""

ONE: Product = ()


def power(n: int) -> Atom:
    """Return the polynomial x^n."""
    return (*(0.0,) * n, 1.0)


def product_of(factors: Iterable[tuple[int, Atom]]) -> Product:
    """Return the product of polynomials, some of which may share a coordinate."""
    merged: dict[int, Atom] = {}
    for k, atom in factors:
        merged[k] = tuple(np.convolve(merged[k], atom).tolist()) if k in merged else atom
    return tuple((k, merged[k]) for k in sorted(merged) if len(merged[k]) > 1)


def multiply(first: Product, second: Product) -> Product:
    """Return the product of two products."""
    return product_of((*first, *second))


def derivative(product: Product, k: int) -> tuple[float, Product]:
    """Return the derivative along coordinate k as a number, zero if there is none, times a product."""
    atom = dict(product).get(k, (1.0,))
    slope = [i * c for i, c in enumerate(atom)][1:]
    if not slope:
        return 0.0, ONE
    others = (factor for factor in product if factor[0] != k)
    return slope[-1], product_of((*others, (k, tuple(c / slope[-1] for c in slope))))


class Products:
    """Values of several products at once."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._atoms = list(dict.fromkeys(factor for product in products for factor in product))
        where = {factor: i for i, factor in enumerate(self._atoms, 1)}
        self._index = np.zeros((max(map(len, products), default=0), len(products)), np.intp)
        for column, product in enumerate(products):
            self._index[: len(product), column] = [where[factor] for factor in product]

    def __call__(self, v: FloatArray) -> FloatArray:
        """Return the values (n_products, n_points) at coordinates v (n_coordinates, n_points)."""
        table = np.ones((1 + len(self._atoms), v.shape[1]))
        for row, (k, atom) in zip(table[1:], self._atoms, strict=True):
            for c in atom[-2::-1]:
                row *= v[k]
                if c:
                    row += c
        values: FloatArray = np.ones((self._index.shape[1], v.shape[1]))
        for i, places in enumerate(self._index):
            values = table.take(places, axis=0) if i == 0 else values * table.take(places, axis=0)
        return values


class Sums:
    """Sums over entries (output, product, column): value of the product times the column."""

    def __init__(self, entries: Iterable[tuple[int, int, int]], trivial: int | None) -> None:
        """Take the entries, and the place of the product that is one, if there is any."""
        table = np.array(sorted(entries), np.intp).reshape(-1, 3)
        self._product, self._column = table[:, 1], table[:, 2]
        self._plain = trivial is not None and bool(np.all(self._product == trivial))
        out, first = np.unique(table[:, 0], return_index=True)
        self._runs = list(zip(out.tolist(), first.tolist(), [*first[1:].tolist(), len(table)], strict=False))

    def __len__(self) -> int:
        return len(self._product)

    def add(self, total: FloatArray, products: FloatArray, columns: FloatArray) -> None:
        """Add the sums to `total` (n_out, n_points); columns have shape (n_columns, n_points or 1)."""
        terms = columns.take(self._column, axis=0)
        if not self._plain:
            terms = terms * products.take(self._product, axis=0)
        for out, first, last in self._runs:
            total[out] += terms[first] if last == first + 1 else terms[first:last].sum(axis=0)
