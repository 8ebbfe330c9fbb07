"""`nulight renp neutrinos`: absolute mass, ordering, and Dirac or Majorana nature."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.options import Json, Out
from nulight.cli.output import answer, check_suffix, print_table, progress
from nulight.cli.renp.lines import print_basis
from nulight.cli.renp.options import (
    Atom,
    NeutrinosChoice,
    OrderingChoice,
    Triggers,
    With,
    day_list,
    frequencies,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.neutrinos import RenpMass, RenpTest
    from nulight.studies.renp.exposure import Sample
    from nulight.studies.renp.triggers import Question
    from nulight.typing import FloatArray

__all__ = ["command"]

_ROWS = 12  # of a table for people; files and JSON have all masses
_MOST = 10_000
_PLACED = {"mass": 12, "ordering": 6, "nature": 6}  # frequencies if --n is not given
_YEAR = 365.25  # d
_RANGE = "2 meV:100 meV"
_STEPS = {"mass": 300, "ordering": 18, "nature": 18}  # intervals have a kink at every threshold of every frequency
_CHECKED = "the frequencies are placed around the one mass that is asked about, as if an earlier scan had found it; "


def command(
    atom: Atom,
    question: Annotated[
        Literal["mass", "ordering", "nature"], typer.Option("--question", help="What is asked of the neutrinos.")
    ],
    lightest: Annotated[
        str | None,
        typer.Option(
            "--lightest",
            metavar="MASSES",
            help="True masses of the lightest neutrino: '10 meV', '10,50 meV', or LOW:HIGH:N in equal ratios; "
            f"otherwise {_RANGE}, {_STEPS['mass']} for the mass and {_STEPS['nature']} for the others.",
        ),
    ] = None,
    days: Annotated[
        str,
        typer.Option("--days", metavar="TIMES", help="At each frequency: '100', '10,100 d', '3 yr'; one for the mass."),
    ] = "100",
    triggers: Triggers = None,
    n: Annotated[
        int | None,
        typer.Option("--n", metavar="N", help="Frequencies to place without --triggers; 12 for the mass, 6 otherwise."),
    ] = None,
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print how well the mass of the lightest neutrino, the ordering or the nature of neutrinos would be known.

    Without --triggers frequencies are spread over the range of masses for the mass, and placed for each mass, as after
    a first scan, for the others. The wrong hypothesis has its own lightest mass and Majorana phases. The mass and the
    ordering are done for both orderings, the nature for --ordering.
    """
    from nulight.studies.renp.neutrinos import renp_mass, renp_nature, renp_ordering

    check_suffix(out, plots=True)
    masses, times = _masses(lightest or f"{_RANGE}:{_STEPS[question]}"), day_list(days)
    if question == "mass" and len(times) > 1:
        raise ValueError(f"--days {days!r}: intervals of the mass are for one time, give one")
    if question != "nature" and ordering is not None:
        raise ValueError(f"--ordering {ordering}: the {question} is done for both orderings; leave it out")
    if triggers is not None and n is not None:
        raise ValueError("--triggers and --n are both given; frequencies are held or placed, choose one")
    placed = _placed(question, atom, masses, n) if triggers is None else triggers
    nature = "majorana" if question == "nature" else neutrinos  # both are looked at, and phases are those of Majorana
    experiment = setup(atom, placed, "1", f"{float(masses[0])!r} eV", ordering, nature, with_)
    matched: Literal["fixed", "matched"] = "matched" if triggers is None and question != "mass" else "fixed"
    result: RenpMass | RenpTest
    if question == "mass":
        with progress(f"mass of the neutrinos: {experiment.name}"):
            result = renp_mass(experiment, masses, days=times[0])
        if triggers is None:
            result = _with_placement(result)
    else:
        study = renp_ordering if question == "ordering" else renp_nature
        result = study(experiment, masses, days=times, placement=matched, track=_track)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot=f"plot_renp_{question}")


def _masses(text: str) -> FloatArray:
    """True masses, eV: a list, or LOW:HIGH:N in equal ratios."""
    import numpy as np

    found = frequencies(text, "--lightest")
    if ":" in text:
        found = np.geomspace(found[0], found[-1], len(found))
    if len(found) > _MOST:
        raise ValueError(f"--lightest: {len(found)} masses; use at most {_MOST:,}")
    return found


