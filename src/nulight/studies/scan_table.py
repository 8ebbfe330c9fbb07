"""All points of a scan in one file, written piece by piece."""

from __future__ import annotations

import csv
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np

from nulight.io.atomic import atomic_path
from nulight.io.text import csv_text
from nulight.results.scan import ScanResult
from nulight.runs import Manifest
from nulight.runs.archive import FIXED_DATE
from nulight.typing import FloatArray

__all__ = ["check_columns_path", "write_columns"]

_BUFFER = 1 << 20

Pieces = Iterator[Mapping[str, FloatArray]]


def check_columns_path(path: Path) -> None:
    """Refuse a file that could not be written, before the points are read.

    Raises
    ------
    ValueError
        If the suffix is neither .npz nor .csv.
    """
    if path.suffix.lower() not in (".npz", ".csv"):
        raise ValueError(f"{path}: suffix {path.suffix!r}; all points of a scan are written as .npz or .csv")


def write_columns(path: Path, pieces: Pieces, n_points: int, manifest: Manifest, record: ScanResult) -> Path:
    """Write the columns that come in `pieces` to a .npz or .csv file, and return its path.

    Raises
    ------
    ValueError
        If the suffix is another.
    """
    check_columns_path(path)
    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".npz":
            _write_npz(temporary, pieces, n_points, manifest)
        else:
            _write_csv(temporary, pieces, record)
    return path


def _write_npz(path: Path, pieces: Pieces, n_points: int, manifest: Manifest) -> None:
    """Collect each column in a file of its own, then put them together."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=path.parent)))
        columns: dict[str, IO[bytes]] = {}
        for piece in pieces:
            for name, array in piece.items():
                if name not in columns:
                    columns[name] = stack.enter_context((folder / name).open("w+b"))
                    _write_header(columns[name], array.dtype, n_points)
                columns[name].write(array.tobytes())
        archive = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_STORED))
        for name, column in columns.items():
            column.seek(0)
            with archive.open(zipfile.ZipInfo(f"{name}.npy", FIXED_DATE), "w", force_zip64=True) as member:
                shutil.copyfileobj(column, member, _BUFFER)
        archive.writestr(zipfile.ZipInfo("manifest.json", FIXED_DATE), manifest.to_json())


def _write_header(file: IO[bytes], dtype: np.dtype[np.generic], n_points: int) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (n_points,)}
    np.lib.format.write_array_header_1_0(file, header)


def _write_csv(path: Path, pieces: Pieces, record: ScanResult) -> None:
    """The header of the record's own table, then the rows of every piece."""
    units = dict(zip(record.parameters, record.units, strict=True))
    lines = {"title": record._headline(), "source": "; ".join(record.citations), "note": record.definition}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for i, piece in enumerate(pieces):
            if i == 0:
                file.write(csv_text({name: [] for name in piece}, header=lines, units=units))
            csv.writer(file, lineterminator="\n").writerows(zip(*map(_cells, piece.values()), strict=True))


def _cells(column: FloatArray) -> list[Any]:
    """Numbers, truth values as 0 and 1, nothing where a number is not finite."""
    numbers = column.astype(int) if column.dtype == bool else column
    return [value if finite else "" for value, finite in zip(numbers.tolist(), np.isfinite(numbers), strict=True)]
