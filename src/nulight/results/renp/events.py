"""Counts of a scan of trigger frequencies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.results.renp.values import values_text
from nulight.typing import FloatArray

__all__ = ["RenpEvents"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpEvents(Result):
    """Expected counts at every trigger frequency.

    Attributes
    ----------
    experiment, atom : str
    triggers : array, shape (n,), eV
    days : array, shape (n,), d
    spectral : mapping of str to array (n,)
        Spectral function by origin; NaN where it is not defined.
    weak, new, background : array, shape (n,)
        Counts in the whole time; those of new physics contain its interference and may be negative.
    open_pairs : tuple of n tuples of str
        Pairs of mass states that can be emitted at each frequency, lightest first.
    thresholds : mapping of str to float, eV
    parameters : mapping of str to float
        Values that were set, in the units of `nulight.renp.RENP_PARAMETERS`.
    units : mapping of str to str
        Of those parameters.
    """

    kind: ClassVar[str] = "renp-events"

    experiment: str
    atom: str
    triggers: FloatArray
    days: FloatArray
    spectral: Mapping[str, FloatArray]
    weak: FloatArray
    new: FloatArray
    background: FloatArray
    open_pairs: tuple[tuple[str, ...], ...]
    thresholds: Mapping[str, float]
    parameters: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> FloatArray:
        """Counts in the whole time, shape (n,)."""
        counts: FloatArray = self.weak + self.new + self.background
        return counts

    @property
    def per_day(self) -> FloatArray:
        """Counts a day of pairs, without background, shape (n,)."""
        rate: FloatArray = (self.weak + self.new) / self.days
        return rate

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with totals and counts a day."""
        return Result.to_dict(self) | {"total": plain(self.total), "per_day": plain(self.per_day)}

    def _headline(self) -> str:
        return (
            f"{self.experiment}: {self.total.sum():.5g} counts expected at {len(self.triggers)} trigger frequencies "
            f"in {self.days.sum():g} d"
        )

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {
            "trigger": self.triggers,
            "days": self.days,
            "open_pairs": [" ".join(pairs) for pairs in self.open_pairs],
            **{f"I_{name}": part for name, part in self.spectral.items()},
            "per_day": self.per_day,
            "weak": self.weak,
            "new": self.new,
            "background": self.background,
            "total": self.total,
        }
        return columns, {"trigger": "eV", "days": "d", "per_day": "1/d"}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name in ("weak", "new", "background"):
            yield name, f"{getattr(self, name).sum():.5g} counts"
        if self.parameters:
            yield "with", values_text(self.parameters, self.units)
        yield from Result._lines(self)
