"""What a planner may turn: exposure, distance, threshold, systematic errors and more.

Each variable knows how it changes a card, so a varied experiment is a card like any other and is
validated like one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nulight.conventions import Conventions
from nulight.experiments.experiment import Experiment
from nulight.experiments.loader import LoadedCard, load_card
from nulight.experiments.schema import ElectronCaptureSource, ReactorSource
from nulight.models.couplings import OwnInteraction

__all__ = ["VARIABLES", "Variable", "varied"]

Changes = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One property of an experiment that a forecast can vary.

    Attributes
    ----------
    name : str
    unit : str
        Unit of the values.
    description : str
    changes : callable
        Maps a loaded card and a value in `unit` to the changes of the card.
    """

    name: str
    unit: str
    description: str
    changes: Callable[[LoadedCard, float], Changes]


def varied(
    name: str | Path,
    variable: str,
    value: float,
    *,
    variant: str | None = None,
    conventions: Conventions,
    own: Sequence[OwnInteraction] = (),
) -> Experiment:
    """Load an experiment with one property changed.

    Parameters
    ----------
    name : str or Path
        Experiment or card, as for `load`.
    variable : str
        One of `VARIABLES`.
    value : float
        In the unit of the variable.
    variant, conventions, own
        As for `load`.

    Returns
    -------
    Experiment

    Raises
    ------
    ValueError
        If the variable is unknown, or the experiment has no such property.
    CardError
        If the changed card does not validate.
    """
    if variable not in VARIABLES:
        raise ValueError(f"cannot vary {variable!r}; use one of: {', '.join(VARIABLES)}")
    loaded = load_card(name, variant)
    changes = VARIABLES[variable].changes(loaded, value)
    return Experiment(load_card(name, variant, changes), conventions, tuple(own))


def _exposure(_: LoadedCard, value: float) -> Changes:
    return {"exposure": f"{value!r} t yr"}


def _activity(loaded: LoadedCard, value: float) -> Changes:
    names = [s.name for s in loaded.card.sources if isinstance(s, ElectronCaptureSource)]
    return {"sources": _each(loaded, names, "a source with an activity", {"activity": f"{value!r} MCi"})}


def _distance(loaded: LoadedCard, value: float) -> Changes:
    changes: Changes = {}
    for source in loaded.card.sources:
        if isinstance(source, ElectronCaptureSource):
            field = "distance" if source.geometry.kind == "effective" else "distance_from_axis"
            changes[source.name] = {"geometry": {field: f"{value!r} cm"}}
        elif isinstance(source, ReactorSource) and source.distance is not None:
            changes[source.name] = {"distance": f"{value!r} cm"}
    return {"sources": _each(loaded, list(changes), "a source at a distance", changes)}


def _threshold(loaded: LoadedCard, value: float) -> Changes:
    edges = loaded.edges()
    if not value < edges[-1]:
        raise ValueError(f"threshold {value} keV must be below the end of the range, {edges[-1]:g} keV")
    return _edges([value, *(float(edge) for edge in edges if edge > value)])


def _upper_end(loaded: LoadedCard, value: float) -> Changes:
    edges = loaded.edges()
    if not value > edges[0]:
        raise ValueError(f"upper end {value} keV must be above the threshold, {edges[0]:g} keV")
    inside = [float(edge) for edge in edges if edge < value]
    width = float(edges[-1] - edges[-2])
    while value - inside[-1] > 1.5 * width:
        inside.append(inside[-1] + width)
    return _edges([*inside, value])


def _systematic(loaded: LoadedCard, value: float) -> Changes:
    changes = {n.name: {"width": f"{100 * value * n.width!r} %"} for n in loaded.card.nuisances if n.width is not None}
    return {"nuisances": _each(loaded, list(changes), "a nuisance with a width", changes)}


def _background(loaded: LoadedCard, value: float) -> Changes:
    flat = [b.name for b in loaded.card.backgrounds if b.kind == "flat"]
    if flat:
        raise ValueError(f"{loaded.label}: background {flat[0]!r} is a flat rate; vary its rate in the card")
    factors = {b.name: {"factor": value * getattr(b, "factor", 1.0)} for b in loaded.card.backgrounds}
    return {"backgrounds": _each(loaded, list(factors), "a background", factors)}


def _edges(edges: Sequence[float]) -> Changes:
    return {"bins": {"kind": "edges", "edges": [f"{edge!r} keVee" for edge in edges]}}


def _each(loaded: LoadedCard, names: Sequence[str], what: str, changes: Mapping[str, Any]) -> Changes:
    if not names:
        raise ValueError(f"{loaded.label} does not have {what}")
    return {name: changes.get(name, changes) for name in names}


VARIABLES: dict[str, Variable] = {
    variable.name: variable
    for variable in (
        Variable(name="exposure", unit="t yr", description="target mass times live time", changes=_exposure),
        Variable(name="distance", unit="cm", description="source to detector (or its axis)", changes=_distance),
        Variable(name="activity", unit="MCi", description="activity at the start of the run", changes=_activity),
        Variable(name="threshold", unit="keV", description="lower end of the energy range", changes=_threshold),
        Variable(name="upper-end", unit="keV", description="upper end of the energy range", changes=_upper_end),
        Variable(name="systematic", unit="", description="factor on all nuisance widths", changes=_systematic),
        Variable(name="background", unit="", description="factor on all backgrounds", changes=_background),
    )
}
"""What `nulight forecast --vary` knows."""
