"""`nulight export`: saved results as tables, figures, BibTeX or a HEPData submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.output import PLOTS

if TYPE_CHECKING:
    from nulight.io.record import Result

__all__ = ["command"]

_SINGLE = (".json", ".csv", *PLOTS)


def command(
    results: Annotated[
        list[Path],
        typer.Argument(metavar="RESULT.json...", help="Results of any version; posteriors as .npz too."),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="FILE.csv, .json (in the present format), .png, .pdf, .svg of one result; FILE.bib of all; "
            "FILE.zip or a new folder: a HEPData submission with one table each.",
        ),
    ],
    comment: Annotated[str, typer.Option("--comment", help="What a HEPData submission is about.")] = "",
) -> None:
    """Write saved results in another form."""
    from nulight.exchange.hepdata import save_hepdata
    from nulight.io.atomic import write_text
    from nulight.io.bibtex import bibtex
    from nulight.results.reading import read_result

    suffix = out.suffix.lower()
    if suffix not in (*_SINGLE, ".bib", ".zip", ""):
        raise ValueError(f"{out}: cannot write {suffix}; use {', '.join((*_SINGLE, '.bib', '.zip'))} or a new folder")
    read = [read_result(path) for path in results]
    if suffix in _SINGLE:
        if len(read) > 1:
            raise ValueError(f"{out}: holds one result, got {len(read)}; use .bib, .zip or a folder for several")
        _save(read[0], out)
    elif suffix == ".bib":
        write_text(out, bibtex(tuple(dict.fromkeys(name for result in read for name in result.citations))))
    else:
        names = [path.stem for path in results]
        unique = len(set(names)) == len(names)
        save_hepdata(dict(zip(names, read, strict=True)) if unique else read, out, comment=comment)
    typer.echo(str(out))


def _save(result: Result, out: Path) -> None:
    if out.suffix.lower() in PLOTS:
        from nulight import plotting

        plotting.save_figure(plotting.plot_result(result), out)
    else:
        result.save(out)
