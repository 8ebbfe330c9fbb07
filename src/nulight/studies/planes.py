"""What a plane of two parameters should cover so that its contours are seen."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nulight.inference.contours import contour
from nulight.inference.coordinates import Profile, domain, lookup
from nulight.inference.intervals import interval_of
from nulight.inference.levels import confidence, region_threshold
from nulight.inference.model import Model

__all__ = ["covering_ranges"]

Range = tuple[float, float]

_COARSE = 25
_LONGEST = 4.0  # times the interval of one parameter alone: where two make up for each other there is no end
_STEPS = 6


def covering_ranges(
    model: Model,
    p1: str,
    p2: str,
    *,
    given: Mapping[str, Range] | None = None,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> tuple[Range, Range]:
    """Return axis ranges that hold the 3 sigma region, or a good part of a valley without end.

    Parameters
    ----------
    model : CountModel or CombinedModel
    p1, p2 : str
        The parameters of the plane.
    given : mapping of str to (low, high), optional
        Ranges that are wished; they are not changed.
    profile, fixed
        As for `contour`.

    Returns
    -------
    tuple of two (low, high)
        In the units of the parameters.

    Raises
    ------
    ValueError
        If a parameter is not bounded at 3 sigma, or has no effect, with the other at its default.

    Notes
    -----
    Begins with the interval of each parameter alone and widens every side that the 3 sigma region of
    a coarse grid touches, up to four times that interval; then cuts what is empty.
    """
    given = dict(given or {})
    start = [given.get(p) or _alone(model, p, profile, fixed) for p in (p1, p2)]
    box = list(start)
    level = region_threshold(confidence("3 sigma"), 2)
    for _ in range(_STEPS):
        coarse = contour(model, p1, p2, (box[0], box[1]), levels=(), profile=profile, fixed=fixed, n=(_COARSE, _COARSE))
        allowed = coarse.delta_chi2 <= level
        inside = [np.asarray(allowed.any(axis=axis)) for axis in (0, 1)]
        wider = [
            r if p in given else _widened(r, s, seen, domain(lookup(model, p)))
            for p, r, s, seen in zip((p1, p2), box, start, inside, strict=True)
        ]
        if wider == box:
            break
        box = wider
    trimmed = [r if p in given else _trimmed(r, s) for p, r, s in zip((p1, p2), box, inside, strict=True)]
    return trimmed[0], trimmed[1]


def _alone(model: Model, parameter: str, profile: Profile | None, fixed: Mapping[str, float] | None) -> Range:
    """The 3 sigma interval with the other parameter at its default: all regions, or those near the best fit."""
    found = interval_of(model, parameter, cl=confidence("3 sigma"), profile=profile, fixed=fixed)
    ends = [(-math.inf if a is None else a, math.inf if b is None else b) for a, b in found.regions]
    near = min(ends, key=lambda r: max(r[0] - found.best_fit, found.best_fit - r[1]))
    low, high = ends[0][0], ends[-1][1]
    if high - low > _LONGEST * (near[1] - near[0]):
        low, high = near
    if math.isinf(high - low):
        raise ValueError(f"{parameter} is not bounded at 3 sigma; give its range")
    return low, high


def _widened(box: Range, start: Range, inside: NDArray[np.bool_], bounds: Range) -> Range:
    """Widen the sides that are touched by half the range, inside the limits."""
    low, high = box
    centre, longest = sum(start) / 2, _LONGEST * (start[1] - start[0]) / 2
    step = (high - low) / 2
    if inside[0]:
        low = max(low - step, centre - longest, bounds[0])
    if inside[-1]:
        high = min(high + step, centre + longest, bounds[1])
    return min(low, box[0]), max(high, box[1])


def _trimmed(box: Range, inside: NDArray[np.bool_]) -> Range:
    """Cut what holds nothing, but for a margin."""
    if not inside.any():
        return box
    grid = np.linspace(*box, len(inside))
    first, last = np.flatnonzero(inside)[[0, -1]]
    return float(grid[max(int(first) - 2, 0)]), float(grid[min(int(last) + 2, len(grid) - 1)])
