"""`nulight limits`: ours beside the literature, by coupling and flavour."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.options import ConventionsChoice, IntervalChoice, Json, Level, Out
from nulight.cli.output import answer, check_suffix, interval_text, print_lines, print_table

if TYPE_CHECKING:
    from nulight.results.overview import LimitsRow, LimitsTable
    from nulight.studies.overview import Task

__all__ = ["command"]

_BLIND = "no sensitivity"


def command(
    experiments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EXPERIMENT]...", help="Experiments; otherwise all shipped data."),
    ] = None,
    couplings: Annotated[
        list[str] | None,
        typer.Option("--coupling", metavar="NAME[,NAME]", help="Couplings; may be repeated. 'mu_nu_e,r2_nu_ee'."),
    ] = None,
    flavour: Annotated[
        Literal["e", "mu", "tau"] | None, typer.Option("--flavour", help="Only couplings of this flavour.")
    ] = None,
    combined: Annotated[
        bool, typer.Option("--combined", help="Also the experiments together, where they may be combined.")
    ] = False,
    cl: Level = 0.90,
    interval: IntervalChoice = "two-sided",
    conventions: ConventionsChoice = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print our limits on all couplings beside what is published on the same data and in the literature.

    Ctrl-C ends it early with the limits done so far.
    """
    from nulight.studies.overview import limits_table

    check_suffix(out, plots=True)
    table = limits_table(
        experiments or None,
        [name.strip() for text in couplings for name in text.split(",")] if couplings else None,
        flavour=flavour,
        combined=combined,
        cl=cl,
        interval=interval,
        conventions=conventions,
        track=_track,
    )
    answer(table, as_json=as_json, out=out, show=lambda: _show(table), plot="plot_overview")


def _track(tasks: Sequence[Task]) -> Iterator[Task]:
    """Show a bar on stderr, if someone watches, that names the limit being computed."""
    if not sys.stderr.isatty():
        yield from tasks
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("limits", total=len(tasks))
        for task in tasks:
            progress.update(bar, description=task.label)
            yield task
            progress.advance(bar)


def _show(table: LimitsTable) -> None:
    mixed = len({row.conventions for row in table.rows if row.kind == "ours"}) > 1
    for coupling in table.couplings:
        _show_ours(table.select(coupling, "ours", "combined"), mixed)
        _show_literature(table.select(coupling, "published"))
    print_lines([f"conventions: {table.conventions['name']}", table.definition])
    print_lines([f"warning: {text}" for text in table.warnings])


def _show_ours(rows: Sequence[LimitsRow], mixed: bool) -> None:
    if not rows:
        return
    columns = [f"{_title(rows[0])}, {100 * (rows[0].cl or 0):g} %", "ours", "expected", "published", "ours/published"]
    notes = [f"{_name(row)}: {row.note}" for row in rows if row.note and row.note != _BLIND]
    cells = [_own_cells(row) + [row.conventions] * mixed for row in rows]
    print_table(columns + ["conventions"] * mixed, cells, notes=notes)


def _own_cells(row: LimitsRow) -> list[str]:
    if not row.regions:
        return [_name(row), row.note.partition(":")[0], "-", "-", "-"]
    ours = " or ".join(interval_text(*region, 3) for region in row.regions)
    expected = interval_text(row.expected_lower, row.expected_upper, 3)
    return [_name(row), ours, expected, _same_data(row), "-" if row.ratio is None else f"{row.ratio:.3g}"]


def _same_data(row: LimitsRow) -> str:
    if not row.published_reference:
        return "-"
    level = "" if row.published_cl == row.cl else f" ({100 * (row.published_cl or 0):g} %)"
    return interval_text(row.published_lower, row.published_upper, 3) + level


def _show_literature(rows: Sequence[LimitsRow]) -> None:
    if not rows:
        return
    columns = (_title(rows[0]), "published", "CL", "source", "reference", "read in")
    print_table(columns, [_literature_cells(row) for row in rows])


def _literature_cells(row: LimitsRow) -> list[str]:
    level = "-" if row.cl is None else f"{100 * row.cl:g} %"
    source = row.source_type if row.direct else f"{row.source_type}, indirect"
    name = f"{row.experiment.replace('_', ' ')} {row.year}"
    return [name, interval_text(row.lower, row.upper, 3), level, source, row.reference, row.read_in]


def _title(row: LimitsRow) -> str:
    return f"{row.coupling} [{row.unit}]" if row.unit else row.coupling


def _name(row: LimitsRow) -> str:
    return f"together: {row.experiment.replace('+', ', ')}" if row.kind == "combined" else row.experiment
