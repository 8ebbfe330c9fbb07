"""What a named physics parameter is."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Parameter", "ParameterError"]


class ParameterError(ValueError):
    """An unknown parameter, a value outside its domain, or two that exclude each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named physics parameter.

    Attributes
    ----------
    name : str
    unit : str
        Unit of the value; empty for pure numbers.
    latex : str
        Symbol for axis labels, without dollar signs.
    description : str
    lower, upper : float
        Physical domain.
    scale : float
        Size at which effects begin to show in present data; only a starting point for searches.
    default : float or None
        Value when not set; None where the conventions decide.
    references : tuple of str
        Texkeys of the formulas it enters.
    """

    name: str
    unit: str
    latex: str
    description: str
    lower: float = -math.inf
    upper: float = math.inf
    scale: float = 1.0
    default: float | None = 0.0
    references: tuple[str, ...] = ()
