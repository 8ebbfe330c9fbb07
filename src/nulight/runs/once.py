"""What a task makes ready once in each process, however often the task is sent there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["once"]

T = TypeVar("T")

_KEPT: dict[str, Any] = {}
_MOST = 4  # things kept; the oldest goes first


def once(token: str, make: Callable[[], T]) -> T:
    """Return what `make` makes; in the same process the same object again for the same token.

    Parameters
    ----------
    token : str
        Unique to what is made, such as ``uuid4().hex``; travels with a pickled task.
    make : callable

    Examples
    --------
    >>> once("an example", list) is once("an example", list)
    True
    """
    if token not in _KEPT:
        made = make()
        while len(_KEPT) >= _MOST:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[token] = made
    result: T = _KEPT[token]
    return result
