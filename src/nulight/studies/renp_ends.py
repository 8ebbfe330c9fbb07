"""Where the expected Delta chi2 along a coupling passes its threshold, for many rays at once.

A new amplitude that cancels the weak one at some trigger frequencies makes the Delta chi2 fall
again, so the first place where it is too large need not be the last. Places where single bins turn
are known; between them the slope says where minima and maxima are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.studies.renp_rays import Rays
from nulight.typing import FloatArray

__all__ = ["Ends", "allowed_ends"]

_LADDER = np.geomspace(0.03, 30.0, 24)  # strengths to look at, and beyond the last place where a bin turns
_BEYOND = np.geomspace(1.2, 1e3, 12)
_FAR = np.geomspace(1e4, 1e12, 25)  # further out if nuisances hide the signal; open if nothing is found here
_CHUNK = 400_000  # numbers handled at once: rays x places x rows x bins
_ROUNDS = 80
_CLOSE = 1e-13  # relative width of a bracket that needs no further step


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
    n, n_numbers = len(rays), rays.constant[:1].size * (len(_LADDER) + len(_BEYOND) + 4 * rays.constant.shape[2])
    chunks = np.array_split(np.arange(n), max(1, -(-n * n_numbers // _CHUNK)))
    found = [_ends(rays[chunk], threshold) for chunk in chunks]
    first, last = (np.concatenate([getattr(f, name) for f in found]) for name in ("first", "last"))
    return Ends(first=first, last=last)


def _ends(rays: Rays, threshold: float) -> Ends:
    s = _places(rays)
    value, slope = rays.at(s)
    hidden = value[:, -1] <= threshold
    if hidden.any():
        s = np.hstack([s, s[:, -1:] * np.ones((1, len(_FAR))) + np.where(hidden[:, None], _FAR, 0.0)])
        value, slope = rays.at(s)
    s, value = _with_turns(rays, s, value, slope)
    allowed, row = value <= threshold, np.arange(len(s))
    n_places = s.shape[1]
    inner = np.argmin(allowed, axis=1) - 1  # the last place before the first that is excluded
    outer = n_places - 1 - np.argmax(allowed[:, ::-1], axis=1)
    is_open = allowed[:, -1]
    first = np.where(allowed.all(axis=1), np.inf, np.nan)
    last = np.where(is_open, np.inf, np.nan)
    for ends, j in ((first, inner), (last, outer)):
        live = np.flatnonzero(np.isnan(ends))
        a, b = s[row[live], j[live]], s[row[live], j[live] + 1]
        ends[live] = _crossing(rays[live], a, b, threshold)
    return Ends(first=first, last=last)


def _places(rays: Rays) -> FloatArray:
    """Strengths to look at in ascending order, shape (n_rays, n_places), zero first.

    A bin is back at its data where linear s + square s^2 = 0, and turns half way.
    """
    linear, square = rays.linear.sum(axis=1), rays.square.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        back = -linear / square
    back = np.where(np.isfinite(back) & (back > 0), back, 0.0)
    end = np.maximum(back.max(axis=1, keepdims=True), _LADDER[-1])
    ladder = np.broadcast_to(_LADDER, (len(rays), len(_LADDER)))
    turns = np.hstack([back * share for share in (0.5, 0.75, 1.0, 1.25)])
    return np.sort(np.hstack([np.zeros((len(rays), 1)), ladder, turns, end * _BEYOND]), axis=1)


def _with_turns(rays: Rays, s: FloatArray, value: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Places with the minima and maxima between them, and the values there."""
    turn = (slope[:, :-1] * slope[:, 1:] < 0) & (s[:, 1:] > s[:, :-1])
    ray, j = np.nonzero(turn)
    extra = np.repeat(s[:, :1], s.shape[1] - 1, axis=1)
    if ray.size:
        extra[ray, j] = _flat(rays[ray], s[ray, j], s[ray, j + 1], np.sign(slope[ray, j]))
    keep = turn.any(axis=0)
    more = extra[:, keep]
    found = rays.at(more)[0]
    together, values = np.hstack([s, more]), np.hstack([value, found])
    order = np.argsort(together, axis=1, kind="stable")
    return np.take_along_axis(together, order, axis=1), np.take_along_axis(values, order, axis=1)


def _flat(rays: Rays, a: FloatArray, b: FloatArray, sign: FloatArray) -> FloatArray:
    """Strengths between a and b where the slope vanishes, by bisection; `sign` is that of the slope at a."""
    low, high = a.copy(), b.copy()
    for _ in range(_ROUNDS // 2):
        middle = (low + high) / 2
        same = rays.at(middle)[1] * sign > 0
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    result: FloatArray = (low + high) / 2
    return result


def _crossing(rays: Rays, a: FloatArray, b: FloatArray, threshold: float) -> FloatArray:
    """Strengths between `a`, allowed, and `b`, excluded, at which the Delta chi2 is at its threshold.

    Newton's method in the root of the Delta chi2, which is close to a straight line, inside a bracket.
    """
    low, high = a.copy(), b.copy()
    x: FloatArray = (low + high) / 2
    goal, live = np.sqrt(threshold), np.arange(len(x))
    for _ in range(_ROUNDS):
        if not live.size:
            break
        value, slope = rays[live].at(x[live])
        above = value > threshold
        high[live] = np.where(above, x[live], high[live])
        low[live] = np.where(above, low[live], x[live])
        root = np.sqrt(np.maximum(value, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            step = (goal - root) * 2 * root / slope
        new = x[live] + step
        done = (np.abs(step) <= _CLOSE * x[live]) | (high[live] - low[live] <= _CLOSE * high[live])
        inside = (new > low[live]) & (new < high[live])
        x[live] = np.where(inside | done, np.clip(new, low[live], high[live]), (low[live] + high[live]) / 2)
        live = live[~done]
    return x
