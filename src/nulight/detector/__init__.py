"""Detector response: resolution, efficiency, bins."""

from nulight.detector.response import Efficiency, GaussianResponse, PerfectResponse, Response, gaussian_width

__all__ = ["Efficiency", "GaussianResponse", "PerfectResponse", "Response", "gaussian_width"]
