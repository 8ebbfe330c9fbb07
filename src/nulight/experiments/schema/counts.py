"""Bins, observed counts and backgrounds of a card."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import EnergyEe, Rate
from nulight.experiments.schema.base import Entry, Name, Outside, Quality

__all__ = [
    "AsimovData",
    "Background",
    "Bins",
    "CountsBackground",
    "EdgeBins",
    "FlatBackground",
    "Observed",
    "ObservedCounts",
    "RateBackground",
    "TableBins",
    "UniformBins",
]


class UniformBins(Entry):
    """`n` equal bins ``from`` one energy ``to`` another."""

    kind: Literal["uniform"]
    start: EnergyEe = Field(alias="from")
    stop: EnergyEe = Field(alias="to")
    n: Annotated[int, Field(gt=0)]


class EdgeBins(Entry):
    """Bins between the listed edges."""

    kind: Literal["edges"]
    edges: Annotated[tuple[EnergyEe, ...], Field(min_length=2)]


class TableBins(Entry):
    """Bins of a table's rows, all or those inside `range`; columns `lower` and `upper`."""

    kind: Literal["table"]
    file: str
    lower: str
    upper: str
    range: tuple[EnergyEe, EnergyEe] | None = None


Bins = Annotated[UniformBins | EdgeBins | TableBins, Field(discriminator="kind")]


class ObservedCounts(Entry):
    """Observed counts: rows of a table with their own edges, added up inside the card's bins.

    Rows outside the bins are left out; a row across an edge, or a bin without its rows, is a fault.
    """

    kind: Literal["counts"]
    file: str
    lower: str
    upper: str
    column: str
    quality: Quality | None = None


class AsimovData(Entry):
    """No data: the expectation at the default parameters stands in their place."""

    kind: Literal["asimov"]


Observed = Annotated[ObservedCounts | AsimovData, Field(discriminator="kind")]


class RateBackground(Entry):
    """A sampled rate per exposure and energy, as reconstructed, efficiency included.

    ``histogram``: constant in evenly spaced cells around the tabulated energies; ``linear``:
    straight lines between them. `outside` says what holds beyond the table; absent, bins may not
    reach there. `contains` names the sources whose Standard Model signal is already in it.
    """

    kind: Literal["rate-table"]
    name: Name
    file: str
    energy: str
    rate: str
    interpolation: Literal["histogram", "linear"]
    outside: Outside | None = None
    contains: tuple[str, ...] = ()
    factor: Annotated[float, Field(ge=0)] = 1.0
    quality: Quality | None = None


class CountsBackground(Entry):
    """Counts of a table's rows, added up inside the card's bins like the observed ones."""

    kind: Literal["counts"]
    name: Name
    file: str
    lower: str
    upper: str
    column: str
    contains: tuple[str, ...] = ()
    factor: Annotated[float, Field(ge=0)] = 1.0
    quality: Quality | None = None


class FlatBackground(Entry):
    """The same rate at every energy, efficiency included: ``"15.8 events/(t yr keV)"``."""

    kind: Literal["flat"]
    name: Name
    rate: Rate
    contains: tuple[str, ...] = ()
    quality: Quality | None = None


Background = Annotated[RateBackground | CountsBackground | FlatBackground, Field(discriminator="kind")]
