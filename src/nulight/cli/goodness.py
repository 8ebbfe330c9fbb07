"""`nulight goodness`: how often data of the model itself fit worse than the data do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.models import conventions_text, load_all, make_model
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Mass,
    Neutrinos,
    Nuisances,
    Settings,
    check_mass,
    fixed_values,
    treatments,
)
from nulight.cli.output import answer, print_table
from nulight.cli.progress import ChunkBar
from nulight.cli.toys import Files, Run, Seed, Toys, check_files, told_how_to_go_on, write_files

if TYPE_CHECKING:
    from nulight.results.goodness import Goodness

__all__ = ["command"]


def command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="EXPERIMENT... [PARAM...]", help="Experiments, combined; parameters fitted beside the nuisances."
        ),
    ],
    toys: Toys = 1000,
    seed: Seed = 1,
    run: Run = None,
    statistic: Annotated[
        Literal["saturated", "pearson"],
        typer.Option("--statistic", help="-2 ln L relative to the saturated model, or Pearson's chi2."),
    ] = "saturated",
    settings: Settings = None,
    nuisances: Nuisances = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Files = None,
) -> None:
    """Print the probability of a worse fit, from pseudo-experiments and asymptotically."""
    from nulight.inference.toys.goodness import goodness
    from nulight.models.parameters import PARAMETERS

    check_files(out)
    parameters = [word for word in words if word in PARAMETERS]
    names = [word for word in words if word not in PARAMETERS]
    if not names:
        raise ValueError(f"give EXPERIMENT... [PARAM...]; got {' '.join(words)}")
    fixed = fixed_values(settings, m4)
    check_mass(fixed, *parameters)
    model = make_model(load_all(names, conventions, neutrinos), treatments(nuisances))
    with told_how_to_go_on(run, "nulight goodness"):
        result = goodness(
            model,
            parameters,
            n_toys=toys,
            seed=seed,
            statistic=statistic,
            fixed=fixed,
            folder=run,
            track=ChunkBar("toys", toys),
        )
    write_files(result, out, "plot_goodness")
    answer(result, as_json=as_json, out=None, show=lambda: _show(result))


def _show(result: Goodness) -> None:
    ends = f"{100 * result.p_lower:.3g} to {100 * result.p_upper:.3g} %"
    rows = [
        [result.statistic, f"{result.observed:.2f}"],
        ["degrees of freedom", str(result.ndof)],
        [f"p from {len(result.toys)} toys", f"{100 * result.p_value:.3g} % ({ends})"],
        ["p asymptotic", f"{100 * result.p_asymptotic:.3g} %"],
    ]
    fitted = ", ".join(f"{n} = {v:.3g} {result.units.get(n, '')}".rstrip() for n, v in result.values.items())
    notes = [f"best fit: {fitted}"] if fitted else []
    notes += [result.definition, conventions_text(result.conventions)]
    print_table(
        ["", "value"],
        rows,
        title=f"goodness of fit, {', '.join(result.experiments)}",
        notes=[*notes, *(f"warning: {text}" for text in result.warnings)],
    )
