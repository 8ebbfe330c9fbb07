"""`nulight workspace`: the likelihood of experiments as a file for pyhf or readers of HS3."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from nulight.cli.correlations import Correlate, Share, correlations, shared_groups
from nulight.cli.models import load_all, make_model, split_names
from nulight.cli.options import (
    ConventionsChoice,
    Neutrinos,
    Nuisances,
    Settings,
    check_mass,
    fixed_values,
    treatments,
)

__all__ = ["command"]


def command(
    words: Annotated[list[str], typer.Argument(metavar="EXPERIMENT... PARAM", help="Experiments, then the coupling.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.json", help="Where the workspace goes.")],
    kind: Annotated[
        Literal["pyhf", "hs3"],
        typer.Option("--format", help="pyhf (powers of one coupling, Poisson) or HS3 (any polynomial)."),
    ] = "pyhf",
    also: Annotated[
        list[str] | None,
        typer.Option("--and", metavar="PARAM", help="A further free coupling; may be repeated."),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0.0,
            help="pyhf: what may be left out or interpolated, standard deviations of the data.",
        ),
    ] = 0.1,
    settings: Settings = None,
    nuisances: Nuisances = None,
    share: Share = None,
    correlate: Correlate = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
) -> None:
    """Write the likelihood of experiments, their data and nuisances, as a workspace."""
    from nulight.exchange.hs3 import to_hs3
    from nulight.exchange.pyhf import export_pyhf
    from nulight.io.atomic import write_text
    from nulight.io.text import json_text
    from nulight.models.parameters import check_parameters

    if out.suffix.lower() != ".json":
        raise ValueError(f"{out}: workspaces are written as .json")
    names, (parameter,) = split_names(words, 1)
    check_parameters(also or ())
    couplings, fixed = [parameter, *(also or ())], fixed_values(settings)
    check_mass(fixed, *couplings)
    model = make_model(
        load_all(names, conventions, neutrinos),
        treatments(nuisances),
        share=shared_groups(share),
        correlate=correlations(correlate),
    )
    if kind == "hs3":
        written = [write_text(out, json_text(to_hs3(model, couplings, fixed=fixed)))]
    else:
        written = list(export_pyhf(model, couplings, fixed=fixed, tolerance=tolerance).save(out))
    for path in written:
        typer.echo(str(path))
