"""Spectral function of the radiative emission of neutrino pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.results.renp.values import values_text
from nulight.typing import FloatArray

__all__ = ["RenpSpectrum"]


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
    units : mapping of str to str
        Of those parameters.
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
    units: Mapping[str, str] = field(default_factory=dict)

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
        if self.parameters:
            yield "with", values_text(self.parameters, self.units)
        yield from Result._lines(self)
