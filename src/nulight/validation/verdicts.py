"""The verdict on one number: computed, from numbers alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from nulight.validation.targets import Target

__all__ = ["Measured", "Number", "Verdict", "criterion", "explain", "named_numbers", "ratio", "verdict"]

Number = float | tuple[float, float]
Verdict = Literal["met", "not met"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Our value of a quantity, and further numbers that explain it.

    Attributes
    ----------
    value : float or (float, float)
    details : mapping of str to float
        What the explanation of a target may cite.
    """

    value: Number
    details: Mapping[str, float] = field(default_factory=dict)


def verdict(ours: Number, target: Target) -> Verdict:
    """Return whether our value meets the target.

    Parameters
    ----------
    ours : float or (float, float)
        A value that is not finite never meets anything.
    target : Target

    Notes
    -----
    relative and interval: each number within `tolerance` of the target's, relative to the latter.
    claim: at least, at most, or inside (ends included) the target's value.

    Raises
    ------
    ValueError
        If a pair of numbers meets a single one.
    """
    return "met" if _meets(_numbers(ours), _numbers(target.value), target) else "not met"


def _meets(ours: tuple[float, ...], wanted: tuple[float, ...], target: Target) -> bool:
    if not all(math.isfinite(x) for x in ours):
        return False
    if target.rule == "within":
        return wanted[0] <= ours[0] <= wanted[1]
    if target.rule:
        return ours[0] >= wanted[0] if target.rule == "at_least" else ours[0] <= wanted[0]
    tolerance = target.tolerance or 0.0
    pairs = list(zip(ours, wanted, strict=True))
    return all(abs(x - y) <= tolerance * abs(y) for x, y in pairs)


def ratio(ours: Number, target: Target) -> Number:
    """Return ours over the target; over the middle of a range, end by end for an interval."""
    x, y = _numbers(ours), _numbers(target.value)
    if target.rule == "within":
        y = ((y[0] + y[1]) / 2,)
    ratios = tuple(a / b for a, b in zip(x, y, strict=True))
    return (ratios[0], ratios[1]) if len(ratios) == 2 else ratios[0]


def criterion(target: Target) -> str:
    """Return the rule of the verdict as text, such as ``"within 10 %"``."""
    if target.rule:
        return {"at_least": "at least", "at_most": "at most", "within": "inside the range"}[target.rule]
    return f"within {100 * (target.tolerance or 0.0):.3g} %"


def explain(measured: Measured, target: Target) -> str:
    """Fill the explanation of a target with the numbers computed.

    Raises
    ------
    KeyError
        If the template cites a number that was not computed.
    """
    known = {"ours": measured.value, "target": target.value, "ratio": ratio(measured.value, target)}
    numbers = {**measured.details, **named_numbers(known)}
    template = target.because or _default(target)
    return " ".join(template.split()).format(**numbers)


def _default(target: Target) -> str:
    if isinstance(target.value, tuple) and target.kind == "interval":
        return "the ends are {ratio_low:.3f} and {ratio_high:.3f} of the target's"
    return "ours is {ratio:.3f} of the target"


def named_numbers(values: Mapping[str, Number]) -> dict[str, float]:
    """Return numbers by name, a pair as ``name_low`` and ``name_high``."""
    singles = {name: value for name, value in values.items() if not isinstance(value, tuple)}
    pairs = {name: value for name, value in values.items() if isinstance(value, tuple)}
    lows = {f"{name}_low": value[0] for name, value in pairs.items()}
    return {**singles, **lows, **{f"{name}_high": value[1] for name, value in pairs.items()}}


def _numbers(value: Number) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
