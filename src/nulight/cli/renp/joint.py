"""`nulight renp joint`: limits of recoil experiments beside what RENP reaches, element by element."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.options import Json, Level, Out
from nulight.cli.output import answer, check_suffix, print_table, progress
from nulight.cli.renp.lines import print_basis, time_text
from nulight.cli.renp.options import (
    Atom,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    Triggers,
    With,
    day_list,
    name_list,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.joint import RenpJoint

__all__ = ["command"]

_SHORT, _LONG = 0.1, 365250.0  # days beyond which nobody wants to know more


def command(
    atom: Atom,
    recoil: Annotated[
        str | None,
        typer.Option(
            "--recoil",
            metavar="A,B",
            help="Names or paths of cards; otherwise xenonnt-2022-er, texono-csi-2010, coherent-csi-2021.",
        ),
    ] = None,
    days: Annotated[
        str, typer.Option("--days", metavar="TIMES", help="At each frequency, to compare: '10,100,1000', '1,3 yr'.")
    ] = "10,100,1000",
    cl: Level = 0.90,
    triggers: Triggers = None,
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print what recoil experiments allow for every moment of the mass states, and when RENP reaches it."""
    from nulight.studies.renp.joint import RECOILS, renp_joint

    check_suffix(out, plots=True)
    experiment = setup(atom, triggers, "1", lightest, ordering, neutrinos, with_)
    names = RECOILS if recoil is None else name_list([recoil])
    with progress(f"recoil experiments and {experiment.name}"):
        result = renp_joint(experiment, names, days=day_list(days), cl=cl)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_renp_joint")


def _show(result: RenpJoint) -> None:
    exposures = [f"RENP {days:g} d" for days in result.days]
    columns = ["[mu_B]", *result.recoils, *exposures, "reached", "told apart"]
    rows = []
    strongest = result.recoil_limits.argmin(axis=0)
    for i, pair in enumerate(result.elements):
        limits = [f"{limit:.2g}" for limit in result.recoil_limits[:, i]]
        for kind, reach, until in (("mu", result.reach_mu, result.days_mu), ("eps", result.reach_eps, result.days_eps)):
            apart = _days(result.days_apart[i]) if kind == "mu" else ""
            seen = [f"{value:.2g}" for value in reach[i]]
            rows.append([f"{kind}_{pair}", *limits, *seen, _days(until[strongest[i], i]), apart])
    rows += [
        [f"{plane.parameters[0]} *", *(_limit(value) for value in plane.along.values()), "", ""]
        for plane in result.planes
        if plane.along
    ]
    print_table(columns, rows, title=repr(result).partition("\n")[0], notes=_notes(result), whole=columns)
    print_basis(result)


def _notes(result: RenpJoint) -> list[str]:
    notes = [
        "times are at each frequency; reached: until RENP reaches the strongest recoil limit; told apart: until it "
        "tells that a magnetic moment of that size is no electric one",
    ]
    for plane in result.planes:
        if plane.slope is not None:
            first, second = plane.parameters
            notes.append(
                f"* together with a {second} that is {plane.slope:.3g} times as large as {first} and whose phase is "
                "such that nu_e sees neither; none: no limit"
            )
    return notes


def _limit(value: float) -> str:
    return f"{value:.2g}" if math.isfinite(value) else "none"


def _days(value: float) -> str:
    if value < _SHORT:
        return f"< {_SHORT:g} d"
    return f"> {time_text(_LONG)}" if _LONG < value < math.inf else time_text(value)
