"""Results read back from their files, those of older versions as well.

A file says its kind and the format it was written in; files older than the first number have none and
count as format 0. A change of a record's fields raises the number and leaves a migration here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from nulight.io.record import FORMAT, Result
from nulight.results.posterior import Posterior
from nulight.results.registry import record_class

__all__ = ["MIGRATIONS", "read_result", "result_from"]

Record = dict[str, Any]


def _scan_of_points(record: Record) -> Record:
    """Scans were grids; what else they could be has fields of its own now."""
    n_points = int(np.size(record["delta_chi2"]))
    return record | {"points": {}, "samples": {}, "n_points": n_points, "n_unconverged": 0}


MIGRATIONS: dict[tuple[str, int], Callable[[Record], Record]] = {("scan", 0): _scan_of_points}
"""By kind and format: the record one format later. Kinds without an entry did not change."""


def read_result(path: str | Path) -> Result:
    """Return a result that was saved as JSON, whatever version of the package wrote it.

    Parameters
    ----------
    path : str or Path
        A file written by ``result.save("....json")``, or by a command with ``--out`` or ``--json``; a posterior
        with its samples from ``.npz``.

    Returns
    -------
    Result
        Of the class that was saved. Numbers that JSON cannot say come back as NaN, or as the record says.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it holds no result of this package, one of a later format, or one with missing fields.
    """
    if Path(path).suffix.lower() == ".npz":
        return _posterior(path)
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:  # of text or of JSON
        raise ValueError(f"{path}: not JSON ({error}); results are read from .json, not from .csv") from None
    try:
        return result_from(given)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _posterior(path: str | Path) -> Posterior:
    try:
        return Posterior.read(path)
    except (ValueError, KeyError, BadZipFile) as error:
        raise ValueError(
            f"{path}: no posterior ({error}); results are read from .json, posteriors from .npz as well, and the "
            "columns of a merged scan by numpy.load"
        ) from None


def result_from(given: Mapping[str, Any]) -> Result:
    """Return the result that `to_dict` made these plain values of, in this version or an older one.

    Raises
    ------
    ValueError
        As `read_result`.
    """
    if not isinstance(given, Mapping) or "result" not in given:
        raise ValueError('no result of this package: it does not say "result": KIND')
    record: Record = _migrated(given)
    return record_class(str(record["result"])).from_dict(record)


def _migrated(value: Any) -> Any:
    """The same values in the present format; a record may hold others."""
    if isinstance(value, list):
        return [_migrated(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    record = {key: _migrated(item) for key, item in value.items()}
    if "result" not in record:
        return record
    kind, written = str(record["result"]), int(record.get("format", 0))
    if written > FORMAT:
        version = (record.get("provenance") or {}).get("version", "unknown")
        raise ValueError(
            f"written in format {written} by version {version}; this version reads formats up to {FORMAT}: "
            "update nulight"
        )
    for number in range(written, FORMAT):
        record = MIGRATIONS.get((kind, number), dict)(record)
    return record | {"format": FORMAT}
