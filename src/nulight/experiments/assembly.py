"""From the entries of a card to neutrino sources.

Each entry is sound and becomes what it describes; nothing here knows what a limit is. The loader has
read the tables, a user's files and the shipped ones alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nulight.conventions import Conventions
from nulight.data.reader import Table
from nulight.experiments import schema
from nulight.experiments.columns import column_values
from nulight.experiments.schema.sources import SourceOscillation
from nulight.neutrinos.flux import Flux
from nulight.neutrinos.mixing import OscillationParameters, get_oscillation, pmns
from nulight.neutrinos.propagation import masses_squared, propagated
from nulight.sources import (
    ElectronCapture,
    PionDecayTimes,
    Source,
    atmospheric_source,
    dsnb_source,
    electron_capture_source,
    gaussian_pulse_times,
    mean_inverse_square,
    pion_decay_source,
    pulse_times,
    reactor_source,
    solar_source,
    tabulated_source,
    tabulated_times,
)
from nulight.units import eV

__all__ = ["build_source"]

Tables = Mapping[str, Table]
_ON_EARTH = schema.ElectronCaptureSource | schema.ReactorSource | schema.PionDecaySource


def build_source(entry: schema.SourceEntry, conventions: Conventions, tables: Tables) -> Source:
    """Return the source an entry describes, under the entry's name, its flux at the detector."""
    source = _source(entry, conventions, tables)
    if isinstance(entry, _ON_EARTH) and entry.oscillation is not None:
        source = _oscillated(source, entry.oscillation, entry.oscillation.distance or entry.distance, conventions)
    return replace(source, name=entry.name)


def _source(entry: schema.SourceEntry, conventions: Conventions, tables: Tables) -> Source:
    if isinstance(entry, schema.SolarSource):
        return _solar(entry, conventions)
    if isinstance(entry, schema.ElectronCaptureSource):
        return _electron_capture(entry)
    if isinstance(entry, schema.ReactorSource):
        options = entry.model_dump(exclude={"kind", "name", "flux_uncertainty", "oscillation"}, exclude_none=True)
        return reactor_source(**options, normalisation_width=entry.flux_uncertainty or 0.0, name=entry.name)
    if isinstance(entry, schema.PionDecaySource):
        return _pion_decay(entry, tables)
    if isinstance(entry, schema.AtmosphericSource):
        return atmospheric_source(name=entry.name, **_width(entry.uncertainty))
    if isinstance(entry, schema.SupernovaBackgroundSource):
        return dsnb_source(name=entry.name, **_width(entry.uncertainty))
    return tabulated_source(
        tables[entry.file],
        name=entry.name,
        energy=entry.energy,
        flux=entry.flux,
        flavour=entry.flavour,
        width=entry.uncertainty or 0.0,
    )


def _solar(entry: schema.SolarSource, conventions: Conventions) -> Source:
    return solar_source(
        oscillation=get_oscillation(conventions.oscillation),
        model=entry.model or conventions.solar_model,
        p_ee=conventions.solar_p_ee,
        p_emu=conventions.solar_p_emu,
        components=entry.components,
    )


def _electron_capture(entry: schema.ElectronCaptureSource) -> Source:
    return electron_capture_source(
        _nuclide(entry),
        activity=entry.activity,
        inverse_square=_inverse_square(entry.geometry),
        run_time=entry.run_time,
        start_delay=entry.start_delay,
        decay=entry.decay,
        activity_width=entry.activity_uncertainty or 0.0,
    )


def _pion_decay(entry: schema.PionDecaySource, tables: Tables) -> Source:
    return pion_decay_source(
        protons=entry.protons,
        run_time=entry.run_time,
        yield_per_flavour=entry.neutrinos_per_proton,
        distance=entry.distance,
        width=entry.uncertainty or 0.0,
        name=entry.name,
        time=None if entry.time is None else _times(entry.time, tables),
    )


def _oscillated(
    source: Source, oscillation: SourceOscillation, distance: float | None, conventions: Conventions
) -> Source:
    """Return the source with the phases of the way, from the place of the source to the detector."""
    assert distance is not None
    parameters = get_oscillation(conventions.oscillation)
    try:
        fluxes = [_on_the_way(flux, oscillation, distance, parameters) for flux in source.fluxes]
    except ValueError as error:
        raise ValueError(f"source {source.name!r}, oscillation: {error}") from None
    hashes = {"nufit_bestfit.csv": parameters.table_sha256} if parameters.table_sha256 else {}
    return replace(
        source,
        fluxes=tuple(fluxes),
        citations=(*source.citations, parameters.source.split(";")[0]),
        hashes=source.hashes | hashes,
    )


def _on_the_way(flux: Flux, oscillation: SourceOscillation, distance: float, parameters: OscillationParameters) -> Flux:
    if oscillation.m_4 is None:
        return propagated(flux, distance, pmns(parameters), masses_squared(parameters), mode=oscillation.phases)
    angles = oscillation.model_dump(include={"theta_14", "theta_24", "theta_34"})
    mixing = pmns(parameters, n=4, **angles)
    if oscillation.phases != "averaged":
        m2 = masses_squared(parameters, oscillation.m_4)
        return propagated(flux, distance, mixing, m2, mode=oscillation.phases)
    # the fourth loses its coherence with the others; they keep theirs
    apart = propagated(flux, distance, mixing, [0.0, 0.0, 0.0, (oscillation.m_4 / eV) ** 2], mode="averaged")
    return propagated(apart, distance, mixing, masses_squared(parameters, 0.0))


def _times(entry: schema.Timing, tables: Tables) -> PionDecayTimes:
    if isinstance(entry, schema.GaussianPulse):
        return gaussian_pulse_times(entry.mean, entry.width, offset=entry.offset)
    table = tables[entry.file]
    lower, upper = (column_values(table, column, ("time",)) for column in (entry.lower, entry.upper))
    if isinstance(entry, schema.TablePulse):
        return pulse_times(lower, upper, table.numbers(entry.column), offset=entry.offset)
    prompt, delayed = (table.numbers(column) for column in (entry.prompt, entry.delayed))
    return tabulated_times(lower, upper, prompt=prompt, delayed=delayed)


def _width(uncertainty: float | None) -> dict[str, float]:
    """The uncertainty a card states; that of the source if it states none."""
    return {} if uncertainty is None else {"width": uncertainty}


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


def _inverse_square(geometry: schema.Geometry) -> float:
    if isinstance(geometry, schema.EffectiveDistance):
        return 1 / geometry.distance**2
    return mean_inverse_square(geometry.radius, geometry.height, geometry.distance_from_axis, geometry.z)
