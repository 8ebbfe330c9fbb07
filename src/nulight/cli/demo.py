"""What `make demo` runs: limits on all couplings beside published ones, and one contour figure.

Run as ``python -m nulight.cli.demo --out DIR``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from nulight.cli.output import interval_text, print_lines, print_table, progress

if TYPE_CHECKING:
    from nulight.inference.model import Model

__all__ = ["main"]

EXPERIMENT = "xenonnt-2022-er"
MEDIATOR_MASS = 10.0  # keV, of the light vector and scalar
_COLUMNS = ("parameter", "unit", "ours, 90 %", "expected", "published", "by")


@dataclass(frozen=True, slots=True)
class Row:
    """Our interval of one coupling and a published one."""

    parameter: str
    unit: str
    lower: float | None
    upper: float | None
    expected_lower: float | None
    expected_upper: float | None
    published_lower: float | None = None
    published_upper: float | None = None
    published_by: str = ""
    reference: str = ""

    def cells(self) -> list[str]:
        """Return the row as text for people."""
        ours = interval_text(self.lower, self.upper, 3)
        expected = interval_text(self.expected_lower, self.expected_upper, 3)
        if not self.published_by:
            return [self.parameter, self.unit, ours, expected, "-", "-"]
        theirs = interval_text(self.published_lower, self.published_upper, 3)
        by = self.published_by.replace("_", " ")
        return [self.parameter, self.unit, ours, expected, theirs, f"{by}, {self.reference}"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write limits.csv, limits.md and anapole_contour.png into a folder, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m nulight.cli.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder to write")
    out: Path = parser.parse_args(arguments).out
    rows = list(limits())
    _write_table(out, rows)
    notes = [
        f"{EXPERIMENT}, two-sided, Delta chi2 = 2.706, one coupling at a time; mediators of {MEDIATOR_MASS:g} keV.",
        "Published: on the same data where there is one, otherwise the newest of another laboratory experiment.",
    ]
    print_table(_COLUMNS, [row.cells() for row in rows], notes=notes)
    _draw(out / "anapole_contour.png")
    print_lines([f"written: {out}/limits.csv, {out}/limits.md, {out}/anapole_contour.png"])


def couplings() -> Iterator[tuple[str, dict[str, float]]]:
    """Every coupling with what has to be fixed beside it."""
    from nulight.models.parameters import FLAVOUR_PAIRS
    from nulight.neutrinos.flux import FLAVOURS

    for name in ("mu_nu", *(f"mu_nu_{flavour}" for flavour in FLAVOURS)):
        yield name, {}
    for name in ("r2_nu", "a_nu", "q_nu"):
        for pair in FLAVOUR_PAIRS:
            yield f"{name}_{pair}", {}
    for kind in ("vector", "scalar"):
        yield f"g_{kind}", {f"m_{kind}": MEDIATOR_MASS}


def limits() -> Iterator[Row]:
    """Our limits and expectations with published limits beside them."""
    from nulight.experiments import load

    model = load(EXPERIMENT)
    for parameter, fixed in couplings():
        with progress(f"limit on {parameter}"):
            yield _row(model, parameter, fixed)


def _row(model: Model, parameter: str, fixed: dict[str, float]) -> Row:
    from nulight.inference.intervals import interval_of
    from nulight.inference.model import asimov

    seen = interval_of(model, parameter, fixed=fixed)
    expected = interval_of(asimov(model, fixed), parameter, fixed=fixed)
    unit = model.parameters()[parameter].unit
    ends = (seen.lower, seen.upper, expected.lower, expected.upper)
    return Row(parameter, unit, *ends, *_published(parameter))


def _published(parameter: str) -> tuple[float | None, float | None, str, str] | tuple[()]:
    """The published limit that compares best: these data, then the newest of a laboratory."""
    from nulight.literature.limits import couplings_with_limits, published_limits

    if parameter not in couplings_with_limits():
        return ()
    found = published_limits(parameter)
    best = min(found, key=lambda row: ("XENONnT" not in row.experiment, row.source_type == "astrophysical", -row.year))
    return best.lower, best.upper, best.experiment, best.reference.partition(" (")[0]


def _write_table(out: Path, rows: Sequence[Row]) -> None:
    from nulight.io.atomic import write_text
    from nulight.io.text import csv_text

    columns = {field.name: [asdict(row)[field.name] for row in rows] for field in fields(Row)}
    header = {"title": f"limits at 90 %, two-sided, from {EXPERIMENT}, beside published ones"}
    write_text(out / "limits.csv", csv_text(columns, header=header, units={}))
    lines = [_COLUMNS, ["---"] * len(_COLUMNS), *(row.cells() for row in rows)]
    write_text(out / "limits.md", "".join(f"| {' | '.join(line)} |\n" for line in lines))


def _draw(path: Path) -> None:
    from nulight.figures.herrera_huber_2024 import figure_2
    from nulight.io.atomic import write_text
    from nulight.plotting import save_figure

    with progress("contours of the anapole moment with a 51Cr source"):
        figure, numbers = figure_2()
        save_figure(figure, path)
        write_text(path.with_suffix(".csv"), numbers.to_csv())


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"demo: {error}")
