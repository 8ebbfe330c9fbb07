"""One experiment whose counts are products of nuisances and couplings times shared templates.

Its -2 ln L, slope and curvature for many points at once: bins appear in matrix products with the
templates only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.products import Product, Products
from nulight.inference.engine.surface_loss import (
    gaussian_value,
    poisson_exact,
    poisson_slopes,
    poisson_value,
    poisson_values,
)
from nulight.inference.engine.template_slopes import Rows, TemplateSlopes, merge
from nulight.typing import FloatArray

__all__ = ["Sheet", "Slopes", "Term"]

_BLOCK = 120_000  # points x bins whose work stays in the cache

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
        merged = merge((term.product, term.template) for term in terms)
        self.rotation = None if sigma is None else _Rotation.of(merged, sigma)
        if self.rotation is not None:
            merged = {p: self.rotation.turn(row) for p, row in merged.items()}
            n_bins = self.rotation.n_bins
        self.n_bins = n_bins
        self.templates = np.array(list(merged.values())).reshape(len(merged), n_bins)
        self._products = Products(list(merged))
        self._slopes = TemplateSlopes(merged, free, rate, n_bins)
        self.linear = self._slopes.linear

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
            self._slopes.add(to.gradient[:, here], to.curvature[:, :, here], block, ratio, weight, exact[here])

    def add_gradient(self, to: FloatArray, v: FloatArray, data: FloatArray, rows: NDArray[np.intp] | None) -> None:
        """Add the gradient at v to that in `to`, (n_dim, n_points)."""
        step = max(1, _BLOCK // max(1, self.n_bins))
        for i in range(0, v.shape[1], step):
            here = slice(i, i + step)
            mu, n = self._products(v[:, here]).T @ self.templates, _own(data, rows, here)
            ratio = poisson_slopes(mu, n, np.ones(len(mu), bool))[0] if self.poisson else n - mu
            self._slopes.add_gradient(to[:, here], v[:, here], ratio, poisson=self.poisson)

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


@dataclass(frozen=True, slots=True)
class _Rotation:
    """Bins of a Gaussian experiment in units of their errors, turned so that only few see the templates."""

    basis: FloatArray  # (n_new, n_bins), orthonormal
    sigma: FloatArray

    @classmethod
    def of(cls, rows: Rows, sigma: FloatArray) -> _Rotation:
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
