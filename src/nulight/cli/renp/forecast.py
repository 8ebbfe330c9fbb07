"""`nulight renp forecast`: expected reach against the exposure or the mass of a mediator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nulight.cli.options import IntervalChoice, Json, Level, Out
from nulight.cli.output import answer, check_suffix, interval_text, number, print_table, progress
from nulight.cli.renp.lines import print_basis
from nulight.cli.renp.options import (
    Atom,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    Set,
    Triggers,
    With,
    coupling_values,
    day_list,
    electronvolts,
    name_list,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.reach import RenpReach
    from nulight.typing import FloatArray

__all__ = ["command"]

_ENDS = {"days": ("1 d", "1e4 d"), "mass": ("1e-3 eV", "1e4 eV")}
_PER_DECADE = {"days": 8, "mass": 200}  # values if --n is not given: poles are narrow
_ROWS = 15  # of a table for people; files and JSON have all values
_COLUMNS = {True: 3, False: 7}  # of one table, for couplings with a sign and without
_MOST = 100_000


def command(
    atom: Atom,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COUPLING...]",
            help="mu_11, gg_axial...; 'mu', 'eps' for all elements; otherwise all moments, or gg_axial and yy_scalar "
            "against a mass.",
        ),
    ] = None,
    vary: Annotated[
        Literal["days", "mass"], typer.Option("--vary", help="Days at each frequency, or mass of the mediator.")
    ] = "days",
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="VALUE", help="'10', '10 d'; or '1 meV'. '1 d' or '1e-3 eV' if not given."),
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="VALUE", help="'1e4 d' or '1e4 eV' if not given.")] = None,
    n: Annotated[
        int | None, typer.Option("--n", metavar="N", help="Values in equal ratios; 8 a decade of days, 200 of masses.")
    ] = None,
    cl: Level = 0.90,
    interval: IntervalChoice = "two-sided",
    settings: Set = None,
    triggers: Triggers = None,
    days: Annotated[
        str | None,
        typer.Option("--days", metavar="TIME", help="At each frequency with --vary mass: '10', '2 yr', '10,20 d'."),
    ] = None,
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the expected interval of couplings, each alone, against days or the mass of the mediator."""
    from nulight.studies.renp.reach import renp_reach

    check_suffix(out, plots=True)
    if vary == "days" and days is not None:
        raise ValueError("--days varies already; give its ends with --from and --to, or use --vary mass")
    values = _values(vary, first, last, n)
    fixed = coupling_values(settings)
    experiment = setup(atom, triggers, days or "10", lightest, ordering, neutrinos, with_)
    names = name_list(words) if words else None
    varied: Any = {"days": values} if vary == "days" else {"masses": values}
    with progress(f"reach of {experiment.name} against {vary}"):
        result = renp_reach(experiment, names, cl=cl, interval=interval, fixed=fixed, **varied)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_renp_reach")


def _values(vary: str, first: str | None, last: str | None, n: int | None) -> FloatArray:
    """Values in equal ratios, d or eV."""
    import numpy as np

    read = _days if vary == "days" else electronvolts
    low, high = (
        read(text or _ENDS[vary][i], option) for i, (text, option) in enumerate(((first, "--from"), (last, "--to")))
    )
    if not 0 < low < high < np.inf:
        unit = "d" if vary == "days" else "eV"
        raise ValueError(f"from {low:g} to {high:g} {unit}: give two positive values, the smaller one with --from")
    if n is None:
        n = 1 + max(1, round(_PER_DECADE[vary] * np.log10(high / low)))
    if not 2 <= n <= _MOST:
        raise ValueError(f"--n {n}: use 2 to {_MOST:,} values")
    return np.geomspace(low, high, n)


def _days(text: str, option: str) -> float:
    found = day_list(text, option)
    if len(found) > 1:
        raise ValueError(f"{option} {text!r}: give one time, such as '10' or '10 d'")
    return found[0]


def _show(result: RenpReach) -> None:
    title = f"{result.experiment}: expected {result.interval} intervals, {100 * result.cl:g} % CL"
    signed = any(low < 0 for low in result.lower.min(axis=1))
    n, width = len(result.couplings), _COLUMNS[signed]
    rows = _rows(len(result.values))
    for start in range(0, n, width):
        chosen = range(start, min(start + width, n))
        columns = [f"{result.vary} [{result.vary_unit}]", *(_head(result, i) for i in chosen)]
        cells = [[f"{result.values[k]:.4g}", *(_cell(result, i, k, signed=signed) for i in chosen)] for k in rows]
        print_table(columns, cells, title=title if start == 0 else None, whole=columns)
    notes = (
        [f"{len(rows)} of {len(result.values)} values; all with --json or --out"]
        if len(rows) < len(result.values)
        else []
    )
    if result.further_regions.any():
        notes.append("* larger couplings are allowed again, where new physics cancels against the weak interaction")
    print_basis(result, notes)


def _rows(n: int) -> list[int]:
    """Places in the table: every one, or equal steps; if no step fits, the last one is shorter."""
    least = -(-(n - 1) // (_ROWS - 1))
    step = next((step for step in range(least, 2 * least) if (n - 1) % step == 0), least)
    return sorted({*range(0, n, step), n - 1})


def _head(result: RenpReach, i: int) -> str:
    return f"{result.couplings[i]} [{result.unit}]" if result.unit else result.couplings[i]


def _cell(result: RenpReach, i: int, k: int, *, signed: bool) -> str:
    low, high = float(result.lower[i, k]), float(result.upper[i, k])
    mark = "*" if result.further_regions[i, k] else ""
    if result.interval == "upper" or not signed:
        return f"{number(high)}{mark}"
    return f"{interval_text(low, high)}{mark}"
