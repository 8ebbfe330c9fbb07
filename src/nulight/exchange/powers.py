"""Counts as plain sums of powers: of the couplings, and of the nuisances of parametric backgrounds.

The polynomials of the fits are sums of powers of (x - middle) / half; files want powers of x.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.expectation import ParametricCounts, parametric_counts, row_counts
from nulight.inference.model import CountModel
from nulight.inference.nuisance import Nuisance
from nulight.inference.polynomial import Polynomial, fit_polynomial
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


def shape_powers(shape: ParametricCounts, nuisances: Sequence[Nuisance]) -> Powers | None:
    """Return parametric counts as sums of powers of their nuisances, or None if they are no such sums."""
    if not nuisances:
        return {(): [parametric_counts(shape, np.zeros((1, 0)))]}
    low, high = (np.array(ends) for ends in zip(*(n.bounds for n in nuisances), strict=True))
    return _powers(_Ask(lambda u: [parametric_counts(shape, u)[:, None]]), low, high)


@dataclass(frozen=True, slots=True)
class _Ask:
    """Counts at variables (n, n_par) as `fit_polynomial` asks for them; there is one model point."""

    counts: Callable[[FloatArray], list[FloatArray]]
    n_points: int = 1

    def __call__(self, x: FloatArray, point: NDArray[np.intp]) -> list[FloatArray]:  # noqa: ARG002
        return self.counts(x)


def _powers(ask: _Ask, low: FloatArray, high: FloatArray) -> Powers | None:
    found = fit_polynomial(ask, low, high, 1)
    return None if found is None else _expanded(found)


def _expanded(found: Polynomial) -> Powers:
    """Multiply out the powers of (x - middle) / half."""
    result: Powers = {}
    for i, powers in enumerate(found.powers.tolist()):
        for lower in product(*(range(p + 1) for p in powers)):
            factor = math.prod(
                math.comb(p, k) * (-m) ** (p - k) / h**p
                for p, k, m, h in zip(powers, lower, found.middle.tolist(), found.half.tolist(), strict=True)
            )
            own = result.setdefault(lower, [np.zeros(c.shape[2:]) for c in found.coefficients])
            for total, coefficients in zip(own, found.coefficients, strict=True):
                total += factor * coefficients[0, i]
    return result
