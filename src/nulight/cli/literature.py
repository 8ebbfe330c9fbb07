"""`nulight literature`: the published bounds and curves, newest first."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nulight.cli.options import Json, OutData, energy
from nulight.cli.output import check_suffix, interval_text, print_lines, print_table

if TYPE_CHECKING:
    from nulight.literature.curves import CurveKind, PublishedCurve
    from nulight.literature.limits import Flavour
    from nulight.literature.records import LiteratureRecord

__all__ = ["command"]

_WHOLE = ("coupling", "CL", "kind", "reference")


def command(
    coupling: Annotated[
        str | None, typer.Option("--coupling", metavar="NAME", help="One coupling: 'mu_nu_e', 'r2_nu_ee', 'mu_mu4'.")
    ] = None,
    flavour: Annotated[
        Literal["e", "mu", "tau"] | None, typer.Option("--flavour", help="Only couplings of this flavour.")
    ] = None,
    kind: Annotated[
        Literal["laboratory", "astrophysical", "cosmological"] | None,
        typer.Option("--kind", help="Where the bound comes from."),
    ] = None,
    curves: Annotated[
        bool, typer.Option("--curves", help="Only the dipole-portal curves; JSON and --out give their points.")
    ] = False,
    m4: Annotated[
        str | None, typer.Option("--m4", metavar="ENERGY", help="Read the curves at this mass, '10 MeV'.")
    ] = None,
    as_json: Json = False,
    out: OutData = None,
) -> None:
    """List published bounds and exclusion curves, newest first, in the conventions of the package."""
    from nulight.literature.curves import published_curves
    from nulight.literature.records import literature

    check_suffix(out)
    mass = None if m4 is None else energy(m4)
    records = literature(coupling, flavour, kind, m_4=mass)
    shown = [record for record in records if record.record != "limit"] if curves else records
    lines = published_curves(coupling, flavour, kind) if curves else []
    _save(shown, lines, out)
    if as_json:
        sys.stdout.write(_json(shown, lines))
    else:
        _show(shown, coupling, flavour, kind, curves)


def _json(records: Sequence[LiteratureRecord], curves: Sequence[PublishedCurve]) -> str:
    from nulight.io.text import json_text

    points = {curve.name: {"points": {"m_4": curve.m_4, "mu": curve.mu, "d": curve.d}} for curve in curves}
    return json_text([asdict(record) | points.get(record.name, {}) for record in records])


def _save(records: Sequence[LiteratureRecord], curves: Sequence[PublishedCurve], out: Path | None) -> None:
    from nulight.io.atomic import write_text

    if out is None:
        return
    if not any(record.record != "not available" for record in records):
        raise ValueError(f"{out}: nothing published to write")
    if out.suffix.lower() == ".json":
        write_text(out, _json(records, curves))
    else:
        write_text(out, _curves_csv(curves) if curves else _records_csv(records))


def _records_csv(records: Sequence[LiteratureRecord]) -> str:
    from nulight.io.text import csv_text
    from nulight.literature.records import LiteratureRecord

    names = list(LiteratureRecord.__dataclass_fields__)
    cells = {name: [getattr(record, name) for record in records] for name in names}
    header = {"title": "Published bounds and curves", "quality": "see read_in; memory: not read anywhere, verify"}
    return csv_text(cells, header=header, units=dict.fromkeys(("m_4", "m_4_min", "m_4_max"), "keV"))


def _curves_csv(curves: Sequence[PublishedCurve]) -> str:
    from nulight.io.text import csv_text

    rows = [
        (c.name, c.reference, c.kind, c.region, c.status, *point)
        for c in curves
        for point in zip(c.m_4, c.mu, c.d, strict=True)
    ]
    names = ("curve", "reference", "kind", "region", "convention_status", "m_4", "mu", "d")
    cells: dict[str, list[Any]] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    header = {
        "title": "Published exclusion curves of the dipole portal, points in the order of the line",
        "source": "; ".join(f"{c.name}: {c.reference}" for c in curves),
        "quality": "digitised",
        "notes": "L = (d/2) Nbar sigma nu F, d = mu; convention_status not known: mu may be twice as large",
    }
    return csv_text(cells, header=header, units={"m_4": "keV", "mu": "mu_B", "d": "GeV^-1"})


def _show(
    records: Sequence[LiteratureRecord],
    coupling: str | None,
    flavour: Flavour | None,
    kind: CurveKind | None,
    only_curves: bool,
) -> None:
    found = [record for record in records if record.record != "not available"]
    chosen = ", ".join(text for text in (coupling, flavour, kind) if text) or "all couplings"
    if not found:
        print_lines([f"{chosen}: no published {'curve' if only_curves else 'bound or curve'} is shipped"])
    else:
        _print(found, f"Published: {chosen}", coupling)
    print_lines(_remarks(records))


def _print(records: Sequence[LiteratureRecord], title: str, coupling: str | None) -> None:
    """Print the table without columns that would be empty or say the same in every row."""
    cells = [_cells(record) for record in records]
    alike = {"coupling"} if coupling else set[str]()
    columns = [name for name in cells[0] if name not in alike and any(row[name] for row in cells)]
    print_table(columns, [[row[name] or "-" for name in columns] for row in cells], title=title, whole=_WHOLE)


def _cells(record: LiteratureRecord) -> dict[str, str]:
    is_limit = record.record == "limit"
    return {
        "experiment": f"{record.name.replace('_', ' ')} {record.year}",
        "coupling": record.coupling,
        "bound": _bound(record),
        "masses": "" if is_limit else _range(_mass(record.m_4_min), _mass(record.m_4_max)),
        "CL": "" if record.cl is None else f"{100 * record.cl:g} %",
        "kind": (record.source_type if is_limit else record.kind).replace("+", ", "),
        "convention": f"{record.convention} ({record.status})" if record.status else record.convention,
        "reference": record.reference.split("/")[-1] if _is_github(record) else record.reference,
        "read in": record.read_in.replace("+", ", "),
    }


def _bound(record: LiteratureRecord) -> str:
    if record.record == "limit":
        return f"{interval_text(record.lower, record.value, 3)} {record.unit}"
    if record.source_type == "boundary":
        return "line, excluded side not known"
    if record.value is None:
        return f"none at {_mass(record.m_4)}"
    return f"{record.value:.3g} mu_B at {_mass(record.m_4)}"


def _is_github(record: LiteratureRecord) -> bool:
    return record.reference.startswith("github ")


def _range(low: str, high: str) -> str:
    """Give the unit once if it is the same."""
    number, _, unit = low.partition(" ")
    return f"{number if high.endswith(f' {unit}') else low} to {high}"


def _mass(m_4: float | None) -> str:
    from nulight.units import GeV, MeV, keV

    if m_4 is None:
        return "-"
    unit, name = next(((u, n) for u, n in ((GeV, "GeV"), (MeV, "MeV")) if m_4 >= u), (keV, "keV"))
    return f"{m_4 / unit:.3g} {name}"


def _remarks(records: Sequence[LiteratureRecord]) -> list[str]:
    drawings = "; ".join(f"{r.name} ({r.reference}, {r.source_type})" for r in records if r.record == "not available")
    unsettled = ", ".join(r.name for r in records if r.status == "not known")
    old = ", ".join(f"{r.name} {r.year}" for r in records if "superseded" in r.note)
    github = ", ".join(sorted({r.reference for r in records if _is_github(r)}))
    remarks = {
        f"reference in full: {github}": bool(github),
        "read in memory: not read anywhere, to be verified": any(r.read_in == "memory" for r in records),
        f"superseded: {old}": bool(old),
        "a curve bounds each of its couplings on its own; it is digitised, and read along its lowest edge": any(
            r.record == "curve" for r in records
        ),
        f"factor 2 of the coupling not known, mu may be twice as large: {unsettled}": bool(unsettled),
        f"not available, drawings without numbers: {drawings}": bool(drawings),
    }
    return [text for text, holds in remarks.items() if holds]
