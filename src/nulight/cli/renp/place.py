"""`nulight renp place`: trigger frequencies that tell the elements of the moments apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.options import Json, Out
from nulight.cli.output import answer, check_suffix, print_lines, print_table, progress
from nulight.cli.renp.options import (
    Atom,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    With,
    electronvolts,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.placement import RenpPlacement

__all__ = ["Elements", "command", "element_list"]

Elements = Annotated[
    str | None,
    typer.Option("--elements", metavar="NAME,...", help="mu_11,eps_11...; otherwise all that can be emitted."),
]

_MICRO = 1e6  # micro-eV in an eV


def command(
    atom: Atom,
    n: Annotated[int, typer.Option("--n", min=1, help="How many frequencies.")] = 6,
    goal: Annotated[
        Literal["interleave", "identify"],
        typer.Option(
            "--goal",
            help="In the middle between thresholds, which bears mistakes in the masses; or best at telling each "
            "element from its closest rival.",
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
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print trigger frequencies between the thresholds of the pairs, and how well they separate the moments."""
    from nulight.renp import atomic_scheme
    from nulight.renp.placement import place_triggers
    from nulight.studies.renp.placement import renp_placement

    check_suffix(out, plots=True)
    names, distance = element_list(elements), electronvolts(margin, "--margin")
    # frequencies of the card, which may be above the thresholds of these neutrinos, play no role
    anywhere = f"{0.01 * atomic_scheme(atom).E_eg} eV"
    plan = setup(atom, anywhere, lightest=lightest, ordering=ordering, neutrinos=neutrinos, with_=with_)
    scheme, made, spin_sum = plan.scheme, plan.neutrinos(), plan.spin_sum
    with progress(f"trigger frequencies for {scheme.name}"):
        triggers = place_triggers(
            scheme, made, n, goal=goal, elements=names, pair=pair, margin=distance, spin_sum=spin_sum
        )
        result = renp_placement(scheme, made, triggers, elements=names, goal=goal, spin_sum=spin_sum)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_placement")


def element_list(text: str | None) -> list[str] | None:
    """Read a comma list of names; None if there is none."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _show(result: RenpPlacement) -> None:
    _show_frequencies(result)
    _show_elements(result)
    made = result.conventions
    print_lines(
        [
            f"--triggers '{','.join(f'{omega:.10g}' for omega in result.triggers)} eV'",
            f"{made['nature']} neutrinos, {made['ordering']} ordering, m_0 = {1e3 * made['lightest_eV']:g} meV, "
            f"{made['oscillation']}, spins: {made['spin_sum']}",
            result.definition,
        ]
    )


def _show_frequencies(result: RenpPlacement) -> None:
    ends = result.thresholds
    rows = []
    for omega, pairs in zip(result.triggers, result.open_pairs, strict=True):
        above = [f"{pair} {_MICRO * (ends[pair] - omega):.4g}" for pair in pairs[-1:]]
        below = [(pair, end) for pair, end in ends.items() if 0 < end <= omega]
        opening = f"{below[0][0]} {_MICRO * (omega - below[0][1]):.4g}" if below else "-"
        distance = f"{_MICRO * (result.E_eg / 2 - omega):.6g}"
        rows.append([f"{omega:#.10g}", distance, " ".join(pairs), above[0] if above else "-", opening])
    columns = [
        "trigger [eV]",
        "E_eg/2 - trigger [micro-eV]",
        "open pairs",
        "next to close [micro-eV]",
        "next to open [micro-eV]",
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
