"""Neutrino sources: each function returns a `Source`, the fluxes at the detector with their uncertainties."""

from nulight.sources.electron_capture import ELECTRON_CAPTURE, ElectronCapture, electron_capture_source
from nulight.sources.geometry import mean_distance, mean_inverse_square
from nulight.sources.reactor import reactor_source
from nulight.sources.solar import solar_source
from nulight.sources.source import FluxNuisance, Source
from nulight.sources.tabulated import tabulated_source

__all__ = [
    "ELECTRON_CAPTURE",
    "ElectronCapture",
    "FluxNuisance",
    "Source",
    "electron_capture_source",
    "mean_distance",
    "mean_inverse_square",
    "reactor_source",
    "solar_source",
    "tabulated_source",
]
