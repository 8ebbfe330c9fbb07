"""The card of an atomic scheme: a YAML file whose every dimensional field carries its unit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nulight.experiments.quantities import Quantity
from nulight.experiments.schema.base import Entry, Name, Quality
from nulight.renp.atoms import PhotonExchange

__all__ = ["FurtherLevel", "SchemeCard", "TargetEntry"]

Level = Annotated[float, Quantity("level")]
Density = Annotated[float, Quantity("density")]
Volume = Annotated[float, Quantity("volume")]
Rate = Annotated[float, Quantity("per_time")]


class TargetEntry(Entry):
    """Excited atoms and trigger field."""

    volume: Volume
    n_atoms: Density
    n_photons: Density
    eta: float = Field(default=1.0, gt=0, le=1)


class FurtherLevel(Entry):
    """Another virtual level: energy, and product of its matrix elements over that of p, with its sign."""

    E: Level
    amplitude: float = Field(allow_inf_nan=False)


class SchemeCard(Entry):
    """Three levels, the strength of the photon line, and a target and trigger frequencies to start from."""

    name: Name
    title: str
    quality: Quality
    levels: tuple[str, str, str]
    E_eg: Level
    E_pg: Level
    gamma_pg: Rate
    spin_factor: float = Field(gt=0, allow_inf_nan=False)
    further_levels: tuple[FurtherLevel, ...] = ()
    photon_exchange: PhotonExchange = "atom"
    references: tuple[str, ...] = ()
    target: TargetEntry
    triggers: tuple[Level, ...] = Field(min_length=1)
    notes: tuple[str, ...] = ()
