"""What a card may say: the schema of an experiment card.

An experiment is data. Every part that comes in several forms is a union told apart by its ``kind``,
so that nuclear recoils, quenching, time bins or photoelectrons come in as further kinds. Fields
with a dimension are written as text with their unit and hold the number in internal units. Rules
that need two fields or a table are in `nulight.experiments.checks`.
"""

from nulight.experiments.schema.base import Reference
from nulight.experiments.schema.card import Card, NuisanceEntry, PublishedLimit
from nulight.experiments.schema.counts import (
    AsimovData,
    Background,
    Bins,
    CountsBackground,
    EdgeBins,
    FlatBackground,
    Observed,
    ObservedCounts,
    RateBackground,
    TableBins,
    UniformBins,
)
from nulight.experiments.schema.detector import (
    ConstantEfficiency,
    Efficiency,
    GaussianResolution,
    PerfectResolution,
    Resolution,
    Response,
    TableEfficiency,
    TableResolution,
    Target,
)
from nulight.experiments.schema.sources import (
    CylinderGeometry,
    EffectiveDistance,
    ElectronCaptureSource,
    EmissionLine,
    Geometry,
    ReactorSource,
    SolarSource,
    SourceEntry,
    TableSource,
)

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