def _placed(question: Question, atom: str, masses: FloatArray, n: int | None) -> str:
    """Frequencies for all masses, or for the first one, as text."""
    from nulight.studies.renp.triggers import triggers_for

    chosen = masses if question == "mass" else masses[:1]
    placed = triggers_for(question, atom, chosen, _PLACED[question] if n is None else n)
    return ",".join(f"{float(omega)!r} eV" for omega in placed)


def _with_placement(result: RenpMass) -> RenpMass:
    """The record with the masses that the frequencies were placed for."""
    ends = float(result.lightest.min()), float(result.lightest.max())
    warnings = result.warnings
    if ends[0] == ends[1]:
        warnings += (f"{_CHECKED}give --triggers, or --lightest LOW:HIGH:N for a scan that does not know it",)
    return replace(result, provenance={**result.provenance, "placed_for_lightest_eV": ends}, warnings=warnings)


def _track(steps: Sequence[Sample]) -> Iterator[Sample]:
    """Show a bar on stderr, if someone watches."""
    if not sys.stderr.isatty():
        yield from steps
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(steps, "masses", console=Console(stderr=True), transient=True)


def _show(result: RenpMass | RenpTest) -> None:
    from nulight.results.renp.neutrinos import RenpMass

    title = repr(result).partition("\n")[0]
    rows = _rows(len(result.lightest))
    columns, cells = _mass_table(result, rows) if isinstance(result, RenpMass) else _test_table(result, rows)
    n = len(result.lightest)
    notes = [f"{len(rows)} of {n} masses; all with --json or --out"] if len(rows) < n else []
    if not isinstance(result, RenpMass):
        after = "" if len(result.days) > 1 else f" after {result.days[0]:g} d at each frequency"
        notes.append(f"Delta chi2{after} (time at each frequency for {result.needed[0]})")
    elif result.further_regions[-1].any():
        notes.append("* other masses are allowed as well")
    print_table(columns, cells, title=title, notes=notes, whole=columns)
    print_basis(result, [_frequencies(result)])


def _mass_table(result: RenpMass, rows: list[int]) -> tuple[list[str], list[list[str]]]:
    columns = ["m_0 [eV]"]
    for ordering in result.orderings:
        columns += [f"{ordering}: {result.levels[-1]}", f"not zero, {result.needed[0]}"]
    cells = []
    for k in rows:
        row = [f"{result.lightest[k]:.4g}"]
        for j in range(len(result.orderings)):
            low, high = result.lower[-1, j, k], result.upper[-1, j, k]
            mark = "*" if result.further_regions[-1, j, k] else ""
            row += [f"[{low:.4g}, {high:.4g}]{mark}", _time(result.days_needed[0, j, k])]
        cells.append(row)
    return columns, cells


def _test_table(result: RenpTest, rows: list[int]) -> tuple[list[str], list[list[str]]]:
    several = len(result.days) > 1
    cells = []
    for k in rows:
        for j, days in enumerate(result.days):
            needed = [f" ({_time(time)})" if j == 0 else "" for time in result.days_needed[0, :, k]]
            found = [f"{value:.3g}{time}" for value, time in zip(result.delta_chi2[:, j, k], needed, strict=True)]
            cells.append([f"{result.lightest[k]:.4g}" if j == 0 else "", *[f"{days:g} d"] * several, *found])
    return ["m_0 [eV]", *["at each"] * several, *(f"true: {truth}" for truth in result.truths)], cells


def _frequencies(result: RenpMass | RenpTest) -> str:
    sets = result.provenance["triggers_eV"]
    if result.placement == "matched":
        return f"{len(sets[0])} trigger frequencies, placed for each mass"
    shown = ", ".join(f"{omega:.7g}" for omega in sets[0])
    low, high = result.provenance.get("placed_for_lightest_eV", (0.0, 0.0))
    placed = f"placed for m_0 = {low:g} eV, " if low else ""
    if high > low:
        placed = f"spread over m_0 = {low:g} to {high:g} eV, "
    return f"trigger frequencies {placed}{shown} eV; times are at each of them"


def _rows(n: int) -> list[int]:
    """Places in the table: every one, or about equal steps with both ends."""
    import numpy as np

    return sorted({round(k) for k in np.linspace(0, n - 1, min(n, _ROWS))})


def _time(days: float) -> str:
    """Days, or years where they are many."""
    if math.isinf(days):
        return "never"
    return f"{days:.3g} d" if days < _YEAR else f"{days / _YEAR:.3g} yr"
