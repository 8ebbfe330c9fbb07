"""Where the expected Delta chi2 along a coupling passes its threshold, for many rays at once.

A new amplitude that cancels the weak one at some trigger frequencies makes the Delta chi2 fall
again, so the first place where it is too large need not be the last. Places where single bins turn
are known; between them the slope says where minima and maxima are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nulight.inference.masses.lines import Points, between
from nulight.studies.renp.rays import Rays
from nulight.typing import FloatArray

__all__ = ["Ends", "allowed_ends"]

_LADDER = np.geomspace(0.1, 30.0, 16)  # strengths to look at
_TURNS = (0.5, 0.75, 1.0, 1.25)  # of the place where a bin is back at its data: it turns half way
_BEYOND = np.concatenate([np.geomspace(1.5, 1e3, 9), np.geomspace(1e4, 1e12, 17)])  # open if still allowed there
_CHUNK = 400_000  # numbers handled at once: rays x rows x bins
_ROUNDS = 80
_CLOSE = 1e-12  # relative step or width of a bracket that needs no further step
_LEVEL = 1e-9  # differences of the Delta chi2 that mean nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Strengths, arrays (n_rays,), infinite where the Delta chi2 never passes the threshold.

    Attributes
    ----------
    first : array
        End of the allowed values that contain zero.
    last : array
        End of all allowed values; the same as `first` unless there are further regions.
    """

    first: FloatArray
    last: FloatArray


