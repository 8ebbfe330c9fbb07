"""`nulight parameters`: the names that --set, --profile and every limit know."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from nulight.cli.options import Json
from nulight.cli.output import print_table

__all__ = ["command"]


def command(
    containing: Annotated[str, typer.Argument(help="Only names that contain this text.")] = "",
    as_json: Json = False,
) -> None:
    """List the parameters of the package with their units."""
    from nulight.io.text import json_text
    from nulight.models.parameters import PARAMETERS

    found = [parameter for name, parameter in PARAMETERS.items() if containing in name]
    if not found:
        raise ValueError(f"no parameter name contains {containing!r}")
    if as_json:
        sys.stdout.write(json_text([asdict(parameter) for parameter in found]))
        return
    print_table(["parameter", "unit", "meaning"], [[p.name, p.unit or "1", p.description] for p in found])
