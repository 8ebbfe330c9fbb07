"""Values of records from the plain values in their files, by the types that the records declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

__all__ = ["restore", "restore_record"]


def restore_record(record: type[Any], given: Mapping[str, Any], null: float = float("nan")) -> Any:
    """Return a dataclass from plain values of its fields.

    Parameters
    ----------
    record : type
        A dataclass.
    given : mapping of str to plain value
        Fields that are missing keep their defaults; what follows from others (properties) is passed over.
    null : float
        What null means inside an array: the number that JSON could not say.

    Raises
    ------
    ValueError
        If a field without a default is missing, or a value does not fit its field.
    """
    hints = get_type_hints(record)
    names = [f.name for f in fields(record)]
    values = {name: _field(record, name, hints[name], given[name], null) for name in names if name in given}
    try:
        return record(**values)
    except TypeError as error:
        raise ValueError(f"{record.__name__}: {error}") from None


def restore(hint: Any, value: Any, null: float = float("nan")) -> Any:
    """Return a plain value as the type `hint` that a field declares.

    Raises
    ------
    TypeError, ValueError
        If it is none.
    """
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any or origin is Literal:
        return value
    if origin in (Union, UnionType):
        return _one_of(args, value, null)
    if hint is np.ndarray or origin is np.ndarray:
        return _array(value, null)
    if is_dataclass(hint):
        own = getattr(hint, "from_dict", None)  # a record inside another knows best what it wrote
        return own(value) if own else restore_record(hint, value, null)  # type: ignore[arg-type]
    if origin is tuple:
        return _tuple(args, value, null)
    if origin is not None and issubclass(origin, Mapping):
        return {key: restore(args[1], item, null) for key, item in value.items()}
    if hint is complex:
        return _complex(value)
    if hint is float and value is None:
        return null
    if not isinstance(value, (int, float) if hint is float else hint):
        raise TypeError(f"{value!r} is no {hint.__name__}")
    return hint(value)


def _field(record: type[Any], name: str, hint: Any, value: Any, null: float) -> Any:
    try:
        return restore(hint, value, null)
    except (TypeError, AttributeError, KeyError, IndexError) as error:
        raise ValueError(f"{record.__name__}, field {name!r}: {error}") from None


def _one_of(args: tuple[Any, ...], value: Any, null: float) -> Any:
    if value is None and NoneType in args:
        return None
    failures = []
    for hint in (arg for arg in args if arg is not NoneType):
        try:
            return restore(hint, value, null)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            failures.append(str(error))
    raise TypeError("; ".join(failures))


def _tuple(args: tuple[Any, ...], value: Any, null: float) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    if args[-1] is Ellipsis:
        return tuple(restore(args[0], item, null) for item in value)
    return tuple(restore(hint, item, null) for hint, item in zip(args, value, strict=True))


def _array(value: Any, null: float) -> NDArray[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    if _is_complex(value):
        return np.array(_map(value, _complex), complex)
    found = np.array(_map(value, lambda item: null if item is None else item))
    return found.astype(float) if found.size == 0 else found


def _map(value: Any, change: Any) -> Any:
    return [_map(item, change) for item in value] if isinstance(value, list) else change(value)


def _is_complex(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, Mapping)


def _complex(value: Any) -> complex:
    return complex(value["re"], value["im"]) if isinstance(value, Mapping) else complex(value)
