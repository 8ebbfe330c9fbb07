"""The optional libraries of work on several processes or machines."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["extra"]


def extra(name: str) -> Any:
    """Import an optional library.

    Raises
    ------
    ValueError
        If it is not installed; the message names the extra of the package that brings it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ValueError(
            f"work on several processes or machines needs {name.replace('_', '-')} ({error}): install nulight[cluster]"
        ) from None
