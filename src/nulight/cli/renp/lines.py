"""What stands below the tables of `nulight renp`: what the numbers are and depend on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nulight.cli.output import print_lines

if TYPE_CHECKING:
    from nulight.results import Result

__all__ = ["choices_line", "print_basis", "time_text", "values_text"]

_YEAR = 365.25  # d
_MANY = 1000.0  # d; longer times are in years


def print_basis(result: Result, before: Sequence[str] = ()) -> None:
    """Print what the numbers of a record are, which choices they depend on, and its warnings."""
    warnings = [f"warning: {text}" for text in result.warnings]
    print_lines([*before, result.definition, choices_line(result.conventions), *warnings])


def choices_line(conventions: Mapping[str, Any]) -> str:
    """Return nature, ordering and mass of the neutrinos, spins, Gamma_0 and the set-up of a record in words."""
    from nulight.renp.setting import setting_text

    made = conventions
    mass = f"m_0 = {1e3 * made['lightest_eV']:g} meV, " if "lightest_eV" in made else ""
    return (
        f"{made['nature']} neutrinos, {made['ordering']} ordering, {mass}{made['oscillation']}, "
        f"spins: {made['spin_sum']}, virtual photon: {made['photon_exchange']}, "
        f"Gamma_0 = {made['Gamma_0_per_s']:.4g} /s{setting_text(made)}"
    )


def time_text(days: float) -> str:
    """Return a time in days, or in years from 1000 d on; "never" if infinite, "-" if NaN."""
    if math.isnan(days):
        return "-"
    if math.isinf(days):
        return "never"
    value, unit = (days, "d") if days < _MANY else (days / _YEAR, "yr")
    return f"{float(f'{value:.3g}'):.12g} {unit}" if value < 1e6 else f"{value:.3g} {unit}"


def values_text(values: Mapping[str, float]) -> str:
    """Return parameter values with their units; masses of mediators in eV, as they are written here."""
    from nulight.renp import RENP_PARAMETERS
    from nulight.units import eV

    texts = []
    for name, value in values.items():
        unit = RENP_PARAMETERS[name].unit
        shown, unit = (value / eV, "eV") if unit == "keV" else (value, unit)
        texts.append(f"{name} = {shown:g} {unit}".rstrip())
    return ", ".join(texts)
