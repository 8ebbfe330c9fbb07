"""Target, efficiency and response of a card."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import Measured, PerReconstructed, Reconstructed, Share
from nulight.experiments.schema.base import EnergyAxis, Entry, Outside, Quality
from nulight.experiments.schema.quenching import Quenching
from nulight.experiments.schema.resolution import Resolution

__all__ = ["ConstantEfficiency", "Efficiency", "LogisticEfficiency", "Response", "TableEfficiency", "Target"]

Number = Annotated[float, Field(allow_inf_nan=False)]
_ZERO = Measured(0.0, "number")


class Target(Entry):
    """What the neutrinos hit; everything but the material is that of the conventions if absent."""

    material: str
    atomic: Literal["free", "stepping", "rrpa"] | None = None
    shells: Literal["hf", "xray"] | None = None
    form_factor: Literal["helm", "klein-nystrand", "fermi", "unity"] | None = None


class TableEfficiency(Entry):
    """Efficiency interpolated linearly; zero below the table.

    `beyond` says what holds above it. Absent, bins may not reach there, and recoils above the
    table that are still seen through the resolution have its last value.
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
    threshold: Reconstructed = _ZERO
    of: EnergyAxis = "reconstructed"
    quality: Quality | None = None


class LogisticEfficiency(Entry):
    """height / (1 + exp(-slope (x - midpoint))) + offset, kept within 0 and 1; zero below `threshold`."""

    kind: Literal["logistic"]
    height: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    slope: PerReconstructed
    midpoint: Reconstructed
    offset: Number = 0.0
    threshold: Reconstructed = _ZERO
    of: EnergyAxis = "reconstructed"
    quality: Quality | None = None


Efficiency = Annotated[TableEfficiency | ConstantEfficiency | LogisticEfficiency, Field(discriminator="kind")]


class Response(Entry):
    """From the true recoil energy to the reconstructed one.

    `quenching` is for nuclear recoils in bins of keVee or photoelectrons. A matrix holds every
    efficiency already; all other resolutions come with one.
    """

    resolution: Resolution
    efficiency: Efficiency | None = None
    quenching: Quenching | None = None
