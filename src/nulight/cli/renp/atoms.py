"""`nulight renp atoms`: the shipped atomic schemes, or everything about one."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from nulight.cli.options import Json
from nulight.cli.output import print_table

__all__ = ["command"]

_LIGHTEST = 0.01  # eV, for the thresholds


def command(
    name: Annotated[str | None, typer.Argument(help="Shipped atomic scheme, or the path of a card.")] = None,
    as_json: Json = False,
) -> None:
    """List the shipped atomic schemes, or describe one: levels, target, trigger frequencies, thresholds, notes."""
    from nulight.io.text import json_text
    from nulight.renp.library import scheme_names

    records = [_record(one) for one in (scheme_names() if name is None else [name])]
    if as_json:
        sys.stdout.write(json_text(records if name is None else records[0]))
    elif name is None:
        _show_all(records)
    else:
        _show_one(records[0])


def _record(name: str) -> dict[str, Any]:
    from nulight.io.text import plain
    from nulight.renp import PAIRS, load_scheme, neutrinos, rate_scale, thresholds
    from nulight.renp.rate import RATE_CAVEAT

    loaded = load_scheme(name)
    scheme = loaded.scheme
    edges = thresholds(scheme.E_eg, neutrinos(_LIGHTEST).masses)
    record: dict[str, Any] = plain(scheme)
    return record | {
        "title": loaded.title,
        "quality": loaded.quality,
        "target": plain(loaded.target),
        "Gamma_0": rate_scale(scheme, loaded.target),
        "Gamma_0_caveat": RATE_CAVEAT,
        "triggers": plain(loaded.triggers),
        "m_lightest": _LIGHTEST,
        "thresholds": {pair: float(edges[i, j]) for pair, (i, j) in PAIRS.items()},
        "notes": plain(loaded.notes),
    }


def _show_all(records: list[dict[str, Any]]) -> None:
    columns = ["atom", "title", "E_eg [eV]", "E_pg [eV]", "thresholds 33 to 11 [eV]", "quality"]
    rows = [
        [
            record["name"],
            record["title"],
            f"{record['E_eg']:.6f}",
            f"{record['E_pg']:.6f}",
            f"{min(record['thresholds'].values()):.7f} to {max(record['thresholds'].values()):.7f}",
            record["quality"],
        ]
        for record in records
    ]
    notes = [
        f"thresholds: highest trigger frequency of each pair of mass states, m_0 = {_LIGHTEST:g} eV, normal ordering",
        "`nulight renp atoms NAME` shows levels, target, trigger frequencies and notes",
    ]
    print_table(columns, rows, notes=notes, whole=columns[2:5])


def _show_one(record: dict[str, Any]) -> None:
    target = record["target"]
    rows = [
        ("title", record["title"]),
        ("quality", record["quality"]),
        ("levels e, p, g", "; ".join(record["levels"])),
        ("E_eg, E_pg", f"{record['E_eg']:.10g} eV, {record['E_pg']:.10g} eV"),
        ("p -> g", f"{record['gamma_pg']:.4g} /s, (2J+1) C_ep = {record['spin_factor']:g}"),
        (
            "further p",
            "; ".join(f"{energy:.10g} eV x {weight:g}" for energy, weight in record["further_levels"]) or "-",
        ),
        ("virtual photon", record["photon_exchange"]),
        (
            "target",
            f"{target['volume']:g} cm^3, {target['n_atoms']:g} atoms/cm^3, {target['n_photons']:g} photons/cm^3, "
            f"eta = {target['eta']:g}",
        ),
        ("Gamma_0", f"{record['Gamma_0']:.4g} /s"),
        ("triggers [eV]", ", ".join(f"{omega:.10g}" for omega in record["triggers"])),
        *((f"threshold {pair} [eV]", f"{edge:#.10g}") for pair, edge in record["thresholds"].items()),
        ("", f"m_0 = {record['m_lightest']:g} eV, normal ordering"),
        ("references", ", ".join(record["references"])),
        *(("note", note) for note in record["notes"]),
    ]
    print_table(["", record["name"]], rows, notes=[record["Gamma_0_caveat"]])
