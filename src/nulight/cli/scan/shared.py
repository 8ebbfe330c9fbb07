"""What the commands of `nulight scan` share: their options, the model, and doing a scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.correlations import correlations, shared_groups
from nulight.cli.models import load_all, make_model
from nulight.cli.options import fixed_values, profile_ranges, treatments

if TYPE_CHECKING:
    from nulight.inference.model import Model
    from nulight.results.scan import ScanResult
    from nulight.runs.points import Points

__all__ = ["Dask", "Folder", "Recipe", "do_scan", "model_of"]

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
        from nulight.runs import RunFolder

        if folder is None or not RunFolder(folder).exists():
            raise
        status = RunFolder(folder).status()
        typer.echo(
            f"nulight scan: interrupted; {status.n_items_done:,} of {status.n_items:,} points are kept. "
            f"Go on with: nulight scan resume {folder}",
            err=True,
        )
        raise typer.Exit(130) from None
