"""Bins and observed counts of a card."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import Reconstructed
from nulight.experiments.schema.axes import TableColumns
from nulight.experiments.schema.base import Entry, Quality

__all__ = ["AsimovData", "Bins", "EdgeBins", "Observed", "ObservedCounts", "TableBins", "UniformBins"]


class UniformBins(Entry):
    """`n` equal bins ``from`` one energy ``to`` another."""

    kind: Literal["uniform"]
    start: Reconstructed = Field(alias="from")
    stop: Reconstructed = Field(alias="to")
    n: Annotated[int, Field(gt=0)]


class EdgeBins(Entry):
    """Bins between the listed edges."""

    kind: Literal["edges"]
    edges: Annotated[tuple[Reconstructed, ...], Field(min_length=2)]


class TableBins(Entry):
    """Bins of a table's rows, all or those inside `range`; columns `lower` and `upper`."""

    kind: Literal["table"]
    file: str
    lower: str
    upper: str
    range: tuple[Reconstructed, Reconstructed] | None = None


Bins = Annotated[UniformBins | EdgeBins | TableBins, Field(discriminator="kind")]


class ObservedCounts(Entry):
    """Observed counts: rows of a table with their own edges, added up inside the card's bins.

    Rows outside the bins are left out; a row across an edge, or a bin without its rows, is a fault.
    `axes` names the columns of every further axis of the card. `factor` turns the column into
    counts; `sigma` is a column of errors in its unit, for the Gaussian statistic.
    """

    kind: Literal["counts"]
    file: str
    lower: str
    upper: str
    column: str
    axes: dict[str, TableColumns] = Field(default_factory=dict)
    sigma: str | None = None
    factor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    quality: Quality | None = None


class AsimovData(Entry):
    """No data: the expectation at the default parameters stands in their place."""

    kind: Literal["asimov"]


Observed = Annotated[ObservedCounts | AsimovData, Field(discriminator="kind")]
