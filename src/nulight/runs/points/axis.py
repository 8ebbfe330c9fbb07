"""One axis of a scan: a parameter, its range, and how steps or random values are spread over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["Axis"]


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter from `low` to `high`.

    Attributes
    ----------
    name : str
    low, high : float
        Ends of the range, both included, in the unit of the parameter; may be negative on a linear axis.
    n : int or None
        Steps of a grid; random points and Latin hypercubes have none.
    log : bool
        Equal ratios instead of equal steps, or values uniform in the logarithm.
    given : tuple of float or None
        Values of a grid, increasing, instead of equal steps or ratios; see `Axis.of`.

    Raises
    ------
    ValueError
        If the range is empty or not finite, a logarithmic range does not begin above zero, or values do not increase.

    Examples
    --------
    >>> Axis("mu_nu_e", 1e-12, 1e-10, n=3, log=True).values()
    array([1.e-12, 1.e-11, 1.e-10])
    """

    name: str
    low: float
    high: float
    n: int | None = None
    log: bool = False
    given: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", float(self.low))  # so that 0 and 0.0 define the same points
        object.__setattr__(self, "high", float(self.high))
        if not np.isfinite([self.low, self.high]).all() or self.low > self.high:
            raise ValueError(f"{self.name}: range from {self.low:g} to {self.high:g}; the lower end comes first")
        if self.log and not self.low > 0:
            raise ValueError(f"{self.name}: a logarithmic range begins above zero, not at {self.low:g}")
        if self.n is not None and (self.n < 1 or (self.n == 1 and self.low < self.high)):
            raise ValueError(f"{self.name}: {self.n} steps from {self.low:g} to {self.high:g}; use two or more")
        if self.given is not None and not np.all(np.diff(self.given) > 0):
            raise ValueError(f"{self.name}: the values of a grid have to increase")

    @classmethod
    def of(cls, name: str, values: ArrayLike) -> Axis:
        """Return the axis of a grid with these values, array (n,), increasing."""
        array = np.atleast_1d(np.asarray(values, float))
        if array.ndim != 1 or not array.size:
            raise ValueError(f"{name}: values of a grid are one list, got an array of shape {array.shape}")
        return cls(name, float(array.min()), float(array.max()), len(array), given=tuple(array.tolist()))

    def values(self) -> FloatArray:
        """Return the values of a grid, shape (n,), increasing.

        Raises
        ------
        ValueError
            If the axis has no steps.
        """
        if self.given is not None:
            return np.array(self.given)
        if self.n is None:
            raise ValueError(f"{self.name}: say how many steps a grid has from {self.low:g} to {self.high:g}")
        spread = np.geomspace if self.log else np.linspace
        values: FloatArray = np.clip(spread(self.low, self.high, self.n), self.low, self.high)
        return values

    def at(self, u: FloatArray) -> FloatArray:
        """Return the values at fractions u in [0, 1] of the range, same shape, never outside it."""
        if self.log:
            low, high = np.log(self.low), np.log(self.high)
            value = np.exp(low + (high - low) * u)
        else:
            value = self.low * (1 - u) + self.high * u  # high - low may overflow or lose digits
        inside: FloatArray = np.clip(value, self.low, self.high)
        return inside

    def edges(self, n_bins: int) -> FloatArray:
        """Return the edges of equal bins over the range, shape (n_bins + 1,)."""
        return self.at(np.linspace(0.0, 1.0, n_bins + 1))

    def to_dict(self) -> dict[str, Any]:
        """Return what defines the axis as plain values."""
        if self.given is not None:
            return {"name": self.name, "values": list(self.given)}
        steps = {} if self.n is None else {"n": self.n}
        return {"name": self.name, "low": self.low, "high": self.high, **steps, "log": self.log}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Axis:
        """Return the axis that `to_dict` wrote."""
        if "values" in document:
            return cls.of(document["name"], document["values"])
        return cls(**document)
