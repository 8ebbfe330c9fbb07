"""How scans answer: the lowest points for people, JSON, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nulight.cli.correlations import linked_lines
from nulight.cli.models import conventions_text
from nulight.cli.output import PLOTS, answer, print_lines, print_table
from nulight.cli.toys import check_files, write_files

if TYPE_CHECKING:
    from nulight.results.scan import ScanResult

__all__ = ["answer_scan", "check_scan_files"]

_SHOWN = 10  # lowest points in the table for people


def check_scan_files(files: Sequence[Path] | None, n_points: int, folder: Path | None) -> None:
    """Refuse, before anything is computed, files of an unknown kind and tables of more points than a record holds.

    Raises
    ------
    ValueError
        Saying how all points are had.
    """
    from nulight.studies.scan_run import MOST_IN_RECORD

    check_files(files)
    tables = [str(path) for path in files or () if path.suffix.lower() not in PLOTS]
    if folder is not None and n_points > MOST_IN_RECORD and tables:
        raise ValueError(
            f"{', '.join(tables)}: {n_points:,} points are too many for this file; afterwards "
            f"'nulight scan merge {folder} --out FILE.npz' or .csv has all, 'nulight scan plot' profiles of them"
        )


def answer_scan(result: ScanResult, *, as_json: bool, files: Sequence[Path] | None, folder: Path | None = None) -> None:
    """Write the files that are wanted, then print JSON or the lowest points.

    Parameters
    ----------
    result : ScanResult
        Of more points than a record holds, plots are made from `folder`.
    as_json : bool
    files : sequence of Path or None
    folder : Path, optional
        Where the points are.
    """
    shown = result
    if files and not result.delta_chi2.size and folder is not None:
        from nulight.studies.scan_run import ScanRun

        shown = ScanRun(folder).profile_over(result.parameters[:2])
    write_files(shown, files, "plot_scan")
    answer(result, as_json=as_json, out=None, show=lambda: _show(result, folder))


def _show(result: ScanResult, folder: Path | None) -> None:
    import numpy as np

    columns, _ = result.table()
    heights = result.delta_chi2.ravel()
    rows = [
        [*(f"{columns[name][i]:.4g}" for name in result.parameters), f"{heights[i]:.3f}"]
        for i in np.argsort(heights, kind="stable")[:_SHOWN]
    ] or [[*(f"{result.best[name]:.4g}" for name in result.parameters), "0.000"]]
    heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(result.parameters, result.units, strict=True)]
    others = {name: value for name, value in result.best.items() if name not in result.parameters}
    notes = [_which(len(rows), result), result.definition]
    if others:
        notes.insert(0, "profiled at the lowest: " + ", ".join(f"{n} = {v:.4g}" for n, v in others.items()))
    print_table([*heads, "Delta chi2"], rows, title=f"scan, {', '.join(result.experiments)}", notes=notes)
    print_lines([*linked_lines(result.provenance), conventions_text(result.conventions)])
    print_lines([f"warning: {text}" for text in result.warnings])
    if folder is not None:
        typer.echo(f"all points are in {folder}; nulight scan merge {folder} --out FILE.npz puts them in one file")


def _which(n_rows: int, result: ScanResult) -> str:
    """What the rows are: points, or places and the profile there."""
    n_cells, n_points = result.delta_chi2.size, f"{result.n_points:,} points"
    if n_cells == 0:
        return f"the lowest of {n_points}"
    some = f"the {n_rows} lowest of" if n_rows > 1 else "the lowest of"
    if n_cells == result.n_points:
        return f"{some} {n_points}; all with --json or --out"
    return f"{some} {n_cells:,} places, each the lowest of its share of {n_points}; all with --json or --out"
