"""`nulight moments`: what one matrix of fundamental moments is in every experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.options import ConventionsChoice, Json, Level, Out, fixed_values, split_assignment
from nulight.cli.output import answer, check_suffix, print_lines, print_table, progress

if TYPE_CHECKING:
    from nulight.models.moment_file import MomentPoint
    from nulight.results.moments import MomentsResult, MomentsRow

__all__ = ["command"]


def command(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="YAML file with the matrix.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="lambda_12=1e-11+2e-12j, m_4='10 keV'...; may be repeated."),
    ] = None,
    neutrinos: Annotated[
        Literal["majorana", "dirac"] | None, typer.Option("--neutrinos", help="Nature of the neutrinos.")
    ] = None,
    experiments: Annotated[
        str | None,
        typer.Option("--experiments", metavar="A,B", help="Names or paths of cards; otherwise all shipped."),
    ] = None,
    cl: Level = 0.90,
    conventions: ConventionsChoice = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the effective moment of every experiment from one matrix, the events, and what the data allow."""
    from nulight.studies.moments import effective_moments

    check_suffix(out, plots=True)
    values, nature = _point(file, settings, neutrinos, conventions)
    names = [name.strip() for name in experiments.split(",")] if experiments else None
    with progress("effective moments"):
        result = effective_moments(values, names, neutrinos=nature, conventions=conventions, cl=cl)
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_moments")


def _point(
    file: Path | None,
    settings: list[str] | None,
    neutrinos: Literal["majorana", "dirac"] | None,
    conventions: str | None,
) -> tuple[dict[str, float], Literal["majorana", "dirac"] | None]:
    """Parameter values of the file with those of `--set` laid over, and the nature of the neutrinos.

    Raises
    ------
    ValueError
        If there is neither, or the two contradict each other.
    """
    from nulight.models.moment_file import read_moment_file
    from nulight.models.moment_input import check_nature

    values = _set_values(settings)
    if file is None:
        if not values:
            raise ValueError("give a FILE with the matrix, or elements such as --set lambda_12=1e-11")
        return values, neutrinos
    point = read_moment_file(file, conventions or "default")
    check_nature(point, neutrinos, f"{file}:")
    _refuse_mixing(point, values, file)
    return point.values | values, point.neutrinos


def _set_values(settings: list[str] | None) -> dict[str, float]:
    """Values of `--set`; elements of the matrix may be complex."""
    from nulight.models.mixing_parameters import TRANSITIONS
    from nulight.models.moment_file import element_values
    from nulight.models.moment_text import parse_moment

    values: dict[str, float] = {}
    plain = []
    for text in settings or ():
        name, value = split_assignment(text, "--set")
        if name.removeprefix("lambda_") not in TRANSITIONS:
            plain.append(text)
            continue
        found = element_values(name, parse_moment(value))
        if twice := sorted(set(found) & set(values)):
            raise ValueError(f"{twice[0]} is set twice")
        values |= found
    others = fixed_values(plain)
    if twice := sorted(set(others) & set(values)):
        raise ValueError(f"{twice[0]} is set twice: the moment has a phase already")
    return values | others


def _refuse_mixing(point: MomentPoint, values: dict[str, float], file: Path) -> None:
    from nulight.models.mixing_parameters import MIXING

    if point.oscillation and (names := [name for name in values if name in MIXING]):
        raise ValueError(f"{file}: its moments of flavours were turned with its own mixing; set {names[0]} there")


def _show(result: MomentsResult) -> None:
    columns = ["experiment", "source", "mu_eff [mu_B]", "events", f"at {100 * result.cl:g} % CL", "allowed scale"]
    if result.heavy:
        columns[3:3] = ["to nu_4"]
        columns[5:5] = ["with nu_4"]
    rows = [_cells(row, result.heavy) for row in result.rows]
    notes = [f"{row.experiment}: {row.note}" for row in result.rows if row.note]
    print_table(columns, rows, title=repr(result).partition("\n")[0], notes=notes)
    print_table(
        ["at a short baseline [mu_B]", *(flavour.flavour for flavour in result.flavours)],
        [["to light neutrinos", *(f"{flavour.mu_eff:.3g}" for flavour in result.flavours)]]
        + [["to nu_4", *(f"{flavour.mu_eff_heavy:.3g}" for flavour in result.flavours)]] * result.heavy,
    )
    print_lines([f"conventions: {result.conventions['name']}", result.definition])
    print_lines([f"warning: {text}" for text in result.warnings])


def _cells(row: MomentsRow, heavy: bool) -> list[str]:
    cells = [row.experiment, ", ".join(row.sources), _moment(row.mu_eff)]
    cells += [_moment(row.mu_eff_heavy)] * heavy + [f"{row.events:.3g}"] + [f"{row.events_heavy:.3g}"] * heavy
    planned = row.status == "planned" and row.limit.verdict == "excluded"
    return [*cells, "would be excluded" if planned else row.limit.verdict, row.limit.allowed or "-"]


def _moment(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
