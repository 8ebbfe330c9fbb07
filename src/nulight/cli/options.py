"""Options that several commands share, and how their texts are read.

A bare number in `--set` is in the unit of its parameter; a text with a unit is converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from nulight.inference.coordinates import Profile
    from nulight.inference.model import Treatment
    from nulight.typing import FloatArray

__all__ = [
    "Compare",
    "ConventionsChoice",
    "IntervalChoice",
    "Json",
    "Level",
    "Mass",
    "Masses",
    "Neutrinos",
    "Nuisances",
    "Out",
    "OutData",
    "Profiled",
    "Settings",
    "axis_ranges",
    "check_mass",
    "energy",
    "fixed_values",
    "mass_list",
    "parameter_value",
    "profile_ranges",
    "split_assignment",
    "treatments",
]

ConventionsChoice = Annotated[
    str | None,
    typer.Option("--conventions", metavar="PRESET|FILE", help="Preset or YAML file; otherwise the experiment's own."),
]
Compare = Annotated[bool, typer.Option("--compare-conventions", help="One answer under every preset, as a table.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fix a physics parameter; may be repeated. 'm_vector=10 keV'."),
]
Mass = Annotated[
    str | None,
    typer.Option("--m4", metavar="ENERGY", help="Mass of the sterile neutrino, '10 keV'; same as --set m_4."),
]
Masses = Annotated[
    str | None,
    typer.Option(
        "--m4",
        metavar="MASS",
        help="Mass of the sterile neutrino: '10 keV', same as --set m_4; or several for a curve: "
        "'1 keV:1 MeV:50' (LOW:HIGH:N), '1 keV,1 MeV', 'auto'.",
    ),
]
Neutrinos = Annotated[
    Literal["majorana", "dirac"] | None,
    typer.Option("--neutrinos", help="Nature of the neutrinos; otherwise that of the conventions."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Also write the result: .json, .csv, or a plot as .png, .pdf, .svg."),
]
OutData = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also write the result: .json or .csv.")]
Level = Annotated[float, typer.Option("--cl", min=0.0, max=1.0, help="Confidence level.")]
IntervalChoice = Annotated[
    Literal["two-sided", "upper"],
    typer.Option("--interval", help="Definition of the interval: 2.706 or 1.642 at 90 %."),
]
Profiled = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="P[:LOW:HIGH],...",
        help="Minimise over further parameters: 'a_nu_mumu:0:1e-32, sin2_theta_w'.",
    ),
]
Nuisances = Annotated[
    list[str] | None,
    typer.Option("--nuisance", metavar="NAME=fixed|free|'10 %'", help="Treat a nuisance otherwise; may be repeated."),
]

_DIGITS = 18  # of a number of points; longer ones are mistakes
_MOST_MASSES, _MOST_POINTS = 100_000, 10_000_000  # more would take days, and the memory of the machine


def split_assignment(text: str, what: str) -> tuple[str, str]:
    """Split ``name=value``.

    Raises
    ------
    ValueError
        If there is no name or no value.
    """
    name, _, value = text.partition("=")
    if not name.strip() or not value.strip():
        raise ValueError(f"{what} {text!r}: write NAME=VALUE")
    return name.strip(), value.strip()


def energy(text: str) -> float:
    """Read an energy with its unit, keV."""
    from nulight.units import parse_quantity

    return parse_quantity(text, "energy")


def parameter_value(name: str, text: str) -> float:
    """Read the value of a physics parameter in its unit.

    Raises
    ------
    ValueError
        If the parameter is unknown, or the text is no number in its unit.
    """
    from nulight.models.parameters import PARAMETERS, check_parameters

    check_parameters([name])
    unit = PARAMETERS[name].unit
    number = text.removesuffix(unit).strip() if unit else text
    try:
        return float(number)
    except ValueError:
        if unit == "keV":
            return energy(text)
        raise ValueError(f"{name} = {text!r} is not a number" + (f" in {unit}" if unit else "")) from None


def fixed_values(settings: Sequence[str] | None, m4: str | None = None) -> dict[str, float]:
    """Read all `--set`, and `--m4`, as parameter values.

    Raises
    ------
    ValueError
        If one is malformed, unknown or given twice.
    """
    pairs = [split_assignment(text, "--set") for text in settings or ()]
    if m4 is not None:
        energy(m4)  # a bare number would be of unknown unit
        pairs.append(("m_4", m4))
    values: dict[str, float] = {}
    for name, text in pairs:
        if name in values:
            raise ValueError(f"{name} is set twice")
        values[name] = parameter_value(name, text)
    return values


def mass_list(text: str | None) -> FloatArray | None:
    """Read several masses of `--m4`, keV: LOW:HIGH:N in equal ratios or a comma list; None for "auto".

    Raises
    ------
    ValueError
        If the text is none of them.
    """
    import numpy as np

    if text is None or text.strip() == "auto":
        return None
    if ":" not in text:
        return np.array([energy(part) for part in text.split(",")])
    low, high, n = _range_words(text, "--m4", "LOW:HIGH:N such as '1 keV:1 MeV:50'", (3,))
    ends, count = (energy(low), energy(high)), _count(n, f"--m4 {text!r}", _MOST_MASSES)
    if not 0 < ends[0] < ends[1]:
        raise ValueError(f"--m4 {text!r}: LOW must be a positive mass below HIGH")
    return np.geomspace(*ends, count)


def check_mass(values: Iterable[str], *parameters: str) -> None:
    """Refuse a mass of the sterile neutrino that no coupling leads to.

    Parameters
    ----------
    values : iterable of str
        Names of what is set or profiled.
    *parameters : str
        Parameters that vary.

    Raises
    ------
    ValueError
        Naming the couplings that m_4 belongs to.
    """
    from nulight.studies.portal_plane import PORTALS

    names = {*values, *parameters}
    if "m_4" in names and not names & set(PORTALS):
        raise ValueError(
            f"m_4 is the mass of the sterile neutrino that {', '.join(PORTALS[:6])} lead to, and none of them is set: "
            "it would change nothing; add for instance --set mu_e4=1e-10"
        )


def _count(text: str, what: str, most: int) -> int:
    if not text.isdecimal() or len(text) > _DIGITS or int(text) < 2:
        raise ValueError(f"{what}: {text!r} points; a grid has at least 2 and at most {most:,}")
    if int(text) > most:
        raise ValueError(f"{what}: {int(text):,} points; a grid has at most {most:,}")
    return int(text)


def profile_ranges(text: str | None) -> Profile:
    """Read ``p:low:high,q``; without a range a parameter is profiled over its physical domain.

    Raises
    ------
    ValueError
        If an entry is malformed or a parameter unknown.
    """
    from nulight.models.parameters import PARAMETERS, check_parameters

    ranges = {}
    for entry in text.split(",") if text else ():
        name, *ends = _range_words(entry, "--profile", "a parameter alone, or with a range, P:LOW:HIGH", (1, 3))
        check_parameters([name])
        domain = (PARAMETERS[name].lower, PARAMETERS[name].upper)
        ranges[name] = (parameter_value(name, ends[0]), parameter_value(name, ends[1])) if ends else domain
    return ranges


def axis_ranges(texts: Sequence[str] | None) -> dict[str, tuple[float, float]]:
    """Read every ``p:low:high`` of `--range`.

    Raises
    ------
    ValueError
        If one is malformed or given twice, or a parameter unknown.
    """
    found: dict[str, tuple[float, float]] = {}
    for text in texts or ():
        name, low, high = _range_words(text, "--range", "P:LOW:HIGH", (3,))
        if name in found:
            raise ValueError(f"--range: {name} is given twice")
        found[name] = parameter_value(name, low), parameter_value(name, high)
    return found


def _range_words(text: str, option: str, form: str, lengths: tuple[int, ...]) -> list[str]:
    words = [part.strip() for part in text.split(":")]
    if len(words) not in lengths or not all(words):
        raise ValueError(f"{option} {text.strip()!r}: write {form}")
    return words


def treatments(texts: Sequence[str] | None) -> dict[str, Treatment]:
    """Read every ``name=fixed|free|width`` of `--nuisance`.

    Raises
    ------
    ValueError
        If one is malformed or given twice.
    """
    pairs = [split_assignment(text, "--nuisance") for text in texts or ()]
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"--nuisance: {', '.join(twice)} is treated twice")
    return {name: _treatment(value) for name, value in pairs}


def _treatment(text: str) -> Treatment:
    from nulight.units import parse_quantity

    match text:
        case "fixed":
            return "fixed"
        case "free":
            return "free"
    return parse_quantity(text, "fraction")
