"""-2 ln L on a surface as a function of what is fitted, for many points and data sets.

Each point has its own given values and, in a fit of pseudo-experiments, its own data and measurements
behind the penalties. The minimisers ask it for values and slopes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.sheet import Slopes
from nulight.inference.engine.surface import Surface
from nulight.inference.toys.data import Toys
from nulight.typing import FloatArray

__all__ = ["SurfaceFunction"]


class SurfaceFunction:
    """-2 ln L on a surface at points with given values, over what is fitted, z (n_index, n_dim).

    `known` (n_given, n_points) are the coordinates of the given parameters; every point is started
    `n_starts` times, and has data of its own if there are `toys`. Implements `newton.Function` and
    `convex.ConvexFunction`.
    """

    def __init__(
        self, on: Surface, known: FloatArray, n_points: int, n_starts: int = 1, toys: Toys | None = None
    ) -> None:
        self.on, self.n_starts, self.n_points = on, n_starts, n_points
        self._known = np.broadcast_to(known, (on.given, n_points))
        prepared = [sheet.data(data) for sheet, data in zip(on.sheets, toys.counts if toys else on.data, strict=True)]
        self._data = [data for data, _ in prepared]
        layout = on.layout
        mean = layout.centred(toys.centres) if toys else layout.mean[None]
        self._weight, self._mean = layout.weight[on.free], mean[:, on.free]
        stuck = np.setdiff1d(np.arange(len(layout.lower) - on.given), on.free)
        penalty = (layout.weight[stuck] * (layout.lower[stuck] - mean[:, stuck]) ** 2).sum(axis=1)
        self._constant = sum((rest for _, rest in prepared if rest is not None), penalty)
        self._stuck = stuck
        self._origin = np.where(on.even, 0.0, on.origin)[:, None]
        self._reach = np.where(on.even, 1.0, on.reach)[:, None]
        self._least = np.full(1, np.inf)
        for sheet, data in zip(on.sheets, self._data, strict=True):
            if sheet.poisson:
                self._least = np.minimum(self._least, _smallest(data))

    @property
    def n_bins(self) -> int:
        """Number of bins of all experiments."""
        return sum(data.shape[1] for data in self._data)

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return -2 ln L with penalties, (n_index,), continued where the data are impossible."""
        v, rows = self._places(z, index), index // self.n_starts
        own = self._order(rows)
        losses = [sheet.value(v, data, own) for sheet, data in zip(self.on.sheets, self._data, strict=True)]
        return sum(losses, self._penalty(z, rows))

    def exact_value(self, z: FloatArray) -> FloatArray:
        """Return -2 ln L of all points, infinite where the data are impossible."""
        index = np.arange(len(z))
        v, rows = self._places(z, index), index // self.n_starts
        own = self._order(rows)
        losses = [sheet.exact_value(v, data, own) for sheet, data in zip(self.on.sheets, self._data, strict=True)]
        return sum(losses, self._penalty(z, rows))

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature; see `newton.Function`."""
        found = self.slopes(z, index, exact)
        return found.gradient.T, found.curvature.transpose(2, 0, 1)

    def gradient(self, z: FloatArray) -> FloatArray:
        """Return the gradient of all points, (n_points, n_dim)."""
        index = np.arange(len(z))
        rows = index // self.n_starts
        gradient, v = 2 * self._weight[:, None] * (z - _own(self._mean, rows)).T, self._places(z, index)
        for sheet, data in zip(self.on.sheets, self._data, strict=True):
            sheet.add_gradient(gradient, v, data, self._order(rows))
        return gradient.T

    def slopes(self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]) -> Slopes:
        """Return gradient and curvature with the points along the last axis; see `convex.ConvexFunction`."""
        rows, (n_points, n_dim) = index // self.n_starts, z.shape
        own = self._order(rows)
        gradient = 2 * self._weight[:, None] * (z - _own(self._mean, rows)).T
        curvature = np.zeros((n_dim, n_dim, n_points))
        curvature[np.arange(n_dim), np.arange(n_dim)] = 2 * self._weight[:, None]
        found, v = Slopes(gradient, curvature, np.zeros(n_points, bool)), self._places(z, index)
        for sheet, data in zip(self.on.sheets, self._data, strict=True):
            sheet.add_slopes(found, v, data, own, exact)
        return found

    def least(self, index: NDArray[np.intp]) -> FloatArray:
        """Return the smallest count that is not zero among the Poisson data of every point, (n_index,)."""
        return np.broadcast_to(_own(self._least, index // self.n_starts), len(index))

    def kinked(self, z: FloatArray, index: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return whether less than nothing is expected in an empty bin, (n_index,); see `convex.ConvexFunction`."""
        v, own = self._places(z, index), self._order(index // self.n_starts)
        kinked = np.zeros(len(index), bool)
        for sheet, data in zip(self.on.sheets, self._data, strict=True):
            if sheet.poisson and data.min(initial=1.0) <= 0:
                kinked |= sheet.kinked(v, data, own)
        return kinked

    def _order(self, rows: NDArray[np.intp]) -> NDArray[np.intp] | None:
        """Rows of data, or None for all of them in order."""
        return None if len(rows) == self.n_points and self.n_starts == 1 else rows

    def _places(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Coordinates that the products are made of, (n_coordinates, n_index)."""
        on = self.on
        x = np.empty((len(on.layout.lower), len(z)))
        x[self._stuck] = on.layout.lower[self._stuck, None]
        x[on.free] = z.T
        if on.given:
            x[-on.given :] = self._known[:, index // self.n_starts]
        return (x - self._origin) / self._reach

    def _penalty(self, z: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
        cost: FloatArray = (self._weight * (z - _own(self._mean, rows)) ** 2).sum(axis=1)
        return cost + _own(self._constant, rows)


def _own(values: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
    """Values of the points asked for, if there is more than one for all."""
    return values if len(values) == 1 else values[rows]


def _smallest(data: FloatArray) -> FloatArray:
    """Smallest count that is not zero of every data set, (n_sets,)."""
    smallest: FloatArray = data.min(axis=1, initial=np.inf)
    if np.any(smallest <= 0):
        smallest = np.where(data > 0, data, np.inf).min(axis=1, initial=np.inf)
    return smallest
