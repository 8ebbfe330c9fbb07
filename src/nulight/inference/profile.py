"""Profiling: minimise -2 ln L over nuisances and physics parameters, for many points at once.

The work horse of every interval, contour and forecast. Points are handled in chunks of bounded
memory; physics parameters are started from several places of their range, because -2 ln L has
more than one minimum in them (a magnetic moment enters squared, a charge radius interferes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Coordinates, Prior, Profile, baseline, coordinates, lookup
from nulight.inference.engine.newton import Minimum, minimise_in_box
from nulight.inference.engine.objective import Objective
from nulight.inference.expectation import morphs, parametric, rows
from nulight.inference.model import CountModel, Model, parts
from nulight.inference.toys.data import Toys
from nulight.typing import FloatArray

__all__ = ["Prior", "Profile", "Profiled", "as_profiled", "best_start", "escapes", "minimise", "points_of", "starts_of"]

_CHUNK = 400_000  # numbers of one chunk: points x rows of counts x bins
# Counts are quadratic in a coupling: going downhill from both ends meets every minimum there can be.
_FRACTIONS = {1: (0.02, 0.5, 0.98), 2: (0.1, 0.5, 0.9)}
_DECADES = {1: (-10.0, -1.0, -0.1, 0.1, 1.0, 10.0), 2: (-3.0, 0.3, 3.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """Minima of -2 ln L, one per point.

    Attributes
    ----------
    twice_nll : array, shape (n_points,)
        Relative to the saturated model; infinite where the data are impossible.
    nuisances, parameters : dict of str to array, shape (n_points,)
        Where the minimum is; parameters in their own units.
    converged : array of bool, shape (n_points,)
    residual : array, shape (n_points,)
        Decrease of -2 ln L that one more Newton step predicts.
    """

    twice_nll: FloatArray
    nuisances: dict[str, FloatArray]
    parameters: dict[str, FloatArray]
    converged: NDArray[np.bool_]
    residual: FloatArray


def minimise(
    model: Model,
    params: Mapping[str, Any] | None = None,
    *,
    profile: Profile | None = None,
    hold: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
    toys: Toys | None = None,
) -> Profiled:
    """Minimise -2 ln L over all nuisances and the parameters in `profile`, at every point.

    Parameters
    ----------
    model : CountModel or CombinedModel
    params : mapping of str to float or array (n_points,), optional
        Physics parameters of the points; the others keep their defaults.
    profile : mapping of str to (lower, upper) or Prior, optional
        Physics parameters to minimise over: a range with hard ends, or a Gaussian prior.
    hold : mapping of str to float, optional
        Nuisances kept at a value instead of being minimised over.
    start : mapping of str to float, optional
        Begin these profiled parameters here only, instead of at several places of their ranges.
    toys : Toys, optional
        Data of every point, instead of those of the model for all; one data set may serve all points,
        or one point all data sets.

    Returns
    -------
    Profiled

    Raises
    ------
    ValueError
        If a name is unknown, given twice, or a range is empty.

    Notes
    -----
    Accurate to 1e-9 in -2 ln L. Profiled parameters must enter the counts smoothly and inside
    their range: as polynomials the derivatives are exact, otherwise central differences.
    Nuisances start at zero; where several multiply the same component, or the counts are not linear
    in one (a quadratic change of shape, the place of a line), a second minimum many standard
    deviations away is not searched for.
    """
    points, n_points = points_of(model, params or {}, profile or {}, toys.n_toys if toys else 1)
    layout = coordinates(model, profile or {}, hold or {})
    starts = starts_of(model, layout, start)
    size = len(starts) * sum(_n_rows(part) * len(part.observed) for part in parts(model))
    chunk = max(1, _CHUNK // max(size, 1))
    results = [
        _minimise_chunk(
            model, layout, {name: v[i : i + chunk] for name, v in points.items()}, starts, n, _some(toys, i, i + chunk)
        )
        for i in range(0, n_points, chunk)
        for n in (min(chunk, n_points - i),)
    ]
    return as_profiled(results, layout)


def as_profiled(chunks: list[Minimum], layout: Coordinates) -> Profiled:
    """Return the minima of all chunks, over the coordinates of `layout`, with their names and units."""
    best = Minimum(*(np.concatenate(column) for column in zip(*chunks, strict=True)))
    values = layout.values(best.z).T
    n_u = len(layout.nuisances)
    return Profiled(
        twice_nll=best.value,
        nuisances=dict(zip(layout.nuisances, values[:n_u], strict=True)),
        parameters=dict(zip(layout.parameters, values[n_u:], strict=True)),
        converged=best.converged,
        residual=best.residual,
    )


def _minimise_chunk(
    model: Model,
    layout: Coordinates,
    params: dict[str, FloatArray],
    starts: FloatArray,
    n_points: int,
    toys: Toys | None,
) -> Minimum:
    n_starts = len(starts)
    objective = Objective(model, layout, params, n_points, n_starts, toys)
    escape = escapes(model, layout)
    found = minimise_in_box(objective, np.tile(starts, (n_points, 1)), layout.lower, layout.upper, escape=escape)
    return best_start(found, objective.exact_value(found.z), n_starts)


def escapes(model: Model, layout: Coordinates) -> NDArray[np.bool_]:
    """Return the coordinates in which a vanishing gradient may hide a maximum, (n_dim,)."""
    bending = {name for part in parts(model) for name in _bending(part)}
    return np.array([name in bending for name in layout.nuisances] + [True] * len(layout.parameters), bool)


def best_start(found: Minimum, exact: FloatArray, n_starts: int) -> Minimum:
    """Return the lowest minimum of every point, of which there are `n_starts` each with values `exact`."""
    value = exact.reshape(-1, n_starts)
    # Among equal minima prefer one that converged.
    order = np.where(found.converged.reshape(value.shape), value, value + 1e-9 * (1 + np.abs(value)))
    best = np.argmin(np.where(np.isnan(order), np.inf, order), axis=1)
    pick = np.arange(len(value)) * n_starts + best
    return Minimum(found.z[pick], value.ravel()[pick], found.residual[pick], found.converged[pick])


def _some(toys: Toys | None, first: int, last: int) -> Toys | None:
    """Data of a chunk of points; one data set serves all of them."""
    return toys if toys is None or toys.n_toys == 1 else toys.take(slice(first, last))


def _n_rows(part: CountModel) -> int:
    """Rows of counts, and what parametric counts need for their second derivatives."""
    return len(rows(part)) + sum(len(counts.nuisances) ** 2 for counts in parametric(part))


def _bending(part: CountModel) -> set[str]:
    """Nuisances in which the counts are not linear: u = 0 may be a maximum of -2 ln L."""
    squares = {name for morph in morphs(part) for name in morph.factors if morph.factors.count(name) > 1}
    return squares.union(*(counts.nuisances for counts in parametric(part)))


def points_of(
    model: Model, params: Mapping[str, Any], profile: Profile, n_toys: int
) -> tuple[dict[str, FloatArray], int]:
    """Return the parameters of all points, (n_points,) each, and the number of points."""
    for name in params:
        lookup(model, name)
        if name in profile:
            raise ValueError(f"{name} is both set and profiled; choose one")
    arrays = np.broadcast_arrays(np.zeros(n_toys), *(np.asarray(v, float) for v in params.values()))
    if arrays[0].ndim > 1:
        raise ValueError(f"points must be one list, got parameters of shape {arrays[0].shape}")
    return {name: np.array(a) for name, a in zip(params, arrays[1:], strict=True)}, arrays[0].size


def starts_of(model: Model, layout: Coordinates, start: Mapping[str, float] | None) -> FloatArray:
    """Return starting coordinates (n_starts, n_dim): nuisances at zero, parameters across their ranges."""
    n_u, given = len(layout.nuisances), dict(start or {})
    places: list[tuple[float, ...]] = []
    first: list[float] = []
    n_open = len(set(layout.parameters) - set(given))
    for k, name in enumerate(layout.parameters, n_u):
        low, high = layout.lower[k], layout.upper[k]
        value = given.get(name, baseline(lookup(model, name)))
        first.append(float(np.clip((value - layout.offset[k]) / layout.scale[k], low, high)))
        places.append((first[-1],) if name in given else _places(low, high, n_open))
    x = np.unique(np.array([first, *product(*places)], float), axis=0)
    u = np.clip(np.zeros(n_u), layout.lower[:n_u], layout.upper[:n_u])
    return np.hstack([np.broadcast_to(u, (len(x), n_u)), x])


def _places(low: float, high: float, n_par: int) -> tuple[float, ...]:
    """Starting places of one coordinate, fewer in more dimensions."""
    if np.isfinite(high - low):
        return tuple(low + f * (high - low) for f in _FRACTIONS.get(n_par, (0.25, 0.75)))
    return tuple(float(np.clip(x, low, high)) for x in _DECADES.get(n_par, (-1.0, 1.0)))
