"""`nulight scan EXPERIMENT...`: Delta chi2 at many points of a parameter space."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nulight.cli.correlations import Correlate, Share
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Neutrinos,
    Nuisances,
    Profiled,
    Settings,
    check_mass,
    fixed_values,
    profile_ranges,
)
from nulight.cli.scan.answer import answer_scan, check_scan_files
from nulight.cli.scan.points import MOST_IN_MEMORY, read_points
from nulight.cli.scan.shared import Dask, do_scan, model_of
from nulight.cli.toys import Files

__all__ = ["command"]


def command(
    experiments: Annotated[list[str], typer.Argument(metavar="EXPERIMENT...", help="Experiments, combined.")],
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="NAME=LOW:HIGH:N[:log]",
            help="An axis of a grid; may be repeated. 'mu_e4=1e-12:1e-9:60:log', 'm_4=1 keV:1 MeV:40:log'.",
        ),
    ] = None,
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="NAME=LOW:HIGH[:log]", help="An axis of random points; may be repeated."),
    ] = None,
    random: Annotated[int | None, typer.Option("--random", metavar="N", help="N points in the ranges.")] = None,
    latin: Annotated[int | None, typer.Option("--latin", metavar="N", help="A Latin hypercube of N points.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of points that are no grid.")] = 1,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--run", metavar="FOLDER", help="Keep finished chunks here; after an interruption the same command goes on."
        ),
    ] = None,
    dask: Dask = None,
    chunk: Annotated[int | None, typer.Option("--chunk", min=1, metavar="N", help="Points of a chunk.")] = None,
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    share: Share = None,
    correlate: Correlate = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Files = None,
) -> None:
    """Print Delta chi2 at the points of a scan, nuisances profiled."""
    recipe = {
        "experiments": [_absolute(name) for name in experiments],
        "conventions": conventions,
        "neutrinos": neutrinos,
        "nuisances": nuisances,
        "share": share,
        "correlate": correlate,
        "profile": profile,
        "set": settings,
    }
    model = model_of(recipe)
    points = read_points(grid, ranges, random, latin, seed)
    check_scan_files(out, points.n_points, folder)
    if folder is None and points.n_points > MOST_IN_MEMORY:
        raise ValueError(
            f"{points.n_points:,} points; at most {MOST_IN_MEMORY:,} without a folder to keep them: add --run FOLDER"
        )
    check_mass({**fixed_values(settings), **profile_ranges(profile)}, *points.names)
    result = do_scan(model, recipe, points, folder, dask, chunk)
    answer_scan(result, as_json=as_json, files=out, folder=folder)


def _absolute(name: str) -> str:
    """An experiment as it is found from any folder: cards of the user by their whole path."""
    if (Path(name) / "manifest.json").is_file():
        raise ValueError(f"{name}: is the folder of a run; write nulight scan status, resume, merge or plot {name}")
    return str(Path(name).resolve()) if Path(name).suffix.lower() in (".yaml", ".yml") else name
