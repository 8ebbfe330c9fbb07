"""Where a function of one variable stays below a level: disjoint regions found without a guess.

The function is a profile likelihood, evaluated for many points at once. It may have several
minima, be flat, or stay below the level for ever; the search starts from nothing but a scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.typing import FloatArray

__all__ = ["Scan", "scan_regions", "scan_within"]

Places = NDArray[np.intp]
Curve = Callable[[FloatArray], FloatArray]
Polish = Callable[[float, float, float], float]

_FIRST = np.geomspace(1e-3, 1e4, 85)  # distances from the centre in units of the scale: 12 a decade
_FAR = 1e12  # an interval still open here is reported as open
_DENSE = 201
_TIE = 1e-9  # differences of the curve that mean nothing
_EVEN = np.linspace(0, 1, 9)[1:-1]  # places inside a bracket, whatever the curve is
_CLOSE = np.concatenate([[0.0], *((-(0.1**k), 0.1**k) for k in range(1, 8))])  # and around where it should cross


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Regions (ends, None where open), the minimum, and the points they were found with."""

    regions: tuple[tuple[float | None, float | None], ...]
    best: float
    minimum: float
    x: FloatArray
    y: FloatArray


def scan_regions(curve: Curve, polish: Polish, *, centre: float, lower: float, upper: float, level: float) -> Scan:
    """Find all regions where ``curve(x) <= minimum + level``.

    Parameters
    ----------
    curve : callable
        Values (n,) at points (n,); of order-one structure near `centre`.
    polish : callable
        ``polish(a, b, start)``: position of the minimum between a and b.
    centre : float
        Where the search begins, inside the bounds.
    lower, upper : float
        Bounds of x, may be infinite. A finite bound closes a region.
    level : float

    Returns
    -------
    Scan
    """
    reach = _FIRST
    x, y = _merge(curve, np.array([]), np.array([]), _ladder(centre, reach, lower, upper))
    while _open(y, x, level, lower, upper) and reach[-1] < _FAR:
        reach = np.geomspace(reach[-1], reach[-1] * 1e4, 49)[1:]
        x, y = _merge(curve, x, y, _ladder(centre, reach, lower, upper))
    x, y = _polished(curve, polish, x, y)
    x, y = _merge(curve, x, y, _dense(x, y, level))
    x, y = _polished(curve, polish, x, y)
    return _finish(curve, x, y, lower, upper, level, centre)


def scan_within(
    curve: Curve, best: float, low: float, high: float, *, lower: float, upper: float, level: float
) -> Scan:
    """Find the regions below ``curve(best) + level`` when they are known to lie inside [low, high]."""
    margin = 0.05 * (high - low)
    grid = np.clip(np.linspace(low - margin, high + margin, 65), lower, upper)
    x, y = _merge(curve, np.array([]), np.array([]), np.append(grid, best))
    return _finish(curve, x, y, lower, upper, level, best)


def _ladder(centre: float, reach: FloatArray, lower: float, upper: float) -> FloatArray:
    ends = [end for end in (lower, upper) if np.isfinite(end)]
    ladder: FloatArray = np.clip(np.concatenate([centre - reach, [centre], centre + reach, ends]), lower, upper)
    return ladder


def _merge(curve: Curve, x: FloatArray, y: FloatArray, new: FloatArray) -> tuple[FloatArray, FloatArray]:
    new = np.setdiff1d(new, x)
    if new.size == 0:
        return x, y
    x, y = np.append(x, new), np.append(y, np.nan_to_num(curve(new), nan=np.inf, posinf=np.inf))
    order = np.argsort(x)
    return x[order], y[order]


def _open(y: FloatArray, x: FloatArray, level: float, lower: float, upper: float) -> bool:
    below = y <= y.min() + level
    return bool((below[0] and x[0] > lower) or (below[-1] and x[-1] < upper))


