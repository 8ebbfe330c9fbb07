"""The card itself: one experiment, with its nuisances and what is published about it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import CouplingValue, Exposure, Fraction
from nulight.experiments.schema.base import Entry, Name, Quality, Reference
from nulight.experiments.schema.counts import Background, Bins, Observed
from nulight.experiments.schema.detector import Response, Target
from nulight.experiments.schema.sources import SourceEntry

__all__ = ["Card", "NuisanceEntry", "PublishedLimit"]


class NuisanceEntry(Entry):
    """A factor 1 + u on everything named in `scales`; cards that use one name share u.

    `scales` takes names of backgrounds, of sources, of solar components, and ``signal`` for every source.
    """

    name: Name
    kind: Literal["gaussian", "box", "free"]
    width: Fraction | None = None
    scales: Annotated[tuple[str, ...], Field(min_length=1)]
    note: str = ""


class PublishedLimit(Entry):
    """What the authors report on one parameter, in the package's unit of it."""

    parameter: str
    lower: CouplingValue | None = None
    upper: CouplingValue | None = None
    cl: Fraction
    interval: Literal["two-sided", "upper", "feldman-cousins", "cls", "not stated"] = "not stated"
    reference: Reference
    note: str = ""


class Card(Entry):
    """One experiment: a published data set, or a planned run."""

    name: Name
    title: Annotated[str, Field(min_length=1)]
    status: Literal["data", "planned"]
    references: tuple[Reference, ...] = ()
    quality: Quality
    notes: tuple[str, ...] = ()
    conventions: str | None = None
    sources: Annotated[tuple[SourceEntry, ...], Field(min_length=1)]
    source_nuisances: bool = True
    target: Target
    exposure: Exposure
    channel: Literal["electron-recoil"]
    response: Response
    bins: Bins
    observed: Observed
    backgrounds: tuple[Background, ...] = ()
    statistic: Literal["poisson", "gaussian"]
    nuisances: tuple[NuisanceEntry, ...] = ()
    published: tuple[PublishedLimit, ...] = ()
    supersedes: tuple[str, ...] = ()
    variants: dict[str, str] = Field(default_factory=dict, description="name and description of each variant")
