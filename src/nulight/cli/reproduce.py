"""`nulight reproduce`: the figures of a paper, with the numbers behind each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["command"]


def command(
    paper: Annotated[str, typer.Argument(help="Paper, such as herrera-huber-2024, or 'all'.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for PNG, PDF and CSV.")],
) -> None:
    """Write the published figures as PNG and PDF, and the CSV behind each."""
    from nulight.figures import PAPERS, reproduce

    if paper != "all" and paper not in PAPERS:
        raise ValueError(f"no figures of {paper!r}; use one of: {', '.join(PAPERS)}, all")
    for name in PAPERS if paper == "all" else (paper,):
        for path in reproduce(name, out, progress=lambda text: typer.echo(text, err=True)):
            typer.echo(path)
