"""`nulight significance`: how significant a signal of any mass is, here and anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.models import conventions_text, load_all, make_model, split_names
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Neutrinos,
    Nuisances,
    Profiled,
    Settings,
    fixed_values,
    profile_ranges,
    treatments,
)
from nulight.cli.output import answer, print_table
from nulight.cli.progress import ChunkBar
from nulight.cli.toys import Files, Run, Seed, Toys, check_files, told_how_to_go_on, values_of, write_files

if TYPE_CHECKING:
    from nulight.results.look_elsewhere import LookElsewhere

__all__ = ["command"]

_SHOWN = 8  # most significant masses in the table for people


def command(
    words: Annotated[
        list[str],
        typer.Argument(metavar="EXPERIMENT... COUPLING", help="Experiments, combined; a coupling."),
    ],
    masses: Annotated[
        str,
        typer.Option(
            "--masses", metavar="LOW:HIGH:N[:log]", help="Where the signal is looked for: '1 keV:1 MeV:40:log'."
        ),
    ],
    mass: Annotated[
        str | None,
        typer.Option("--mass", metavar="NAME", help="Parameter of the mass, if it is not that of the coupling."),
    ] = None,
    toys: Toys = 500,
    seed: Seed = 1,
    run: Run = None,
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Files = None,
) -> None:
    """Print the local significance at every mass and the global one of the largest.

    The global p-value is from pseudo-experiments without a signal, and beside it from upcrossings.
    """
    from nulight.studies.look_elsewhere import look_elsewhere

    check_files(out)
    names, (coupling,) = split_names(words, 1)
    where = mass or _mass_of(coupling)
    with told_how_to_go_on(run, "nulight significance"):
        result = look_elsewhere(
            make_model(load_all(names, conventions, neutrinos), treatments(nuisances)),
            coupling,
            values_of(where, masses, "--masses"),
            mass=where,
            n_toys=toys,
            seed=seed,
            profile=profile_ranges(profile),
            fixed=fixed_values(settings),
            folder=run,
            track=ChunkBar("toys", toys),
        )
    write_files(result, out, "plot_look_elsewhere")
    answer(result, as_json=as_json, out=None, show=lambda: _show(result))


def _mass_of(coupling: str) -> str:
    """The mass a coupling belongs to."""
    from nulight.studies.portal_plane import PORTALS

    if coupling in PORTALS:
        return "m_4"
    for kind in ("vector", "scalar"):
        if kind in coupling:
            return f"m_{kind}"
    raise ValueError(f"{coupling} belongs to no mass; couplings that do: {', '.join(PORTALS)}, g_vector, g_scalar...")


def _show(result: LookElsewhere) -> None:
    best = sorted(range(len(result.masses)), key=lambda i: (-result.q0[i], result.masses[i]))[:_SHOWN]
    rows = [
        [f"{result.masses[i]:.4g}", f"{result.best_fit[i]:.4g}", f"{result.q0[i]:.2f}", f"{result.q0[i] ** 0.5:.2f}"]
        for i in best
    ]
    heads = [
        f"{name} [{unit}]" if unit else name
        for name, unit in ((result.mass, result.mass_unit), (result.coupling, result.unit))
    ]
    notes = [f"the {len(rows)} most significant of {len(result.masses)} masses; all with --json or --out"]
    notes += [f"{name}: {text}" for name, text in result.statements()]
    notes += [result.definition, conventions_text(result.conventions)]
    title = f"significance of {result.coupling} at any {result.mass}, {', '.join(result.experiments)}"
    print_table(
        [*heads, "q0", "local sigma"], rows, title=title, notes=[*notes, *(f"warning: {w}" for w in result.warnings)]
    )
