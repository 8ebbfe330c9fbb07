"""Small cards as documents, and tables in memory, to hold rules of cards against."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from nulight.data.reader import Table, TableError
from nulight.experiments.faults import Fault
from nulight.experiments.validate import validate_document

__all__ = ["CSI", "DRESDEN", "changed", "faults_of", "make_table"]


def make_table(columns: Mapping[str, tuple[str, list[float]]]) -> Table:
    """Return a table from columns of (unit, numbers); the unit None leaves it out of the header."""
    cells = {name: tuple(repr(float(v)) for v in values) for name, (_, values) in columns.items()}
    units = {name: unit for name, (unit, _) in columns.items() if unit is not None}
    return Table("t.csv", cells, units, "", "", "", (), "0" * 64)


def changed(document: dict[str, Any], *changes: tuple[str, Any]) -> dict[str, Any]:
    """Return a copy with values at dotted paths replaced; None removes what stands there."""
    result = copy.deepcopy(document)
    for path, value in changes:
        place: Any = result
        *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return result


def faults_of(document: dict[str, Any], tables: Mapping[str, Table]) -> list[Fault]:
    """Return the faults of a document that may use the tables."""

    def read(file: str) -> Table:
        if file not in tables:
            raise TableError("is no such table; one of those there are")
        return tables[file]

    card, faults = validate_document(document, read)
    assert (card is None) == bool(faults)
    return faults


CSI: dict[str, Any] = {
    "name": "csi",
    "title": "Pions at rest, photoelectrons and time",
    "status": "data",
    "quality": "exact",
    "sources": [
        {
            "kind": "pion-decay",
            "name": "sns",
            "protons": "3.198e23",
            "run_time": "1 yr",
            "yield": 0.0848,
            "distance": "19.3 m",
            "uncertainty": "10 %",
            "time": {"kind": "gaussian-pulse", "mean": "0.44 us", "width": "0.15 us"},
        }
    ],
    "target": {"material": "CsI", "form_factor": "klein-nystrand"},
    "exposure": "14.6 kg yr",
    "channel": "both",
    "response": {
        "quenching": {"kind": "constant", "value": "8.78 %", "range": ["0 keVnr", "60 keVnr"]},
        "resolution": {"kind": "gamma", "light_yield": "13.35 PE/keVee", "b": 9.56},
        "efficiency": {
            "kind": "logistic",
            "height": 1.32045,
            "slope": 0.285979,
            "midpoint": "10.8646 PE",
            "offset": -0.333322,
            "threshold": "6 PE",
        },
    },
    "bins": {"kind": "edges", "edges": ["8 PE", "12 PE", "16 PE"]},
    "axes": [
        {
            "name": "time",
            "edges": ["0 us", "1 us", "6 us"],
            "efficiency": {"kind": "decay", "start": "0.52 us", "rate": "0.0494 /us"},
        }
    ],
    "observed": {
        "kind": "counts",
        "file": "counts.csv",
        "lower": "lo",
        "upper": "hi",
        "column": "n",
        "axes": {"time": ["t_lo", "t_hi"]},
    },
    "backgrounds": [
        {
            "kind": "product",
            "name": "brn",
            "counts": 18.4,
            "energy": {"file": "counts.csv", "lower": "lo", "upper": "hi", "column": "n"},
            "axes": {"time": {"file": "pulse.csv", "lower": "t_lo", "upper": "t_hi", "column": "p"}},
        },
        {"kind": "flat", "name": "flat", "rate": "0.1 events/(kg d PE)"},
    ],
    "statistic": "poisson",
    "nuisances": [
        {"name": "brn_norm", "kind": "gaussian", "width": "25 %", "scales": ["brn"]},
        {
            "name": "quenching",
            "kind": "gaussian",
            "changes": {
                "up": {"response": {"quenching": {"factor": 1.1}}},
                "down": {"response": {"quenching": {"factor": 0.9}}},
            },
        },
    ],
}
"""A card with photoelectrons, a time axis, a product and a shape."""

DRESDEN: dict[str, Any] = {
    "name": "ge",
    "title": "Reactor and germanium",
    "status": "data",
    "quality": "exact",
    "sources": [{"kind": "reactor", "total_flux": "4.8e13 cm^-2 s^-1"}],
    "target": {"material": "Ge"},
    "exposure": "281.9 kg d",
    "channel": "nuclear-recoil",
    "response": {
        "quenching": {"kind": "lindhard", "k": 0.157, "range": ["0.04 keVnr", "10 keVnr"]},
        "resolution": {"kind": "fano", "noise": "68.5 eV", "energy_per_pair": "2.96 eV", "fano": 0.11},
        "efficiency": {"kind": "constant", "value": 1},
    },
    "bins": {"kind": "uniform", "from": "200 eVee", "to": "0.4 keVee", "n": 2},
    "observed": {
        "kind": "counts",
        "file": "rate.csv",
        "lower": "lo",
        "upper": "hi",
        "column": "rate",
        "sigma": "err",
        "factor": 10.0,
    },
    "backgrounds": [
        {"kind": "exponential", "name": "tail", "amplitude": "300 events/(kg d keV)", "scale": "0.1 keVee"},
        {"kind": "line", "name": "L1", "counts": 900, "centre": "1.297 keVee", "sigma": "0.0685 keVee"},
        {"kind": "relative", "name": "part", "of": "signal", "fraction": "20 %"},
    ],
    "statistic": "gaussian",
    "nuisances": [
        {"name": "tail_norm", "kind": "free", "scales": ["tail"]},
        {"name": "tail_scale", "kind": "free", "scales": ["tail.scale"], "bounds": [-0.9, 4]},
    ],
}
"""A card in keVee with quenching, a form background, and errors of its own."""
