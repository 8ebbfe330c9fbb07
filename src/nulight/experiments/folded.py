"""Many values of the parameters that live inside the integration over the recoil.

Masses and nuclear radii change a template, so the terms take one value of them a call. Points are
grouped by their values. Counts are a smooth function of a neutron radius: many values of it come from
a polynomial through fixed radii, whose templates are kept from one question to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nulight.models.parameters import FOLDED, PARAMETERS, check_domain
from nulight.typing import FloatArray

__all__ = ["by_folded"]

Values = Mapping[str, Any]
Evaluate = Callable[[Values], FloatArray]

_RADIUS = "R_n"
# Radii between the bounds of R_n: exact to rounding for neutrinos from the SNS, to 2e-8 of a bin with
# 1e-9 of the counts for recoils of xenon up to 400 keV.
_NODES = 33


def by_folded(params: Values, evaluate: Evaluate) -> FloatArray:
    """Evaluate counts at points of which `evaluate` takes one value of the folded parameters a call.

    Parameters
    ----------
    params : mapping of str to float or array (n_points,)
    evaluate : callable
        Maps parameters to counts (n_points or 1, n_components, n_bins).

    Returns
    -------
    array, shape (n_points, n_components, n_bins)
    """
    several = [name for name in FOLDED if name in params and np.unique(params[name]).size > 1]
    if not several:
        counts = evaluate(params)
        if len(counts) > 1:
            return counts
        # points that no count tells apart are points all the same
        shape = np.broadcast_shapes(*(np.shape(value) for value in params.values()))
        return np.repeat(counts, int(np.prod(shape)), axis=0)
    arrays = np.broadcast_arrays(*(np.asarray(value, float) for value in params.values()))
    points: Values = {name: array.ravel() for name, array in zip(params, arrays, strict=True)}
    masses = [name for name in several if name != _RADIUS]
    if masses:
        return _grouped(points, masses, lambda inner: by_folded(inner, evaluate))
    if np.unique(points[_RADIUS]).size > _NODES:
        return _interpolated(points, evaluate)
    return _grouped(points, several, evaluate)


def _grouped(points: Values, names: list[str], evaluate: Evaluate) -> FloatArray:
    """Evaluate points (n_points,) together that share the values of `names`."""
    keys, group = np.unique(np.stack([points[name] for name in names]), axis=1, return_inverse=True)
    group, parts = group.ravel(), []
    for i, key in enumerate(keys.T):
        held = {name: float(value) for name, value in zip(names, key, strict=True)}
        parts.append(evaluate({name: array[group == i] for name, array in points.items()} | held))
    result = np.empty((len(group), *parts[0].shape[1:]))
    for i, counts in enumerate(parts):
        result[group == i] = counts
    return result


def _interpolated(points: Values, evaluate: Evaluate) -> FloatArray:
    """Evaluate points of many neutron radii through the polynomial in it."""
    R = points[_RADIUS]
    check_domain(_RADIUS, R)
    nodes, basis = _polynomial(R)
    return np.asarray(
        sum(basis[:, k, None, None] * evaluate({**points, _RADIUS: float(node)}) for k, node in enumerate(nodes))
    )


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
