"""Options of the `nulight renp` commands, and how their texts become an experiment.

Energies carry their unit, once in a list. `--days` says its unit itself, so that a bare number is in days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nulight.cli.options import split_assignment
from nulight.cli.renp.extras import extras, target

if TYPE_CHECKING:
    from nulight.renp import RenpExperiment
    from nulight.typing import FloatArray

__all__ = [
    "Atom",
    "Days",
    "Elements",
    "Lightest",
    "NeutrinosChoice",
    "OrderingChoice",
    "Set",
    "Triggers",
    "With",
    "coupling_values",
    "day_list",
    "electronvolts",
    "frequencies",
    "name_list",
    "numbers",
    "setup",
    "setup_without_scan",
]

Atom = Annotated[str, typer.Argument(metavar="ATOM", help="yb, yb-dinh-2012, xe, generic, or the path of a card.")]
Triggers = Annotated[
    str | None,
    typer.Option(
        "--triggers",
        metavar="ENERGIES",
        help="Trigger frequencies, '1.069,1.07 eV' or '1.06 eV:1.07 eV:11' (LOW:HIGH:N); otherwise the card's.",
    ),
]
Days = Annotated[
    str, typer.Option("--days", metavar="TIME", help="At each frequency: '10', '10 d', '2 yr', or one each, '10,20 d'.")
]
Lightest = Annotated[str, typer.Option("--lightest", metavar="MASS", help="Of the lightest neutrino, '10 meV'.")]
OrderingChoice = Annotated[
    Literal["normal", "inverted"] | None, typer.Option("--ordering", help="Of the masses; normal if not given.")
]
NeutrinosChoice = Annotated[Literal["dirac", "majorana"], typer.Option("--neutrinos", help="Nature of the neutrinos.")]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="KEY=VALUE",
        help="efficiency=0.5, background='1 /d', rate='3.7e-4 /s', rate_error='10 %', background_error=, volume='1 l', "
        "n_atoms='1e20 cm^-3', n_photons=, eta=, alpha_21=, alpha_31=, spin_sum=coherent, longitudinal=yes, "
        "oscillation=nufit-5.2-no; "
        "may be repeated.",
    ),
]
Elements = Annotated[
    str | None,
    typer.Option("--elements", metavar="NAME,...", help="mu_11,eps_11...; otherwise all that can be emitted."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="Fix a parameter: mu_11=1e-11, 'm_vector=1 eV'...; may be repeated."
    ),
]

_LIST, _RANGE = "1.069,1.07 eV", "1.06 eV:1.07 eV:11"
_MOST = 1_000_000  # frequencies; more is a mistake


def setup(
    atom: str,
    triggers: str | None = None,
    days: str = "10",
    lightest: str = "10 meV",
    ordering: Literal["normal", "inverted"] | None = None,
    neutrinos: Literal["dirac", "majorana"] = "dirac",
    with_: Sequence[str] | None = None,
    *,
    observed: str | None = None,
) -> RenpExperiment:
    """Return the experiment that the options describe.

    Raises
    ------
    ValueError
        If a text is malformed, a key unknown or given twice, or the numbers do not make an experiment.
    """
    from nulight.renp import renp_experiment

    extra = extras(with_)
    if phases := [name for name in ("alpha_21", "alpha_31") if name in extra and neutrinos == "dirac"]:
        raise ValueError(
            f"--with {phases[0]}: Majorana phases have no effect on Dirac neutrinos; give --neutrinos majorana"
        )
    return renp_experiment(
        atom,
        None if triggers is None else frequencies(triggers, "--triggers"),
        days=day_list(days),
        lightest=electronvolts(lightest, "--lightest"),
        ordering=ordering,
        nature=neutrinos,
        target=target(atom, extra),
        observed=None if observed is None else numbers(observed, "--observed"),
        **extra,
    )


def setup_without_scan(
    atom: str,
    lightest: str,
    ordering: Literal["normal", "inverted"] | None,
    neutrinos: Literal["dirac", "majorana"],
    with_: Sequence[str] | None,
) -> RenpExperiment:
    """Return the experiment of `setup` for questions in which its trigger frequencies play no role.

    Those of the card may be above the thresholds of these neutrinos, which is refused.
    """
    from nulight.renp import atomic_scheme

    anywhere = f"{0.01 * atomic_scheme(atom).E_eg} eV"
    return setup(atom, anywhere, lightest=lightest, ordering=ordering, neutrinos=neutrinos, with_=with_)


def electronvolts(text: str, option: str) -> float:
    """Read an energy or mass with its unit, eV.

    Raises
    ------
    ValueError
        If there is no unit, or another one.
    """
    from nulight.experiments.quantities import written_unit
    from nulight.units import UnitError, eV, parse_quantity, unit_value

    kind = "level" if text.rstrip().endswith(("meV", "cm^-1")) else "energy"
    try:
        parse_quantity(text, kind)
    except UnitError as error:
        problem = str(error).partition(";")[0]
        raise ValueError(f"{option}: {problem}; write for example '10 meV' or '1 eV'") from None
    unit = written_unit(text)
    # by way of keV the last digit would change
    return float(text.strip().removesuffix(unit)) * (unit_value(unit, kind) / eV)


def frequencies(text: str, option: str) -> FloatArray:
    """Read frequencies, eV: a comma list or LOW:HIGH:N, with the unit at least once.

    Raises
    ------
    ValueError
        If a number has no unit and the others have none or several, or the range is none.
    """
    import numpy as np

    if ":" not in text:
        return np.array([electronvolts(word, option) for word in _with_units(text.split(","), option, _LIST)])
    words = [word.strip() for word in text.split(":")]
    if len(words) != 3 or not all(words):
        raise ValueError(f"{option} {text!r}: write LOW:HIGH:N such as {_RANGE!r}")
    low, high = (electronvolts(word, option) for word in _with_units(words[:2], option, _RANGE))
    if not words[2].isdecimal() or not 2 <= int(words[2][:18]) <= _MOST:
        raise ValueError(f"{option} {text!r}: {words[2]!r} points; use 2 to {_MOST:,}")
    if not 0 < low < high:
        raise ValueError(f"{option} {text!r}: LOW must be positive and below HIGH")
    return np.linspace(low, high, int(words[2]))


def day_list(text: str, option: str = "--days") -> list[float]:
    """Read times, d; bare numbers are days, but in a list with one unit they have that one.

    Raises
    ------
    ValueError
        If a text is no time, or a number has no unit among several.
    """
    from nulight.units import d, parse_quantity

    words = _with_units(text.split(","), option, "10,20 d", unit="d")
    try:
        return [parse_quantity(word, "time") / d for word in words]
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from None


def numbers(text: str, option: str) -> list[float]:
    """Read a comma list of plain numbers.

    Raises
    ------
    ValueError
        If one is none.
    """
    try:
        return [float(word) for word in text.split(",")]
    except ValueError:
        raise ValueError(f"{option} {text!r}: write numbers separated by commas, '25,21,20'") from None


def name_list(texts: Sequence[str]) -> list[str]:
    """Read names from words that may be comma lists."""
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def coupling_values(settings: Sequence[str] | None) -> dict[str, float]:
    """Read all `--set` as values of `RENP_PARAMETERS` in their units.

    Masses need a unit; couplings may have theirs.

    Raises
    ------
    ValueError
        If one is malformed, unknown, given twice, or outside its domain.
    """
    import numpy as np

    from nulight.models.parameters import check_domain, check_parameters
    from nulight.renp import RENP_PARAMETERS

    values: dict[str, float] = {}
    for text in settings or ():
        name, value = split_assignment(text, "--set")
        check_parameters([name], RENP_PARAMETERS)
        if name in values:
            raise ValueError(f"{name} is set twice")
        values[name] = _parameter_value(name, value)
        check_domain(name, np.array([values[name]]), RENP_PARAMETERS)
    return values


def _parameter_value(name: str, text: str) -> float:
    from nulight.renp import RENP_PARAMETERS
    from nulight.units import eV

    unit = RENP_PARAMETERS[name].unit
    if unit in ("eV", "keV"):
        mass = electronvolts(text, name)
        return mass * eV if unit == "keV" else mass
    try:
        return float(text.removesuffix(unit) if unit else text)
    except ValueError:
        raise ValueError(f"{name} = {text!r} is not a number" + (f" in {unit}" if unit else "")) from None


def _with_units(words: Sequence[str], option: str, example: str, unit: str = "") -> list[str]:
    """Words with the one unit that stands among them behind each number; `unit` if none does."""
    from nulight.experiments.quantities import written_unit

    units = {found for word in words if (found := written_unit(word))} or ({unit} if unit else set())
    bare = [word for word in words if not written_unit(word)]
    if bare and len(units) != 1:
        why = f", and the others have {' and '.join(sorted(units))}" if units else ""
        raise ValueError(f"{option}: {bare[0].strip()!r} has no unit{why}; write for example {example!r}")
    return [word if written_unit(word) else f"{word} {next(iter(units))}" for word in words]
