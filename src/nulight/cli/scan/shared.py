"""What the commands of `nulight scan` share: doing a scan, and showing its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.correlations import correlations, linked_lines, shared_groups
from nulight.cli.models import conventions_text, load_all, make_model
from nulight.cli.options import fixed_values, profile_ranges, treatments
from nulight.cli.output import print_lines, print_table

if TYPE_CHECKING:
    from nulight.inference.model import Model
    from nulight.results.scan import ScanResult
    from nulight.runs.points import Points

__all__ = ["Dask", "Folder", "Recipe", "do_scan", "model_of", "show_scan"]

Dask = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="WHERE",
        help="Who does the work: 'local:4' (processes here), 'tcp://HOST:PORT', 'scheduler-file:FILE.json', "
        "'slurm:FILE.yaml', 'htcondor:FILE.yaml'. Needs the extra 'cluster'; the numbers are the same.",
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of a scan begun with --run FOLDER.")]
Recipe = Mapping[str, Any]
"""The words of the command that make the model again: experiments, conventions, nuisances and so on."""

_SHOWN = 10  # lowest points in the table for people


def do_scan(
    model: Model, recipe: Recipe, points: Points, folder: Path | None, where: str | None, chunk: int | None
) -> ScanResult:
    """Do what is left of a scan, with a bar, by whom `where` says."""
    from nulight.cli.progress import ChunkBar
    from nulight.runs.open import open_executor
    from nulight.studies.scan import scan

    with _told_how_to_go_on(folder), open_executor(where or "serial") as executor:
        return scan(
            model,
            points,
            profile=profile_ranges(recipe["profile"]),
            fixed=fixed_values(recipe["set"]),
            folder=folder,
            executor=executor,
            track=ChunkBar("points", points.n_points),
            chunk_size=chunk,
            recipe=recipe,
        )


def show_scan(result: ScanResult, rest: Callable[[], None] = lambda: None) -> None:
    """Print the lowest points for people."""
    import numpy as np

    columns, _ = result.table()
    heights = result.delta_chi2.ravel()
    rows = [
        [*(f"{columns[name][i]:.4g}" for name in result.parameters), f"{heights[i]:.3f}"]
        for i in np.argsort(heights, kind="stable")[:_SHOWN]
    ] or [[*(f"{result.best[name]:.4g}" for name in result.parameters), "0.000"]]
    heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(result.parameters, result.units, strict=True)]
    others = {name: value for name, value in result.best.items() if name not in result.parameters}
    notes = [f"{_which(len(rows), result)}; all with --json or --out", result.definition]
    if others:
        notes.insert(0, "profiled at the lowest: " + ", ".join(f"{n} = {v:.4g}" for n, v in others.items()))
    print_table([*heads, "Delta chi2"], rows, title=f"scan, {', '.join(result.experiments)}", notes=notes)
    print_lines([*linked_lines(result.provenance), conventions_text(result.conventions)])
    print_lines([*(f"warning: {text}" for text in result.warnings)])
    rest()


def _which(n_rows: int, result: ScanResult) -> str:
    """What the rows are: points, or bins and profiles of them."""
    some = f"the {n_rows} lowest of" if n_rows > 1 else "the lowest of"
    n_cells = result.delta_chi2.size
    if n_cells in (0, result.n_points):
        return f"{some} {result.n_points:,} points"
    return f"{some} {n_cells:,} places, each the lowest of its share of {result.n_points:,} points"


def model_of(recipe: Recipe) -> Model:
    """Make the model of a scan; recipes of older folders share and correlate nothing."""
    return make_model(
        load_all(recipe["experiments"], recipe["conventions"], recipe["neutrinos"]),
        treatments(recipe["nuisances"]),
        share=shared_groups(recipe.get("share")),
        correlate=correlations(recipe.get("correlate")),
    )


@contextmanager
def _told_how_to_go_on(folder: Path | None) -> Iterator[None]:
    """Say after Ctrl-C what is kept and how to go on; exit code 130 as shells have it."""
    try:
        yield
    except KeyboardInterrupt:
        if folder is None:
            raise
        from nulight.runs import RunFolder

        status = RunFolder(folder).status()
        typer.echo(
            f"nulight scan: interrupted; {status.n_items_done:,} of {status.n_items:,} points are kept. "
            f"Go on with: nulight scan resume {folder}",
            err=True,
        )
        raise typer.Exit(130) from None
