"""Records as text: JSON without NaN, CSV with the same header lines as the shipped tables."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

__all__ = ["csv_text", "json_text", "plain"]


def plain(value: Any) -> Any:
    """Return `value` as dicts, lists, text, numbers and None.

    Parameters
    ----------
    value : anything a record may hold
        Dataclasses become dicts, arrays and tuples become lists, complex numbers {"re", "im"}; a number
        that is not finite becomes None, because JSON has no way to say it.

    Raises
    ------
    TypeError
        If something else is inside.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_ | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, complex):
        return {"re": plain(value.real), "im": plain(value.imag)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        to_dict = getattr(value, "to_dict", None)
        return to_dict() if to_dict else {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"cannot write a {type(value).__name__} as JSON: {value!r}")


def json_text(value: Any) -> str:
    """Return `value` as indented JSON text; numbers that are not finite become null."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(columns: Mapping[str, Sequence[Any]], *, header: Mapping[str, str], units: Mapping[str, str]) -> str:
    """Return a CSV table that `nulight.data.read_table` reads.

    Parameters
    ----------
    columns : mapping of str to sequence
        The cells of each column, all of one length; None becomes an empty cell.
    header : mapping of str to str
        Lines ``# key: text`` above the table.
    units : mapping of str to str
        Units of the columns, stated in the header; columns not named have none.
    """
    described = ["columns: " + ", ".join(f"{name} [{units.get(name, '')}]" for name in columns)]
    lines = [f"{key}: {' '.join(text.split())}" for key, text in header.items()]
    out = io.StringIO()
    out.writelines(f"# {line}\n" for line in lines + described)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_cell(v) for v in values] for values in columns.values()), strict=True))
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return "" if value is None else value
