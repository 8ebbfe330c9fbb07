"""Observables of a card beside the energy: their bins, and the shape of the signal in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import Coordinate, PerTime, TimeShift
from nulight.experiments.schema.base import Entry, Name, Quality

__all__ = ["Axis", "DecayEfficiency", "SignalShape", "TableColumns"]

TableColumns = tuple[str, str]
"""Columns with the lower and the upper edge of a table's rows."""


class DecayEfficiency(Entry):
    """Efficiency of a time: one until `start`, then exp(-rate (t - start)); for the signal."""

    kind: Literal["decay"]
    start: TimeShift
    rate: PerTime
    quality: Quality | None = None


class Axis(Entry):
    """A further observable: its bins as `edges`, or `n` equal ones ``from`` one value ``to`` another.

    Edges with a unit of time make it the time axis, in seconds; others are plain numbers.
    """

    name: Name
    edges: Annotated[tuple[Coordinate, ...], Field(min_length=2)] | None = None
    start: Coordinate | None = Field(None, alias="from")
    stop: Coordinate | None = Field(None, alias="to")
    n: Annotated[int, Field(gt=0)] | None = None
    efficiency: DecayEfficiency | None = None


class SignalShape(Entry):
    """P(bin of the named axes | energy bin) of the signal, from a table of counts or probabilities.

    Normalised in each energy bin; the axes it does not name add up. An energy bin without any
    counts is uniform.
    """

    file: str
    lower: str
    upper: str
    axes: Annotated[dict[str, TableColumns], Field(min_length=1)]
    column: str
    quality: Quality | None = None
