"""One nuisance parameter: its name, what is known about it, and where it may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

__all__ = ["Nuisance", "NuisanceKind"]

NuisanceKind = Literal["gaussian", "box", "free"]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """An uncertainty u, zero at the nominal model.

    Components that name it are multiplied by (1 + u), so there u is a relative change; a change of
    shape is multiplied by u itself, which then counts standard deviations.

    Attributes
    ----------
    name : str
        Nuisances of the same name are one and the same parameter in a combination.
    kind : "gaussian", "box" or "free"
        Penalty (u/width)^2; hard bounds -width <= u <= width; or neither.
    width : float or None
        Size, positive; None for a free nuisance only.
    lower, upper : float or None
        Bounds of u with zero in between. Without them u >= -1: a component never becomes negative.

    Examples
    --------
    >>> Nuisance("flux", "gaussian", 0.05).bounds
    (-1.0, inf)
    >>> Nuisance("quenching", "gaussian", 1.0, lower=-5.0, upper=5.0).describe()
    'quenching (gaussian 1, u from -5 to 5)'
    """

    name: str
    kind: NuisanceKind = "gaussian"
    width: float | None = None
    lower: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(NuisanceKind):
            raise ValueError(f"nuisance {self.name!r}: kind {self.kind!r}; use gaussian, box or free")
        if self.kind != "free" and not (self.width is not None and 0 < self.width < np.inf):
            raise ValueError(f"nuisance {self.name!r}: width {self.width} must be a positive number (0.03 for 3 %)")
        low, high = self.bounds
        if not (low <= 0 <= high and low < high):
            raise ValueError(
                f"nuisance {self.name!r}: bounds [{low:g}, {high:g}] must have the nominal u = 0 in between"
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest u."""
        low = -1.0 if self.lower is None else self.lower
        high = np.inf if self.upper is None else self.upper
        if self.kind == "box":
            assert self.width is not None
            return max(-self.width, low), min(self.width, high)
        return low, high

    @property
    def relative(self) -> bool:
        """Whether u can only be a relative change: a shape counts standard deviations and goes below -1."""
        return self.lower is None or self.lower >= -1

    def describe(self) -> str:
        """Return the definition as text, such as ``flux_pp (gaussian 0.006)``."""
        size = "" if self.kind == "free" else f" {self.width:g}"
        low = "" if self.lower is None else f" from {self.lower:g}"
        high = "" if self.upper is None else f" to {self.upper:g}"
        return f"{self.name} ({self.kind}{size}{', u' if low or high else ''}{low}{high})"
