"""`nulight scan`: Delta chi2 on a grid of parameters."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.models import conventions_text, load_all, make_model
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Neutrinos,
    Nuisances,
    Out,
    Profiled,
    Settings,
    check_mass,
    fixed_values,
    grid_axes,
    profile_ranges,
    treatments,
)
from nulight.cli.output import PLOTS, answer, check_suffix, print_lines, print_table

if TYPE_CHECKING:
    from nulight.results.scan import ScanResult

__all__ = ["command"]

_SHOWN = 10  # lowest points in the table for people


def command(
    experiments: Annotated[list[str], typer.Argument(metavar="EXPERIMENT...", help="Experiments, combined.")],
    grid: Annotated[
        list[str],
        typer.Option(
            "--grid",
            metavar="NAME=LOW:HIGH:N[:log]",
            help="An axis, up to three; may be repeated. 'mu_e4=1e-12:1e-9:60:log', 'm_4=1 keV:1 MeV:40:log'.",
        ),
    ],
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print Delta chi2 on a grid of one to three parameters, nuisances profiled."""
    from nulight.studies.scan import scan_grid

    check_suffix(out, plots=True)
    axes, fixed, profiled = grid_axes(grid), fixed_values(settings), profile_ranges(profile)
    check_mass({**fixed, **profiled}, *axes)
    if out is not None and out.suffix.lower() in PLOTS and len(axes) > 2:
        raise ValueError(f"{out}: a scan of {len(axes)} parameters has no plot; use .json or .csv")
    model = make_model(load_all(experiments, conventions, neutrinos), treatments(nuisances))
    result = scan_grid(model, axes, profile=profiled, fixed=fixed, track=_track)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_scan")


def _track(pieces: Sequence[slice]) -> Iterator[slice]:
    """Show a bar on stderr if someone watches."""
    if not sys.stderr.isatty():
        yield from pieces
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(pieces, "grid", console=Console(stderr=True), transient=True)


def _show(result: ScanResult) -> None:
    import numpy as np

    order = np.argsort(result.delta_chi2, axis=None)[:_SHOWN]
    places = zip(*np.unravel_index(order, result.delta_chi2.shape), strict=True)
    rows = [
        [
            *(f"{result.grid[name][i]:.4g}" for name, i in zip(result.parameters, place, strict=True)),
            f"{result.delta_chi2[place]:.3f}",
        ]
        for place in places
    ]
    heads = [f"{name} [{unit}]" if unit else name for name, unit in zip(result.parameters, result.units, strict=True)]
    others = {name: value for name, value in result.best.items() if name not in result.parameters}
    notes = [f"the {len(rows)} lowest of {result.delta_chi2.size} points; all with --json or --out", result.definition]
    if others:
        notes.insert(0, "profiled at the lowest: " + ", ".join(f"{n} = {v:.4g}" for n, v in others.items()))
    print_table([*heads, "Delta chi2"], rows, title=f"scan, {', '.join(result.experiments)}", notes=notes)
    print_lines([conventions_text(result.conventions), *(f"warning: {text}" for text in result.warnings)])
