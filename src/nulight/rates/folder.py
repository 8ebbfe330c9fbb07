"""Fluxes x target x terms x response: templates of counts in reconstructed bins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nulight.detector.response import Response
from nulight.interactions.term import Binding, Kinematics
from nulight.rates.grid import Grid, panel_edges
from nulight.rates.kinks import SpecialEnergies
from nulight.rates.layout import lay_out
from nulight.rates.recoils import Limits, Recoils
from nulight.rates.target import centres, shell_edges, tabulated_range
from nulight.rates.templates import Templates
from nulight.typing import FloatArray

__all__ = ["Folder"]

_UNKNOWN = 1e-3  # share of a bin's counts that may come from recoils where something is not known
_NEGLIGIBLE = 1e-9  # of the largest bin: smaller ones are rounding
_MOMENTS = 500_000  # of the flux that are computed at once, some 4 MB


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
    _kept: dict[Limits, Recoils] = field(default_factory=dict, init=False, repr=False)

    @property
    def n_bins(self) -> int:
        """Number of reconstructed bins."""
        return len(self.response.bin_edges) - 1

    @cached_property
    def grid(self) -> Grid:
        """Panels that every kinematics shares, with the response on them."""
        shells = shell_edges(self.target)
        # tables of electrons have kinks of their own, nuclei none
        return Grid.build(panel_edges(self.response, shells), self.response, smooth=len(shells) == 0)

    def _fold(self, kinematics: Sequence[Kinematics]) -> Iterator[FloatArray]:
        limits = [Limits.of(k) for k in kinematics]
        step = self._at_once(len(kinematics[0].masses))
        for start in range(0, len(kinematics), step):
            chunk = slice(start, start + step)
            recoils = self._recoils(limits[chunk])
            for k, each in zip(kinematics[chunk], limits[chunk], strict=True):
                yield self._counts(k, recoils[each])

    def _at_once(self, n_targets: int) -> int:
        """Number of final states whose recoils are laid out together."""
        n_channels = sum(flux.n_channels for flux in self.ordered_fluxes)
        return max(_MOMENTS // (3 * n_channels * n_targets * self.grid.n_needed), 1)

    def _recoils(self, limits: Sequence[Limits]) -> dict[Limits, Recoils]:
        """Return the recoils under each of the limits; those asked for alone are kept until others are."""
        new = [each for each in dict.fromkeys(limits) if each not in self._kept]
        found = dict(zip(new, lay_out(self.grid, self._special, self.ordered_fluxes, new), strict=True)) if new else {}
        found |= self._kept
        if len(new) == 1 == len(set(limits)):
            self._kept.clear()
            self._kept[new[0]] = found[new[0]]
        return found

    @cached_property
    def _special(self) -> SpecialEnergies:
        return SpecialEnergies.of(self.fluxes, self.labels)

    def _counts(self, kinematics: Kinematics, recoils: Recoils) -> FloatArray:
        """Fill a template, shape (n_channels, n_bins)."""
        averages = recoils.averages(kinematics)
        self._require_known(kinematics, recoils, averages)
        scale = recoils.weights * (self.exposure * self.target.units_per_kg)
        return self._in_bins(averages * (scale * centres(self.target, recoils.T, kinematics.binding)), recoils)

    def _in_bins(self, values: FloatArray, recoils: Recoils) -> FloatArray:
        """Fold values (n, n_nodes) with the response, shape (n, n_bins)."""
        n = self.grid.n_columns
        columns = recoils.collected(values, n + recoils.response.shape[1])
        folded: FloatArray = columns[:, :n] @ self.grid.response.T + columns[:, n:] @ recoils.response.T
        return folded

    def _require_known(self, kinematics: Kinematics, recoils: Recoils, averages: FloatArray) -> None:
        """Refuse bins that live on recoils where the response or the target is not known.

        Raises
        ------
        ValueError
            Naming the bin, its share and the range.
        """
        known: dict[str, tuple[tuple[float, float], Binding]] = {
            "response": (self._trusted, kinematics.binding),
            "RRPA": (tabulated_range(kinematics.binding), "stepping"),
        }
        for what, ((low, high), binding) in known.items():
            outside = (recoils.T < low) | (recoils.T > high)
            if np.any(outside):
                counted = centres(self.target, recoils.T, binding)
                spectrum = np.abs(averages.sum(axis=0)) * counted * recoils.weights
                self._compare(what, (low, high), *self._in_bins(np.stack([spectrum, spectrum * outside]), recoils))

    @cached_property
    def _trusted(self) -> tuple[float, float]:
        return self.response.trusted

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
