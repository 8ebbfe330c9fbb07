"""Detector response: quenching, resolution, efficiency, bins."""

from nulight.detector.efficiency import Efficiency, EfficiencyCurve, LogisticEfficiency
from nulight.detector.gaussian import GaussianResponse
from nulight.detector.perfect import PerfectResponse
from nulight.detector.photoelectrons import GammaResponse, PoissonResponse
from nulight.detector.quenched import QuenchedResponse
from nulight.detector.quenching import Quenching
from nulight.detector.response import Response
from nulight.detector.tabulated import MatrixResponse
from nulight.detector.widths import fano_width, gaussian_width, polynomial_width

__all__ = [
    "Efficiency",
    "EfficiencyCurve",
    "GammaResponse",
    "GaussianResponse",
    "LogisticEfficiency",
    "MatrixResponse",
    "PerfectResponse",
    "PoissonResponse",
    "QuenchedResponse",
    "Quenching",
    "Response",
    "fano_width",
    "gaussian_width",
    "polynomial_width",
]
