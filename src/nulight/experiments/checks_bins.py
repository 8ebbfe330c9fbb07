"""Rules for the bins of a card: one unit of energy, ascending edges, sound further axes."""

from __future__ import annotations

from nulight.experiments.contents import bin_edges, energy_column
from nulight.experiments.frame import Frame, axis_dimension, bins_family
from nulight.experiments.parts import Part, Parts
from nulight.experiments.quantities import Measured
from nulight.experiments.rows import Dimension
from nulight.experiments.schema import Axis, Bins, EdgeBins, TableBins, UniformBins
from nulight.typing import FloatArray

__all__ = ["check_bins"]


def check_bins(parts: Parts) -> None:
    """Note every fault in the bins and axes, and set `family`, `edges` and `frame` where they are sound."""
    part = parts.one("bins", Bins)
    if part is not None:
        parts.edges = _check_energy(parts, part.value)
    dimensions = _check_axes(parts)
    if parts.edges is not None and parts.family is not None and dimensions is not None:
        parts.frame = Frame(parts.family, (Dimension("energy", parts.edges, parts.families), *dimensions))


def _check_energy(parts: Parts, bins: UniformBins | EdgeBins | TableBins) -> FloatArray | None:
    table = parts.table("bins", bins.file) if isinstance(bins, TableBins) else None
    if isinstance(bins, TableBins) and table is None:
        return None
    channel = parts.channel or "electron-recoil"
    family = bins_family(bins, table, channel)
    if family not in ("keVee", "keVnr", "PE"):
        assert isinstance(bins, TableBins)  # the units of other bins are checked as they are read
        parts.faults.attempt("bins.lower", bins.lower, energy_column, table, bins.lower, ("keVee", "keVnr", "PE"))
        return None
    sound = [parts.require_family(path, value, (family,)) for path, value in _energies(bins)]
    if family == "keVnr" and channel != "nuclear-recoil":
        expected = "keVee or PE" + (" with response.quenching for the nuclei" if channel == "both" else "")
        parts.faults.add("bins", "keVnr", "is no energy of electron recoils", expected)
        return None
    if not all(sound):
        return None
    parts.family = family
    if isinstance(bins, UniformBins) and bins.stop <= bins.start:
        problem = f"is not above the lower end, {bins.start:g} {family}"
        parts.faults.add("bins.to", f"{bins.stop:g} {family}", problem, "ascending bins")
        return None
    path = "bins.edges" if isinstance(bins, EdgeBins) else "bins"
    return parts.faults.attempt(path, bins.kind, bin_edges, bins, table, parts.families)


def _energies(bins: UniformBins | EdgeBins | TableBins) -> list[tuple[str, Measured]]:
    if isinstance(bins, UniformBins):
        return [("bins.from", bins.start), ("bins.to", bins.stop)]
    if isinstance(bins, EdgeBins):
        return [(f"bins.edges[{i}]", edge) for i, edge in enumerate(bins.edges)]
    return [(f"bins.range[{i}]", edge) for i, edge in enumerate(bins.range or ())]


# --- further axes -------------------------------------------------------------------------------


def _check_axes(parts: Parts) -> list[Dimension] | None:
    """Dimensions of the axes, None if one of them is not sound."""
    written = parts.written("axes")
    axes = parts.many("axes", Axis)
    before = len(parts.faults)
    seen = {"energy": "the package"}
    times: list[str] = []
    for part in axes:
        name = part.value.name
        if name in seen:
            parts.faults.add(f"{part.path}.name", name, f"is used by {seen[name]}", "another name")
        seen.setdefault(name, part.path)
        if _check_axis(parts, part) == "time":
            times.append(part.path)
    for path in times[1:]:
        parts.faults.add(path, None, f"is a second time axis, after {times[0]}", "one axis of times")
    if len(parts.faults) > before or (isinstance(written, (list, tuple)) and len(axes) != len(written)):
        return None
    dimensions = [parts.faults.attempt(part.path, part.value.name, axis_dimension, part.value) for part in axes]
    found = [dimension for dimension in dimensions if dimension is not None]
    return found if len(found) == len(axes) else None


def _check_axis(parts: Parts, part: Part[Axis]) -> str | None:
    """What a sound axis is measured in."""
    axis, path = part.value, part.path
    range_given = [value is not None for value in (axis.start, axis.stop, axis.n)]
    if (axis.edges is None) != all(range_given) or (axis.edges is not None and any(range_given)):
        parts.faults.add(path, axis.name, "does not fix its bins", "edges, or from, to and n")
        return None
    values = _coordinates(axis)
    family = values[0][1].family
    for inner, value in values[1:]:
        if value.family != family:
            where = f"{path}.{inner}"
            parts.faults.add(
                where, parts.written(where), "is not of the unit of the first edge", "times, or plain numbers"
            )
            return None
    if family == "number" and _means_time(parts, axis.name):
        where = f"{path}.edges" if axis.edges is not None else f"{path}.from"
        problem = f"has no unit, and {axis.name} is an axis of times"
        parts.faults.add(where, parts.written(where), problem, f"write '{values[0][1]:g} us'")
        return None
    if axis.efficiency is not None and family != "time":
        expected = "edges with a unit of time, or an axis without it"
        parts.faults.add(f"{path}.efficiency", axis.efficiency.kind, "is a function of time", expected)
    return family


def _means_time(parts: Parts, name: str) -> bool:
    """Whether a name stands for times: time itself, and t on a card whose source has arrival times."""
    timed = any(item.get("time") is not None for _, item in parts.items("sources"))
    return name.lower() == "time" or (timed and name.lower() == "t")


def _coordinates(axis: Axis) -> list[tuple[str, Measured]]:
    if axis.edges is not None:
        return [(f"edges[{i}]", edge) for i, edge in enumerate(axis.edges)]
    assert axis.start is not None
    assert axis.stop is not None
    return [("from", axis.start), ("to", axis.stop)]
