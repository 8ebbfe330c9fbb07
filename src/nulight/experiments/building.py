"""From a card, its sources and the conventions to the signal: targets, folders, rows and their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nulight.conventions import Conventions
from nulight.experiments.axes import needs_times, signal_shares
from nulight.experiments.loader import LoadedCard
from nulight.experiments.responses import Recoil, build_response
from nulight.experiments.schema import Card
from nulight.experiments.signal import Signal
from nulight.models.couplings import OwnInteraction
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.rates import Folder, Target
from nulight.sources import Source
from nulight.sources.solar import SOLAR_COMPONENTS
from nulight.targets import get_material
from nulight.targets.nuclei import NuclearTarget, get_nuclear_target

__all__ = ["build_signal", "build_target", "component_label", "mean_neutron_radius"]


def build_signal(
    loaded: LoadedCard,
    sources: Sequence[Source],
    targets: Mapping[Recoil, Target],
    conventions: Conventions,
    own: tuple[OwnInteraction, ...],
) -> Signal:
    """Return the signal of a card; fluxes of one component are folded apart where their times differ."""
    fluxes = [(source, flux) for source in sources for flux in source.fluxes]
    labels = [component_label(loaded.card, source, flux.name) for source, flux in fluxes]
    profiles = [source.time_profiles.get(flux.name) for source, flux in fluxes]
    if needs_times(loaded):
        rows = [f"{label} at {id(profile)}" for label, profile in zip(labels, profiles, strict=True)]
    else:
        rows = labels
    first = [rows.index(row) for row in dict.fromkeys(rows)]
    folders = {
        recoil: Folder(
            fluxes=tuple(flux for _, flux in fluxes),
            labels=tuple(rows),
            target=target,
            response=build_response(
                loaded.card.response,
                loaded.edges(),
                loaded.tables,
                recoil=recoil,
                material=loaded.card.target.material,
            ),
            exposure=loaded.card.exposure,
            mixing=pmns(get_oscillation(conventions.oscillation)),
            unit=loaded.family,
        )
        for recoil, target in targets.items()
    }
    return Signal(
        folders=folders,
        labels=tuple(labels[i] for i in first),
        shares=signal_shares(loaded, [profiles[i] for i in first]) if loaded.axes else None,
        conventions=conventions,
        atomic=loaded.card.target.atomic,
        own=own,
    )


def build_target(card: Card, recoil: Recoil, conventions: Conventions) -> Target:
    """Return what recoils: the atoms of the material with their electrons, or its nuclei."""
    target = card.target
    if recoil == "electron-recoil":
        return get_material(target.material, target.shells or conventions.shells)
    return get_nuclear_target(
        target.material,
        form_factor=target.form_factor or conventions.form_factor,
        radii=conventions.nuclear_radii,
        isotopes=conventions.isotopes,
        masses=conventions.nuclear_masses,
    )


def component_label(card: Card, source: Source, component: str) -> str:
    """Return the component a flux is counted in: its own if its uncertainty is, otherwise the source."""
    named = {name for entry in card.nuisances for name in entry.scales or ()}
    flux = card.source_nuisances and any(
        component in n.components and len(n.components) < len(source.components) for n in source.nuisances
    )
    if component in SOLAR_COMPONENTS:
        return component if flux or component in named else source.name
    return f"{source.name}:{component}" if flux else source.name


def mean_neutron_radius(target: NuclearTarget) -> float:
    """Return the neutron radius, fm, weighted as in the coherent cross section."""
    weights = [number * nuclide.N**2 for number, nuclide in zip(target.numbers, target.nuclides, strict=True)]
    return float(np.average([nuclide.R_n for nuclide in target.nuclides], weights=weights))
