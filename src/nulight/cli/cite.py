"""`nulight cite`: BibTeX of everything a result rests on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["command"]


def command(
    result: Annotated[str, typer.Argument(metavar="RESULT.json", help="A result of this package; - reads stdin.")],
) -> None:
    """Print BibTeX of every data set and formula used."""
    from nulight.io.bibtex import bibtex

    try:
        record = json.loads(sys.stdin.read() if result == "-" else Path(result).read_text(encoding="utf-8"))
    except ValueError as error:  # of text or of JSON
        raise ValueError(f"{result}: not JSON ({error}); write the result with --out FILE.json") from None
    citations = list(dict.fromkeys(_citations(record)))
    if not citations:
        raise ValueError(f"{result}: names no citations; is it a result written with --json, or --out FILE.json?")
    typer.echo(bibtex(citations), nl=False)


def _citations(record: Any) -> Iterator[str]:
    """Citations anywhere in a result or a list of results."""
    if isinstance(record, list):
        for item in record:
            yield from _citations(item)
    elif isinstance(record, dict):
        for key, item in record.items():
            if key in ("citations", "references") and isinstance(item, list):
                yield from (str(citation) for citation in item)
            else:
                yield from _citations(item)
