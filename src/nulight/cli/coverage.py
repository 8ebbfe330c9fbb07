"""`nulight coverage`: how often the intervals of a parameter contain its true value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from nulight.cli.models import conventions_text, load_all, make_model, split_names
from nulight.cli.options import (
    ConventionsChoice,
    Json,
    Level,
    Mass,
    Neutrinos,
    Nuisances,
    Profiled,
    Settings,
    check_mass,
    fixed_values,
    profile_ranges,
    treatments,
)
from nulight.cli.output import answer, print_table
from nulight.cli.progress import ChunkBar
from nulight.cli.toys import Files, Run, Seed, Toys, check_files, told_how_to_go_on, values_of, write_files

if TYPE_CHECKING:
    from nulight.inference.model import Model
    from nulight.results.coverage import Coverage
    from nulight.studies.coverage import IntervalName
    from nulight.studies.coverage_toys import TrueNuisances

__all__ = ["command"]


def command(
    words: Annotated[
        list[str], typer.Argument(metavar="EXPERIMENT... PARAM", help="Experiments, combined; a parameter.")
    ],
    truths: Annotated[
        str,
        typer.Option(
            "--truths", metavar="LOW:HIGH:N[:log]", help="True values, in the parameter's unit; or '0,1e-10,2e-10'."
        ),
    ],
    intervals: Annotated[
        str | None,
        typer.Option(
            "--intervals",
            metavar="KIND,...",
            help="Of two-sided, upper, feldman-cousins, cls; otherwise all that make sense.",
        ),
    ] = None,
    cl: Level = 0.90,
    toys: Toys = 2000,
    seed: Seed = 1,
    run: Run = None,
    true_nuisances: Annotated[
        str,
        typer.Option(
            "--true-nuisances",
            metavar="nominal|prior|STEPS|NAME=STEPS,...",
            help="True nuisances of the data: zero, drawn from their priors, or so many widths off, all or by name.",
        ),
    ] = "nominal",
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    as_json: Json = False,
    out: Files = None,
) -> None:
    """Print how often intervals contain the truth, and where Wilks' theorem fails."""
    from nulight.studies.coverage import coverage

    check_files(out)
    names, (parameter,) = split_names(words, 1)
    fixed, profiled = fixed_values(settings, m4), profile_ranges(profile)
    check_mass({**fixed, **profiled}, parameter)
    values = values_of(parameter, truths, "--truths")
    model = make_model(load_all(names, conventions, neutrinos), treatments(nuisances))
    with told_how_to_go_on(run, "nulight coverage"):
        result = coverage(
            model,
            parameter,
            values,
            intervals=None if intervals is None else cast("list[IntervalName]", intervals.replace(" ", "").split(",")),
            cl=cl,
            n_toys=toys,
            seed=seed,
            nuisances=_true_nuisances(model, true_nuisances),
            profile=profiled,
            fixed=fixed,
            folder=run,
            track=ChunkBar("toys", toys * len(values)),
        )
    write_files(result, out, "plot_coverage")
    answer(result, as_json=as_json, out=None, show=lambda: _show(result))


def _true_nuisances(model: Model, text: str) -> TrueNuisances:
    if text in ("nominal", "prior"):
        return cast("TrueNuisances", text)
    form = f"--true-nuisances {text!r}: write nominal, prior, a number of widths such as +1, or NAME=+1,..."
    try:
        if "=" not in text:
            return dict.fromkeys((nuisance.name for nuisance in model.nuisances), float(text))
        pairs = [word.partition("=") for word in text.split(",")]
        return {name.strip(): float(steps) for name, _, steps in pairs}
    except ValueError:
        raise ValueError(form) from None


def _show(result: Coverage) -> None:
    heads = [f"{result.parameter} [{result.unit}]" if result.unit else result.parameter, *result.intervals, "t 90 %"]
    rows = [
        [
            f"{truth:.4g}",
            *(_share(result, interval, i) for interval in result.intervals),
            f"{result.critical[i, 1]:.2f} ({result.critical_lower[i, 1]:.2f} to {result.critical_upper[i, 1]:.2f})",
        ]
        for i, truth in enumerate(result.truths)
    ]
    notes = [f"{interval}: {result.statement(interval)}" for interval in result.intervals]
    notes += [f"t 90 %: what t stays below in 90 % of the toys; {result.chi2_quantiles[1]:.2f} by Wilks' theorem"]
    notes += [result.definition, conventions_text(result.conventions)]
    title = (
        f"coverage of {100 * result.cl:g} % CL intervals, {', '.join(result.experiments)}, "
        f"{result.n_toys} toys per true value"
    )
    print_table(heads, rows, title=title, notes=[*notes, *(f"warning: {text}" for text in result.warnings)])


def _share(result: Coverage, interval: str, i: int) -> str:
    value, low, high = (100 * shares[interval][i] for shares in (result.coverage, result.lower, result.upper))
    return f"{value:.1f} +{high - value:.1f} -{value - low:.1f} %"
