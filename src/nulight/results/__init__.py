"""What an analysis hands back: immutable records that know where their numbers come from.

Every record carries its inputs, the definition of what was computed, the conventions, the hashes
of the tables and the citations; it can be written as JSON or CSV and says itself readably.
"""

from nulight.io.record import Result
from nulight.results.blind_spots import BlindSpotMap
from nulight.results.counts import CrossSectionResult, SpectrumResult
from nulight.results.coverage import Coverage
from nulight.results.fits import ContourResult, FitResult
from nulight.results.forecasts import ForecastResult, ReachResult
from nulight.results.goodness import Goodness
from nulight.results.limits import Impact, Interval, LimitResult
from nulight.results.look_elsewhere import LookElsewhere
from nulight.results.minimal import MinimalPrediction
from nulight.results.moments import MomentsResult, MomentsRow, ScaleLimit
from nulight.results.overview import LimitsRow, LimitsTable
from nulight.results.portal import PortalLimit, PortalLimits
from nulight.results.portal_region import PortalRegion
from nulight.results.posterior import Marginal, Posterior
from nulight.results.renp import RenpEvents, RenpLimits, RenpSpectrum
from nulight.results.scan import ScanResult
from nulight.results.toy_limits import ExpectedEnds, ToyImpact, ToyInterval, ToyLimit

__all__ = [
    "BlindSpotMap",
    "ContourResult",
    "Coverage",
    "CrossSectionResult",
    "ExpectedEnds",
    "FitResult",
    "ForecastResult",
    "Goodness",
    "Impact",
    "Interval",
    "LimitResult",
    "LimitsRow",
    "LimitsTable",
    "LookElsewhere",
    "Marginal",
    "MinimalPrediction",
    "MomentsResult",
    "MomentsRow",
    "PortalLimit",
    "PortalLimits",
    "PortalRegion",
    "Posterior",
    "ReachResult",
    "RenpEvents",
    "RenpLimits",
    "RenpSpectrum",
    "Result",
    "ScaleLimit",
    "ScanResult",
    "SpectrumResult",
    "ToyImpact",
    "ToyInterval",
    "ToyLimit",
]
