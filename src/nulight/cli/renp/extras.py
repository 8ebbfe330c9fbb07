"""What `--with KEY=VALUE` sets: efficiency, backgrounds, target and the like."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nulight.cli.options import split_assignment

if TYPE_CHECKING:
    from nulight.renp import Target

__all__ = ["extras", "target"]

_TARGET = ("volume", "n_atoms", "n_photons", "eta")
_DAY = 86400.0  # s


def extras(settings: Sequence[str] | None) -> dict[str, Any]:
    """Read all `--with`, as arguments of `renp_experiment` and entries of `Target`.

    Raises
    ------
    ValueError
        If one is malformed, unknown or given twice.
    """
    found: dict[str, Any] = {}
    for text in settings or ():
        key, value = split_assignment(text, "--with")
        if key not in _EXTRAS:
            close = difflib.get_close_matches(key, _EXTRAS, n=3)
            hint = f"did you mean {', '.join(close)}?" if close else f"use one of: {', '.join(_EXTRAS)}"
            raise ValueError(f"--with {key}: {hint}")
        if key in found:
            raise ValueError(f"--with {key} is given twice")
        found[key] = _EXTRAS[key](value, f"--with {key}")
    return found


def target(atom: str, extra: dict[str, Any]) -> Target | None:
    """Return the card's target with what `--with` changes of it, taken out of `extra`; None if nothing.

    Raises
    ------
    ValueError
        If the rate is given as well, or a number cannot be that of a target.
    """
    from dataclasses import replace

    from nulight.renp import load_scheme

    changes = {key: extra.pop(key) for key in _TARGET if key in extra}
    if not changes:
        return None
    if "rate" in extra:
        raise ValueError(f"--with {next(iter(changes))}: nothing depends on it once rate= gives Gamma_0; leave one out")
    return replace(load_scheme(atom).target, **changes)


def _quantity(kind: str, unit: float = 1.0) -> Callable[[str, str], float]:
    def read(text: str, option: str) -> float:
        from nulight.units import parse_quantity

        try:
            return parse_quantity(text, kind) / unit
        except ValueError as error:
            raise ValueError(f"{option}: {error}") from None

    return read


def _list_of(read: Callable[[str, str], float]) -> Callable[[str, str], list[float]]:
    return lambda text, option: [read(word, option) for word in text.split(",")]


def _angle(text: str, option: str) -> float:
    try:
        return float(text.removesuffix("rad"))
    except ValueError:
        raise ValueError(f"{option}: {text!r} is not a number in rad") from None


def _yes_or_no(text: str, option: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{option}: {text!r}; use yes or no")
    return text == "yes"


def _word(text: str, _option: str) -> str:
    return text


_EXTRAS: dict[str, Callable[[str, str], Any]] = {
    "efficiency": _list_of(_quantity("fraction")),
    "background": _list_of(_quantity("per_time", 1 / _DAY)),
    "rate": _quantity("per_time"),
    "rate_error": _quantity("fraction"),
    "background_error": _quantity("fraction"),
    "volume": _quantity("volume"),
    "n_atoms": _quantity("density"),
    "n_photons": _quantity("density"),
    "eta": _quantity("fraction"),
    "alpha_21": _angle,
    "alpha_31": _angle,
    "spin_sum": _word,
    "longitudinal": _yes_or_no,
    "oscillation": _word,
}
