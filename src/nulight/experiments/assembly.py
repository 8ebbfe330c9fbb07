"""From the entries of a card to physics objects: sources and response.

Each function takes one sound entry and returns what it describes; nothing here knows what a limit
is. The loader has read the tables, a user's files and the shipped ones alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nulight.conventions import Conventions
from nulight.data.reader import Table
from nulight.detector import Efficiency, GaussianResponse, PerfectResponse, gaussian_width
from nulight.detector.response import Response
from nulight.experiments import schema
from nulight.experiments.contents import energy_column
from nulight.neutrinos.mixing import get_oscillation
from nulight.sources import (
    ElectronCapture,
    Source,
    electron_capture_source,
    mean_inverse_square,
    reactor_source,
    solar_source,
    tabulated_source,
)
from nulight.typing import FloatArray

__all__ = ["build_response", "build_source"]

Tables = Mapping[str, Table]


def build_source(entry: schema.SourceEntry, conventions: Conventions, tables: Tables) -> Source:
    """Return the source an entry describes, under the entry's name, its flux at the detector."""
    return replace(_source(entry, conventions, tables), name=entry.name)


def _source(entry: schema.SourceEntry, conventions: Conventions, tables: Tables) -> Source:
    if isinstance(entry, schema.SolarSource):
        return solar_source(
            oscillation=get_oscillation(conventions.oscillation),
            model=entry.model or conventions.solar_model,
            p_ee=conventions.solar_p_ee,
            p_emu=conventions.solar_p_emu,
            components=entry.components,
        )
    if isinstance(entry, schema.ElectronCaptureSource):
        return electron_capture_source(
            _nuclide(entry),
            activity=entry.activity,
            inverse_square=_inverse_square(entry.geometry),
            run_time=entry.run_time,
            start_delay=entry.start_delay,
            decay=entry.decay,
            activity_width=entry.activity_uncertainty or 0.0,
        )
    if isinstance(entry, schema.ReactorSource):
        options = entry.model_dump(exclude={"kind", "name", "flux_uncertainty"}, exclude_none=True)
        return reactor_source(**options, normalisation_width=entry.flux_uncertainty or 0.0)
    return tabulated_source(
        tables[entry.file],
        name=entry.name,
        energy=entry.energy,
        flux=entry.flux,
        flavour=entry.flavour,
        width=entry.uncertainty or 0.0,
    )


def _nuclide(entry: schema.ElectronCaptureSource) -> str | ElectronCapture:
    if entry.half_life is None or entry.lines is None:
        return entry.nuclide
    return ElectronCapture(
        name=entry.nuclide,
        half_life=entry.half_life,
        E_lines=tuple(line.energy for line in entry.lines),
        branching=tuple(line.branching for line in entry.lines),
        source="the card",
    )


def build_response(entry: schema.Response, edges: FloatArray, tables: Tables) -> Response:
    """Return the response of a card with the given reconstructed edges, keV."""
    efficiency = _efficiency(entry.efficiency, tables)
    resolution = entry.resolution
    if isinstance(resolution, schema.PerfectResolution):
        return PerfectResponse(edges, efficiency)
    if isinstance(resolution, schema.GaussianResolution):
        return GaussianResponse(edges, gaussian_width(resolution.a, resolution.b), efficiency)
    table = tables[resolution.file]
    E, sigma = energy_column(table, resolution.energy), energy_column(table, resolution.sigma)
    return GaussianResponse(edges, lambda T: np.interp(T, E, sigma), efficiency, kinks=E)


def _efficiency(entry: schema.Efficiency, tables: Tables) -> Efficiency:
    if isinstance(entry, schema.ConstantEfficiency):
        return Efficiency.constant(entry.value, entry.threshold, of=entry.of)
    table = tables[entry.file]
    energies = energy_column(table, entry.energy)
    return Efficiency(energies, table.numbers(entry.value), of=entry.of, beyond=entry.beyond or "zero")


def _inverse_square(geometry: schema.Geometry) -> float:
    if isinstance(geometry, schema.EffectiveDistance):
        return 1 / geometry.distance**2
    return mean_inverse_square(geometry.radius, geometry.height, geometry.distance_from_axis, geometry.z)
