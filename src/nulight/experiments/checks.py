"""Rules between the fields of a card: names, and everything the other checks look at.

Each check takes the parts of the card that are sound by themselves and notes what does not fit;
none of them stops at its first find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from nulight.experiments.checks_bins import check_bins
from nulight.experiments.checks_nuisances import check_nuisances
from nulight.experiments.checks_record import check_record
from nulight.experiments.checks_response import check_response
from nulight.experiments.checks_sources import SOLAR_COMPONENTS, check_source, check_target_and_conventions
from nulight.experiments.checks_tables import check_tables
from nulight.experiments.faults import FaultList
from nulight.experiments.parts import Part, Parts, Read
from nulight.experiments.schema import (
    AtmosphericSource,
    Background,
    ElectronCaptureSource,
    NuisanceEntry,
    ReactorSource,
    SourceEntry,
    SupernovaBackgroundSource,
)

__all__ = ["check_parts"]


def check_parts(document: Mapping[str, Any], read: Read, faults: FaultList, base: Parts | None = None) -> Parts:
    """Note every fault between the fields of a document and in the tables it names.

    Parameters
    ----------
    document : mapping
        The card as plain values; parts the schema refuses are left out here.
    read : function of a file name
        Returns a table or raises `TableError`.
    faults : FaultList
        Grows by what is found.
    base : Parts, optional
        A card that has been checked and that this one varies: the tables of what is the same are left out.

    Returns
    -------
    Parts
        The document taken apart.
    """
    parts = Parts(document, read, faults, base)
    channel = parts.one("channel", Literal["electron-recoil", "nuclear-recoil", "both"])
    parts.channel = None if channel is None else channel.value
    parts.sources = parts.many("sources", SourceEntry)
    parts.backgrounds = parts.many("backgrounds", Background)
    parts.nuisances = parts.many("nuisances", NuisanceEntry)
    check_bins(parts)
    _check_names(parts)
    _check_contents(parts)
    check_nuisances(parts)
    for part in parts.sources:
        check_source(parts, part)
    check_target_and_conventions(parts)
    check_response(parts)
    check_tables(parts)
    check_record(parts)
    return parts


def _check_names(parts: Parts) -> None:
    components = [*parts.sources, *parts.backgrounds]
    _check_unique(parts, components, reserved=("signal", *SOLAR_COMPONENTS))
    _check_unique(parts, parts.nuisances)
    if parts.document.get("source_nuisances", True) is not False:
        _check_shared_widths(parts)
        own = dict(named for part in parts.sources if (named := _own_nuisance(part.value)) is not None)
        for part in parts.nuisances:
            if part.value.name in own:
                expected = f"leave out {own[part.value.name]}, or set source_nuisances: false"
                parts.faults.add(f"{part.path}.name", part.value.name, "is a nuisance of the source already", expected)


def _own_nuisance(source: Any) -> tuple[str, str] | None:
    """Nuisance that a source has from a width stated with it, and the field that states it."""
    if isinstance(source, ElectronCaptureSource):
        return (f"activity_{source.nuclide}", "activity_uncertainty") if source.activity_uncertainty else None
    if getattr(source, "uncertainty", None) is None:
        return None
    sky = isinstance(source, (AtmosphericSource, SupernovaBackgroundSource))
    return f"flux_{source.kind if sky else source.name}", "uncertainty"


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
        common = {} if source.flux_uncertainty is None else {f"flux_{source.name}": source.flux_uncertainty}
        return {f"flux_reactor_{name}": width for name, width in widths.items() if width > 0} | common
    if isinstance(source, (AtmosphericSource, SupernovaBackgroundSource)) and source.uncertainty is not None:
        return {f"flux_{source.kind}": source.uncertainty}
    return {}


def _check_contents(parts: Parts) -> None:
    """Sources whose signal a background contains exist, and are in one background only."""
    sources = parts.written_names("sources")
    holders: dict[str, str] = {}
    for path, name in parts.written_lists("backgrounds", "contains"):
        if name not in sources:
            parts.faults.add(path, name, "is no source of this card", f"one of: {', '.join(sources)}")
        elif name in holders:
            parts.faults.add(path, name, f"stands at {holders[name]} already", "in one background only")
        holders.setdefault(name, path)
