"""Radiative emission of neutrino pairs (RENP) by atoms: thresholds, spectral functions, rates, counts.

Inside this wing energies, masses and widths are in eV, moments in Bohr magnetons, charge radii and
anapoles in cm^2, times in s, lengths in cm.
"""

from __future__ import annotations

from nulight.renp.atoms import AtomicScheme
from nulight.renp.couplings import NewPhysics, ScalarMediator, VectorMediator, element
from nulight.renp.experiment import RenpExperiment
from nulight.renp.kinematics import PAIRS, momentum_transfer_squared, thresholds
from nulight.renp.library import LoadedScheme, atomic_scheme, load_scheme, scheme_names
from nulight.renp.neutrinos import Neutrinos, neutrinos
from nulight.renp.pairs import POLE, weak_couplings
from nulight.renp.parameters import RENP_PARAMETERS, couplings, family_of
from nulight.renp.rate import Target, rate_scale
from nulight.renp.setup import renp_experiment
from nulight.renp.spectral import spectral_function, spectral_parts

__all__ = [
    "PAIRS",
    "POLE",
    "RENP_PARAMETERS",
    "AtomicScheme",
    "LoadedScheme",
    "Neutrinos",
    "NewPhysics",
    "RenpExperiment",
    "ScalarMediator",
    "Target",
    "VectorMediator",
    "atomic_scheme",
    "couplings",
    "element",
    "family_of",
    "load_scheme",
    "momentum_transfer_squared",
    "neutrinos",
    "rate_scale",
    "renp_experiment",
    "scheme_names",
    "spectral_function",
    "spectral_parts",
    "thresholds",
    "weak_couplings",
]
