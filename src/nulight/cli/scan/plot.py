"""`nulight scan plot FOLDER`: the profile of a scan along one or two parameters."""

from __future__ import annotations

from typing import Annotated

import typer

from nulight.cli.options import Json, Out
from nulight.cli.output import PLOTS, answer, check_suffix
from nulight.cli.scan.shared import Folder, show_scan

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
    out: Out = None,
) -> None:
    """Profile a scan, finished or not, over all parameters but one or two: a plot, a table or JSON."""
    from nulight.studies.scan_run import ScanRun

    check_suffix(out, plots=True)
    if out is None and not as_json:
        raise ValueError(f"say where the plot goes: --out FILE with {', '.join(PLOTS)}, .csv or .json")
    run = ScanRun(folder)
    result = run.profile_over(over or run.points.names[:2], bins)
    answer(result, as_json=as_json, out=out, show=lambda: show_scan(result), plot="plot_scan")
