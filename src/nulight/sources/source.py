"""The record every source function returns: fluxes at the detector, their uncertainties, their provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nulight.data.reader import Table
from nulight.neutrinos.flux import Flux
from nulight.sources.time_profiles import TimeProfile

__all__ = ["FluxNuisance", "Source", "table_hashes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxNuisance:
    """A relative normalisation uncertainty: the named components scale together by (1 + u).

    Attributes
    ----------
    name : str
        Nuisances of the same name are shared between experiments.
    width : float
        One-sigma relative size, positive.
    components : tuple of str
        Names of the fluxes it scales.

    Raises
    ------
    ValueError
        If the width is not a positive number, or there is nothing to scale.
    """

    name: str
    width: float
    components: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 < self.width < np.inf:
            raise ValueError(
                f"nuisance {self.name!r}: width = {self.width} must be a positive relative size, such as 0.01 for 1 %; "
                "for a perfectly known flux leave the nuisance out"
            )
        if not self.components:
            raise ValueError(f"nuisance {self.name!r} scales no flux component")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """Neutrinos of one origin, at the detector.

    Attributes
    ----------
    name : str
        Such as ``"solar"``.
    fluxes : tuple of Flux
        One per component that has its own normalisation.
    nuisances : tuple of FluxNuisance
        Uncertainties of the fluxes; may be empty.
    citations : tuple of str
        Texkeys, arXiv numbers or DOIs.
    hashes : dict of str to str
        SHA-256 of every table used.
    time_profiles : mapping of component to TimeProfile
        Arrival times of a pulsed source, of all components; empty for a steady source, which is uniform in time.

    Raises
    ------
    ValueError
        If there is no flux, two fluxes have one name, a nuisance scales a component that does not exist, or time
        profiles are of other components than there are.
    """

    name: str
    fluxes: tuple[Flux, ...]
    nuisances: tuple[FluxNuisance, ...] = ()
    citations: tuple[str, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)
    time_profiles: Mapping[str, TimeProfile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = self.components
        if not names or len(set(names)) < len(names):
            raise ValueError(f"source {self.name!r} needs fluxes with different names, got {names}")
        for nuisance in self.nuisances:
            if unknown := sorted(set(nuisance.components) - set(names)):
                raise ValueError(
                    f"source {self.name!r}: nuisance {nuisance.name!r} scales unknown component {', '.join(unknown)}; "
                    f"there are {', '.join(names)}"
                )
        if self.time_profiles and set(self.time_profiles) != set(names):
            raise ValueError(
                f"source {self.name!r}: time profiles of {', '.join(self.time_profiles)}, but the components are "
                f"{', '.join(names)}; give one for each, or none for a steady source"
            )

    @property
    def components(self) -> tuple[str, ...]:
        """Names of the fluxes."""
        return tuple(flux.name for flux in self.fluxes)

    def flux(self, component: str) -> Flux:
        """Return the flux of one component.

        Raises
        ------
        ValueError
            If there is no such component; the message lists those there are.
        """
        for flux in self.fluxes:
            if flux.name == component:
                return flux
        raise ValueError(f"source {self.name!r} has no component {component!r}; it has {', '.join(self.components)}")


def table_hashes(tables: Iterable[Table]) -> dict[str, str]:
    """Return file name and SHA-256 of the tables, for `Source.hashes`."""
    return {table.name: table.sha256 for table in tables}
