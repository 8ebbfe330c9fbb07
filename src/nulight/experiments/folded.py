"""Many values of the parameters that live inside the integration over the recoil.

Masses and nuclear radii change a template, so the terms take one value of them at a time. Points are
grouped by their values, and the counts of all groups asked for at once. Counts are a smooth function of
a neutron radius: many values of it come from a polynomial through fixed radii, whose templates are kept
from one question to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from nulight.models.parameters import FOLDED, PARAMETERS, check_domain
from nulight.typing import FloatArray

__all__ = ["by_folded"]

Values = Mapping[str, Any]
Evaluate = Callable[[Sequence[Values]], Sequence[FloatArray]]

_RADIUS = "R_n"
# Radii between the bounds of R_n: exact to rounding for neutrinos from the SNS, to 2e-8 of a bin with
# 1e-9 of the counts for recoils of xenon up to 400 keV.
_NODES = 33


def by_folded(params: Values, evaluate: Evaluate) -> FloatArray:
    """Evaluate counts at points of which the terms take one value of the folded parameters at a time.

    Parameters
    ----------
    params : mapping of str to float or array (n_points,)
    evaluate : callable
        Maps a sequence of parameters, each with one value of the folded ones, to counts (n_points or 1,
        n_components, n_bins) of each.

    Returns
    -------
    array, shape (n_points, n_components, n_bins)
    """
    plan = _planned(params)
    return plan.answer(evaluate(plan.questions))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to ask for, each with one value of the folded parameters, and how counts at all points come from it."""

    questions: Sequence[Values]
    answer: Callable[[Sequence[FloatArray]], FloatArray]


def _planned(params: Values) -> _Plan:
    several = [name for name in FOLDED if name in params and _varies(np.asarray(params[name]))]
    if not several:
        shape = np.broadcast_shapes(*(np.shape(value) for value in params.values()))
        return _Plan([params], lambda counts: _at_every_point(counts[0], shape))
    arrays = np.broadcast_arrays(*(np.asarray(value, float) for value in params.values()))
    points: Values = {name: array.ravel() for name, array in zip(params, arrays, strict=True)}
    masses = [name for name in several if name != _RADIUS]
    if masses or np.unique(points[_RADIUS]).size <= _NODES:
        return _grouped(points, masses or several)
    return _interpolated(points)


def _varies(values: FloatArray) -> bool:
    return bool(np.any(values != values.flat[0]))


def _at_every_point(counts: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Counts (n_points or 1, ...): points that no count tells apart are points all the same."""
    return counts if len(counts) > 1 else np.repeat(counts, int(np.prod(shape)), axis=0)


def _grouped(points: Values, names: list[str]) -> _Plan:
    """Ask for points (n_points,) together that share the values of `names`."""
    keys, group = np.unique(np.stack([points[name] for name in names]), axis=1, return_inverse=True)
    members = [np.flatnonzero(group.ravel() == i) for i in range(keys.shape[1])]
    plans = [
        _planned(
            {name: array[place] for name, array in points.items()} | dict(zip(names, map(float, key), strict=True))
        )
        for key, place in zip(keys.T, members, strict=True)
    ]
    ends = list(accumulate((len(plan.questions) for plan in plans), initial=0))

    def answer(counts: Sequence[FloatArray]) -> FloatArray:
        result = np.empty((group.size, *counts[0].shape[1:]))
        for plan, place, (start, end) in zip(plans, members, pairwise(ends), strict=True):
            result[place] = plan.answer(counts[start:end])
        return result

    return _Plan([question for plan in plans for question in plan.questions], answer)


def _interpolated(points: Values) -> _Plan:
    """Ask for the radii that a polynomial through many neutron radii needs."""
    R = points[_RADIUS]
    check_domain(_RADIUS, R)
    nodes, basis = _polynomial(R)

    def answer(counts: Sequence[FloatArray]) -> FloatArray:
        return np.asarray(sum(basis[:, k, None, None] * found for k, found in enumerate(counts)))

    return _Plan([{**points, _RADIUS: float(node)} for node in nodes], answer)


def _polynomial(R: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Chebyshev nodes (n_nodes,) and what each counts at radii R (n_points, n_nodes): the barycentric formula."""
    low, high = PARAMETERS[_RADIUS].lower, PARAMETERS[_RADIUS].upper
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * np.arange(_NODES) / (_NODES - 1))
    weights = (-1.0) ** np.arange(_NODES)
    weights[[0, -1]] /= 2
    distance = R[:, None] - nodes
    hit = distance == 0
    basis = weights / np.where(hit, 1.0, distance)
    basis = np.where(hit.any(axis=1, keepdims=True), hit, basis)
    return nodes, basis / basis.sum(axis=1, keepdims=True)
