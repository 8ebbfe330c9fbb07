"""What a card may say: the schema of an experiment card.

An experiment is data. Every part that comes in several forms is a union told apart by its ``kind``,
so that nuclear recoils, quenching, time bins or photoelectrons come in as further kinds. Fields
with a dimension are written as text with their unit and hold the number in internal units. Rules
that need two fields or a table are in `nulight.experiments.checks`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nulight.experiments.quantities import (
    Activity,
    CouplingValue,
    Duration,
    Energy,
    EnergyEe,
    Exposure,
    Flux,
    Fraction,
    Length,
    Offset,
    Position,
    Power,
    Rate,
    Share,
    SqrtEnergy,
    Time,
)
from nulight.sources.reactor import ReactorModel

__all__ = [
    "AsimovData",
    "Background",
    "Bins",
    "Card",
    "ConstantEfficiency",
    "CountsBackground",
    "CylinderGeometry",
    "EdgeBins",
    "EffectiveDistance",
    "Efficiency",
    "ElectronCaptureSource",
    "EmissionLine",
    "FlatBackground",
    "GaussianResolution",
    "Geometry",
    "NuisanceEntry",
    "Observed",
    "ObservedCounts",
    "PerfectResolution",
    "PublishedLimit",
    "RateBackground",
    "ReactorSource",
    "Reference",
    "Resolution",
    "Response",
    "SolarSource",
    "SourceEntry",
    "TableBins",
    "TableEfficiency",
    "TableResolution",
    "TableSource",
    "Target",
    "UniformBins",
]

Name = Annotated[str, Field(pattern=r"^[\w.-]+$", description="letters, digits, _ . -")]
Quality = Literal["exact", "digitised", "reconstructed", "proxy"]
Flavour = Literal["nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau"]
Outside = Literal["hold", "zero"]
EnergyAxis = Annotated[Literal["reconstructed", "true"], BeforeValidator(lambda v: "true" if v is True else v)]
"""Energy an efficiency is a function of; YAML reads an unquoted ``true`` as a truth value."""


class Entry(BaseModel):
    """Base of every part of a card: immutable, and no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(Entry):
    """Where something is published; at least one of the three."""

    arxiv: str | None = None
    doi: str | None = None
    texkey: str | None = None


# --- sources ------------------------------------------------------------------------------------


class SolarSource(Entry):
    """Neutrinos of the Sun; `model` and `components` absent: the conventions', and all eight."""

    kind: Literal["solar"]
    name: Name = "solar"
    model: Literal["B16-GS98", "B16-AGSS09met"] | None = None
    components: tuple[Literal["pp", "Be7", "pep", "hep", "B8", "N13", "O15", "F17"], ...] | None = None


class CylinderGeometry(Entry):
    """A cylindrical detector and a point source at any place; `z` from mid-height."""

    kind: Literal["cylinder"]
    radius: Length
    height: Length
    distance_from_axis: Offset
    z: Position = 0.0


class EffectiveDistance(Entry):
    """One distance for the whole detector, as papers state it."""

    kind: Literal["effective"]
    distance: Length


Geometry = Annotated[CylinderGeometry | EffectiveDistance, Field(discriminator="kind")]


class EmissionLine(Entry):
    """A neutrino line: its energy, and neutrinos per decay."""

    energy: Energy
    branching: Fraction


class ElectronCaptureSource(Entry):
    """An electron-capture source beside the detector.

    `nuclide` is a known one, or any name together with `half_life` and `lines`. `activity` is that
    at the start of the run; ``decay: average`` follows the decay over `run_time`, ``decay: none``
    keeps the activity constant.
    """

    kind: Literal["electron-capture"]
    name: Name
    nuclide: Name
    half_life: Duration | None = None
    lines: Annotated[tuple[EmissionLine, ...], Field(min_length=1)] | None = None
    activity: Activity
    activity_uncertainty: Fraction | None = None
    geometry: Geometry
    decay: Literal["average", "none"] = "average"
    run_time: Duration | None = None
    start_delay: Time = 0.0


class ReactorSource(Entry):
    """Electron antineutrinos of a reactor: thermal `power` and `distance`, or `total_flux`.

    `widths` replaces the uncertainties of single components; `flux_uncertainty` is common to all.
    """

    kind: Literal["reactor"]
    name: Name = "reactor"
    power: Power | None = None
    distance: Length | None = None
    total_flux: Flux | None = None
    fractions: dict[Literal["U235", "U238", "Pu239", "Pu241"], Share] | None = None
    model: ReactorModel = "huber-mueller"
    captures_per_fission: Annotated[float, Field(ge=0)] | None = None
    widths: dict[str, Share] | None = None
    flux_uncertainty: Fraction | None = None


class TableSource(Entry):
    """Any flux from a CSV file: columns `energy` and `flux`, their units in the file's header."""

    kind: Literal["table"]
    name: Name
    file: str
    energy: str
    flux: str
    flavour: Flavour
    uncertainty: Fraction | None = None
    quality: Quality | None = None


SourceEntry = Annotated[SolarSource | ElectronCaptureSource | ReactorSource | TableSource, Field(discriminator="kind")]


# --- detector -----------------------------------------------------------------------------------


class Target(Entry):
    """What the neutrinos hit; `atomic` and `shells` absent: those of the conventions."""

    material: str
    atomic: Literal["free", "stepping", "rrpa"] | None = None
    shells: Literal["hf", "xray"] | None = None


class GaussianResolution(Entry):
    """sigma(E) = a sqrt(E) + b E, of the true energy."""

    kind: Literal["gaussian"]
    a: SqrtEnergy
    b: Share = 0.0
    quality: Quality | None = None


class TableResolution(Entry):
    """sigma(E) interpolated linearly from columns `energy` and `sigma`, both in keV."""

    kind: Literal["gaussian-table"]
    file: str
    energy: str
    sigma: str
    quality: Quality | None = None


class PerfectResolution(Entry):
    """Reconstructed energy equal to the true one."""

    kind: Literal["perfect"]


Resolution = Annotated[GaussianResolution | TableResolution | PerfectResolution, Field(discriminator="kind")]


class TableEfficiency(Entry):
    """Efficiency interpolated linearly; zero below the table.

    `beyond` says what holds above it; absent, bins may not reach there.
    """

    kind: Literal["table"]
    file: str
    energy: str
    value: str
    of: EnergyAxis
    beyond: Outside | None = None
    quality: Quality | None = None


class ConstantEfficiency(Entry):
    """The same efficiency everywhere above a threshold."""

    kind: Literal["constant"]
    value: Share
    threshold: EnergyEe = 0.0
    of: EnergyAxis = "reconstructed"


Efficiency = Annotated[TableEfficiency | ConstantEfficiency, Field(discriminator="kind")]


class Response(Entry):
    """From the true recoil energy to the reconstructed one."""

    resolution: Resolution
    efficiency: Efficiency


# --- bins and counts ----------------------------------------------------------------------------


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


# --- backgrounds --------------------------------------------------------------------------------


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


# --- statistics and record ----------------------------------------------------------------------


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
