"""`nulight scan plot FOLDER`: the profile of a scan along one or two parameters."""

from __future__ import annotations

from typing import Annotated

import typer

from nulight.cli.options import Json
from nulight.cli.output import PLOTS
from nulight.cli.scan.answer import answer_scan
from nulight.cli.scan.shared import Folder
from nulight.cli.toys import Files, check_files

__all__ = ["command"]


def command(
    folder: Folder,
    over: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="NAME", help="A parameter to show, up to two; the first two without it."),
    ] = None,
    bins: Annotated[
        int | None, typer.Option("--bins", min=2, help="Bins of an axis for points that are no grid.")
    ] = None,
    as_json: Json = False,
    out: Files = None,
) -> None:
    """Profile a scan, finished or not, over all parameters but one or two: a plot, a table or JSON."""
    from nulight.studies.scan_run import ScanRun

    check_files(out)
    if not out and not as_json:
        raise ValueError(f"say where the plot goes: --out FILE with {', '.join(PLOTS)}, .csv or .json")
    run = ScanRun(folder)
    result = run.profile_over(over or run.points.names[:2], bins)
    answer_scan(result, as_json=as_json, files=out)
