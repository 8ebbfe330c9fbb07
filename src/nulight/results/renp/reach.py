"""What a scan of trigger frequencies would reach, against its exposure or the mass of a mediator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["RenpReach"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpReach(Result):
    """Expected intervals of couplings, each alone, as something changes.

    Attributes
    ----------
    experiment : str
    vary : "days" or "mass"
        Days spent at each trigger frequency, or the mass of the mediator.
    values : array (n,)
    vary_unit : "d" or "eV"
    couplings : tuple of str
    unit : str
        Of all couplings; empty for products of dimensionless ones.
    lower, upper : array (n_couplings, n)
        Ends of the allowed values that contain zero. Infinite where nothing bounds them; `lower` is zero for
        moments, which are sizes, and minus infinity for "upper" and couplings that have a sign.
    outer_lower, outer_upper : array (n_couplings, n)
        Ends of everything allowed.
    further_regions : array of bool (n_couplings, n)
        Whether there are allowed values beyond the interval: new physics cancels against the weak interaction.
    masked : array of int (n,)
        Trigger frequencies on the pole of the mediator, where new physics is left out; the most of any coupling.
    cl, interval, threshold
        Confidence level, "two-sided" or "upper", Delta chi2.
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "renp-reach"

    experiment: str
    vary: Literal["days", "mass"]
    values: FloatArray
    vary_unit: str
    couplings: tuple[str, ...]
    unit: str
    lower: FloatArray
    upper: FloatArray
    outer_lower: FloatArray
    outer_upper: FloatArray
    further_regions: np.ndarray
    masked: np.ndarray
    cl: float
    interval: Literal["two-sided", "upper"]
    threshold: float
    fixed: Mapping[str, float] = field(default_factory=dict)

    def reach(self, coupling: str) -> FloatArray:
        """Return the larger of both ends of a coupling's interval in size, shape (n,).

        Raises
        ------
        KeyError
            If there is no curve of that coupling; the message lists those there are.
        """
        if coupling not in self.couplings:
            raise KeyError(f"no curve of {coupling!r}; there are {', '.join(self.couplings)}")
        i = self.couplings.index(coupling)
        size: FloatArray = self.upper[i]
        if self.interval == "two-sided":
            size = np.maximum(np.abs(self.lower[i]), size)
        return size

    def _headline(self) -> str:
        what = "days at each trigger frequency" if self.vary == "days" else "mass of the mediator"
        return f"expected reach against {what} ({self.interval}, {100 * self.cl:g} % CL, {self.experiment})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = {self.vary: _cells(self.values)}
        for i, name in enumerate(self.couplings):
            for end in ("lower", "upper"):
                columns[f"{end}_{name}"] = _cells(getattr(self, end)[i])
            if self.further_regions[i].any():
                columns[f"outer_lower_{name}"] = _cells(self.outer_lower[i])
                columns[f"outer_upper_{name}"] = _cells(self.outer_upper[i])
        columns["masked_triggers"] = self.masked.tolist()
        units = {name: self.unit for name in columns if name.partition("_")[0] in ("lower", "upper", "outer")}
        return columns, {self.vary: self.vary_unit} | units

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values with their units."""
        ends = ("lower", "upper", "outer_lower", "outer_upper")
        units = {"values": self.vary_unit} | dict.fromkeys(ends, self.unit)
        return Result.to_dict(self) | {"units": units}

    def _lines(self) -> Iterator[tuple[str, str]]:
        first, last = self.values[0], self.values[-1]
        for name in self.couplings:
            size = self.reach(name)
            ends = f"{size[0]:.3g} at {first:.4g} {self.vary_unit}"
            if len(self.values) > 1:
                ends += f", {size[-1]:.3g} at {last:.4g} {self.vary_unit}"
            yield name, f"{ends} [{self.unit}]" if self.unit else ends
        yield from Result._lines(self)


def _cells(values: FloatArray) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]
