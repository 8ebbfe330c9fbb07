"""Radiative emission of neutrino pairs: spectral function, counts, and limits on its couplings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.results.limits import LimitResult
from nulight.typing import FloatArray

__all__ = ["RenpEvents", "RenpLimits", "RenpSpectrum"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpSpectrum(Result):
    """Spectral function of one atom by what it comes from.

    Attributes
    ----------
    experiment, atom : str
    E_eg : float, eV
        Energy of the transition; no pair is emitted at trigger frequencies above half of it.
    omega : array, shape (n,), eV
        Trigger frequencies.
    parts : mapping of str to array (n,)
        "weak" and whatever new physics adds; dimensionless, NaN where it is not defined.
    thresholds : mapping of str to float, eV
        Highest frequency at which each pair of mass states is emitted; not positive for one that never is.
    masses : tuple of three floats, eV
        Of nu_1, nu_2, nu_3.
    parameters : mapping of str to float
        Values that were set, in the units of `nulight.renp.RENP_PARAMETERS`.
    """

    kind: ClassVar[str] = "renp-spectrum"

    experiment: str
    atom: str
    E_eg: float
    omega: FloatArray
    parts: Mapping[str, FloatArray]
    thresholds: Mapping[str, float]
    masses: tuple[float, float, float]
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> FloatArray:
        """Spectral function, shape (n,)."""
        return sum(self.parts.values(), np.zeros_like(self.omega))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with the total."""
        return Result.to_dict(self) | {"total": plain(self.total)}

    def _headline(self) -> str:
        first, last = self.omega.min(), self.omega.max()
        return f"{self.atom}: I(omega) at {len(self.omega)} trigger frequencies, {first:.10g}-{last:.10g} eV"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        return {"omega": self.omega, "total": self.total, **self.parts}, {"omega": "eV"}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for pair, omega in self.thresholds.items():
            yield f"threshold {pair}", f"{omega:.10g} eV"
        for name, part in self.parts.items():
            if np.isfinite(part).any():
                yield name, f"{np.nanmin(part):.4g} to {np.nanmax(part):.4g}"
        yield from Result._lines(self)


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
        yield from Result._lines(self)


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
