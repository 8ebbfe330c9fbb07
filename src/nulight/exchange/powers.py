"""Counts as plain sums of powers: of the couplings, and of the nuisances of parametric backgrounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.templates import Templates, fit_templates
from nulight.inference.expectation import ParametricCounts, parametric_counts, row_counts
from nulight.inference.model import CountModel
from nulight.inference.nuisance import Nuisance
from nulight.typing import FloatArray

__all__ = ["Powers", "coupling_powers", "shape_powers"]

Powers: TypeAlias = dict[tuple[int, ...], list[FloatArray]]
"""Powers of the variables -> counts, an array (n_rows, n_bins) per experiment."""


def coupling_powers(
    experiments: Sequence[CountModel],
    fixed: Mapping[str, float],
    sizes: Mapping[str, float],
    domains: Sequence[tuple[float, float]],
) -> Powers | None:
    """Return the rows of the experiments as sums of powers of x = coupling / size, or None if they are no such sums.

    Parameters
    ----------
    experiments : sequence of CountModel
    fixed : mapping of str to float
        Values of further parameters.
    sizes : mapping of str to float
        Unit of every coupling.
    domains : sequence of (lower, upper)
        Where every coupling may go, in its own unit; may be infinite.
    """
    scale = np.array(list(sizes.values()))
    low, high = (np.array(ends) for ends in zip(*domains, strict=True))

    def counts(x: FloatArray) -> list[FloatArray]:
        values = np.clip(x * scale, low, high)
        params = {name: np.full(len(x), value) for name, value in fixed.items()}
        params |= {name: values[:, k] for k, name in enumerate(sizes)}
        rows = (row_counts(part, params) for part in experiments)
        return [np.broadcast_to(r, (len(x), *r.shape[1:])) for r in rows]

    return _powers(_Ask(counts), low / scale, high / scale)


def shape_powers(shape: ParametricCounts, nuisances: Sequence[Nuisance]) -> dict[tuple[int, ...], FloatArray] | None:
    """Return parametric counts (n_bins,) for powers of their nuisances, or None if they are no such sums.

    They vanish where their normalisation does: a constant second row is what rounding is judged by there.
    """
    nominal = parametric_counts(shape, np.zeros((1, len(nuisances))))
    if not nuisances:
        return {(): nominal[0]}
    low, high = (np.array(ends) for ends in zip(*(n.bounds for n in nuisances), strict=True))
    constant = np.full_like(nominal, np.abs(nominal).max())

    def counts(u: FloatArray) -> list[FloatArray]:
        both = np.broadcast_arrays(parametric_counts(shape, u), constant)
        return [np.stack(both, axis=1)]

    found = _powers(_Ask(counts), low, high)
    return None if found is None else {powers: tables[0][0] for powers, tables in found.items()}


@dataclass(frozen=True, slots=True)
class _Ask:
    """Counts at variables (n, n_par) as `fit_templates` asks for them; there is one model point."""

    counts: Callable[[FloatArray], list[FloatArray]]
    n_points: int = 1

    def __call__(self, x: FloatArray, point: NDArray[np.intp]) -> list[FloatArray]:  # noqa: ARG002
        return self.counts(x)


def _powers(ask: _Ask, low: FloatArray, high: FloatArray) -> Powers | None:
    found = fit_templates(ask, low, high, np.zeros(len(low)))
    return None if found is None else _expanded(found)


def _expanded(found: Templates) -> Powers:
    """Multiply out the powers of (x - origin) / reach; the origin is zero wherever zero is allowed."""
    result: Powers = {}
    for i, powers in enumerate(found.powers.tolist()):
        for lower in product(*(range(p + 1) for p in powers)):
            factor = math.prod(
                math.comb(p, k) * (-origin) ** (p - k) / reach**p
                for p, k, origin, reach in zip(powers, lower, found.origin.tolist(), found.reach.tolist(), strict=True)
            )
            if factor:
                own = result.setdefault(lower, [np.zeros(table.shape[1:]) for table in found.tables])
                for total, table in zip(own, found.tables, strict=True):
                    total += factor * table[i]
    return result
