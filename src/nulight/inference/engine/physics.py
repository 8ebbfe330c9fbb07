"""Expected counts inside a fit, with their derivatives in the profiled physics parameters.

Counts that are polynomials in the parameters are sums of powers (`polynomial`). What is none (a
mediator mass), or has too many dimensions, is asked again at every step, with three-point stencils
that never leave the range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Coordinates
from nulight.inference.engine.blocks import Block, Derivatives
from nulight.inference.engine.polynomial import fit_polynomial
from nulight.typing import FloatArray

__all__ = ["AskModel", "PhysicsCounts", "physics_counts"]

_STEP = 1e-3  # stencil width in units of the coordinate


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
    ask = AskModel(blocks, layout, params, n_points)
    return fit_polynomial(ask, low, high, n_starts) or _Stencil(ask, low, high, n_starts)


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
class AskModel:
    """AskModel the experiments for the counts of points at physics coordinates."""

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
