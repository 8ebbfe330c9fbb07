"""`nulight renp identify`: which single elements of the moments a scan tells apart, and how long it takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.options import Json, Level, Out
from nulight.cli.output import answer, check_suffix, print_table
from nulight.cli.renp.lines import print_basis, time_text
from nulight.cli.renp.options import (
    Atom,
    Days,
    Elements,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    Triggers,
    With,
    name_list,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.identify import RenpIdentification

__all__ = ["command"]

_EQUAL = 1e-9  # relative: rounding of times that are the same


def command(
    atom: Atom,
    strength: Annotated[float, typer.Option("--strength", help="Significance of the true element, sigma.")] = 5.0,
    truth: Annotated[
        float, typer.Option("--truth", metavar="MU_B", help="Size of the true element for the times needed.")
    ] = 1e-11,
    elements: Elements = None,
    cl: Level = 0.90,
    triggers: Triggers = None,
    days: Days = "10",
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the expected Delta chi2 of every element of the moments where another one is true, and the times needed."""
    from nulight.studies.renp.identify import renp_identify

    check_suffix(out, plots=True)
    experiment = setup(atom, triggers, days, lightest, ordering, neutrinos, with_)
    names = None if elements is None else name_list([elements])
    result = renp_identify(experiment, strength=strength, elements=names, cl=cl, truth=truth)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result, atom), plot="plot_renp_identify")


def _show(result: RenpIdentification, atom: str) -> None:
    n = len(result.triggers)
    scan = f"{result.atom}: {n} frequencies, {result.days.sum():g} d in all"
    rows = [
        [name, *("" if a == b else _chi2(result.delta_chi2[a, b]) for b in range(len(result.elements)))]
        for a, name in enumerate(result.elements)
    ]
    title = f"{scan}: Delta chi2 of elements (columns) where one of {result.strength:g} sigma (row) is true"
    print_table(["true", *result.elements], rows, title=title)
    _show_times(result)
    told = f"told apart: Delta chi2 of at least {result.threshold:.3g}, {100 * result.cl:g} % CL"
    recoil = f"what recoil experiments allow may be smaller than these elements; compare: nulight renp joint {atom}"
    print_basis(result, [told, recoil])


def _show_times(result: RenpIdentification) -> None:
    levels = list(result.levels)
    columns = ["element", f"{result.strength:g} sigma [1e-11]", "closest", "Delta chi2", "not told from"]
    columns += [f"{what}\n{levels[0]}" for what in ("seen,", "mu or eps,", "identified,")]
    columns += [f"identified,\n{level}" for level in levels[1:]]
    rows = []
    for name, value in zip(result.elements, result.values, strict=True):
        family, pair = name.split("_")
        partner = f"{'eps' if family == 'mu' else 'mu'}_{pair}"
        rival = result.closest(name)
        times = [result.days_to_see(name), math.nan]
        if partner in result.elements:
            times[1] = result.days_to_separate(name, partner)
        times += [result.days_to_identify(name, level) for level in levels]
        found = ["-", "-"] if rival is None else [rival[0], _chi2(rival[1])]
        others = " ".join(b for a, b in result.confused if a == name)
        size = "unseen" if math.isnan(value) else f"{value / 1e-11:.3g}"
        rows.append([name, size, *found, others or "-", *(time_text(time) for time in times)])
    title = f"time of the whole scan for a true element of {result.truth:g} mu_B"
    print_table(columns, rows, title=title, notes=[_each(result)])


def _each(result: RenpIdentification) -> str:
    """How the times of the whole scan become those at each frequency, which the other commands count."""
    n, shares = len(result.triggers), result.days / result.days.sum()
    if n == 1:
        return "one frequency: the whole scan is the time at it"
    if shares.max() - shares.min() < _EQUAL * shares.max():
        return f"time at each frequency, as in joint, forecast and neutrinos: 1/{n} of these"
    parts = ", ".join(f"{100 * share:.3g}" for share in shares)
    return f"shares of the frequencies, as --days has them: {parts} %; joint, forecast and neutrinos count each"


def _chi2(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.1f}" if value >= 0.95 else f"{value:.2g}"
