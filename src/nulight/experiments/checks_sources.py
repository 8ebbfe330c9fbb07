"""Rules for the sources and the target of a card."""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.conventions import Conventions, get_conventions
from nulight.experiments.columns import ascending_energies
from nulight.experiments.parts import Part, Parts
from nulight.experiments.rows import row_edges
from nulight.experiments.schema import (
    ElectronCaptureSource,
    PionDecaySource,
    ReactorSource,
    SolarSource,
    TableSource,
    TableTiming,
    Target,
)

__all__ = ["SOLAR_COMPONENTS", "check_source", "check_target_and_conventions"]

_HEAVIEST = 1.0  # keV
SOLAR_COMPONENTS = ("pp", "Be7", "pep", "hep", "B8", "N13", "O15", "F17")


def check_source(parts: Parts, part: Part[Any]) -> None:
    """Note what is missing or contradicts itself in a source, and in the table it names."""
    source, before = part.value, len(parts.faults)
    if isinstance(source, ElectronCaptureSource):
        _check_electron_capture(parts, part.path, source)
    elif isinstance(source, ReactorSource):
        _check_reactor(parts, part.path, source)
    elif isinstance(source, TableSource) and not parts.settled(part):
        _check_flux(parts, part.path, source)
    elif isinstance(source, PionDecaySource) and not parts.settled(part):
        _check_timing(parts, part.path, source)
    elif isinstance(source, SolarSource) and source.components is not None:
        names = list(source.components)
        if not names or len(set(names)) != len(names):
            expected = f"each of {', '.join(SOLAR_COMPONENTS)} at most once"
            parts.faults.add(f"{part.path}.components", names, "is empty or names one twice", expected)
    if getattr(source, "oscillation", None) is not None:
        _check_oscillation(parts, part.path, source)
        if source.oscillation.phases == "resolved" and len(parts.faults) == before:
            _check_resolved(parts, part.path, source)


def _check_electron_capture(parts: Parts, path: str, source: ElectronCaptureSource) -> None:
    from nulight.sources.electron_capture import ELECTRON_CAPTURE

    own = source.half_life is not None and source.lines is not None
    if source.nuclide not in ELECTRON_CAPTURE and not own:
        known = f"one of: {', '.join(ELECTRON_CAPTURE)}, or half_life and lines with it"
        parts.faults.add(f"{path}.nuclide", source.nuclide, "is no known electron-capture source", known)
    elif (source.half_life is None) != (source.lines is None):
        missing = "lines" if source.lines is None else "half_life"
        parts.faults.add(f"{path}.{missing}", None, "is missing", "both half_life and lines, or neither")
    if source.lines is not None and (total := sum(line.branching for line in source.lines)) > 1.002:
        parts.faults.add(f"{path}.lines", f"{total:g}", "is the sum of the branching", "at most 1 neutrino per decay")
    if source.decay == "average" and source.run_time is None:
        parts.faults.add(f"{path}.run_time", None, "is missing", "the length of the run, or decay: none")
    if source.decay == "none" and source.start_delay > 0:
        expected = "decay: average, or the activity at the start of the run"
        parts.faults.add(f"{path}.start_delay", f"{source.start_delay:g} s", "has no effect with decay: none", expected)


def _check_reactor(parts: Parts, path: str, source: ReactorSource) -> None:
    from nulight.sources import reactor_source

    before = len(parts.faults)
    by_power = source.power is not None and source.distance is not None
    any_power = source.power is not None or source.distance is not None
    if by_power == (source.total_flux is not None) or any_power != by_power:
        parts.faults.add(path, None, "does not fix the flux", "power and distance, or total_flux alone")
    if source.fractions is not None and abs(sum(source.fractions.values()) - 1) > 1e-3:
        total = sum(source.fractions.values())
        parts.faults.add(
            f"{path}.fractions", dict(source.fractions), f"adds up to {total:g}", "fractions adding up to 1"
        )
    if len(parts.faults) == before:
        options = source.model_dump(exclude={"kind", "name", "flux_uncertainty", "oscillation"}, exclude_none=True)
        try:
            reactor_source(**options)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add(path, source.model, problem, expected)


