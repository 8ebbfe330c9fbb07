"""Limits of a scan of trigger frequencies on couplings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from nulight.io.record import Result
from nulight.results.limits import LimitResult
from nulight.typing import FloatArray

__all__ = ["RenpLimits"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpLimits(Result):
    """Limits of one scan of trigger frequencies on several couplings, one at a time.

    Attributes
    ----------
    experiment, atom : str
    limits : tuple of LimitResult
        In the order asked for.
    cl, interval
        Confidence level, "two-sided" or "upper".
    asimov : bool
        The data are the expectation without new physics, so that these are sensitivities.
    observed : array, shape (n,)
        Counts at every trigger frequency.
    triggers : array, shape (n,), eV
    fixed : mapping of str to float
        Values that were set.
    """

    kind: ClassVar[str] = "renp-limits"

    experiment: str
    atom: str
    limits: tuple[LimitResult, ...]
    cl: float
    interval: Literal["two-sided", "upper"]
    asimov: bool
    observed: FloatArray
    triggers: FloatArray
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        what = "sensitivity (Asimov)" if self.asimov else "limits"
        return f"{self.experiment}: {what}, {self.interval}, {100 * self.cl:g} % CL"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        rows = [
            {"coupling": one.parameter, "lower": low, "upper": high, "best_fit": one.best_fit, "unit": one.unit}
            for one in self.limits
            for low, high in one.regions
        ]
        return {name: [row[name] for row in rows] for name in rows[0]}, {}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for one in self.limits:
            yield one.parameter, repr(one).partition("\n")[0].removeprefix(f"{one.parameter}: ")
        yield from Result._lines(self)
