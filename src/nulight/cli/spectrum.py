"""`nulight spectrum`: expected and observed counts per bin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.options import Compare, ConventionsChoice, Json, Mass, Out, Settings, fixed_values
from nulight.cli.output import answer, check_suffix, compare, print_table, progress

if TYPE_CHECKING:
    from nulight.results import SpectrumResult
    from nulight.typing import FloatArray

__all__ = ["command"]

_LEAST = 1e-3  # of all expected counts: smaller components are shown together


def command(
    experiment: Annotated[str, typer.Argument(help="Shipped experiment with :variant if wished, or a card.")],
    settings: Settings = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    compare_conventions: Compare = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print counts per bin by component; with --compare-conventions the totals under every preset."""
    from nulight.experiments import load
    from nulight.studies.spectra import spectrum

    check_suffix(out, plots=not compare_conventions)
    values = fixed_values(settings, m4)

    def compute(preset: str | None) -> SpectrumResult:
        return spectrum(load(experiment, conventions=preset), values)

    if compare_conventions:
        compare(compute, _totals, as_json=as_json, out=out, title=f"expected counts of {experiment}")
        return
    with progress(f"counts of {experiment}"):
        result = compute(conventions)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_spectrum")


def _totals(result: SpectrumResult) -> dict[str, Any]:
    return {"observed": float(result.observed.sum()), "expected": float(result.total.sum())}


def _show(result: SpectrumResult) -> None:
    shown = _shown(result)
    columns = [f"bin [{result.edge_unit}]", "observed", "expected", *shown]
    lines = [result.observed, result.total, *shown.values()]
    labels = [f"{lo:g}-{hi:g}" for lo, hi in zip(result.edges[:-1], result.edges[1:], strict=True)]
    rows = [[label, *(f"{line[i]:.4g}" for line in lines)] for i, label in enumerate(labels)]
    rows.append(["total", *(f"{line.sum():.5g}" for line in lines)])
    notes = [result.definition, f"conventions: {result.conventions['name']}"]
    print_table(columns, rows, title=result.experiment, notes=notes)


def _shown(result: SpectrumResult) -> dict[str, FloatArray]:
    """Components, those that hardly count summed as "others"."""
    least = _LEAST * float(result.total.sum())
    shown = {name: counts for name, counts in result.counts.items() if counts.sum() > least}
    if rest := [counts for name, counts in result.counts.items() if name not in shown]:
        shown[f"{len(rest)} others"] = sum(rest[1:], rest[0])
    return shown
