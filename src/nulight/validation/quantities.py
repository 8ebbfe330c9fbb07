"""The names under which targets find the function that computes ours."""

from __future__ import annotations

from collections.abc import Callable

from nulight.validation import analytic, anapole, bounds, closed_forms, counts, planes, portal, renp, sensitivity, xenon
from nulight.validation.verdicts import Measured

__all__ = ["QUANTITIES"]

QUANTITIES: dict[str, Callable[..., Measured]] = {
    name: getattr(module, name)
    for module in (analytic, anapole, bounds, closed_forms, counts, planes, portal, renp, sensitivity, xenon)
    for name in module.__all__
}
"""Quantity -> function of the workspace and the target's arguments."""
