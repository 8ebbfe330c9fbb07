"""`nulight scan merge FOLDER`: all points of a scan in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nulight.cli.scan.shared import Folder

__all__ = ["command"]


def command(
    folder: Folder,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="FILE.npz, an array for each column, or FILE.csv.")
    ],
) -> None:
    """Write all points of a finished scan to one file, the same to the byte whatever happened on the way."""
    from nulight.studies.scan_run import ScanRun

    try:
        path = ScanRun(folder).merge(out)
    except RuntimeError as error:
        raise ValueError(str(error)) from None
    typer.echo(str(path))
