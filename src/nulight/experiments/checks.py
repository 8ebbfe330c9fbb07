"""Rules between the fields of a card: names, sources, target, record.

Each check takes the parts of the card that are sound by themselves and notes what does not fit;
none of them stops at its first find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nulight.conventions import get_conventions
from nulight.experiments.checks_tables import check_tables
from nulight.experiments.faults import FaultList
from nulight.experiments.parts import Part, Parts, Read
from nulight.experiments.schema import (
    Background,
    ElectronCaptureSource,
    NuisanceEntry,
    PublishedLimit,
    ReactorSource,
    Reference,
    SolarSource,
    SourceEntry,
    Target,
)

__all__ = ["check_parts"]

SOLAR_COMPONENTS = ("pp", "Be7", "pep", "hep", "B8", "N13", "O15", "F17")
_COUPLING_UNITS = {"mu_": "mu_B", "lambda_": "mu_B", "d_": "mu_B", "r2_": "cm^2", "a_": "cm^2", "q_": "e"}


def check_parts(document: Mapping[str, Any], read: Read, faults: FaultList) -> None:
    """Note every fault between the fields of a document and in the tables it names.

    Parameters
    ----------
    document : mapping
        The card as plain values; parts the schema refuses are left out here.
    read : function of a file name
        Returns a table or raises `TableError`.
    faults : FaultList
        Grows by what is found.
    """
    parts = Parts(document, read, faults)
    parts.sources = parts.many("sources", SourceEntry)
    parts.backgrounds = parts.many("backgrounds", Background)
    parts.nuisances = parts.many("nuisances", NuisanceEntry)
    _check_names(parts)
    _check_scales(parts)
    for part in parts.sources:
        _check_source(parts, part)
    _check_target_and_conventions(parts)
    check_tables(parts)
    _check_record(parts)


# --- names --------------------------------------------------------------------------------------


def _check_names(parts: Parts) -> None:
    components = [*parts.sources, *parts.backgrounds]
    _check_unique(parts, components, reserved=("signal", *SOLAR_COMPONENTS))
    _check_unique(parts, parts.nuisances)
    if parts.document.get("source_nuisances", True) is not False:
        _check_shared_widths(parts)
        own = {f"activity_{p.value.nuclide}" for p in parts.sources if getattr(p.value, "activity_uncertainty", None)}
        for part in parts.nuisances:
            if part.value.name in own:
                expected = "leave out activity_uncertainty, or set source_nuisances: false"
                parts.faults.add(f"{part.path}.name", part.value.name, "is a nuisance of the source already", expected)


def _check_unique(parts: Parts, items: Iterable[Part[Any]], reserved: tuple[str, ...] = ()) -> None:
    seen = dict.fromkeys(reserved, "the package")
    for part in items:
        name = part.value.name
        if name in seen:
            parts.faults.add(f"{part.path}.name", name, f"is used by {seen[name]}", "another name")
        seen.setdefault(name, part.path)


def _check_shared_widths(parts: Parts) -> None:
    """Nuisances of one name are one: sources that share one must agree on its size."""
    seen: dict[str, tuple[float, str]] = {}
    for part in parts.sources:
        for name, width in _source_widths(part.value).items():
            first, where = seen.setdefault(name, (width, part.path))
            if width != first:
                parts.faults.add(part.path, name, f"is {width:g} here and {first:g} at {where}", "one size for both")


def _source_widths(source: Any) -> dict[str, float]:
    """Sizes of the nuisances that sources of one kind share by name."""
    if isinstance(source, ElectronCaptureSource) and source.activity_uncertainty is not None:
        return {f"activity_{source.nuclide}": source.activity_uncertainty}
    if isinstance(source, ReactorSource):
        from nulight.sources.reactor import REACTOR_WIDTHS

        widths = REACTOR_WIDTHS | (source.widths or {})
        common = {} if source.flux_uncertainty is None else {"flux_reactor": source.flux_uncertainty}
        return {f"flux_reactor_{name}": width for name, width in widths.items() if width > 0} | common
    return {}


def _check_scales(parts: Parts) -> None:
    solar = SOLAR_COMPONENTS if any(isinstance(part.value, SolarSource) for part in parts.sources) else ()
    sources, backgrounds = _written_names(parts.document, "sources"), _written_names(parts.document, "backgrounds")
    targets = ["signal", *sources, *backgrounds, *solar]
    for path, target in _written_lists(parts.document, "nuisances", "scales"):
        if target not in targets:
            parts.faults.add(path, target, "is no part of this card", f"one of: {', '.join(targets)}")
    holders: dict[str, str] = {}
    for path, name in _written_lists(parts.document, "backgrounds", "contains"):
        if name not in sources:
            parts.faults.add(path, name, "is no source of this card", f"one of: {', '.join(sources)}")
        elif name in holders:
            parts.faults.add(path, name, f"stands at {holders[name]} already", "in one background only")
        holders.setdefault(name, path)
    for part in parts.nuisances:
        if part.value.kind == "free" and part.value.width is not None:
            parts.faults.add(f"{part.path}.width", part.value.width, "has no meaning for kind free", "leave it out")
        if part.value.kind != "free" and part.value.width is None:
            parts.faults.add(f"{part.path}.width", None, "is missing", "a fraction, for example '2.75 %'")


def _items(document: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Items of a list as written: one that the schema refuses may still be named rightly, or name wrongly."""
    found = document.get(key)
    items = enumerate(found) if isinstance(found, (list, tuple)) else ()
    return [(i, item) for i, item in items if isinstance(item, Mapping)]