def allowed_ends(rays: Rays, threshold: float) -> Ends:
    """Find the ends of the allowed strengths of every ray.

    Parameters
    ----------
    rays : Rays
        In units in which the signal shows at a strength of order one.
    threshold : float
        Delta chi2.

    Returns
    -------
    Ends
    """
    chunks = np.array_split(np.arange(len(rays)), max(1, -(-rays.constant.size // _CHUNK)))
    found = [_ends(rays[chunk], threshold) for chunk in chunks]
    first, last = (np.concatenate([getattr(f, name) for f in found]) for name in ("first", "last"))
    return Ends(first=first, last=last)


def _ends(rays: Rays, threshold: float) -> Ends:
    walk = _with_turns(rays, _walked(rays, threshold))
    allowed = walk.value <= threshold
    is_open, row = allowed[:, -1], np.arange(len(rays))
    inner = np.argmin(allowed, axis=1) - 1  # the last place before the first that is excluded
    outer = allowed.shape[1] - 1 - np.argmax(allowed[:, ::-1], axis=1)
    ends = [np.where(allowed.all(axis=1), np.inf, np.nan), np.where(is_open, np.inf, np.nan)]
    for end, j in zip(ends, (inner, outer), strict=True):
        live = np.flatnonzero(np.isnan(end))
        a, b = walk[row[live], j[live]], walk[row[live], j[live] + 1]
        end[live] = _crossing(rays[live], a, b, threshold)
    return Ends(first=ends[0], last=ends[1])


def _walked(rays: Rays, threshold: float) -> Points:
    """Go outwards until two successive places beyond the last turn of any bin are excluded.

    Returns
    -------
    Points, arrays (n_rays, n_places)
        In order of strength; where a ray needed fewer steps the last point stands again.
    """
    s, end = _places(rays)
    here = Points(s[:, 0], np.zeros(len(s)), np.zeros(len(s)), np.ones((len(s), len(rays.nuisances))))
    steps, excluded = [here], np.zeros(len(s), np.intp)
    for goal in s.T[1:]:
        live = np.flatnonzero((excluded < 2) & (goal > here.strength))
        if not live.size:
            continue
        here = here.copy()
        here[live] = rays[live].at(goal[live], here.z[live])
        out = (here.value > threshold) & (here.slope > 0) & (here.strength >= end)
        excluded[live] = np.where(out, excluded + 1, 0)[live]
        steps.append(here)
    return _each(lambda *columns: np.stack(columns, axis=1), *steps)


def _places(rays: Rays) -> tuple[FloatArray, FloatArray]:
    """Strengths to look at in ascending order, shape (n_rays, n_places), zero first, and where bins turn last.

    A bin is back at its data where linear s + square s^2 = 0, and turns half way.
    """
    linear, square = rays.linear.sum(axis=1), rays.square.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        back = -linear / square
    back = np.where(np.isfinite(back) & (back > 0), back, 0.0)
    end = back.max(axis=1)
    turns = np.hstack([back * share for share in _TURNS])
    ladder, beyond = np.broadcast_to(_LADDER, (len(rays), len(_LADDER))), np.maximum(end, _LADDER[-1])
    s = np.sort(np.hstack([np.zeros((len(rays), 1)), ladder, turns, beyond[:, None] * _BEYOND]), axis=1)
    return s, end


def _with_turns(rays: Rays, walk: Points) -> Points:
    """Add the minima and maxima between places."""
    turn = (walk.slope[:, :-1] * walk.slope[:, 1:] < 0) & (walk.strength[:, 1:] > walk.strength[:, :-1])
    ray, j = np.nonzero(turn)
    if not ray.size:
        return walk
    extra = walk[:, :-1][:, turn.any(axis=0)].copy()
    where = np.cumsum(turn.any(axis=0)) - 1
    extra[ray, where[j]] = _flat(rays[ray], walk[ray, j], walk[ray, j + 1])
    both = _each(lambda *pieces: np.concatenate(pieces, axis=1), walk, extra)
    order = np.argsort(both.strength, axis=1, kind="stable")
    return both[np.arange(len(order))[:, None], order]


def _flat(rays: Rays, a: Points, b: Points) -> Points:
    """Points between a and b where the slope vanishes: false position, the side that stays halved (Illinois)."""
    f_a, f_b, best = a.slope.copy(), b.slope.copy(), a.copy()
    a, b, live = a.copy(), b.copy(), np.arange(len(a.value))
    for _ in range(_ROUNDS):
        x, y = a[live], b[live]
        share = f_a[live] / (f_a[live] - f_b[live])
        goal = x.strength + np.clip(share, 0.02, 0.98) * (y.strength - x.strength)
        new = rays[live].at(goal, between(x, y, goal))
        best[live] = new
        same = new.slope * f_a[live] > 0
        f_b[live] = np.where(same, f_b[live] / 2, new.slope)
        f_a[live] = np.where(same, new.slope, f_a[live] / 2)
        a[live[same]], b[live[~same]] = new[same], new[~same]
        live = live[np.abs(new.slope) * (y.strength - x.strength) > _LEVEL]
        if not live.size:
            break
    return best


def _each(combine: Callable[..., FloatArray], *points: Points) -> Points:
    """Points made of others, array by array."""
    return Points(*(combine(*(getattr(p, name) for p in points)) for name in ("strength", "value", "slope", "z")))


def _crossing(rays: Rays, a: Points, b: Points, threshold: float) -> FloatArray:
    """Strengths between `a`, allowed, and `b`, excluded, at which the Delta chi2 is at its threshold.

    Newton's method in the root of the Delta chi2, which is close to a straight line, inside a bracket.
    """
    a, b = a.copy(), b.copy()
    x: FloatArray = (a.strength + b.strength) / 2
    goal, live = np.sqrt(threshold), np.arange(len(x))
    for _ in range(_ROUNDS):
        if not live.size:
            break
        new = rays[live].at(x[live], between(a[live], b[live], x[live]))
        above = new.value > threshold
        a[live[~above]], b[live[above]] = new[~above], new[above]
        root = np.sqrt(np.maximum(new.value, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (goal - root) * 2 * root / new.slope
        low, high = a.strength[live], b.strength[live]
        done = (np.abs(step) <= _CLOSE * x[live]) | (np.abs(high - low) <= _CLOSE * np.maximum(low, high))
        tried = x[live] + step
        inside = (tried > np.minimum(low, high)) & (tried < np.maximum(low, high))
        x[live] = np.where(inside, tried, np.where(done, x[live], (low + high) / 2))
        live = live[~done]
    return x
