"""Profile likelihoods on a surface: the same minima as `profile.minimise`, many points at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nulight.inference.coordinates import Coordinates, baseline, lookup
from nulight.inference.engine.convex import minimise_convex
from nulight.inference.engine.newton import Minimum, minimise_in_box
from nulight.inference.engine.surface import Surface
from nulight.inference.engine.surface_function import SurfaceFunction
from nulight.inference.model import Model
from nulight.inference.profile import Profiled, as_profiled, best_start, escapes, points_of, starts_of
from nulight.inference.toys.data import Toys
from nulight.typing import FloatArray

__all__ = ["given_coordinates", "minimise_on"]

_CLOSE = 1e-3  # starts that are one, in units of the coordinates
_CHUNK, _NUMBERS = 4096, 400_000  # starts of one chunk, and elements of their curvatures


def minimise_on(
    on: Surface,
    model: Model,
    layout: Coordinates,
    points: Mapping[str, Any],
    *,
    toys: Toys | None,
    start: Mapping[str, float] | None,
) -> Profiled:
    """Minimise -2 ln L over nuisances and profiled parameters, at every point.

    Parameters
    ----------
    on : Surface
    model : CountModel or CombinedModel
        Whose surface it is.
    layout : Coordinates
        Nuisances and profiled parameters.
    points : mapping of str to float or array (n_points,)
        Values of the given parameters, inside their ranges.
    toys : Toys or None
        Data of every point, instead of those of the model.
    start : mapping of str to float or None
        Begin these profiled parameters here only.

    Returns
    -------
    Profiled
    """
    values, n_points = points_of(
        model, points, dict.fromkeys(layout.parameters, (0.0, 0.0)), toys.n_toys if toys else 1
    )
    known = np.broadcast_to(given_coordinates(on, values), (on.given, n_points))
    if on.convex and start is None:  # one minimum, whatever the start
        start = {name: baseline(lookup(model, name)) for name in layout.parameters}
    starts = _distinct(on.inward(starts_of(model, layout, start)[:, on.free]))
    size = max(1, min(_CHUNK, _NUMBERS // (1 + len(on.free) ** 2)) // len(starts))
    one = toys is None or toys.n_toys == 1
    chunks = []
    for i in range(0, n_points, size):
        here = slice(i, min(i + size, n_points))
        data = toys if one or toys is None else toys.take(here)
        function = SurfaceFunction(on, known[:, here], here.stop - i, len(starts), data)
        chunks.append(_minimise_chunk(on, model, layout, function, starts))
    return as_profiled(chunks, layout)


def _distinct(starts: FloatArray) -> FloatArray:
    """Starts without those that others are close to: near zero many coordinates have the same square."""
    keep: list[FloatArray] = []
    for place in starts:
        if all(np.max(np.abs(place - other), initial=0.0) > _CLOSE for other in keep):
            keep.append(place)
    return np.array(keep)


def given_coordinates(on: Surface, values: Mapping[str, FloatArray]) -> FloatArray:
    """Return the coordinates (n_given, n_points) of given values, by name."""
    layout, n_u = on.layout, len(on.layout.nuisances)
    places = range(len(layout.parameters) - on.given, len(layout.parameters))
    rows = [(values[layout.parameters[k]] - layout.offset[n_u + k]) / layout.scale[n_u + k] for k in places]
    return np.array(rows).reshape(on.given, max(map(len, rows), default=1))


def _minimise_chunk(
    on: Surface, model: Model, layout: Coordinates, function: SurfaceFunction, starts: FloatArray
) -> Minimum:
    begin = np.tile(starts, (function.n_points, 1))
    if on.convex:
        found = minimise_convex(function, begin, *on.bounds)
        best = best_start(found, found.value, len(starts))
    else:
        escape = escapes(model, layout)[on.free]
        found = minimise_in_box(function, begin, *on.bounds, escape=escape)
        best = best_start(found, function.exact_value(found.z), len(starts))
    z = np.repeat(layout.lower[None], len(best.z), axis=0)
    z[:, on.free] = on.outward(best.z)
    return best._replace(z=z)
