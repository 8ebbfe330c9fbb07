"""`nulight spectrum`: expected and observed counts per bin."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.options import Compare, ConventionsChoice, Json, Mass, Out, Settings, check_mass, fixed_values
from nulight.cli.output import answer, check_suffix, number, print_lines, print_table, progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nulight.results import SpectrumResult
    from nulight.studies.spectra import ConventionsRow
    from nulight.typing import FloatArray

__all__ = ["command"]

_LEAST = 1e-3  # of all expected counts: smaller components are shown together
_WIDTH = 80  # characters for components, eight short names; in more, numbers would be broken over two lines


def command(
    experiment: Annotated[str, typer.Argument(help="Shipped experiment with :variant if wished, or a card.")],
    settings: Settings = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    compare_conventions: Compare = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print counts per bin by component; with --compare-conventions the signal under every preset."""
    from nulight.experiments import load
    from nulight.studies.spectra import compared_conventions, spectrum

    check_suffix(out, plots=not compare_conventions)
    values = fixed_values(settings, m4)
    check_mass(values)
    with progress(f"counts of {experiment}"):
        if compare_conventions:
            rows = compared_conventions(lambda preset: load(experiment, conventions=preset), values)
        else:
            result = spectrum(load(experiment, conventions=conventions), values)
    if compare_conventions:
        _answer_conventions(rows, title=f"expected signal of {experiment}", as_json=as_json, out=out)
        return
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_spectrum")


def _answer_conventions(rows: Sequence[ConventionsRow], *, title: str, as_json: bool, out: Path | None) -> None:
    """Write the file if one is wanted, then print JSON or a table for people."""
    from nulight.io.atomic import write_text
    from nulight.io.text import csv_text, json_text

    names = list(rows[0].components) if len(rows[0].components) > 1 else []
    cells: list[dict[str, Any]] = [
        {"conventions": row.conventions, "signal": row.signal, "ratio to default": row.ratio}
        | {name: row.components.get(name) for name in names}
        for row in rows
    ]
    text = json_text(rows)
    if out is not None:
        columns = {key: [cell[key] for cell in cells] for key in cells[0]}
        header = {"title": f"{title} under every preset of conventions"}
        write_text(out, text if out.suffix.lower() == ".json" else csv_text(columns, header=header, units={}))
    if as_json:
        sys.stdout.write(text)
        return
    print_table(list(cells[0]), [[number(value) for value in cell.values()] for cell in cells], title=title)
    print_lines([f"{row.conventions}: {row.error}" for row in rows if row.error])


def _show(result: SpectrumResult) -> None:
    shown = _shown(result)
    columns = [f"bin [{result.edge_unit}]", "observed", "expected", *shown]
    lines = [result.observed, result.total, *shown.values()]
    labels = [f"{lo:g}-{hi:g}" for lo, hi in zip(result.edges[:-1], result.edges[1:], strict=True)]
    rows = [[label, *(f"{line[i]:.4g}" for line in lines)] for i, label in enumerate(labels)]
    rows.append(["total", *(f"{line.sum():.5g}" for line in lines)])
    if not result.asimov:
        columns.insert(3, "pull")
        for row, pull in zip(rows, [*(f"{pull:+.1f}" for pull in result.pulls), ""], strict=True):
            row.insert(3, pull)
    print_table(columns, rows, title=result.experiment, notes=_notes(result))


def _notes(result: SpectrumResult) -> list[str]:
    notes = [result.definition]
    if not result.asimov:
        error = "sqrt(expected)" if result.sigma is None else "the errors of the data"
        n = len(result.observed)
        notes.append(f"pulls: (observed - expected) / {error}; squares add up to {result.chi2:.1f} in {n} bins")
    if result.projections:
        notes.append(f"on each axis with --json: {', '.join(p.name for p in result.projections)}")
    warnings = [f"warning: {text}" for text in result.warnings]
    return [*notes, f"conventions: {result.conventions['name']}", *warnings]


def _shown(result: SpectrumResult) -> dict[str, FloatArray]:
    """Components, those that hardly count summed as "others"; sources in one piece if there are too many."""
    shown = _counting(result, result.counts)
    fits = sum(max(len(name), 7) + 3 for name in shown) <= _WIDTH
    return shown if fits else _counting(result, result.by_source())


def _counting(result: SpectrumResult, components: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    least = _LEAST * float(result.total.sum())
    shown = {name: counts for name, counts in components.items() if counts.sum() > least}
    if rest := [counts for name, counts in components.items() if name not in shown]:
        shown[f"{len(rest)} others"] = sum(rest[1:], rest[0])
    return shown
