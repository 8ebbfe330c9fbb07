"""`nulight renp place`: trigger frequencies that tell the elements of the moments apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.options import Json, Out
from nulight.cli.output import answer, check_suffix, print_lines, print_table, progress
from nulight.cli.renp.options import (
    Atom,
    Elements,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    With,
    electronvolts,
    name_list,
    setup_without_scan,
)

if TYPE_CHECKING:
    from nulight.results.renp.placement import RenpPlacement

__all__ = ["command"]

_MICRO = 1e6  # micro-eV in an eV


def command(
    atom: Atom,
    n: Annotated[int, typer.Option("--n", min=1, help="How many frequencies.")] = 6,
    goal: Annotated[
        Literal["interleave", "identify"],
        typer.Option(
            "--goal",
            help="In the middle between thresholds (of the pairs of --elements), which bears mistakes in the masses; "
            "or best at telling each element from its closest rival.",
        ),
    ] = "interleave",
    elements: Elements = None,
    pair: Annotated[
        str | None,
        typer.Option("--pair", metavar="IJ", help="Whose mu and eps further frequencies of 'interleave' separate."),
    ] = None,
    margin: Annotated[
        str, typer.Option("--margin", metavar="ENERGY", help="Least distance from a threshold: laser, levels, masses.")
    ] = "0.001 meV",
    max_omega: Annotated[
        str | None, typer.Option("--max-omega", metavar="ENERGY", help="The laser reaches no further: '1.0 eV'.")
    ] = None,
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print trigger frequencies between the thresholds of the pairs, and how well they separate the moments."""
    from nulight.renp.placement import place_triggers
    from nulight.studies.renp.placement import renp_placement

    check_suffix(out, plots=True)
    names = None if elements is None else name_list([elements])
    distance = electronvolts(margin, "--margin")
    highest = None if max_omega is None else electronvolts(max_omega, "--max-omega")
    plan = setup_without_scan(atom, lightest, ordering, neutrinos, with_)
    scheme, made, spin_sum = plan.scheme, plan.neutrinos(), plan.spin_sum
    with progress(f"trigger frequencies for {scheme.name}"):
        triggers = place_triggers(
            scheme,
            made,
            n,
            goal=goal,
            elements=names,
            pair=pair,
            margin=distance,
            highest=highest,
            spin_sum=spin_sum,
        )
        result = renp_placement(scheme, made, triggers, elements=names, goal=goal, spin_sum=spin_sum)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_placement")


def _show(result: RenpPlacement) -> None:
    _show_frequencies(result)
    _show_elements(result)
    made = result.conventions
    print_lines(
        [
            _drift(result),
            f"--triggers '{','.join(f'{omega:.10g}' for omega in result.triggers)} eV'",
            f"{made['nature']} neutrinos, {made['ordering']} ordering, m_0 = {1e3 * made['lightest_eV']:g} meV, "
            f"{made['oscillation']}, spins: {made['spin_sum']}",
            result.definition,
        ]
    )


def _drift(result: RenpPlacement) -> str:
    """How far a wrong mass moves the thresholds; eV per eV are 1000 micro-eV per meV."""
    falls = [-1e3 * slope for pair, slope in result.threshold_slopes.items() if result.thresholds[pair] > 0]
    text = f"thresholds fall by {min(falls):.3g} to {max(falls):.3g} micro-eV for every meV that m_0 is larger"
    if result.mass_margin < min(result.masses):  # no such change is small otherwise
        text += f": one meets a frequency if m_0 is {1e3 * result.mass_margin:.2g} meV off"
    return text


def _show_frequencies(result: RenpPlacement) -> None:
    ends = result.thresholds
    rows = []
    for omega, pairs in zip(result.triggers, result.open_pairs, strict=True):
        above = [f"{pair}: +{_MICRO * (ends[pair] - omega):.4g}" for pair in pairs[-1:]]
        below = [(pair, end) for pair, end in ends.items() if 0 < end <= omega]
        opening = f"{below[0][0]}: -{_MICRO * (omega - below[0][1]):.4g}" if below else "-"
        distance = f"{_MICRO * (result.E_eg / 2 - omega):.6g}"
        rows.append([f"{omega:#.10g}", distance, " ".join(pairs), above[0] if above else "-", opening])
    columns = [
        "trigger [eV]",
        "E_eg/2 - trigger [micro-eV]",
        "open pairs",
        "next threshold above [micro-eV]",
        "next threshold below [micro-eV]",
    ]
    title = f"{result.atom}: {len(result.triggers)} trigger frequencies ({result.goal})"
    print_table(columns, rows, title=title, whole=["open pairs"])


def _show_elements(result: RenpPlacement) -> None:
    rows = []
    for a, name in enumerate(result.elements):
        rival = result.closest(name)
        seen = f"{100 * result.separation[a, a]:.3g}"
        rows.append([name, seen, *(("-", "-") if rival is None else (rival[0], f"{100 * rival[1]:.3g}"))])
    print_table(["element", "sensitivity [% of best]", "closest rival", "separation [% of best]"], rows)
