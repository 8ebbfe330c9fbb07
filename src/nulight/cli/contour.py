"""`nulight contour`: Delta chi2 over two parameters, and its contour lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.models import load_all, make_model, split_names
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Mass,
    Nuisances,
    Out,
    Profiled,
    Settings,
    axis_ranges,
    fixed_values,
    profile_ranges,
    treatments,
)
from nulight.cli.output import answer, check_suffix, print_table, progress

if TYPE_CHECKING:
    from nulight.inference.model import Model
    from nulight.results import ContourResult

__all__ = ["command"]

_MARGIN = 1.25  # of the 3 sigma interval, on either side
_LONGEST = 4.0  # times the 3 sigma interval at one value of the other parameter


def command(
    words: Annotated[
        list[str], typer.Argument(metavar="EXPERIMENT... P1 P2", help="Experiments, combined; two parameters.")
    ],
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="P:LOW:HIGH", help="What an axis covers; otherwise a bit more than 3 sigma."),
    ] = None,
    levels: Annotated[str, typer.Option(help="Levels of the contours.")] = "1 sigma,2 sigma,3 sigma,90 %",
    dof: Annotated[int, typer.Option(min=1, max=2, help="Degrees of freedom of the levels.")] = 2,
    points: Annotated[int, typer.Option(min=2, help="Grid points along each axis.")] = 101,
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Map Delta chi2 over two parameters and print its contours."""
    from nulight.inference.contours import contour

    check_suffix(out, plots=True)
    names, (p1, p2) = split_names(words, 2)
    fixed, profiled = fixed_values(settings, m4), profile_ranges(profile)
    asked = axis_ranges(ranges)
    if p1 == p2:
        raise ValueError(f"{p1} twice: contours need two different parameters")
    if stray := sorted(set(asked) - {p1, p2}):
        raise ValueError(f"--range {', '.join(stray)}: the plane is spanned by {p1} and {p2}; profile others")
    with progress(f"contours of {p1} and {p2}"):
        model = make_model(load_all(names, conventions), treatments(nuisances))
        box = tuple(asked.get(p) or _range(model, p, q, profiled, fixed) for p, q in ((p1, p2), (p2, p1)))
        result = contour(
            model,
            p1,
            p2,
            box,  # type: ignore[arg-type]
            levels=[_level(level.strip()) for level in levels.split(",")],
            dof=dof,
            profile=profiled,
            fixed=fixed,
            n=(points, points),
        )
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_contour")


def _level(text: str) -> str:
    """Name of a level; a bare number is a probability, 0.9 for 90 %."""
    try:
        return f"{100 * float(text):.10g} %"
    except ValueError:
        return text


def _range(model: Model, parameter: str, other: str, profile: Any, fixed: Any) -> tuple[float, float]:
    """A bit more than the 3 sigma interval with the other parameter profiled.

    Where the two make up for each other that is long and thin: a grid would fall through it, so no
    more is taken than a few times the interval at one value of the other.
    """
    from nulight.inference.coordinates import domain, lookup

    free = {other: domain(lookup(model, other))} | profile
    regions, _ = _three_sigma(model, parameter, free, fixed)
    low, high = regions[0][0], regions[-1][1]
    try:
        parts, best = _three_sigma(model, parameter, profile, fixed)
        first, last = min(parts, key=lambda ends: max(ends[0] - best, best - ends[1]))
    except ValueError:  # no effect while the other is at its default, such as a mass without its coupling
        first, last = -math.inf, math.inf
    if math.isinf(min(high - low, last - first)):
        raise ValueError(f"{parameter} is not bounded at 3 sigma; give --range {parameter}:LOW:HIGH")
    if high - low <= _LONGEST * (last - first):
        margin = (_MARGIN - 1) * (high - low) / 2
        return low - margin, high + margin
    margin = (_LONGEST - 1) * (last - first) / 2
    return max(low, first - margin), min(high, last + margin)


def _three_sigma(model: Model, parameter: str, profile: Any, fixed: Any) -> tuple[list[tuple[float, float]], float]:
    """Regions, with infinite ends where they are open, and the best fit."""
    from nulight.inference.intervals import interval_of
    from nulight.inference.levels import confidence

    found = interval_of(model, parameter, cl=confidence("3 sigma"), profile=profile, fixed=fixed)
    return [(-math.inf if a is None else a, math.inf if b is None else b) for a, b in found.regions], found.best_fit


def _show(result: ContourResult) -> None:
    p1, p2 = (f"{p} [{u}]" if u else p for p, u in zip(result.parameters, result.units, strict=True))
    rows = [
        [name, f"{level:.3f}", *(_extent(result.paths[name], axis) for axis in (0, 1))]
        for name, level in result.levels.items()
    ]
    rows.insert(0, ["best fit", "0", *(f"{value:.4g}" for value in result.best_fit)])
    title = f"{', '.join(result.experiments)}, {result.dof} dof"
    notes = [f"conventions: {result.conventions['name']}; the lines themselves with --json or --out", result.definition]
    notes += [f"warning: {text}" for text in result.warnings]
    print_table(["contour", "Delta chi2", p1, p2], rows, title=title, notes=notes)


def _extent(lines: Any, axis: int) -> str:
    if not lines:
        return "no line"
    low, high = min(line[:, axis].min() for line in lines), max(line[:, axis].max() for line in lines)
    return f"{low:.4g} to {high:.4g}"
