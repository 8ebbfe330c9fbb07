"""`nulight xsec`: one differential cross section, in total and by term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from nulight.cli.options import Compare, ConventionsChoice, Json, Mass, OutData, Settings, energy, fixed_values
from nulight.cli.output import answer, check_suffix, compare, print_table

if TYPE_CHECKING:
    from nulight.results import CrossSectionResult
    from nulight.studies.cross_sections import Channel

__all__ = ["command"]


def command(
    target: Annotated[str, typer.Argument(help="'electron', a nuclide (Xe131), an element or a compound (Xe, CsI).")],
    nu: Annotated[str, typer.Option("--nu", help="nu_e, nu_mu, nu_tau, nubar_e, nubar_mu or nubar_tau.")],
    E_nu: Annotated[str, typer.Option("--E", metavar="ENERGY", help="Neutrino energy, '0.747 MeV'.")],
    T: Annotated[str, typer.Option("--T", metavar="ENERGY,...", help="Recoil energy or energies, '1 keV, 100 keV'.")],
    channel: Annotated[
        str | None,
        typer.Option("--channel", help="electron-recoil (default) or nuclear-recoil (default of a nuclide)."),
    ] = None,
    settings: Settings = None,
    m4: Mass = None,
    kappa: Annotated[
        str | None,
        typer.Option(
            "--kappa",
            metavar="K",
            help="Weak mixing with the sterile neutrino: interference, to first order; same as --set kappa.",
        ),
    ] = None,
    conventions: ConventionsChoice = None,
    compare_conventions: Compare = False,
    as_json: Json = False,
    out: OutData = None,
) -> None:
    """Print dsigma/dT in cm^2/keV, in total and by interaction."""
    from nulight.studies.cross_sections import cross_section

    check_suffix(out)
    mixing = [] if kappa is None else [f"kappa={kappa}"]
    values = fixed_values([*(settings or ()), *mixing], m4)
    E, recoils = energy(E_nu), [energy(part) for part in T.split(",")]

    def compute(preset: str) -> CrossSectionResult:
        chosen = cast("Channel | None", channel)
        return cross_section(target, nu, E, recoils, values, channel=chosen, conventions=preset)

    if compare_conventions:
        title = f"dsigma/dT [cm^2/keV], {nu} on {target}"
        compare(compute, _totals, nuclei=target != "electron", as_json=as_json, out=out, title=title)
        return
    result = compute(conventions or "default")
    answer(result, as_json=as_json, out=out, show=lambda: _show(result))


def _totals(result: CrossSectionResult) -> dict[str, Any]:
    return {f"T = {T:g} keV": float(total) for T, total in zip(result.T, result.total, strict=True)}


def _show(result: CrossSectionResult) -> None:
    columns = ["T [keV]", "total", *result.terms]
    lines = [result.total, *result.terms.values()]
    rows = [[f"{T:g}", *(f"{line[i]:.6g}" for line in lines)] for i, T in enumerate(result.T)]
    title = f"{result.nu} on {result.target}, E = {result.E_nu:g} keV: dsigma/dT [{result.unit}]"
    notes = [result.definition, f"conventions: {result.conventions['name']}", *result.warnings]
    print_table(columns, rows, title=title, notes=notes)
