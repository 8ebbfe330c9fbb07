"""Regions in the plane of a sterile neutrino's mass and the coupling that makes it, island by island."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.constants import MU_B
from nulight.io.record import Result
from nulight.io.text import plain
from nulight.results.portal import UNITS, cells
from nulight.typing import FloatArray

__all__ = ["Island", "PortalRegion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """A connected piece of a region.

    Attributes
    ----------
    m_4 : tuple of two float, keV
        Range of masses.
    coupling : tuple of two float
        Range of couplings.
    leaves_m_4, leaves_coupling : tuple of two bool
        Whether the outline runs off the grid at the lower and at the upper end: the range goes on there.
    """

    m_4: tuple[float, float]
    coupling: tuple[float, float]
    leaves_m_4: tuple[bool, bool]
    leaves_coupling: tuple[bool, bool]

    @property
    def closed(self) -> bool:
        """Whether the outline stays inside the grid."""
        return not any((*self.leaves_m_4, *self.leaves_coupling))

    def mass_text(self) -> str:
        """Return the range of masses as text, ``<= 143`` where the outline runs off the grid below."""
        return _range_text(self.m_4, self.leaves_m_4, "<=", ">=", 4)

    def coupling_text(self) -> str:
        """Return the range of couplings as text, ``< 1.2e-11`` where the outline runs off the grid below."""
        return _range_text(self.coupling, self.leaves_coupling, "<", ">", 3)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PortalRegion(Result):
    """Delta chi2 in the plane of mass and coupling, with its regions.

    Attributes
    ----------
    parameter, unit : str
    experiments : tuple of str
    m_4 : array, shape (n_masses,), keV
    couplings : array, shape (n_couplings,)
    delta_chi2 : array, shape (n_couplings, n_masses)
        From the global minimum, nuisances profiled.
    best_fit : tuple of two float
        Mass, keV, and coupling at the global minimum, which may lie between grid points.
    twice_nll : float
    delta_chi2_at_zero : float
        Delta chi2 of no coupling.
    significance : float
        Its root: the local significance, at the mass of the best fit. Without a coupling there is no
        mass, so that the chance to find as much at any mass is larger than that of a normal distribution.
    levels : mapping of str to float
        Label ("90 %") to Delta chi2 for `dof`.
    polygons : mapping of str to tuple of arrays, each (n_points, 2)
        Closed outlines (m_4, coupling) of what is allowed, along the edge of the grid where a region
        leaves it; a hole is an outline inside another (even-odd rule).
    zero_excluded : mapping of str to bool
        Whether zero, no coupling at all, is excluded: the region is one of a signal. It may still run off
        the grid, see `islands`.
    dof : int
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "portal-region"

    parameter: str
    unit: str
    experiments: tuple[str, ...]
    m_4: FloatArray
    couplings: FloatArray
    delta_chi2: FloatArray
    best_fit: tuple[float, float]
    twice_nll: float
    delta_chi2_at_zero: float
    significance: float
    levels: Mapping[str, float]
    polygons: Mapping[str, tuple[FloatArray, ...]]
    zero_excluded: Mapping[str, bool]
    dof: int = 2
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Names of the experiments joined by ``+``."""
        return "+".join(self.experiments)

    def extent(self, level: str) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return the ranges of mass and coupling that a region covers; None if it is empty."""
        if not self.polygons[level]:
            return None
        points = np.concatenate(self.polygons[level])
        low, high = points.min(axis=0), points.max(axis=0)
        return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))

    def islands(self, level: str) -> tuple[Island, ...]:
        """Return the connected pieces of a region, light masses first; none if it is empty."""
        edges = [(float(axis[0]), float(axis[-1])) for axis in (self.m_4, self.couplings)]
        found = [_island(ring, *edges) for ring in self.polygons[level] if _is_outer(ring)]
        return tuple(sorted(found, key=lambda island: (island.m_4, island.coupling)))

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values with their units, and the pieces of every region."""
        units = {"m_4": "keV", "couplings": self.unit, "best_fit": ["keV", self.unit], "polygons": ["keV", self.unit]}
        islands = {level: [asdict(island) for island in self.islands(level)] for level in self.levels}
        own: dict[str, Any] = plain({"islands": islands, "units": units})
        return Result.to_dict(self) | own

    @property
    def n_axes(self) -> int:
        """Mass and coupling."""
        return 2

    def _headline(self) -> str:
        return f"{self.parameter} and m_4 ({', '.join(self.levels)}, {self.dof} dof, {', '.join(self.experiments)})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        m, mu = np.meshgrid(self.m_4, self.couplings)
        columns = {"m_4_keV": m.ravel(), "coupling_mu_B": mu.ravel(), "coupling_d_per_GeV": mu.ravel() * MU_B}
        columns["delta_chi2"] = self.delta_chi2.ravel()
        return {name: cells(values) for name, values in columns.items()}, UNITS

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "best fit", f"m_4 = {self.best_fit[0]:.4g} keV, {self.best_fit[1]:.4g} {self.unit}"
        yield "no coupling", f"Delta chi2 = {self.delta_chi2_at_zero:.2f}, {self.significance:.2f} sigma locally"
        for level in self.levels:
            islands = self.islands(level)
            ranges = [f"m_4 {i.mass_text()} keV, {i.coupling_text()} {self.unit}" for i in islands]
            yield level, "; ".join([_kind(islands, self.zero_excluded[level]), *ranges])
        yield from Result._lines(self)


_EDGE = 1e-9  # relative distance within which a point is on the edge of the grid


def _kind(islands: Sequence[Island], zero_excluded: bool) -> str:
    if not islands:
        return "no grid point inside"
    if not zero_excluded:
        return "zero allowed"
    return "closed" if all(island.closed for island in islands) else "zero excluded"


def _is_outer(ring: FloatArray) -> bool:
    """Whether an outline runs anticlockwise; those of holes run clockwise."""
    x, y = np.log(ring / ring[0]).T
    return bool(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0)


def _island(ring: FloatArray, masses: tuple[float, float], couplings: tuple[float, float]) -> Island:
    (m_low, mu_low), (m_high, mu_high) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    return Island(
        m_4=(m_low, m_high),
        coupling=(mu_low, mu_high),
        leaves_m_4=(m_low <= masses[0] * (1 + _EDGE), m_high >= masses[1] * (1 - _EDGE)),
        leaves_coupling=(mu_low <= couplings[0] * (1 + _EDGE), mu_high >= couplings[1] * (1 - _EDGE)),
    )


def _range_text(ends: tuple[float, float], leaves: tuple[bool, bool], below: str, above: str, digits: int) -> str:
    low, high = (f"{end:.{digits}g}" for end in ends)
    if all(leaves):
        return f"any ({low} to {high})"
    if leaves[0]:
        return f"{below} {high}"
    return f"{above} {low}" if leaves[1] else f"{low} to {high}"
