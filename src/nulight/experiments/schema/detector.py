"""Target and response of a card."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import EnergyEe, Share, SqrtEnergy
from nulight.experiments.schema.base import EnergyAxis, Entry, Outside, Quality

__all__ = [
    "ConstantEfficiency",
    "Efficiency",
    "GaussianResolution",
    "PerfectResolution",
    "Resolution",
    "Response",
    "TableEfficiency",
    "TableResolution",
    "Target",
]


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
