"""-2 ln L of many points as a function of nuisances and profiled physics parameters.

Derivatives in the nuisances are exact products; those in the physics parameters come from
three-point stencils that never leave the stated range and are exact for a quadratic dependence,
which is that of most couplings.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nulight.inference.blocks import Block, contract, product_without
from nulight.inference.coordinates import Coordinates
from nulight.inference.model import Model, parts
from nulight.typing import FloatArray

__all__ = ["Objective"]

_STEP = 1e-3  # stencil width in units of the coordinate


class Objective:
    """-2 ln L of `model` at points `params`, over the coordinates of `layout`.

    `params` holds physics parameters, each of shape (n_points,). Implements `newton.Function`.
    """

    def __init__(self, model: Model, layout: Coordinates, params: Mapping[str, FloatArray], n_points: int) -> None:
        self.layout = layout
        self.params = params
        self.parts = [Block(part, layout.nuisances) for part in parts(model)]
        self.n_u = len(layout.nuisances)
        # Without profiled physics the counts of a point never change.
        self.fixed = None if layout.parameters else [part.counts(params, n_points) for part in self.parts]

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return -2 ln L with penalties, (n_index,), continued where the data are impossible."""
        losses = [part.finite_loss(counts) for part, counts in self._expected(z, index)]
        return sum(losses, self._penalty(z))

    def exact_value(self, z: FloatArray) -> FloatArray:
        """Return -2 ln L of all points, infinite where the data are impossible."""
        losses = [part.loss(counts) for part, counts in self._expected(z, np.arange(len(z)))]
        return sum(losses, self._penalty(z))

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature; see `newton.Function`."""
        gradient = 2 * self.layout.weight * (z - self.layout.mean)
        curvature = np.zeros((len(z), z.shape[1], z.shape[1]))
        np.einsum("pii->pi", curvature)[:] = 2 * self.layout.weight
        stencil = self._stencil(z, index)
        for k, (part, counts) in enumerate(zip(self.parts, self._counts(z, index), strict=True)):
            first, second = stencil[k]
            factor, slope = part.factors(z[:, : self.n_u])
            r, w = part.loss_slopes(contract(factor, counts), exact)
            jacobian = np.concatenate(
                [np.matmul(slope, counts), *(contract(factor, d)[:, None] for d in first)], axis=1
            )
            gradient = gradient + np.matmul(jacobian, r[:, :, None])[:, :, 0]
            curvature = curvature + np.matmul(jacobian * w[:, None], jacobian.transpose(0, 2, 1))
            bend = self._bending(part, z, counts, first, second, factor, slope, r)
            curvature = curvature + np.where(exact[:, None, None], bend, 0.0)
        return gradient, curvature

    def _bending(
        self,
        part: Block,
        z: FloatArray,
        counts: FloatArray,
        first: list[FloatArray],
        second: dict[tuple[int, int], FloatArray],
        factor: FloatArray,
        slope: FloatArray,
        r: FloatArray,
    ) -> FloatArray:
        """Second derivatives of the counts contracted with the slope r of the loss."""
        n_u, bend = self.n_u, np.zeros((len(z), z.shape[1], z.shape[1]))
        pull = np.matmul(counts, r[:, :, None])[:, :, 0]
        for g, members in enumerate(part.groups):
            for m, n in combinations(members, 2):
                term = pull[:, g] * product_without(z[:, :n_u], members, m, n)
                bend[:, m, n] += term
                bend[:, n, m] += term
        for k, d in enumerate(first):
            mixed = np.matmul(slope, np.matmul(d, r[:, :, None]))[:, :, 0]
            bend[:, :n_u, n_u + k] += mixed
            bend[:, n_u + k, :n_u] += mixed
        for (k, m), d2 in second.items():
            term = (contract(factor, d2) * r).sum(-1)
            bend[:, n_u + k, n_u + m] += term
            if k != m:
                bend[:, n_u + m, n_u + k] += term
        return bend

    def _penalty(self, z: FloatArray) -> FloatArray:
        cost: FloatArray = (self.layout.weight * (z - self.layout.mean) ** 2).sum(axis=1)
        return cost

    def _expected(self, z: FloatArray, index: NDArray[np.intp]) -> list[tuple[Block, FloatArray]]:
        """Return the counts per bin of each experiment, (n_index, n_bins)."""
        u, counts = z[:, : self.n_u], self._counts(z, index)
        return [(part, contract(part.factors(u)[0], c)) for part, c in zip(self.parts, counts, strict=True)]

    def _counts(self, z: FloatArray, index: NDArray[np.intp]) -> list[FloatArray]:
        if self.fixed is not None:
            everything = len(index) == len(self.fixed[0])
            return self.fixed if everything else [counts[index] for counts in self.fixed]
        x = z[:, self.n_u :] * self.layout.scale[self.n_u :] + self.layout.offset[self.n_u :]
        params = {name: values[index] for name, values in self.params.items()}
        params |= {name: x[:, k] for k, name in enumerate(self.layout.parameters)}
        return [part.counts(params, len(index)) for part in self.parts]

    def _stencil(
        self, z: FloatArray, index: NDArray[np.intp]
    ) -> list[tuple[list[FloatArray], dict[tuple[int, int], FloatArray]]]:
        """First and second derivatives of the counts in the physics coordinates, for each part."""
        n_par = len(self.layout.parameters)
        result: list[tuple[list[FloatArray], dict[tuple[int, int], FloatArray]]] = [([], {}) for _ in self.parts]
        if n_par == 0:
            return result
        here = self._counts(z, index)
        near, far = self._offsets(z[:, self.n_u :])
        single = []
        for k in range(n_par):
            a, b = near[:, k, None, None], far[:, k, None, None]
            single.append(self._counts(self._moved(z, {k: near[:, k]}), index))
            other = self._counts(self._moved(z, {k: far[:, k]}), index)
            for (first, second), f0, f1, f2 in zip(result, here, single[k], other, strict=True):
                slope_a, slope_b = (f1 - f0) / a, (f2 - f0) / b
                bend = (slope_a - slope_b) / (a - b)
                first.append(slope_a - bend * a)
                second[k, k] = 2 * bend
        for k, m in combinations(range(n_par), 2):
            both = self._counts(self._moved(z, {k: near[:, k], m: near[:, m]}), index)
            area = (near[:, k] * near[:, m])[:, None, None]
            for (_, second), f0, fk, fm, fkm in zip(result, here, single[k], single[m], both, strict=True):
                second[k, m] = (fkm - fk - fm + f0) / area
        return result

    def _offsets(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Two displacements per coordinate that stay inside the bounds: central, or one-sided at an end."""
        low, high = self.layout.lower[self.n_u :], self.layout.upper[self.n_u :]
        h = np.minimum(_STEP, np.where(high > low, (high - low) / 4, _STEP)) * np.ones_like(x)
        near = np.where(x - h < low, h, -h)
        far = np.where(x - h < low, 2 * h, np.where(x + h > high, -2 * h, h))
        return near, far

    def _moved(self, z: FloatArray, shifts: Mapping[int, FloatArray]) -> FloatArray:
        moved = z.copy()
        for k, shift in shifts.items():
            moved[:, self.n_u + k] += shift
        return moved
