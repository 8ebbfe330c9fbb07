"""The rows of counts of Gaussian experiments as polynomials of physics parameters, without their bins.

In units of their errors the bins of all experiments are axes of one space, and chi2 is a squared distance in
it. Templates and data span few of its directions: turned into those, an experiment of hundreds of bins has as
many as it has templates, and the same chi2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Coordinates, coordinates
from nulight.inference.engine.blocks import Block, contract
from nulight.inference.engine.factors import Factors, Group
from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.engine.physics import AskModel
from nulight.inference.engine.templates import fit_templates
from nulight.inference.model import Model, parts
from nulight.typing import FloatArray

__all__ = ["Basis", "Rows", "gaussian_rows"]

_CHUNK = 400_000  # numbers of one chunk: points x rows of counts x directions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """Products of powers of t = (value - origin) / reach of each parameter.

    Attributes
    ----------
    powers : array of int, shape (K, n_par)
        The first row is zero.
    origin, reach : array, shape (n_par,)
        In the parameters' units.
    """

    powers: NDArray[np.intp]
    origin: FloatArray
    reach: FloatArray

    def __call__(self, values: list[FloatArray]) -> FloatArray:
        """Return the products at `values`, one array (n_points,) per parameter, shape (K, n_points)."""
        tables = [
            _power_table((value - origin) / reach, highest)
            for value, origin, reach, highest in zip(
                values, self.origin, self.reach, self.powers.max(axis=0, initial=0), strict=True
            )
        ]
        products = np.empty((len(self.powers), len(values[0])))
        for row, powers in zip(products, self.powers, strict=True):
            row[:] = tables[0][powers[0]]
            for table, power in zip(tables[1:], powers[1:], strict=True):
                if power:
                    row *= table[power]
        return products


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Experiments that share nuisances: counts in units of the errors; those of one row share their nuisances.

    Attributes
    ----------
    groups : list of Group
        Columns of the nuisances that enter every row as (1 + u), and as u.
    templates : array, shape (K, n_rows, n_bins)
        Counts per product of `Basis`; n_bins are those of all experiments together, or directions in them.
    data : array, shape (n_bins,)
    far : float
        Squared distance of the data from the space of the templates.
    lower, upper, weight : array, shape (n_u,)
        Bounds of the nuisances and 1/width^2 of their penalties.
    names : tuple of str
    """

    groups: list[Group]
    templates: FloatArray
    data: FloatArray
    far: float
    lower: FloatArray
    upper: FloatArray
    weight: FloatArray
    names: tuple[str, ...]

    @property
    def signal(self) -> NDArray[np.bool_]:
        """Rows that depend on the parameters, shape (n_rows,)."""
        depends: NDArray[np.bool_] = np.any(self.templates[1:] != 0, axis=(0, 2))
        return depends

    def turned(self) -> Rows:
        """Return the same chi2 with the bins replaced by the directions that templates and data have."""
        flat = self.templates.reshape(-1, len(self.data))
        flat = flat[np.any(flat != 0, axis=1)]
        if len(flat) >= len(self.data):
            return self
        directions = np.linalg.qr(flat.T)[0]
        data = self.data @ directions
        rest = self.data - directions @ data
        return Rows(
            groups=self.groups,
            templates=self.templates @ directions,
            data=data,
            far=self.far + float(rest @ rest),
            lower=self.lower,
            upper=self.upper,
            weight=self.weight,
            names=self.names,
        )

    def minimum(self, products: FloatArray) -> FloatArray:
        """Minimise chi2 over the nuisances inside their bounds, for products (K, n_points) of the basis.

        Returns
        -------
        array, shape (n_points,)
            To 1e-10; NaN where the minimiser did not get there.
        """
        n_points = products.shape[1]
        chunk = max(1, _CHUNK // max(1, self.templates[0].size))
        pieces = [self._minimum(products[:, i : i + chunk]) for i in range(0, n_points, chunk)]
        return np.concatenate(pieces) if pieces else np.zeros(0)

    def _minimum(self, products: FloatArray) -> FloatArray:
        n_k, n_rows, n_bins = self.templates.shape
        counts = (products.T @ self.templates.reshape(n_k, -1)).reshape(-1, n_rows, n_bins)
        problem = _Distance(counts, self.data, Factors(self.groups, len(self.lower)), self.weight)
        start = np.broadcast_to(np.clip(0.0, self.lower, self.upper), (len(counts), len(self.lower)))
        squares = {i for _, plain in self.groups for i in plain if plain.count(i) > 1}
        escape = np.array([i in squares for i in range(len(self.lower))], bool)
        found = minimise_in_box(problem, start, self.lower, self.upper, escape=escape)
        return np.where(found.converged, found.value + self.far, np.nan)


@dataclass(slots=True)
class _Distance:
    """Squared distance of counts (n_points, n_rows, n_bins) times factors from the data; see `newton.Function`."""

    counts: FloatArray
    data: FloatArray
    factors: Factors
    weight: FloatArray

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        rest = contract(self.factors.value(z), self._of(index)) - self.data
        value: FloatArray = np.einsum("pb,pb->p", rest, rest) + (z**2) @ self.weight
        return value

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        counts = self._of(index)
        rest = contract(self.factors.value(z), counts) - self.data
        jacobian = np.matmul(self.factors.slope(z), counts)
        gradient = 2 * np.matmul(jacobian, rest[:, :, None])[:, :, 0] + 2 * self.weight * z
        curvature = 2 * np.matmul(jacobian, jacobian.transpose(0, 2, 1)) + 2 * np.diag(self.weight)
        bend = self.factors.bend(z, 2 * np.matmul(counts, rest[:, :, None])[:, :, 0])
        return gradient, curvature + np.where(exact[:, None, None], bend, 0.0)

    def _of(self, index: NDArray[np.intp]) -> FloatArray:
        return self.counts if len(index) == len(self.counts) else self.counts[index]


def gaussian_rows(
    model: Model,
    given: Mapping[str, tuple[float, float]],
    fixed: Mapping[str, float],
    hold: Mapping[str, float],
) -> tuple[Basis, tuple[Rows, ...], float] | None:
    """Write Gaussian experiments as rows of polynomial counts.

    Parameters
    ----------
    model : CountModel or CombinedModel
    given, fixed, hold : see `gaussian_points`

    Returns
    -------
    basis : Basis
    clusters : tuple of Rows
        One for all experiments that are linked by nuisances: chi2 is the sum of theirs.
    cost : float
        Penalty of the nuisances in `hold`.

    None if an experiment is not Gaussian, has parametric counts, or counts that are no polynomials of `given`.
    """
    layout = coordinates(model, given, hold)
    blocks = [Block(part, layout.nuisances) for part in parts(model)]
    if any(block.poisson or block.parametric for block in blocks) or not given:
        return None
    n_u = len(layout.nuisances)
    offset, scale = layout.offset[n_u:], layout.scale[n_u:]
    ask = AskModel(blocks, layout, {name: np.array([value], float) for name, value in fixed.items()}, 1)
    found = fit_templates(ask, layout.lower[n_u:], layout.upper[n_u:], -offset / scale)
    if found is None:
        return None
    basis = Basis(powers=found.powers, origin=offset + scale * found.origin, reach=scale * found.reach)
    held = np.array([hold.get(name, np.nan) for name in layout.nuisances])
    tables = [_table(block, each, held) for block, each in zip(blocks, found.tables, strict=True)]
    clusters = _linked([{n for group in groups for both in group for n in both} for groups, _ in tables])
    rows = tuple(_stack([blocks[i] for i in some], [tables[i] for i in some], layout) for some in clusters)
    fixed_cost = np.where(np.isnan(held), 0.0, layout.weight[:n_u] * np.nan_to_num(held) ** 2).sum()
    return basis, rows, float(fixed_cost)


def _power_table(t: FloatArray, highest: int) -> list[FloatArray]:
    table = [np.ones_like(t), t]
    while len(table) <= highest:
        table.append(table[-1] * t)
    return table


def _table(block: Block, coefficients: FloatArray, held: FloatArray) -> tuple[list[Group], FloatArray]:
    """Groups without the held nuisances and their templates (K, n_groups, n_bins) in units of the errors."""
    factor = [
        np.prod([1 + held[i] for i in scaled if held[i] == held[i]])
        * np.prod([held[i] for i in plain if held[i] == held[i]])
        for scaled, plain in block.groups
    ]
    free: list[Group] = [
        (tuple(i for i in scaled if np.isnan(held[i])), tuple(i for i in plain if np.isnan(held[i])))
        for scaled, plain in block.groups
    ]
    templates = coefficients * np.array(factor)[:, None] / block.sigma
    groups = list(dict.fromkeys(free))
    sums = np.array([[float(member == group) for member in free] for group in groups])
    return groups, np.matmul(sums, templates)


def _linked(names: list[set[int]]) -> list[list[int]]:
    """Places of the experiments that share nuisances, directly or through others."""
    clusters: list[tuple[set[int], list[int]]] = []
    for i, own in enumerate(names):
        mine, places = set(own), [i]
        for other in [cluster for cluster in clusters if cluster[0] & own]:
            clusters.remove(other)
            mine, places = mine | other[0], [*other[1], *places]
        clusters.append((mine, places))
    return [sorted(places) for _, places in clusters]


def _stack(blocks: list[Block], tables: list[tuple[list[Group], FloatArray]], layout: Coordinates) -> Rows:
    """Experiments side by side, the nuisances counted anew."""
    groups = list(dict.fromkeys(group for own, _ in tables for group in own))
    used = sorted({i for group in groups for both in group for i in both})
    place = {i: k for k, i in enumerate(used)}
    pieces = []
    for own, templates in tables:
        piece = np.zeros((len(templates), len(groups), templates.shape[2]))
        piece[:, [groups.index(group) for group in own]] = templates
        pieces.append(piece)
    return Rows(
        groups=[(tuple(place[i] for i in scaled), tuple(place[i] for i in plain)) for scaled, plain in groups],
        templates=np.concatenate(pieces, axis=2),
        data=np.concatenate([np.asarray(block.model.observed, float) / block.sigma for block in blocks]),
        far=0.0,
        lower=layout.lower[used],
        upper=layout.upper[used],
        weight=layout.weight[used],
        names=tuple(layout.nuisances[i] for i in used),
    )
