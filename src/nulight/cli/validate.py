"""`nulight validate`: every published number we aim at, ours beside it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nulight.cli.options import Json
from nulight.cli.output import number, print_table, progress

__all__ = ["command"]


def command(
    only: Annotated[str, typer.Option("--only", metavar="TEXT", help="Targets whose id contains this text.")] = "",
    as_json: Json = False,
) -> None:
    """Compute every target and print ours, theirs, their ratio, the verdict and what explains it."""
    from nulight.io.text import json_text
    from nulight.validation import validate

    with progress("validation targets"):
        rows = [row.to_dict() for row in validate(only)]
    if as_json:
        sys.stdout.write(json_text(rows))
        return
    columns = ("id", "ours", "target", "ratio", "tolerance", "verdict", "because", "source")
    met = sum(row["verdict"] == "met" for row in rows)
    print_table(columns, [[number(row[c]) for c in columns] for row in rows], notes=[f"{met} of {len(rows)} met"])
