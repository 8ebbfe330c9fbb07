"""Fluxes x target x terms x response: templates of counts in reconstructed bins."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nulight.detector.response import Response
from nulight.interactions.kinematics import E_threshold, T_max, T_min
from nulight.interactions.term import Kinematics
from nulight.rates.grid import Grid, panel_edges
from nulight.rates.kinks import special_energies
from nulight.rates.target import centres, shell_edges, tabulated_range
from nulight.rates.templates import Templates, grid_key
from nulight.typing import FloatArray

__all__ = ["Folder"]

_UNKNOWN = 1e-3  # share of a bin's counts that may come from recoils where something is not known
_NEGLIGIBLE = 1e-9  # of the largest bin: smaller ones are rounding


@dataclass(frozen=True, eq=False, kw_only=True)
class Folder(Templates):
    """Folds fluxes with a target and a response, and keeps the templates.

    Attributes
    ----------
    response : Response
    exposure : float, kg s
    unit : str
        Of the reconstructed edges, for messages.

    Notes
    -----
    Accurate to 1e-6 in bins above 1e-9 of the largest one.
    """

    response: Response
    exposure: float
    unit: str = "keV"
    _grids: dict[Hashable, Grid] = field(default_factory=dict, init=False, repr=False)
    _energies: dict[int, FloatArray] = field(default_factory=dict, init=False, repr=False)

    @property
    def n_bins(self) -> int:
        """Number of reconstructed bins."""
        return len(self.response.bin_edges) - 1

    @cached_property
    def grid(self) -> Grid:
        """Panels that every kinematics shares, with the response on them."""
        return Grid.build(panel_edges(self.response, shell_edges(self.target)), self.response)

    def _fold(self, kinematics: Kinematics) -> FloatArray:
        grid = self._grid_for(kinematics)
        averages = kinematics.flux_averages(self._fluxes_for(kinematics), grid.T)
        self._require_known(kinematics, grid, averages)
        scale = grid.weights * (self.exposure * self.target.units_per_kg)
        counts: FloatArray = (averages * (scale * centres(self.target, grid.T, kinematics.binding))) @ grid.response.T
        return counts

    def _grid_for(self, kinematics: Kinematics) -> Grid:
        """Return the grid with the edges of this kinematics, kept for the next one of the same kind."""
        key = grid_key(kinematics)
        if key not in self._grids:
            grid = self.grid.refined(np.concatenate([self._recoil_limits(kinematics), kinematics.breakpoints]))
            self._grids.clear()
            self._grids[key] = grid
        return self._grids[key]

    def _recoil_limits(self, kinematics: Kinematics) -> FloatArray:
        """Recoil limits of the special energies on every target for the final state at hand."""
        limits, n = [], len(kinematics.masses)
        if n not in self._energies:
            self._energies[n] = special_energies(self.fluxes, n)
        for mass in kinematics.masses:
            E = self._energies[n][self._energies[n] > E_threshold(mass, kinematics.m_final)]
            limits.append(T_max(E, mass, kinematics.m_final))
            if kinematics.m_final > 0:
                limits.append(T_min(E, mass, kinematics.m_final))
        return np.concatenate(limits)

    def _require_known(self, kinematics: Kinematics, grid: Grid, averages: FloatArray) -> None:
        """Refuse bins that live on recoils where the response or the target is not known.

        Raises
        ------
        ValueError
            Naming the bin, its share and the range.
        """
        ranges = {"response": self.response.trusted, "RRPA": tabulated_range(kinematics.binding)}
        for what, (low, high) in ranges.items():
            outside = (grid.T < low) | (grid.T > high)
            if np.any(outside):
                counted = centres(self.target, grid.T, "stepping" if what == "RRPA" else kinematics.binding)
                spectrum = np.abs(averages.sum(axis=0)) * counted * grid.weights
                self._compare(what, (low, high), grid.response @ spectrum, grid.response @ (spectrum * outside))

    def _compare(self, what: str, known: tuple[float, float], total: FloatArray, outside: FloatArray) -> None:
        bad = np.flatnonzero((outside > _UNKNOWN * total) & (total > _NEGLIGIBLE * total.max()))
        if len(bad):
            i, edges = bad[0], self.response.bin_edges
            advice = "or stepping" if what == "RRPA" else "or a response that is known there"
            raise ValueError(
                f"{what}: the bin {edges[i]:g}-{edges[i + 1]:g} {self.unit} takes a share of "
                f"{outside[i] / total[i]:.2g} of its counts from recoils outside the known range "
                f"({known[0]:g}-{known[1]:g} keV); use bins well inside, {advice}"
            )
