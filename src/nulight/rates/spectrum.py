"""Recoil spectra before any detector, at given true energies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nulight.interactions.term import Kinematics, Term
from nulight.neutrinos.flux import Flux, Helicity
from nulight.rates.recoils import Limits, Recoils
from nulight.rates.target import Target, centres, tabulated_range
from nulight.rates.templates import Templates
from nulight.typing import ComplexArray, FloatArray

__all__ = ["RecoilRates", "recoil_spectrum"]


@dataclass(frozen=True, eq=False, kw_only=True)
class RecoilRates(Templates):
    """Differential rates at fixed recoil energies; a new coupling costs a matrix product.

    `counts` and `counts_by_label` are rates here, in 1/(keV kg s), with recoil energies for bins.

    Attributes
    ----------
    T : array, shape (n_T,), keV
        True recoil energies, positive.
    """

    T: FloatArray
    _kept: dict[Limits, Recoils] = field(default_factory=dict, init=False, repr=False)

    @property
    def n_bins(self) -> int:
        """Number of recoil energies."""
        return len(self.T)

    def _fold(self, kinematics: Sequence[Kinematics]) -> Iterator[FloatArray]:
        for k in kinematics:
            low, high = tabulated_range(k.binding)
            if np.any(outside := (self.T < low) | (self.T > high)):
                raise ValueError(f"RRPA: T = {self.T[outside][0]:g} keV is outside the table ({low:g}-{high:g} keV)")
            recoils = self._recoils(Limits.of(k))
            averages = recoils.collected(recoils.averages(k), len(self.T))
            yield averages * (self.target.units_per_kg * centres(self.target, self.T, k.binding))

    def _recoils(self, limits: Limits) -> Recoils:
        """Return the recoils under these limits; they are kept until others are asked for."""
        if limits not in self._kept:
            self._kept.clear()
            self._kept[limits] = Recoils.at(self.T, limits, self.ordered_fluxes)
        return self._kept[limits]


def recoil_spectrum(
    fluxes: Sequence[Flux],
    target: Target,
    terms: Mapping[Helicity, Sequence[Term]],
    T: FloatArray,
    mixing: ComplexArray,
) -> FloatArray:
    """Return the true recoil spectrum before any detector.

    Parameters
    ----------
    fluxes : sequence of Flux
    target : Material or NuclearTarget
    terms : mapping of helicity to terms
        Without model axes.
    T : array, shape (n_T,), keV
    mixing : array, shape (N, N)

    Returns
    -------
    array, shape (n_fluxes, n_T), 1/(keV kg s)
    """
    rates = RecoilRates(
        fluxes=tuple(fluxes), labels=tuple(str(i) for i in range(len(fluxes))), target=target, mixing=mixing, T=T
    )
    return rates.counts(terms)