def _polished(curve: Curve, polish: Polish, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Add the exact positions of the lowest few local minima, so that no narrow region is missed."""
    padded = np.concatenate([[np.inf], y, [np.inf]])
    dips = np.flatnonzero((y <= padded[:-2]) & (y <= padded[2:]) & np.isfinite(y))
    lowest = dips[np.argsort(y[dips])][:4].tolist()
    found = [polish(x[max(i - 1, 0)], x[min(i + 1, len(x) - 1)], x[i]) for i in lowest]
    return _merge(curve, x, y, np.array(found))


def _dense(x: FloatArray, y: FloatArray, level: float) -> FloatArray:
    """Even grids: over everything below the level, and around the lowest point."""
    below = np.flatnonzero(y <= y.min() + level)
    first, last = x[max(int(below[0]) - 1, 0)], x[min(int(below[-1]) + 1, len(x) - 1)]
    i = int(np.argmin(y))
    near = np.linspace(x[max(i - 1, 0)], x[min(i + 1, len(x) - 1)], 21)
    # beyond it, so that a curve drawn through the points is smooth to about twice the level
    left, right = x[max(int(below[0]) - 4, 0)], x[min(int(below[-1]) + 4, len(x) - 1)]
    beyond = [np.linspace(left, first, 13), np.linspace(last, right, 13)]
    return np.concatenate([np.linspace(first, last, _DENSE), near, *beyond])


def _finish(
    curve: Curve, x: FloatArray, y: FloatArray, lower: float, upper: float, level: float, centre: float
) -> Scan:
    i = int(np.argmin(y))
    below = y <= y[i] + level
    change = np.flatnonzero(below[1:] != below[:-1])
    inside = np.where(below[change], change, change + 1)
    outside = np.where(below[change], change + 1, change)
    edges = _crossings(curve, x, y - (y[i] + level), inside, outside, y[i] + level)
    ends: list[float | None] = [float(edge) for edge in edges]
    if below[0]:
        ends.insert(0, float(lower) if x[0] <= lower else None)
    if below[-1]:
        ends.append(float(upper) if x[-1] >= upper else None)
    regions = tuple(zip(ends[::2], ends[1::2], strict=True))
    # Where the bottom is flat (a hard box, Asimov data) the least surprising minimum is the one nearest the centre.
    ties = x[y <= y[i] + _TIE]
    return Scan(regions=regions, best=float(ties[np.argmin(np.abs(ties - centre))]), minimum=float(y[i]), x=x, y=y)


def _crossings(
    curve: Curve, x: FloatArray, height: FloatArray, inside: Places, outside: Places, level: float
) -> FloatArray:
    """Positions between x[inside], below the level, and x[outside], all brackets divided at the same time."""
    a, b, at_a, at_b = x[inside], x[outside], height[inside], height[outside]
    around = np.clip(np.minimum(inside, outside)[:, None] + np.arange(-1, 3), 0, len(x) - 1)
    near, at_near = x[around], height[around]
    rows = np.arange(len(a))
    for _ in range(12):
        if np.all(np.abs(b - a) <= 1e-6 * np.maximum(np.abs(a), np.abs(b))):
            break
        position = a[:, None] + (b - a)[:, None] * _shares(a, b, near, at_near)
        at = np.nan_to_num(curve(position.ravel()), nan=np.inf, posinf=np.inf).reshape(position.shape) - level
        position, at = np.column_stack([a, position, b]), np.column_stack([at_a, at, at_b])
        first = np.argmax(at > 0, axis=1)  # the crossing nearest to the allowed side
        a, at_a, b, at_b = position[rows, first - 1], at[rows, first - 1], position[rows, first], at[rows, first]
        around = np.clip(first[:, None] + np.arange(-2, 2), 0, position.shape[1] - 1)
        near, at_near = position[rows[:, None], around], at[rows[:, None], around]
    share = np.where(np.isfinite(at_b), at_a / np.where(np.isfinite(at_b), at_a - at_b, 1.0), 0.0)
    edges: FloatArray = a + share * (b - a)
    return edges


def _shares(a: FloatArray, b: FloatArray, near: FloatArray, at_near: FloatArray) -> FloatArray:
    """Where to look inside brackets, (n, n_places) ascending from 0 at a to 1 at b.

    Four points of the curve around a bracket (n, 4), read backwards as a cubic of its height, tell
    the crossing to about the fourth power of the distance; a bad guess costs one more round.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = at_near[:, :, None] - at_near[:, None, :]
        factors = np.where(np.eye(4, dtype=bool), 1.0, -at_near[:, None, :] / gap)
        guess = ((near * factors.prod(axis=2)).sum(axis=1) - a) / (b - a)
    guess = np.where(np.isfinite(guess), guess, 0.5)
    close = np.clip(guess[:, None] + _CLOSE, 0, 1)
    return np.sort(np.column_stack([np.broadcast_to(_EVEN, (len(a), len(_EVEN))), close]), axis=1)
