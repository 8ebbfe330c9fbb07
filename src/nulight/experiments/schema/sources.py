"""Sources of a card: Sun, electron capture, reactors, pions at rest, the sky, any tabulated flux."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import (
    Activity,
    Duration,
    Energy,
    Flux,
    Fraction,
    Length,
    Offset,
    Position,
    Power,
    Share,
    Time,
    TimeShift,
)
from nulight.experiments.schema.base import Entry, Flavour, Name, Quality
from nulight.neutrinos.propagation import PhaseMode
from nulight.sources.reactor import ReactorModel

__all__ = [
    "AtmosphericSource",
    "CylinderGeometry",
    "EffectiveDistance",
    "ElectronCaptureSource",
    "EmissionLine",
    "GaussianPulse",
    "Geometry",
    "PionDecaySource",
    "ReactorSource",
    "SolarSource",
    "SourceEntry",
    "SourceOscillation",
    "SupernovaBackgroundSource",
    "TablePulse",
    "TableSource",
    "TableTiming",
    "Timing",
]

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Angle = Annotated[float, Field(ge=0, le=math.pi / 2)]


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


class SourceOscillation(Entry):
    """Vacuum oscillations on the way from the source, with a fourth neutrino if its mass is given.

    The other angles and masses are those of the conventions, the lightest mass zero. ``phases:
    averaged`` is about the phases of the fourth neutrino. One `distance` holds for the whole detector;
    it is given here only where the source has none of its own. The angles that moments are seen
    through (`theta_14`... of a model) are not tied to these, and moments of mass states (`lambda_14`...)
    see the active flavours that arrive only: their rates miss terms of the order of the mixing squared.
    """

    m_4: Energy | None = None
    theta_14: Angle = 0.0
    theta_24: Angle = 0.0
    theta_34: Angle = 0.0
    phases: PhaseMode = "auto"
    distance: Length | None = None


class ElectronCaptureSource(Entry):
    """An electron-capture source beside the detector.

    `nuclide` is a known one, or any name together with `half_life` and `lines`. `activity` is that
    at a reference time, `start_delay` before the run; ``decay: average`` follows the decay over
    `run_time`, ``decay: none`` keeps the activity constant.
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
    oscillation: SourceOscillation | None = None

    @property
    def distance(self) -> float | None:
        """The one distance of the source, if there is one."""
        return self.geometry.distance if isinstance(self.geometry, EffectiveDistance) else None


class ReactorSource(Entry):
    """Electron antineutrinos of a reactor: thermal `power` and `distance`, or `total_flux`.

    `widths` replaces the uncertainties of single components, which all reactors share; `flux_uncertainty` is that of
    power and distance, the nuisance ``flux_<name>``, of this plant alone if its source has a name.
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
    oscillation: SourceOscillation | None = None


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


class TableTiming(Entry):
    """Arrival times as probabilities per row: columns `prompt` (nu_mu) and `delayed` (nu_e, nubar_mu)."""

    kind: Literal["table"]
    file: str
    lower: str
    upper: str
    prompt: str
    delayed: str
    quality: Quality | None = None


class TablePulse(Entry):
    """Time profile of the protons from a table, folded with the decays of pion and muon; later by `offset`."""

    kind: Literal["pulse"]
    file: str
    lower: str
    upper: str
    column: str
    offset: TimeShift = 0.0
    quality: Quality | None = None


class GaussianPulse(Entry):
    """Gaussian proton pulse, folded with the decays of pion and muon; later by `offset`."""

    kind: Literal["gaussian-pulse"]
    mean: TimeShift
    width: Duration
    offset: TimeShift = 0.0
    quality: Quality | None = None


Timing = Annotated[TableTiming | TablePulse | GaussianPulse, Field(discriminator="kind")]


class PionDecaySource(Entry):
    """Pions and muons decaying at rest: nu_mu at once, nubar_mu and nu_e with the muon's lifetime.

    `protons` on target during `run_time`, of which only the ratio counts: the exposure of the card
    is mass times the same time. `yield` is neutrinos per flavour and proton.
    """

    kind: Literal["pion-decay"]
    name: Name
    protons: Positive
    run_time: Duration
    neutrinos_per_proton: Positive = Field(alias="yield")
    distance: Length
    uncertainty: Fraction | None = None
    time: Timing | None = None
    oscillation: SourceOscillation | None = None


class AtmosphericSource(Entry):
    """Atmospheric neutrinos below 1 GeV, four fluxes, at Super-Kamiokande."""

    kind: Literal["atmospheric"]
    name: Name = "atmospheric"
    uncertainty: Fraction | None = None


class SupernovaBackgroundSource(Entry):
    """Diffuse background of all past supernovae."""

    kind: Literal["dsnb"]
    name: Name = "dsnb"
    uncertainty: Fraction | None = None


SourceEntry = Annotated[
    SolarSource
    | ElectronCaptureSource
    | ReactorSource
    | TableSource
    | PionDecaySource
    | AtmosphericSource
    | SupernovaBackgroundSource,
    Field(discriminator="kind"),
]
