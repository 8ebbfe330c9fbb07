"""Intervals of a coupling at many masses at the same time.

One interval a mass, each from the minimum at that mass (a raster scan). All masses take every step
together: a bracket, the minimum, the ends. The slope of a profile likelihood costs nothing beside its
value, because nuisances are at their minimum; so each step is Newton's, inside a bracket.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.levels import IntervalKind
from nulight.inference.masses.lines import Lines, Places, Points, between
from nulight.inference.masses.mass_grid import MassTable
from nulight.typing import FloatArray

__all__ = ["Raster", "raster_intervals"]

_LADDER = np.geomspace(1e-3, 1e3, 37)  # strengths to look at where interference may make a second minimum
_LONGEST, _SHORTEST = 30.0, 1.5  # growth of the strength in one step outwards
_FAR = 1e20  # an interval still open here is reported as open
_ROUNDS = 60
_STEP = 1e-6  # relative: the step after one as short as this would be its square
_TIE = 1e-9  # differences of -2 ln L that mean nothing
_NEAR = 1e-10  # decrease of -2 ln L that is worth no further step


@dataclass(frozen=True, slots=True, kw_only=True)
class Raster:
    """Intervals at every mass, arrays (n_masses,) of couplings in their unit.

    Attributes
    ----------
    lower, upper : array
        Outer ends of what is allowed; NaN where no count depends on the coupling, `upper` infinite if
        nothing bounds it.
    best_fit : array
    twice_nll, twice_nll_zero : array
        At the minimum and without the coupling.
    """

    lower: FloatArray
    upper: FloatArray
    best_fit: FloatArray
    twice_nll: FloatArray
    twice_nll_zero: FloatArray


def raster_intervals(table: MassTable, threshold: float, interval: IntervalKind = "two-sided") -> Raster:
    """Find best fit and interval of the coupling at every mass.

    Parameters
    ----------
    table : MassTable
    threshold : float
        Delta chi2 from the minimum at the same mass.
    interval : "two-sided" or "upper"
        For "upper" no lower end is looked for, it is zero.

    Returns
    -------
    Raster
        The hull where several regions are allowed.

    Notes
    -----
    Without interference -2 ln L has one minimum in the square of the coupling unless nuisances make
    two; the ladder of strengths, and points beyond the end, would show a second one.
    """
    lines = Lines(table)
    n = len(table.masses)
    result = {name: np.full(n, np.nan) for name in ("lower", "upper", "best_fit", "twice_nll", "twice_nll_zero")}
    for chunk in lines.chunks(np.flatnonzero(table.reachable)):
        for name, values in _intervals(lines, chunk, threshold, interval).items():
            result[name][chunk] = values
    dark = ~table.reachable
    if dark.any():
        zero = lines.at(np.zeros(int(dark.sum())), np.flatnonzero(dark)).value
        result["twice_nll"][dark] = result["twice_nll_zero"][dark] = zero
    return Raster(**result)


def _intervals(lines: Lines, index: Places, threshold: float, interval: IntervalKind) -> dict[str, FloatArray]:
    """Intervals of the masses `index`, arrays (n_index,)."""
    table = lines.table
    walk = _walked(lines, index, threshold)
    zero = walk[:, 0]
    best = _minimum(lines, index, walk)
    level = best.value + threshold
    walk = _with(walk, best)
    upper = _outer_end(lines, index, walk, best.value, level)
    lower = np.zeros(len(index))
    inner = np.flatnonzero(zero.value > level) if interval == "two-sided" else np.zeros(0, np.intp)
    if inner.size:
        lower[inner] = _inner_end(lines, index[inner], walk[inner], best.value[inner], level[inner])
    return {
        "lower": table.value(lower, index),
        "upper": table.value(upper, index),
        "best_fit": table.value(best.strength, index),
        "twice_nll": best.value,
        "twice_nll_zero": zero.value,
    }


def _walked(lines: Lines, index: Places, threshold: float) -> Points:
    """Go outwards until two successive points of every mass are excluded.

    Returns
    -------
    Points, arrays (n_index, n_steps)
        In order of strength; where a mass needed fewer steps the last point stands again.
    """
    here = lines.at(np.zeros(len(index)), index)
    steps = [here]
    for strength in () if lines.table.even else _LADDER:
        here = lines.at(np.full(len(index), strength), index, here.z)
        steps.append(here)
    lowest = np.min([step.value for step in steps], axis=0)
    excluded = np.zeros(len(index), np.intp)
    goal = np.maximum(here.strength * _SHORTEST, 1.0)
    for _ in range(_ROUNDS):
        live = np.flatnonzero((excluded < 2) & (goal < _FAR))
        if not live.size:
            break
        last, here = here, here.copy()
        here[live] = lines.at(goal[live], index[live], last.z[live])
        steps.append(here)
        lowest = np.minimum(lowest, here.value)
        out = (here.value > lowest + threshold) & (here.slope > 0)
        excluded[live] = np.where(out[live], excluded[live] + 1, 0)
        reach = _crossing_of_parabola(last, here, lowest, threshold)
        reach = np.clip(1.1 * reach, _SHORTEST * here.strength, _LONGEST * here.strength)
        goal[live] = np.where(out, 10 * here.strength, reach)[live]
    return _stacked(steps)


def _crossing_of_parabola(a: Points, b: Points, lowest: FloatArray, threshold: float) -> FloatArray:
    """Strength at which a parabola with the slopes of two points reaches the level; infinite if it never does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = (b.slope - a.slope) / (b.strength - a.strength)
        bottom = b.value - b.slope**2 / (2 * curve)
        level = np.minimum(bottom, lowest) + threshold
        reach = b.strength + (-b.slope + np.sqrt(2 * curve * (level - bottom))) / curve
    return np.where((curve > 0) & np.isfinite(reach), reach, np.inf)


