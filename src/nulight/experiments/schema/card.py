"""The card itself: one experiment, with its nuisances and what is published about it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import CouplingValue, Exposure, Fraction
from nulight.experiments.schema.axes import Axis, SignalShape
from nulight.experiments.schema.backgrounds import Background
from nulight.experiments.schema.base import Entry, Name, Quality, Reference
from nulight.experiments.schema.counts import Bins, Observed
from nulight.experiments.schema.detector import Response, Target
from nulight.experiments.schema.nuisances import NuisanceEntry
from nulight.experiments.schema.sources import SourceEntry

__all__ = ["Card", "PublishedLimit"]


class PublishedLimit(Entry):
    """What the authors report on one parameter, in the package's unit of it; without `cl` where it is not stated."""

    parameter: str
    lower: CouplingValue | None = None
    upper: CouplingValue | None = None
    cl: Fraction | None = None
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
    channel: Literal["electron-recoil", "nuclear-recoil", "both"]
    response: Response
    bins: Bins
    axes: tuple[Axis, ...] = ()
    signal_shape: SignalShape | None = None
    observed: Observed
    backgrounds: tuple[Background, ...] = ()
    statistic: Literal["poisson", "gaussian"]
    nuisances: tuple[NuisanceEntry, ...] = ()
    published: tuple[PublishedLimit, ...] = ()
    supersedes: tuple[str, ...] = ()
    variants: dict[str, str] = Field(default_factory=dict, description="name and description of each variant")
