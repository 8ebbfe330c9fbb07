"""Fluxes that remember their moments, so that cross sections on the same recoil energies share them.

Scattering on protons, on neutrons and their interference ask for the same moments of the flux, one
set a nuclide; so do the three products of left and right couplings of the electron.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nulight.neutrinos.flux import Flux
from nulight.neutrinos.spectra import Spectrum
from nulight.typing import FloatArray

__all__ = ["Memo", "remembering"]


@dataclass(slots=True, eq=False)
class Memo:
    """Moments of one recoil grid and final state; those of the last one are forgotten."""

    subject: Hashable = None
    found: dict[Hashable, FloatArray] = field(default_factory=dict)

    def turn_to(self, subject: Hashable) -> None:
        """Forget everything unless it is about the same subject."""
        if subject != self.subject:
            self.found.clear()
            self.subject = subject


@dataclass(frozen=True, slots=True, eq=False)
class _RememberingSpectrum:
    """A spectrum whose moments are looked up under the energies they are asked for."""

    spectrum: Spectrum
    place: int
    memo: Memo = field(repr=False)

    @property
    def n_channels(self) -> int:
        return self.spectrum.n_channels

    @property
    def edge_energies(self) -> FloatArray:
        return self.spectrum.edge_energies

    def scaled(self, factor: float) -> Spectrum:
        return self.spectrum.scaled(factor)

    def density(self, E: FloatArray) -> FloatArray:
        return self.spectrum.density(E)

    def moments(self, E_min: FloatArray, *, log: bool = False) -> FloatArray:
        key = (self.place, log, E_min.tobytes())
        if key not in self.memo.found:
            self.memo.found[key] = self._moments(E_min, log)
        return self.memo.found[key]

    def _moments(self, E_min: FloatArray, log: bool) -> FloatArray:
        """Moments where there is anything above: nothing is for most recoils and most spectra."""
        reached = E_min <= self.edge_energies.max()
        moments = np.zeros((3 + log, self.n_channels, len(E_min)))
        moments[..., reached] = self.spectrum.moments(E_min[reached], log=log)
        moments.setflags(write=False)
        return moments

    def integrate(self, function: Callable[[FloatArray], FloatArray], E_min: FloatArray) -> FloatArray:
        return self.spectrum.integrate(function, E_min)


def remembering(fluxes: Sequence[Flux], memo: Memo) -> list[Flux]:
    """Return the fluxes with a common memory."""
    return [replace(flux, spectrum=_RememberingSpectrum(flux.spectrum, i, memo)) for i, flux in enumerate(fluxes)]
