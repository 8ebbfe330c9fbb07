"""What stands below the tables of `nulight renp`: what the numbers are and depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nulight.cli.output import print_lines

if TYPE_CHECKING:
    from nulight.results import Result

__all__ = ["choices_line", "print_basis", "values_text"]


def print_basis(result: Result, before: Sequence[str] = ()) -> None:
    """Print what the numbers of a record are, which choices they depend on, and its warnings."""
    warnings = [f"warning: {text}" for text in result.warnings]
    print_lines([*before, result.definition, choices_line(result.conventions), *warnings])


def choices_line(conventions: Mapping[str, Any]) -> str:
    """Return nature, ordering and mass of the neutrinos, spins and Gamma_0 of a record in words."""
    made = conventions
    mass = f"m_0 = {1e3 * made['lightest_eV']:g} meV, " if "lightest_eV" in made else ""
    return (
        f"{made['nature']} neutrinos, {made['ordering']} ordering, {mass}{made['oscillation']}, "
        f"spins: {made['spin_sum']}, virtual photon: {made['photon_exchange']}, "
        f"Gamma_0 = {made['Gamma_0_per_s']:.4g} /s"
    )


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
