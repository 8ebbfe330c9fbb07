"""`nulight renp limit`: intervals of couplings, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.options import IntervalChoice, Json, Level, Out
from nulight.cli.output import answer, check_suffix, interval_text, number, print_lines, print_table, progress
from nulight.cli.renp.lines import print_basis, values_text
from nulight.cli.renp.options import (
    Atom,
    Days,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    Set,
    Triggers,
    With,
    coupling_values,
    name_list,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.limits import RenpLimits

__all__ = ["command"]


def command(
    atom: Atom,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="COUPLING...",
            help="mu_11, gg_axial, yy_scalar_12...; 'mu', 'eps', 'r2', 'a' for all their elements, 'gg_axial_ij' for "
            "those of a mediator; or 'mu,eps'.",
        ),
    ],
    cl: Level = 0.90,
    interval: IntervalChoice = "two-sided",
    settings: Set = None,
    observed: Annotated[
        str | None,
        typer.Option("--observed", metavar="N,N,...", help="Counts at every frequency; otherwise what is expected."),
    ] = None,
    triggers: Triggers = None,
    days: Days = "10",
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the interval of every coupling, the others absent or as set; without --observed the sensitivity."""
    from nulight.studies.renp.limits import renp_limits

    check_suffix(out, plots=True)
    fixed = coupling_values(settings)
    experiment = setup(atom, triggers, days, lightest, ordering, neutrinos, with_, observed=observed)
    with progress(f"limits from {experiment.name}"):
        result = renp_limits(experiment, name_list(words), cl=cl, interval=interval, fixed=fixed)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_renp_limits")


def _show(result: RenpLimits) -> None:
    kind = "sensitivity (Asimov: no counts were given)" if result.asimov else "limits"
    columns = ["coupling", "unit", "lower", "upper", "best fit"]
    rows = []
    for one in result.limits:
        ends = [number(one.lower), "open" if one.upper is None else number(one.upper)]
        rows.append([one.parameter, one.unit or "1", *ends, number(one.best_fit)])
        if not result.asimov and one.expected is not None:
            rows[-1].append(" or ".join(interval_text(*region) for region in one.expected.regions))
    columns += [] if result.asimov else ["expected"]
    print_table(columns, rows, title=f"{result.experiment}: {kind}, {result.interval}, {100 * result.cl:g} % CL")
    several = [one for one in result.limits if len(one.regions) > 1]
    print_lines(
        [f"{one.parameter}: {' or '.join(interval_text(*region) for region in one.regions)}" for one in several]
    )
    point = [f"fixed: {values_text(result.fixed)}"] if result.fixed else []
    print_basis(result, point)
