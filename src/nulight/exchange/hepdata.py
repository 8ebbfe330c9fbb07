"""HEPData submissions: results as YAML tables that the repository takes as they are.

One table a result, with its record and the BibTeX of what it rests on beside. Format:
the submission documentation of HEPData; arXiv:1704.05473.
"""

from __future__ import annotations

import math
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nulight._version import __version__
from nulight.io.atomic import atomic_path
from nulight.io.record import Result
from nulight.io.text import json_text, plain

__all__ = ["hepdata_table", "save_hepdata"]

_MISSING = "-"  # HEPData's sign for no value
_BIN = ("low", "high")  # columns that are the ends of one bin
_ROWS = 50_000  # above this a table is no table any more


def hepdata_table(result: Result) -> dict[str, Any]:
    """Return the numbers of a result as a HEPData table.

    Parameters
    ----------
    result : Result

    Returns
    -------
    dict
        ``independent_variables`` and ``dependent_variables`` with units and qualifiers; values that do not
        exist (an open limit) are "-".

    Raises
    ------
    ValueError
        If the result has no numbers, or more rows than a table should have.
    """
    columns, units = result.table()
    n_rows = len(next(iter(columns.values()), ()))
    if not 0 < n_rows <= _ROWS:
        raise ValueError(f"{result.kind}: {n_rows} rows; a HEPData table has 1 to {_ROWS}")
    names = list(columns)
    first, rest = names[: result.n_axes], names[result.n_axes :]
    qualifiers = _qualifiers(result)
    return {
        "independent_variables": _bins(columns, units, first) if tuple(first) == _BIN else [
            _variable(name, columns[name], units.get(name, "")) for name in first
        ],
        "dependent_variables": [
            _variable(name, columns[name], units.get(name, "")) | {"qualifiers": qualifiers} for name in rest
        ],
    }  # fmt: skip


def save_hepdata(results: Mapping[str, Result] | Sequence[Result], path: str | Path, *, comment: str = "") -> Path:
    """Write a HEPData submission.

    Parameters
    ----------
    results : sequence of Result, or mapping of str to Result
        One table each; the keys are the tables' names.
    path : str or Path
        A new folder, or a .zip file as HEPData takes it.
    comment : str
        What the submission is about.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If there is nothing to write, or the folder exists and is not empty.
    """
    path = Path(path)
    named = dict(results) if isinstance(results, Mapping) else {f"Table {i + 1}": r for i, r in enumerate(results)}
    if not named:
        raise ValueError("nothing to submit: give at least one result")
    files = _files(named, comment)
    if path.suffix.lower() == ".zip":
        with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
        return path
    return _write_folder(files, path)


def _write_folder(files: Mapping[str, str], path: Path) -> Path:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ValueError(f"{path}: exists; give a new folder, or a .zip file to replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        for name, text in files.items():
            (temporary / name).write_text(text, encoding="utf-8", newline="\n")
        temporary.chmod(0o755)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def _files(named: Mapping[str, Result], comment: str) -> dict[str, str]:
    """Text of every file of the submission by its name."""
    stems = _stems(list(named))
    head = {"comment": comment or "; ".join(result._headline() for result in named.values())}
    documents = [head, *(_document(name, stems[name], result) for name, result in named.items())]
    files = {"submission.yaml": _yaml_text(*documents)}
    for name, result in named.items():
        files[f"{stems[name]}.yaml"] = _yaml_text(hepdata_table(result))
        files[f"{stems[name]}.json"] = json_text(result)
        if bibtex := result.bibtex():
            files[f"{stems[name]}.bib"] = bibtex
    return files


def _document(name: str, stem: str, result: Result) -> dict[str, Any]:
    """What submission.yaml says of one table."""
    sources = [{"description": "The complete record", "location": f"{stem}.json"}]
    if result.bibtex():
        sources.append({"description": "BibTeX of the data and formulas used", "location": f"{stem}.bib"})
    return {
        "name": name,
        "description": f"{result._headline()}. {result.definition}".strip(),
        "location": f"nulight {__version__}",
        "keywords": [
            {"name": "observables", "values": list(result.table()[0])[result.n_axes :]},
            {"name": "phrases", "values": ["neutrino electromagnetic properties", result.kind]},
        ],
        "data_file": f"{stem}.yaml",
        "additional_resources": sources,
    }


def _qualifiers(result: Result) -> list[dict[str, Any]]:
    """What holds for every number of a table."""
    found = [
        {"name": name.upper(), "value": _value(getattr(result, name))} for name in ("cl",) if hasattr(result, name)
    ]
    for name in ("interval", "experiments"):
        if value := getattr(result, name, None):
            found.append({"name": name, "value": value if isinstance(value, str) else ", ".join(map(str, value))})
    if conventions := result.conventions.get("name"):
        found.append({"name": "conventions", "value": str(conventions)})
    return found


def _bins(columns: Mapping[str, Any], units: Mapping[str, str], names: Sequence[str]) -> list[dict[str, Any]]:
    low, high = (columns[name] for name in names)
    values = [{"low": _value(a), "high": _value(b)} for a, b in zip(low, high, strict=True)]
    return [{"header": _header("reconstructed energy", units.get(names[0], "")), "values": values}]


def _variable(name: str, values: Sequence[Any], unit: str) -> dict[str, Any]:
    return {"header": _header(name, unit), "values": [{"value": _value(v)} for v in values]}


def _header(name: str, unit: str) -> dict[str, str]:
    return {"name": name} | ({"units": unit} if unit else {})


def _value(value: Any) -> float | int | str:
    number = plain(value)
    if number is None or (isinstance(number, float) and not math.isfinite(number)):
        return _MISSING
    return number if isinstance(number, float | int) and not isinstance(number, bool) else str(number)


def _stems(names: Sequence[str]) -> dict[str, str]:
    """A file name for every table, all different."""
    stems = {name: re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "table" for name in names}
    taken = list(stems.values())
    return {name: stem if taken.count(stem) == 1 else f"{stem}_{i + 1}" for i, (name, stem) in enumerate(stems.items())}


def _yaml_text(*documents: Mapping[str, Any]) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump_all(documents, Dumper=dumper, sort_keys=False, allow_unicode=True, explicit_start=True)
    return text