def _check_oscillation(
    parts: Parts, path: str, source: ElectronCaptureSource | ReactorSource | PionDecaySource
) -> None:
    assert source.oscillation is not None
    oscillation, where = source.oscillation, f"{path}.oscillation"
    if source.distance is None and oscillation.distance is None:
        expected = "the one distance to oscillate over, the source has none; phases are not averaged over a detector"
        parts.faults.add(f"{where}.distance", None, "is missing", expected)
    elif source.distance is not None and oscillation.distance is not None:
        written = parts.written(f"{where}.distance")
        parts.faults.add(f"{where}.distance", written, "stands beside the distance of the source", "leave it out")
    if oscillation.m_4 is None:
        for name in ("theta_14", "theta_24", "theta_34"):
            if (angle := getattr(oscillation, name)) > 0:
                expected = "m_4 with it, the mass of the fourth neutrino"
                parts.faults.add(f"{where}.{name}", angle, "mixes in a neutrino without a mass", expected)
        if oscillation.phases == "averaged":
            expected = "m_4 with it, or auto"
            parts.faults.add(f"{where}.phases", "averaged", "is about a fourth neutrino", expected)
    elif oscillation.m_4 > _HEAVIEST:
        written = parts.written(f"{where}.m_4")
        expected = "at most 1 keV; a heavier neutrino does not oscillate with light ones"
        parts.faults.add(f"{where}.m_4", written, "is too heavy to stay coherent with light neutrinos", expected)


def _check_resolved(parts: Parts, path: str, source: ElectronCaptureSource | ReactorSource | PionDecaySource) -> None:
    """Note phases that cannot be followed; the masses of the global fits make no difference to that."""
    from nulight.experiments.assembly import build_source

    timeless = source.model_copy(update={"time": None}) if isinstance(source, PionDecaySource) else source
    try:
        build_source(timeless, Conventions(), {})
    except ValueError as error:
        problem, _, expected = str(error).partition("; ")
        parts.faults.add(f"{path}.oscillation.phases", "resolved", f"is not possible: {problem}", expected)


def _check_timing(parts: Parts, path: str, source: PionDecaySource) -> None:
    from nulight.sources.time_profiles import pulse_times, tabulated_times

    timing, where = source.time, f"{path}.time"
    if timing is None or timing.kind == "gaussian-pulse":
        return
    table, before = parts.table(where, timing.file), len(parts.faults)
    if table is None:
        return
    rows = parts.faults.attempt(f"{where}.lower", timing.lower, row_edges, table, timing.lower, timing.upper, ("time",))
    names = ("prompt", "delayed") if isinstance(timing, TableTiming) else ("column",)
    found = [
        parts.faults.attempt(f"{where}.{name}", getattr(timing, name), table.numbers, getattr(timing, name))
        for name in names
    ]
    if rows is None or len(parts.faults) > before:
        return
    columns = [column for column in found if column is not None]
    try:
        if isinstance(timing, TableTiming):
            tabulated_times(*rows, prompt=columns[0], delayed=columns[1])
        else:
            pulse_times(*rows, columns[0])
    except ValueError as error:
        problem, _, expected = str(error).partition("; ")
        parts.faults.add(where, timing.kind, f"does not hold: {problem}", expected)


def _check_flux(parts: Parts, path: str, source: TableSource) -> None:
    from nulight.sources import tabulated_source

    before, table = len(parts.faults), parts.table(path, source.file)
    if table is None:
        return
    energy = parts.faults.attempt(f"{path}.energy", source.energy, ascending_energies, table, source.energy, ("keV",))
    flux = parts.faults.attempt(f"{path}.flux", source.flux, table.numbers, source.flux)
    if energy is not None and energy[0] <= 0:
        parts.faults.add(f"{path}.energy", f"{energy[0]:g} keV", "is not positive", "positive energies")
    if flux is not None and np.any(flux < 0):
        parts.faults.add(f"{path}.flux", f"{flux.min():g}", "is negative", "a flux of 0 or more")
    if len(parts.faults) == before:
        try:
            tabulated_source(table, name=source.name, flavour=source.flavour, energy=source.energy, flux=source.flux)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add(f"{path}.flux", source.flux, problem, expected)


def check_target_and_conventions(parts: Parts) -> None:
    """Note a material or conventions that do not exist."""
    target = parts.one("target", Target)
    if target is not None:
        _check_material(parts, target.value)
    conventions = parts.one("conventions", str)
    if conventions is not None:
        try:
            get_conventions(conventions.value)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add("conventions", conventions.value, problem, expected)


def _check_material(parts: Parts, target: Target) -> None:
    from nulight.targets.materials import get_material
    from nulight.targets.nuclei import get_nuclear_target

    try:
        if parts.channel != "electron-recoil":
            get_nuclear_target(target.material)
        if parts.channel != "nuclear-recoil":
            get_material(target.material)
    except ValueError as error:
        problem, _, expected = str(error).partition("; ")
        parts.faults.add("target.material", target.material, problem, expected)
    if target.atomic == "rrpa" and target.material != "Xe":
        parts.faults.add("target.atomic", "rrpa", f"is not known for {target.material}", "stepping or free")
