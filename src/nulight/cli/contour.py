"""`nulight contour`: Delta chi2 over two parameters, and its contour lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.correlations import Correlate, Share, correlations, linked_lines, shared_groups
from nulight.cli.models import conventions_text, load_all, make_model, split_names
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Mass,
    Neutrinos,
    Nuisances,
    Profiled,
    Settings,
    axis_ranges,
    fixed_values,
    profile_ranges,
    treatments,
)
from nulight.cli.output import answer, print_table, progress
from nulight.cli.toys import Files, check_files, write_files

if TYPE_CHECKING:
    from nulight.results import ContourResult

__all__ = ["command"]


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
    share: Share = None,
    correlate: Correlate = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Files = None,
) -> None:
    """Map Delta chi2 over two parameters and print its contours."""
    from nulight.inference.contours import contour
    from nulight.studies.planes import covering_ranges

    check_files(out)
    names, (p1, p2) = split_names(words, 2)
    fixed, profiled = fixed_values(settings, m4), profile_ranges(profile)
    asked = axis_ranges(ranges)
    if p1 == p2:
        raise ValueError(f"{p1} twice: contours need two different parameters")
    if stray := sorted(set(asked) - {p1, p2}):
        raise ValueError(f"--range {', '.join(stray)}: the plane is spanned by {p1} and {p2}; profile others")
    with progress(f"contours of {p1} and {p2}"):
        model = make_model(
            load_all(names, conventions, neutrinos),
            treatments(nuisances),
            share=shared_groups(share),
            correlate=correlations(correlate),
        )
        try:
            box = covering_ranges(model, p1, p2, given=asked, profile=profiled, fixed=fixed)
        except ValueError as error:
            raise ValueError(f"{error}; --range P:LOW:HIGH says what an axis covers") from None
        result = contour(
            model,
            p1,
            p2,
            box,
            levels=[_level(level.strip()) for level in levels.split(",")],
            dof=dof,
            profile=profiled,
            fixed=fixed,
            n=(points, points),
        )
    write_files(result, out, "plot_contour")
    answer(result, as_json=as_json, out=None, show=lambda: _show(result))


def _level(text: str) -> str:
    """Name of a level; a bare number is a probability, 0.9 for 90 %."""
    try:
        return f"{100 * float(text):.10g} %"
    except ValueError:
        return text


def _show(result: ContourResult) -> None:
    p1, p2 = (f"{p} [{u}]" if u else p for p, u in zip(result.parameters, result.units, strict=True))
    rows = [
        [name, f"{level:.3f}", *(_extent(result.paths[name], axis) for axis in (0, 1))]
        for name, level in result.levels.items()
    ]
    rows.insert(0, ["best fit", "0", *(f"{value:.4g}" for value in result.best_fit)])
    title = f"{', '.join(result.experiments)}, {result.dof} dof"
    notes = ["the lines themselves with --json or --out", result.definition, *linked_lines(result.provenance)]
    notes.append(conventions_text(result.conventions))
    notes += [f"warning: {text}" for text in result.warnings]
    print_table(["contour", "Delta chi2", p1, p2], rows, title=title, notes=notes)


def _extent(lines: Any, axis: int) -> str:
    if not lines:
        return "no line"
    low, high = min(line[:, axis].min() for line in lines), max(line[:, axis].max() for line in lines)
    return f"{low:.4g} to {high:.4g}"
