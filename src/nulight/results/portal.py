"""Limits in the plane of a sterile neutrino's mass and the coupling that makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.constants import MU_B
from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["UNITS", "PortalLimit", "PortalLimits", "cells"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PortalLimit(Result):
    """Limit on a coupling as a function of the mass of the sterile neutrino it leads to.

    At every mass an interval of its own, from the minimum at that mass (a raster scan). Arrays have
    shape (n_masses,) and NaN where there is no number: beyond the kinematic end, or without an end.

    Attributes
    ----------
    parameter, unit : str
        Coupling, such as ``"mu_e4"``, in mu_B.
    experiments : tuple of str
    m_4 : array, keV
    lower, upper : array
        Ends of the hull of what is allowed; `lower` is zero where zero is allowed and for "upper".
    best_fit : array
    delta_chi2_at_zero : array
        Delta chi2 of no coupling from the best fit at the same mass: the preference for a signal.
    expected_upper : array or None
        The upper end for Asimov data without the coupling.
    reachable : array of bool
        Whether any count depends on the coupling: the mass can be made.
    kinematic_end : mapping of "electrons" or "nuclei" to float, keV
        Heaviest mass that the neutrinos of the coupling's flavour can make on each target.
    decay_length_m : array, m
        Mean flight before nu_4 -> nu gamma with the coupling at `upper`, at the harmonic mean energy of
        the neutrinos that can make it; the shortest of the experiments and channels.
    cl, interval, threshold
        Confidence level, "two-sided" or "upper", Delta chi2.
    planned : bool
        Whether none of the experiments has data.
    fixed : mapping of str to float
    note : str
        Why there is no curve; empty if there is one.
    """

    kind: ClassVar[str] = "portal-limit"

    parameter: str
    unit: str
    experiments: tuple[str, ...]
    m_4: FloatArray
    lower: FloatArray
    upper: FloatArray
    best_fit: FloatArray
    delta_chi2_at_zero: FloatArray
    expected_upper: FloatArray | None
    reachable: np.ndarray
    kinematic_end: Mapping[str, float]
    decay_length_m: FloatArray
    cl: float
    interval: Literal["two-sided", "upper"]
    threshold: float
    planned: bool = False
    fixed: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def name(self) -> str:
        """Names of the experiments joined by ``+``."""
        return "+".join(self.experiments)

    @property
    def d_per_GeV(self) -> FloatArray:
        """`upper` as a dipole coupling of L = (d/2) Nbar sigma nu F, 1/GeV."""
        d: FloatArray = self.upper * MU_B
        return d

    @property
    def heaviest_seen(self) -> float | None:
        """The largest mass with a limit, keV: that of the grid, at most the kinematic end."""
        seen = self.m_4[np.isfinite(self.upper)]
        return float(seen.max()) if seen.size else None

    def _headline(self) -> str:
        what = f"{self.parameter} against m_4"
        return f"{what} ({self.interval}, {100 * self.cl:g} % CL, {', '.join(self.experiments)})"

    def columns(self) -> dict[str, list[Any]]:
        """Return the numbers by column, None where there is none, as the CSV has them."""
        found = {
            "m_4_keV": self.m_4,
            "upper_mu_B": self.upper,
            "upper_d_per_GeV": self.d_per_GeV,
            "lower_mu_B": self.lower,
            "lower_d_per_GeV": self.lower * MU_B,
            "best_fit_mu_B": self.best_fit,
            "delta_chi2_at_zero": self.delta_chi2_at_zero,
            "decay_length_m": self.decay_length_m,
        }
        if self.expected_upper is not None:
            found["expected_upper_mu_B"] = self.expected_upper
        return {name: cells(values) for name, values in found.items()}

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        return self.columns(), UNITS

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values with their units, `upper` also as a dipole coupling."""
        couplings = ("lower", "upper", "best_fit", "expected_upper")
        units = dict.fromkeys(("m_4", "kinematic_end", "heaviest_seen"), "keV") | dict.fromkeys(couplings, self.unit)
        units |= {"decay_length_m": "m", "upper_d_per_GeV": "1/GeV"}
        own = {"heaviest_seen": self.heaviest_seen, "upper_d_per_GeV": cells(self.d_per_GeV), "units": units}
        return Result.to_dict(self) | own

    def _lines(self) -> Iterator[tuple[str, str]]:
        if self.note:
            yield "note", self.note
        found = np.isfinite(self.upper)
        if found.any():
            i = int(np.nanargmin(self.upper))
            yield "strongest", f"{self.upper[i]:.4g} {self.unit} at {self.m_4[i]:.4g} keV"
            yield "masses", f"{self.m_4[0]:.4g} to {self.m_4[-1]:.4g} keV"
            yield "seen", f"up to {self.heaviest_seen:.4g} keV"
        yield "kinematic end", ", ".join(f"{end:.4g} keV on {what}" for what, end in self.kinematic_end.items())
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PortalLimits(Result):
    """Curves of many experiments on one coupling.

    Attributes
    ----------
    parameter, unit : str
    cl, interval
        Definition of all of them.
    curves : tuple of PortalLimit
        One an experiment in the order asked for; those without sensitivity say so in `note`.
    """

    kind: ClassVar[str] = "portal-limits"

    parameter: str
    unit: str
    cl: float
    interval: Literal["two-sided", "upper"]
    curves: tuple[PortalLimit, ...]

    def __len__(self) -> int:
        return len(self.curves)

    def __iter__(self) -> Iterator[PortalLimit]:
        return iter(self.curves)

    @property
    def n_axes(self) -> int:
        """Experiment and mass."""
        return 2

    def _headline(self) -> str:
        able = sum(not curve.note for curve in self.curves)
        what = f"{self.parameter} against m_4: {able} of {len(self.curves)} experiments"
        return f"{what} ({self.interval}, {100 * self.cl:g} % CL)"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        tables = [({"experiment": [c.name] * len(c.m_4)} | c.columns(), c) for c in self.curves if not c.note]
        names = list(dict.fromkeys(name for table, _ in tables for name in table)) or ["experiment"]
        return {
            name: [cell for table, c in tables for cell in table.get(name, [None] * len(c.m_4))] for name in names
        }, UNITS

    def _lines(self) -> Iterator[tuple[str, str]]:
        for curve in self.curves:
            found = np.isfinite(curve.upper)
            text = curve.note or "no limit"
            if found.any():
                text = f"{np.nanmin(curve.upper):.4g} {curve.unit}, up to {curve.m_4[found].max():.4g} keV"
            yield curve.name, text
        yield from Result._lines(self)


UNITS = {
    "m_4_keV": "keV",
    "decay_length_m": "m",
    **dict.fromkeys(("upper_mu_B", "lower_mu_B", "best_fit_mu_B", "expected_upper_mu_B", "coupling_mu_B"), "mu_B"),
    **dict.fromkeys(("upper_d_per_GeV", "lower_d_per_GeV", "coupling_d_per_GeV"), "1/GeV"),
}
"""Units of the columns."""


def cells(values: FloatArray) -> list[float | None]:
    """Return numbers ready for JSON, None where there is none."""
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, float)]
