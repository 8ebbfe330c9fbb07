"""An experiment as a function of one of its properties: what forecasts vary.

A property is laid over the card like a variant, so that everything a card can say may change and
nothing is scaled behind its back. The data are the expectation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nulight import units
from nulight.conventions import Conventions
from nulight.experiments import Experiment, load
from nulight.experiments.schema import (
    CylinderGeometry,
    ElectronCaptureSource,
    ExponentialBackground,
    FlatBackground,
    LineBackground,
    PionDecaySource,
    ProductBackground,
    ReactorSource,
    RelativeBackground,
)
from nulight.inference.model import Model, Nuisance, Treatment, with_nuisances

__all__ = ["PROPERTIES", "Variation", "vary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One property of an experiment that can take other values.

    Attributes
    ----------
    name : str
        The property.
    unit : str
        Unit of its values; empty for a relative size.
    kind : str
        Kind of quantity in `nulight.units.KINDS`.
    nominal : float
        Value of the card, in `unit`.
    model : callable
        ``model(value)`` returns the experiment at a value in `unit`.
    """

    name: str
    unit: str
    kind: str
    nominal: float
    model: Callable[[float], Model]


Change = Callable[[Experiment, float], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Property:
    unit: str | None  # None for that of the bins
    kind: str
    nominal: Callable[[Experiment], float]
    change: Change


def vary(
    name: str | Path,
    quantity: str,
    *,
    variant: str | None = None,
    conventions: str | Path | Conventions | None = None,
    nuisances: Mapping[str, Treatment] | None = None,
) -> Variation:
    """Return an experiment as a function of one of its properties.

    Parameters
    ----------
    name : str or Path
        Shipped experiment or card, as for `load`.
    quantity : str
        exposure [t yr], distance [m] to the source's effective place or the detector's axis,
        threshold and e_max of the bins in their unit, background (a factor on every one),
        activity [MCi], run_time [d] (the exposure goes with it), or the name of a nuisance: its size,
        zero for perfectly known.
    variant, conventions
        As for `load`.
    nuisances : mapping, optional
        Treatments of nuisances, as for `with_nuisances`.

    Returns
    -------
    Variation

    Raises
    ------
    ValueError
        If the experiment has no such property.
    CardError
        From ``model(value)``, if the card cannot have that value.

    Examples
    --------
    >>> exposure = vary("xenonnt-2022-er", "exposure")
    >>> f"{exposure.nominal:.2f} {exposure.unit}"
    '1.16 t yr'
    >>> five = exposure.model(5.8).expected({}).sum()
    >>> round(float(five / exposure.model(1.16).expected({}).sum()), 9)
    5.0
    """
    make = partial(load, name, variant=variant, conventions=conventions)
    base = make()
    treat = dict(nuisances or {})
    sizes = {n.name: n for n in base.nuisances}
    if quantity in sizes:
        return _size_variation(make, sizes[quantity], treat)
    if quantity not in PROPERTIES:
        known = ", ".join([*PROPERTIES, *sizes])
        raise ValueError(f"{base.name}: cannot vary {quantity!r}; use one of: {known}")
    chosen = PROPERTIES[quantity]

    def model(value: float) -> Model:
        changes = chosen.change(base, value) | {"observed": {"kind": "asimov"}}
        return with_nuisances(make(changes=changes), treat) if treat else make(changes=changes)

    unit = base.frame.family if chosen.unit is None else chosen.unit
    return Variation(name=quantity, unit=unit, kind=chosen.kind, nominal=chosen.nominal(base), model=model)


def _size_variation(make: Callable[..., Experiment], nuisance: Nuisance, treat: dict[str, Treatment]) -> Variation:
    experiment = make()

    def model(value: float) -> Model:
        kind = "gaussian" if nuisance.kind == "free" else nuisance.kind
        size: Treatment = replace(nuisance, kind=kind, width=value) if value > 0 else "fixed"
        return with_nuisances(experiment, treat | {nuisance.name: size})

    return Variation(name=nuisance.name, unit="", kind="fraction", nominal=nuisance.width or 0.1, model=model)


# --- properties: value on the card, and the entries that give it another one ------------------------


def _exposure(experiment: Experiment) -> float:
    return experiment.card.exposure / (units.t * units.yr)


def _with_exposure(_: Experiment, value: float) -> dict[str, Any]:
    return {"exposure": f"{value!r} t yr"}  # backgrounds stated as counts grow with it


_Placed = ElectronCaptureSource | ReactorSource | PionDecaySource


def _source(experiment: Experiment, quantity: str) -> _Placed:
    """The one source with an activity, a distance or a run."""
    found = [s for s in experiment.card.sources if isinstance(s, _Placed)]
    usable = [s for s in found if quantity == "distance" or isinstance(s, ElectronCaptureSource)]
    if len(usable) != 1 or (isinstance(usable[0], ReactorSource) and usable[0].distance is None):
        names = ", ".join(s.name for s in experiment.card.sources)
        raise ValueError(f"{experiment.name}: no single source with a {quantity}; it has {names}")
    return usable[0]


def _distance(experiment: Experiment) -> float:
    source = _source(experiment, "distance")
    if not isinstance(source, ElectronCaptureSource):
        return (source.distance or 0.0) / units.m
    geometry = source.geometry
    cm = geometry.distance_from_axis if isinstance(geometry, CylinderGeometry) else geometry.distance
    return cm / units.m


def _with_distance(experiment: Experiment, value: float) -> dict[str, Any]:
    source, text = _source(experiment, "distance"), f"{value!r} m"
    if not isinstance(source, ElectronCaptureSource):
        return {"sources": {source.name: {"distance": text}}}
    field = "distance_from_axis" if isinstance(source.geometry, CylinderGeometry) else "distance"
    return {"sources": {source.name: {"geometry": {field: text}}}}


def _with_background(experiment: Experiment, value: float) -> dict[str, Any]:
    return {"backgrounds": {entry.name: _scaled(experiment, entry, value) for entry in experiment.card.backgrounds}}


def _scaled(experiment: Experiment, entry: Any, value: float) -> dict[str, Any]:
    """Change of a background entry that multiplies its counts."""
    if getattr(entry, "contains", ()):
        raise ValueError(
            f"{experiment.name}: background {entry.name} contains the signal of {', '.join(entry.contains)}, which a "
            "factor would scale as well; vary its nuisance instead"
        )
    if isinstance(entry, RelativeBackground):
        return {"fraction": entry.fraction * value}
    if isinstance(entry, ProductBackground | LineBackground):
        return {"counts": entry.counts * value}
    if isinstance(entry, FlatBackground | ExponentialBackground):
        field = "rate" if isinstance(entry, FlatBackground) else "amplitude"
        rate = getattr(entry, field) * value * units.t * units.yr
        return {field: f"{rate!r} events/(t yr {experiment.frame.family})"}
    return {"factor": entry.factor * value}


def _run_time(experiment: Experiment) -> float:
    source = _source(experiment, "run_time")
    if not isinstance(source, ElectronCaptureSource) or source.run_time is None:
        raise ValueError(f"{experiment.name}: source {source.name} states no run_time")
    return source.run_time / units.d


def _with_run_time(experiment: Experiment, value: float) -> dict[str, Any]:
    exposure = _exposure(experiment) * value / _run_time(experiment)
    name = _source(experiment, "run_time").name
    return _with_exposure(experiment, exposure) | {"sources": {name: {"run_time": f"{value!r} d"}}}


def _activity(experiment: Experiment) -> float:
    source = _source(experiment, "activity")
    assert isinstance(source, ElectronCaptureSource)
    return source.activity / units.MCi


def _with_activity(experiment: Experiment, value: float) -> dict[str, Any]:
    return {"sources": {_source(experiment, "activity").name: {"activity": f"{value!r} MCi"}}}


def _with_threshold(experiment: Experiment, value: float) -> dict[str, Any]:
    return _with_edges(experiment, [value, *(e for e in experiment.bin_edges.tolist() if e > value * (1 + 1e-9))])


def _with_e_max(experiment: Experiment, value: float) -> dict[str, Any]:
    edges = experiment.bin_edges.tolist()
    width = edges[-1] - edges[-2]
    while edges[-1] < value * (1 - 1e-9):  # beyond the card's range: further bins of the last width
        edges.append(edges[-1] + width)
    return _with_edges(experiment, [*(e for e in edges if e < value * (1 - 1e-9)), value])


def _with_edges(experiment: Experiment, edges: list[float]) -> dict[str, Any]:
    unit = experiment.frame.family
    if len(edges) < 2:
        lo, hi = experiment.bin_edges[[0, -1]]
        raise ValueError(f"{experiment.name}: {edges[0]:g} {unit} leaves no bin of its range {lo:g}-{hi:g} {unit}")
    return {"bins": {"kind": "edges", "edges": [f"{edge!r} {unit}" for edge in edges]}}


PROPERTIES: dict[str, _Property] = {
    "exposure": _Property("t yr", "exposure", _exposure, _with_exposure),
    "distance": _Property("m", "length", _distance, _with_distance),
    "threshold": _Property(None, "reconstructed", lambda e: float(e.bin_edges[0]), _with_threshold),
    "e_max": _Property(None, "reconstructed", lambda e: float(e.bin_edges[-1]), _with_e_max),
    "background": _Property("", "fraction", lambda _: 1.0, _with_background),
    "activity": _Property("MCi", "activity", _activity, _with_activity),
    "run_time": _Property("d", "time", _run_time, _with_run_time),
}
"""What can be varied, besides the size of each nuisance."""
