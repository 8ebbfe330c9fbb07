"""`nulight renp events`: expected counts at every trigger frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nulight.cli.options import Json, Out
from nulight.cli.output import answer, check_suffix, print_table
from nulight.cli.renp.lines import print_basis, values_text
from nulight.cli.renp.options import (
    Atom,
    Days,
    Lightest,
    NeutrinosChoice,
    OrderingChoice,
    Set,
    Triggers,
    With,
    coupling_values,
    setup,
)

if TYPE_CHECKING:
    from nulight.results.renp.events import RenpEvents

__all__ = ["command"]

_COLUMNS = ["trigger [eV]", "open pairs", "I", "time [d]", "pairs/d", "weak", "new", "background", "total"]
_ROWS = 30  # in the table for people; --json and --out have all


def command(
    atom: Atom,
    triggers: Triggers = None,
    days: Days = "10",
    settings: Set = None,
    lightest: Lightest = "10 meV",
    ordering: OrderingChoice = None,
    neutrinos: NeutrinosChoice = "dirac",
    with_: With = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the counts expected at every trigger frequency: weak pairs, new physics, background."""
    from nulight.studies.renp.spectrum import renp_events

    check_suffix(out, plots=True)
    experiment = setup(atom, triggers, days, lightest, ordering, neutrinos, with_)
    result = renp_events(experiment, coupling_values(settings))
    answer(result, as_json=as_json, out=out, show=lambda: _show(result), plot="plot_renp_events")


def _show(result: RenpEvents) -> None:
    import numpy as np

    spectral = sum(result.spectral.values(), np.zeros(len(result.triggers)))
    counts = (result.weak, result.new, result.background, result.total)
    n = len(result.triggers)
    shown = range(n) if n <= _ROWS else [round(i * (n - 1) / (_ROWS - 1)) for i in range(_ROWS)]
    rows = [
        [
            f"{result.triggers[i]:.10g}",
            " ".join(result.open_pairs[i]) or "none",
            *(f"{v[i]:.4g}" for v in (spectral, result.days, result.per_day, *counts)),
        ]
        for i in shown
    ]
    rows.append(["total", "", "", f"{result.days.sum():.4g}", "", *(f"{values.sum():.4g}" for values in counts)])
    notes = [f"{_ROWS} of {n} frequencies, and the total of all; all with --json or --out"] if n > _ROWS else []
    print_table(_COLUMNS, rows, title=result.experiment, whole=_COLUMNS[:2], notes=notes)
    point = [f"with {values_text(result.parameters)}"] if result.parameters else []
    print_basis(result, point)
