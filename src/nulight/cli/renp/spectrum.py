"""`nulight renp spectrum`: the spectral function by what it comes from, and the thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.options import Json, Out
from nulight.cli.output import answer, check_suffix, print_table
from nulight.cli.renp.lines import print_basis, values_text
from nulight.cli.renp.options import (
    Atom,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    Set,
    With,
    coupling_values,
    frequencies,
    setup_without_scan,
)

if TYPE_CHECKING:
    from nulight.results.renp.spectrum import RenpSpectrum

__all__ = ["command"]

_ROWS = 20  # in the table for people; --json and --out have all


def command(
    atom: Atom,
    omega: Annotated[
        str | None,
        typer.Option(
            "--omega",
            metavar="ENERGIES",
            help="Trigger frequencies, '0.9 eV:1.07 eV:100' (LOW:HIGH:N) or '1,1.07 eV'; otherwise from 0.4 E_eg to "
            "just above the highest threshold, dense where pairs open.",
        ),
    ] = None,
    settings: Set = None,
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the spectral function I(omega) of an atom: weak, new physics, and the thresholds of all pairs."""
    from nulight.studies.renp.spectrum import renp_spectrum

    check_suffix(out, plots=True)
    wanted = None if omega is None else frequencies(omega, "--omega")
    experiment = setup_without_scan(atom, lightest, ordering, neutrinos, with_)
    result = renp_spectrum(experiment, wanted, coupling_values(settings))
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_renp_spectrum")


def _show(result: RenpSpectrum) -> None:
    masses = ", ".join(f"{1e3 * mass:.5g}" for mass in result.masses)
    print_table(
        ["pair", "threshold [eV]", "E_eg/2 - threshold [meV]"],
        [
            [pair, f"{omega:#.10g}" if omega > 0 else "never", f"{1e3 * (result.E_eg / 2 - omega):.6g}"]
            for pair, omega in result.thresholds.items()
        ],
        title=f"{result.atom}: E_eg = {result.E_eg:.10g} eV, neutrino masses {masses} meV",
    )
    n = len(result.omega)
    shown = range(n) if n <= _ROWS else [round(i * (n - 1) / (_ROWS - 1)) for i in range(_ROWS)]
    columns = {"I(omega)": result.total} | (dict(result.parts) if len(result.parts) > 1 else {})
    rows = [[f"{result.omega[i]:.10g}", *(f"{values[i]:.4g}" for values in columns.values())] for i in shown]
    notes = [f"{_ROWS} of {n} frequencies; all with --json or --out"] if n > _ROWS else []
    print_table(["omega [eV]", *columns], rows, notes=notes)
    point = [f"with {values_text(result.parameters)}"] if result.parameters else []
    print_basis(result, point)
