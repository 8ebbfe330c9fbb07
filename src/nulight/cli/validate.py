"""`nulight validate`: every published number we aim at, ours beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.options import Json
from nulight.cli.output import print_table

if TYPE_CHECKING:
    from nulight.validation import ValidationResult

__all__ = ["command"]

_TEXT = "{id}: ours {ours}, target {target} [{unit}], ratio {ratio}, {criterion}, conventions {preset}\n  {because}"


def command(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Targets; all by default.")] = None,
    paper: Annotated[str | None, typer.Option("--paper", help="Only the targets of this paper.")] = None,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write .json, or a page as .md.")
    ] = None,
) -> None:
    """Compute every target and print ours, theirs, their ratio, the verdict and the numbers behind it.

    A target that is not met is a result: the exit code tells whether all could be computed.
    """
    from nulight.io.atomic import write_text
    from nulight.io.text import json_text
    from nulight.validation import report, run

    if out is not None and out.suffix not in (".json", ".md"):
        raise ValueError(f"{out}: cannot write {out.suffix or 'a file without suffix'}; use .json, .md")
    results = run(ids or None, paper, progress=_say)
    text = json_text([result.to_dict() for result in results])
    if out is not None:
        write_text(out, text if out.suffix == ".json" else report(results))
    if as_json:
        sys.stdout.write(text)
    else:
        _show(results)


def _say(name: str) -> None:
    if sys.stderr.isatty():
        typer.echo(name, err=True)


def _show(results: list[ValidationResult]) -> None:
    from nulight.validation import COLUMNS, to_table

    rows = [dict(zip(COLUMNS, row, strict=True)) for row in to_table(results)]
    met = sum(result.verdict == "met" for result in results)
    cells = [[row["verdict"], _TEXT.format(**row).replace(" []", "")] for row in rows]
    print_table(["verdict", "target"], cells, notes=[f"{met} of {len(rows)} targets met; sources with --json"])