def _minimum(lines: Lines, index: Places, walk: Points) -> Points:
    """Lowest point of every mass: where the slope changes its sign beside the lowest of the walk, or zero."""
    rows = np.arange(len(index))
    j = np.argmin(walk.value, axis=1)
    best = walk[rows, j]
    last = walk.value.shape[1] - 1
    left, right = (
        np.where(best.slope < 0, j, np.maximum(j - 1, 0)),
        np.where(best.slope < 0, np.minimum(j + 1, last), j),
    )
    a, b = walk[rows, left], walk[rows, right]
    # a decrease that means nothing is none: Asimov data have their minimum at zero up to rounding
    flat = (a.strength == 0) & (_predicted(a, b) < _TIE)
    best[flat] = a[flat]
    live = np.flatnonzero(~flat & (a.slope < 0) & (b.slope > 0))
    for _ in range(_ROUNDS):
        if not live.size:
            break
        x, y = a[live], b[live]
        goal = _zero_of_slope(x, y)
        new = lines.at(goal, index[live], between(x, y, goal))
        gain = np.abs(new.slope) * np.minimum(new.strength - x.strength, y.strength - new.strength)
        falls = new.slope < 0
        a[live[falls]], b[live[~falls]] = new[falls], new[~falls]
        better = new.value <= best.value[live]
        best[live[better]] = new[better]
        live = live[(gain > _NEAR) & (y.strength - x.strength > 1e-12 * y.strength)]
    return best


def _predicted(a: Points, b: Points) -> FloatArray:
    """Decrease of -2 ln L from `a` that the slopes of `a` and `b` predict; zero if it rises."""
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = a.slope**2 * (b.strength - a.strength) / (2 * (b.slope - a.slope))
    return np.where(a.slope >= 0, 0.0, np.where(np.isfinite(drop) & (drop >= 0), drop, np.inf))


