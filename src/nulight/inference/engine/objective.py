"""-2 ln L of many points as a function of nuisances and profiled physics parameters.

Derivatives in the nuisances are exact: products of nuisances, and what parametric counts give.
Those in the physics parameters come with the counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Coordinates
from nulight.inference.engine.blocks import Block, Derivatives, Shape, contract
from nulight.inference.engine.physics import physics_counts
from nulight.inference.model import Model, parts
from nulight.inference.toys.data import Toys
from nulight.typing import FloatArray

__all__ = ["Objective"]


class Objective:
    """-2 ln L of `model` at points `params`, over the coordinates of `layout`.

    `params` holds physics parameters, each of shape (n_points,); every point is started `n_starts`
    times. Each point has data of its own if there are `toys`. Implements `newton.Function`.
    """

    def __init__(
        self,
        model: Model,
        layout: Coordinates,
        params: Mapping[str, FloatArray],
        n_points: int,
        n_starts: int = 1,
        toys: Toys | None = None,
    ) -> None:
        self.layout, self.n_starts = layout, n_starts
        self.data = toys.counts if toys else tuple(np.asarray(part.observed, float)[None] for part in parts(model))
        self.mean = layout.centred(toys.centres) if toys else layout.mean[None]
        self.parts = [Block(part, layout.nuisances) for part in parts(model)]
        self.n_u = len(layout.nuisances)
        self.physics = physics_counts(self.parts, layout, params, n_points, n_starts)

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return -2 ln L with penalties, (n_index,), continued where the data are impossible."""
        losses = [part.finite_loss(*both) for part, *both in self._expected(z, index)]
        return sum(losses, self._penalty(z, index))

    def exact_value(self, z: FloatArray) -> FloatArray:
        """Return -2 ln L of all points, infinite where the data are impossible."""
        index = np.arange(len(z))
        losses = [part.loss(*both) for part, *both in self._expected(z, index)]
        return sum(losses, self._penalty(z, index))

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature; see `newton.Function`."""
        gradient = 2 * self.layout.weight * (z - self._own(self.mean, index))
        curvature = np.zeros((len(z), z.shape[1], z.shape[1]))
        np.einsum("pii->pi", curvature)[:] = 2 * self.layout.weight
        u = z[:, : self.n_u]
        everything = zip(self.parts, self.data, self.physics.derivatives(z[:, self.n_u :], index), strict=True)
        for part, data, at in everything:
            factor, slope, shapes = part.factors.value(u), part.factors.slope(u), part.shapes(u)
            expected = sum((shape.counts for shape in shapes), contract(factor, at.counts))
            r, w = part.loss_slopes(expected, self._own(data, index), exact)
            along = [contract(factor, d)[:, None] for d in at.first]
            jacobian = np.concatenate([np.matmul(slope, at.counts), *along], axis=1)
            for shape in shapes:
                jacobian[:, shape.columns] += shape.first
            gradient = gradient + np.matmul(jacobian, r[:, :, None])[:, :, 0]
            curvature = curvature + np.matmul(jacobian * w[:, None], jacobian.transpose(0, 2, 1))
            bend = self._bending(part, u, at, factor, slope, r)
            _add_shapes(bend, shapes, r)
            curvature = curvature + np.where(exact[:, None, None], bend, 0.0)
        return gradient, curvature

    def _bending(
        self, part: Block, u: FloatArray, at: Derivatives, factor: FloatArray, slope: FloatArray, r: FloatArray
    ) -> FloatArray:
        """Second derivatives of the rows' counts contracted with the slope r of the loss."""
        n_u, n_dim = self.n_u, self.n_u + len(at.first)
        bend = np.zeros((len(u), n_dim, n_dim))
        bend[:, :n_u, :n_u] = part.factors.bend(u, np.matmul(at.counts, r[:, :, None])[:, :, 0])
        for k, d in enumerate(at.first):
            mixed = np.matmul(slope, np.matmul(d, r[:, :, None]))[:, :, 0]
            bend[:, :n_u, n_u + k] += mixed
            bend[:, n_u + k, :n_u] += mixed
        for (k, m), d2 in at.second.items():
            term = (contract(factor, d2) * r).sum(-1)
            bend[:, n_u + k, n_u + m] += term
            if k != m:
                bend[:, n_u + m, n_u + k] += term
        return bend

    def _penalty(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        cost: FloatArray = (self.layout.weight * (z - self._own(self.mean, index)) ** 2).sum(axis=1)
        return cost

    def _own(self, rows: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Rows of the points asked for, if there is more than one for all."""
        return rows if len(rows) == 1 else rows[index // self.n_starts]

    def _expected(self, z: FloatArray, index: NDArray[np.intp]) -> list[tuple[Block, FloatArray, FloatArray]]:
        """Return the counts per bin of each experiment, (n_index, n_bins), and its data."""
        u, counts = z[:, : self.n_u], self.physics.counts(z[:, self.n_u :], index)
        return [
            (part, sum(part.shape_counts(u), contract(part.factors.value(u), c)), self._own(data, index))
            for part, c, data in zip(self.parts, counts, self.data, strict=True)
        ]


def _add_shapes(bend: FloatArray, shapes: list[Shape], r: FloatArray) -> None:
    """Add the second derivatives of parametric counts, contracted with the slope r of the loss."""
    for shape in shapes:
        k = shape.columns
        bend[:, k[:, None], k] += np.matmul(shape.second, r[:, None, :, None])[..., 0]
