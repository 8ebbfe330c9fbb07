"""`nulight forecast`: expected sensitivity against a property of the experiment, or what reaches a goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.options import (
    ConventionsChoice,
    IntervalChoice,
    Json,
    Level,
    Mass,
    Nuisances,
    Out,
    Profiled,
    Settings,
    fixed_values,
    parameter_value,
    profile_ranges,
    split_assignment,
    treatments,
)
from nulight.cli.output import answer, check_suffix, interval_text, print_table, progress

if TYPE_CHECKING:
    from nulight.results import ForecastResult, ReachResult
    from nulight.studies.variations import Variation

__all__ = ["command"]

_FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)  # of the card's value, where none are given
_SEARCH = 1e3  # --reach looks between the card's value over this and times this


def command(
    experiment: Annotated[str, typer.Argument(help="Shipped experiment with :variant if wished, or a card.")],
    vary_name: Annotated[
        str,
        typer.Option(
            "--vary",
            metavar="PROPERTY",
            help="exposure, distance, threshold, e_max, activity, run_time, or a nuisance.",
        ),
    ],
    parameter: Annotated[str | None, typer.Argument(metavar="[PARAM]", help="Parameter; not with --reach.")] = None,
    values: Annotated[
        str | None, typer.Option("--values", metavar="VALUE,...", help="Values with units: '1 t yr, 10 t yr'.")
    ] = None,
    reach_goal: Annotated[
        str | None, typer.Option("--reach", metavar="PARAM=VALUE", help="What is needed for this upper limit.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="VALUE", help="Also exclusion and discovery of this value.")
    ] = None,
    cl: Level = 0.90,
    interval: IntervalChoice = "two-sided",
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    m4: Mass = None,
    conventions: ConventionsChoice = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the expected limit against a property of the experiment, or with --reach the value that is needed.

    With --reach the values, if given, are the two ends to search between.
    """
    from nulight.models.parameters import check_parameters
    from nulight.studies.variations import vary

    check_suffix(out, plots=reach_goal is None)
    if (parameter is None) == (reach_goal is None):
        raise ValueError("give either a parameter, or a goal with --reach PARAM=VALUE")
    check_parameters([parameter] if parameter else [])
    options: Any = {
        "cl": cl,
        "interval": interval,
        "profile": profile_ranges(profile),
        "fixed": fixed_values(settings, m4),
    }
    varied = vary(experiment, vary_name, conventions=conventions, nuisances=treatments(nuisances))
    chosen = _values(values, varied)
    result: ForecastResult | ReachResult
    with progress(f"forecast of {experiment} against {vary_name}"):
        if parameter is not None:
            result = _forecast(varied, parameter, chosen, against, options)
        else:
            result = _reach(varied, str(reach_goal), chosen, options)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_forecast")


def _forecast(
    varied: Variation, parameter: str, values: Sequence[float], against: str | None, options: Any
) -> ForecastResult:
    from nulight.inference.forecast import forecast

    value = None if against is None else parameter_value(parameter, against)
    points = values or [factor * varied.nominal for factor in _FACTORS]
    return forecast(varied.model, varied.name, points, parameter, vary_unit=varied.unit, against=value, **options)


def _reach(varied: Variation, goal: str, ends: Sequence[float], options: Any) -> ReachResult:
    from nulight.inference.forecast import reach

    parameter, text = split_assignment(goal, "--reach")
    if len(ends) not in (0, 2):
        raise ValueError(f"--values: with --reach give the two ends to search between, got {len(ends)} values")
    low, high = ends or (varied.nominal / _SEARCH, varied.nominal * _SEARCH)
    target = parameter_value(parameter, text)
    return reach(varied.model, parameter, target, (low, high), vary=varied.name, vary_unit=varied.unit, **options)


def _values(text: str | None, varied: Variation) -> list[float]:
    from nulight.units import parse_quantity, unit_value

    unit = unit_value(varied.unit, varied.kind)
    return [parse_quantity(part, varied.kind) / unit for part in text.split(",")] if text else []


def _show(result: ForecastResult | ReachResult) -> None:
    from nulight.results import ReachResult

    if isinstance(result, ReachResult):
        rows = [[f"{result.value:.4g} {result.vary_unit}", f"{result.achieved:.4g} {result.unit}"]]
        columns = [result.vary, f"expected limit on {result.parameter}"]
    else:
        columns, rows = _forecast_rows(result)
    notes = [f"conventions: {result.conventions['name']}", result.definition]
    notes += [f"warning: {text}" for text in result.warnings]
    print_table(columns, rows, title=f"{result.interval}, {100 * result.cl:g} % CL", notes=notes)


def _forecast_rows(result: ForecastResult) -> tuple[list[str], list[list[str]]]:
    columns = [f"{result.vary} [{result.vary_unit or '1'}]", f"{result.parameter} [{result.unit or '1'}]"]
    rows = [
        [f"{value:.4g}", interval_text(float(low), float(high))]
        for value, low, high in zip(result.values, result.lower, result.upper, strict=True)
    ]
    if result.against is not None:
        columns += [f"exclusion of {result.against:.4g} [Delta chi2]", "discovery [sigma]"]
        for row, excluded, found in zip(rows, result.exclusion, result.discovery, strict=True):
            row += [f"{excluded:.3g}", f"{found:.2f}"]
    return columns, rows