def _zero_of_slope(a: Points, b: Points) -> FloatArray:
    """Minimum of the cubic through two points with their slopes, kept inside the bracket."""
    width = b.strength - a.strength
    theta = 3 * (a.value - b.value) / width + a.slope + b.slope
    root = np.sqrt(np.maximum(theta**2 - a.slope * b.slope, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 - (b.slope + root - theta) / (b.slope - a.slope + 2 * root)
    share = np.where(np.isfinite(share), share, 0.5)
    return a.strength + np.clip(share, 0.02, 0.98) * width


def _outer_end(lines: Lines, index: Places, walk: Points, minimum: FloatArray, level: FloatArray) -> FloatArray:
    """Largest strength allowed, infinite if there is no end."""
    rows, n = np.arange(len(index)), walk.value.shape[1]
    j = n - 1 - np.argmax((walk.value <= level[:, None])[:, ::-1], axis=1)
    end = np.full(len(index), np.inf)
    closed = np.flatnonzero(j < n - 1)
    a, b = walk[rows[closed], j[closed]], walk[rows[closed], j[closed] + 1]
    end[closed] = _crossing(lines, index[closed], a, b, minimum[closed], level[closed])
    return end


def _inner_end(lines: Lines, index: Places, walk: Points, minimum: FloatArray, level: FloatArray) -> FloatArray:
    """Smallest strength allowed, of masses at which zero is not."""
    rows, j = np.arange(len(index)), np.argmax(walk.value <= level[:, None], axis=1)
    return _crossing(lines, index, walk[rows, j], walk[rows, j - 1], minimum, level)


def _crossing(lines: Lines, index: Places, a: Points, b: Points, minimum: FloatArray, level: FloatArray) -> FloatArray:
    """Strengths between `a`, allowed, and `b`, excluded, at which -2 ln L is at the level.

    Newton's method in the root of the height above the minimum, which is close to a straight line.
    """
    goal = np.sqrt(level - minimum)
    end = np.array((a.strength + b.strength) / 2)
    live = np.arange(len(index))
    for _ in range(_ROUNDS):
        if not live.size:
            break
        x, y, at = a[live], b[live], goal[live]
        new = _newton(x, y, minimum[live], at)
        found = lines.at(new, index[live], between(x, y, new))
        above = found.value > level[live]
        a[live[~above]], b[live[above]] = found[~above], found[above]
        step, is_safe = _step(found, minimum[live], at)
        end[live] = np.where(is_safe, new + step, new)
        done = is_safe & (np.abs(step) <= _STEP * new)
        done |= np.abs(y.strength - x.strength) <= 1e-12 * np.maximum(x.strength, y.strength)
        live = live[~done]
    return end


def _newton(a: Points, b: Points, minimum: FloatArray, goal: FloatArray) -> FloatArray:
    """Next strength to try: a step from the end nearer to the level, or a chord if that leaves the bracket."""
    low, high = np.minimum(a.strength, b.strength), np.maximum(a.strength, b.strength)
    roots = [np.sqrt(np.maximum(p.value - minimum, 0.0)) for p in (a, b)]
    chord = a.strength + (goal - roots[0]) / (roots[1] - roots[0]) * (b.strength - a.strength)
    tries = []
    for point, root in zip((a, b), roots, strict=True):
        step, safe = _step(point, minimum, goal)
        inside = safe & (point.strength + step > low) & (point.strength + step < high)
        tries.append((np.where(inside, point.strength + step, chord), np.abs(root - goal)))
    new = np.where(tries[0][1] < tries[1][1], tries[0][0], tries[1][0])
    margin = 1e-3 * (high - low)
    return np.where((new > low) & (new < high), new, np.clip(chord, low + margin, high - margin))


def _step(point: Points, minimum: FloatArray, goal: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Newton's step in the root of the height, and whether it is one: at the minimum the root has a kink."""
    root = np.sqrt(np.maximum(point.value - minimum, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        step = (goal - root) * 2 * root / point.slope
    safe = (root > 0.1 * goal) & np.isfinite(step)
    return np.where(safe, step, 0.0), safe


def _stacked(steps: list[Points]) -> Points:
    return Points(
        np.stack([s.strength for s in steps], axis=1),
        np.stack([s.value for s in steps], axis=1),
        np.stack([s.slope for s in steps], axis=1),
        np.stack([s.z for s in steps], axis=1),
    )


def _with(walk: Points, best: Points) -> Points:
    """Walk with the best points put in their places."""
    everything = Points(
        np.column_stack([walk.strength, best.strength]),
        np.column_stack([walk.value, best.value]),
        np.column_stack([walk.slope, best.slope]),
        np.concatenate([walk.z, best.z[:, None]], axis=1),
    )
    order = np.argsort(everything.strength, axis=1, kind="stable")
    return everything[np.arange(len(order))[:, None], order]