def _written_names(document: Mapping[str, Any], key: str) -> list[str]:
    return [str(item.get("name", item.get("kind"))) for _, item in _items(document, key)]


def _written_lists(document: Mapping[str, Any], key: str, inner: str) -> list[tuple[str, str]]:
    return [
        (f"{key}[{i}].{inner}[{j}]", name)
        for i, item in _items(document, key)
        if isinstance(item.get(inner), (list, tuple))
        for j, name in enumerate(item[inner])
        if isinstance(name, str)
    ]


# --- sources and target -------------------------------------------------------------------------


def _check_source(parts: Parts, part: Part[Any]) -> None:
    source = part.value
    if isinstance(source, ElectronCaptureSource):
        _check_electron_capture(parts, part.path, source)
    elif isinstance(source, ReactorSource):
        _check_reactor(parts, part.path, source)
    elif isinstance(source, SolarSource) and source.components is not None:
        names = list(source.components)
        if not names or len(set(names)) != len(names):
            expected = f"each of {', '.join(SOLAR_COMPONENTS)} at most once"
            parts.faults.add(f"{part.path}.components", names, "is empty or names one twice", expected)


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
        options = source.model_dump(exclude={"kind", "name", "flux_uncertainty"}, exclude_none=True)
        try:
            reactor_source(**options)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add(path, source.model, problem, expected)


def _check_target_and_conventions(parts: Parts) -> None:
    from nulight.targets.materials import get_material

    target = parts.one("target", Target)
    if target is not None:
        try:
            get_material(target.value.material)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add("target.material", target.value.material, problem, expected)
        if target.value.atomic == "rrpa" and target.value.material != "Xe":
            parts.faults.add("target.atomic", "rrpa", f"is not known for {target.value.material}", "stepping or free")
    conventions = parts.one("conventions", str)
    if conventions is not None:
        try:
            get_conventions(conventions.value)
        except ValueError as error:
            problem, _, expected = str(error).partition("; ")
            parts.faults.add("conventions", conventions.value, problem, expected)


# --- record -------------------------------------------------------------------------------------


def _check_record(parts: Parts) -> None:
    for part in parts.many("references", Reference):
        if not any((part.value.arxiv, part.value.doi, part.value.texkey)):
            parts.faults.add(part.path, None, "names nothing", "arxiv, doi or texkey")
    for part in parts.many("published", PublishedLimit):
        _check_published(parts, part)


def _check_published(parts: Parts, part: Part[PublishedLimit]) -> None:
    limit, index = part.value, int(part.path.removeprefix("published[").removesuffix("]"))
    if limit.lower is None and limit.upper is None:
        parts.faults.add(part.path, None, "has no number", "lower, upper, or both")
    if limit.lower is not None and limit.upper is not None and limit.lower >= limit.upper:
        parts.faults.add(
            f"{part.path}.lower", limit.lower, f"is not below the upper end {limit.upper:g}", "lower < upper"
        )
    if limit.cl >= 1:
        parts.faults.add(f"{part.path}.cl", limit.cl, "is no confidence level", "for example '90 %'")
    unit = next((unit for prefix, unit in _COUPLING_UNITS.items() if limit.parameter.startswith(prefix)), None)
    for side in ("lower", "upper"):
        text = str(parts.document["published"][index].get(side) or "")
        if text and unit is not None and text.split()[-1] != unit:
            parts.faults.add(f"{part.path}.{side}", text, f"is not in the unit of {limit.parameter}", f"use {unit}")
