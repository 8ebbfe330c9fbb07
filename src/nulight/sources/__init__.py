"""Neutrino sources: each function returns a `Source`, the fluxes at the detector with their uncertainties."""

from nulight.sources.atmospheric import atmospheric_source
from nulight.sources.electron_capture import ELECTRON_CAPTURE, ElectronCapture, electron_capture_source
from nulight.sources.geometry import mean_distance, mean_inverse_square
from nulight.sources.pion_decay import pion_decay_source
from nulight.sources.reactor import reactor_source
from nulight.sources.solar import solar_source
from nulight.sources.source import FluxNuisance, Source
from nulight.sources.supernova import dsnb_source
from nulight.sources.tabulated import tabulated_source
from nulight.sources.time_profiles import (
    DecayEfficiency,
    PionDecayTimes,
    TimeProfile,
    gaussian_pulse_times,
    pulse_times,
    tabulated_times,
)

__all__ = [
    "ELECTRON_CAPTURE",
    "DecayEfficiency",
    "ElectronCapture",
    "FluxNuisance",
    "PionDecayTimes",
    "Source",
    "TimeProfile",
    "atmospheric_source",
    "dsnb_source",
    "electron_capture_source",
    "gaussian_pulse_times",
    "mean_distance",
    "mean_inverse_square",
    "pion_decay_source",
    "pulse_times",
    "reactor_source",
    "solar_source",
    "tabulated_source",
    "tabulated_times",
]
