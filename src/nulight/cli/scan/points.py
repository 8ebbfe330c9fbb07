"""Points of a scan from the options of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from nulight.cli.options import energy, parameter_value

if TYPE_CHECKING:
    from nulight.runs.points import Axis, Points

__all__ = ["MOST_IN_MEMORY", "read_points"]

MOST_IN_MEMORY = 10_000_000
"""Points of a scan without a folder: more would take the memory of the machine."""

_MOST = 10**12  # years of work
_DIGITS = 18  # of a number of points; longer ones are mistakes
_SPREADS: tuple[list[str], ...] = ([], ["log"], ["lin"])
_GRID, _RANGE = "NAME=LOW:HIGH:N or NAME=LOW:HIGH:N:log", "NAME=LOW:HIGH or NAME=LOW:HIGH:log"


def read_points(
    grid: Sequence[str] | None, ranges: Sequence[str] | None, random: int | None, latin: int | None, seed: int
) -> Points:
    """Return the grid of every `--grid`, or the points at random in every `--range`.

    Raises
    ------
    ValueError
        If an axis is malformed or given twice, a parameter unknown, or the options do not go together.
    """
    from nulight.runs.points import GridPoints, LatinHypercube, RandomPoints

    if grid and not (ranges or random or latin):
        points = GridPoints(_axes(grid, "--grid", _GRID))
        return _few_enough(points, "--grid")
    if grid or not ranges or (random is None) == (latin is None):
        raise ValueError(
            "give every --grid NAME=LOW:HIGH:N, or every --range NAME=LOW:HIGH with --random N or --latin N"
        )
    axes = _axes(ranges, "--range", _RANGE)
    if random is not None:
        return _few_enough(RandomPoints(axes, random, seed), "--random")
    assert latin is not None
    return _few_enough(LatinHypercube(axes, latin, seed), "--latin")


def _few_enough(points: Points, option: str) -> Points:
    if points.n_points > _MOST:
        raise ValueError(f"{option}: {points.n_points:,} points; at most {_MOST:,} are possible")
    return points


def _axes(texts: Sequence[str], option: str, form: str) -> tuple[Axis, ...]:
    axes = [_axis(text, option, form) for text in texts]
    names = [axis.name for axis in axes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{option}: {', '.join(twice)} is given twice")
    return tuple(axes)


def _axis(text: str, option: str, form: str) -> Axis:
    from nulight.runs.points import Axis

    name, _, spec = (part.strip() for part in text.partition("="))
    words = [word.strip() for word in spec.split(":")]
    n_fixed = 3 if option == "--grid" else 2
    if not name or len(words) not in (n_fixed, n_fixed + 1) or not all(words) or words[n_fixed:] not in _SPREADS:
        raise ValueError(f"{option} {text!r}: write {form}")
    low, high = (_end(name, word, option) for word in words[:2])
    log = words[n_fixed:] == ["log"]
    if not -inf < low < high < inf:
        raise ValueError(f"{option} {text!r}: LOW and HIGH must be finite numbers, LOW below HIGH")
    if log and low <= 0:
        raise ValueError(f"{option} {text!r}: with log, LOW must be positive; without it zero and below are possible")
    return Axis(name, low, high, n=_count(words[2], text) if n_fixed == 3 else None, log=log)


def _end(name: str, text: str, option: str) -> float:
    """Read the end of an axis; that of m_4 with its unit, as for `--m4`."""
    if name != "m_4":
        return parameter_value(name, text)
    try:
        return energy(text)
    except ValueError as error:
        raise ValueError(f"{option} m_4: {error}; write keV or MeV at both ends, m_4=1keV:1MeV:5") from None


def _count(text: str, axis: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS or not 2 <= int(text) <= _MOST:
        raise ValueError(f"--grid {axis!r}: {text[:_DIGITS]!r} points; an axis has at least 2 and at most {_MOST:,}")
    return int(text)
