"""How strongly do neutrinos couple to light?

Five lines from published data to a limit:

>>> import nulight as nl
>>> experiment = nl.load("xenonnt-2022-er")
>>> result = nl.limit(experiment, "mu_nu")
>>> print(f"mu_nu < {result.upper:.2g} {result.unit} ({result.interval}, {result.cl:.0%} CL)")
mu_nu < 7.4e-12 mu_B (two-sided, 90% CL)

Names load their modules when they are first used, so that the import itself is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nulight._version import __version__

if TYPE_CHECKING:
    from nulight.conventions import PRESETS, Conventions, get_conventions
    from nulight.exchange.hepdata import save_hepdata
    from nulight.exchange.hs3 import to_hs3
    from nulight.exchange.pyhf import export_pyhf, to_pyhf
    from nulight.experiments import CardError, Experiment, load
    from nulight.experiments.library import list_experiments
    from nulight.inference.contours import contour
    from nulight.inference.coordinates import Prior
    from nulight.inference.correlation import correlate, share_nuisances
    from nulight.inference.fit import fit
    from nulight.inference.forecast import forecast, reach
    from nulight.inference.intervals import discovery_significance, limit
    from nulight.inference.model import Nuisance, asimov, with_nuisances
    from nulight.inference.posterior.handover import log_likelihood
    from nulight.inference.posterior.priors import LogUniform
    from nulight.inference.toys.exact_belts import bounded_gaussian, feldman_cousins
    from nulight.inference.toys.goodness import goodness
    from nulight.inference.toys.intervals import toy_limit
    from nulight.interactions.term import Term
    from nulight.literature.limits import published_limits
    from nulight.models.conversions import convert
    from nulight.models.couplings import OwnInteraction
    from nulight.models.parameters import PARAMETERS, Parameter
    from nulight.rates import recoil_spectrum
    from nulight.renp.placement import place_triggers
    from nulight.renp.setup import renp_experiment
    from nulight.results.reading import read_result
    from nulight.runs.folder import RunFolder
    from nulight.runs.open import open_executor
    from nulight.runs.points import Axis, GridPoints, LatinHypercube, RandomPoints
    from nulight.studies.comparison import alternatives, driving_bins
    from nulight.studies.coverage import coverage
    from nulight.studies.cross_sections import cross_section
    from nulight.studies.limits import combine, upper_limit
    from nulight.studies.look_elsewhere import look_elsewhere
    from nulight.studies.minimal import minimal_predictions
    from nulight.studies.moment_scale import scale_limit
    from nulight.studies.moments import effective_moments
    from nulight.studies.overview import limits_table
    from nulight.studies.portal import portal_limit
    from nulight.studies.portal_limits import portal_limits
    from nulight.studies.portal_region import portal_region
    from nulight.studies.renp.identify import renp_identify
    from nulight.studies.renp.joint import renp_joint
    from nulight.studies.renp.limits import renp_limits
    from nulight.studies.renp.neutrinos import renp_mass, renp_nature, renp_ordering
    from nulight.studies.renp.placement import renp_placement
    from nulight.studies.renp.reach import renp_reach
    from nulight.studies.renp.spectrum import renp_events, renp_spectrum
    from nulight.studies.renp.triggers import triggers_for
    from nulight.studies.sampling.sample import sample
    from nulight.studies.scan import scan, scan_grid
    from nulight.studies.scan_run import ScanRun
    from nulight.studies.spectra import spectrum
    from nulight.studies.variations import vary
    from nulight.targets import get_material

__all__ = [
    "PARAMETERS",
    "PRESETS",
    "Axis",
    "CardError",
    "Conventions",
    "Experiment",
    "GridPoints",
    "LatinHypercube",
    "LogUniform",
    "Nuisance",
    "OwnInteraction",
    "Parameter",
    "Prior",
    "RandomPoints",
    "RunFolder",
    "ScanRun",
    "Term",
    "__version__",
    "alternatives",
    "asimov",
    "bounded_gaussian",
    "combine",
    "contour",
    "convert",
    "correlate",
    "coverage",
    "cross_section",
    "discovery_significance",
    "driving_bins",
    "effective_moments",
    "export_pyhf",
    "feldman_cousins",
    "fit",
    "forecast",
    "get_conventions",
    "get_material",
    "goodness",
    "limit",
    "limits_table",
    "list_experiments",
    "load",
    "log_likelihood",
    "look_elsewhere",
    "minimal_predictions",
    "open_executor",
    "place_triggers",
    "portal_limit",
    "portal_limits",
    "portal_region",
    "published_limits",
    "reach",
    "read_result",
    "recoil_spectrum",
    "renp_events",
    "renp_experiment",
    "renp_identify",
    "renp_joint",
    "renp_limits",
    "renp_mass",
    "renp_nature",
    "renp_ordering",
    "renp_placement",
    "renp_reach",
    "renp_spectrum",
    "sample",
    "save_hepdata",
    "scale_limit",
    "scan",
    "scan_grid",
    "share_nuisances",
    "spectrum",
    "to_hs3",
    "to_pyhf",
    "toy_limit",
    "triggers_for",
    "upper_limit",
    "vary",
    "with_nuisances",
]

_HOMES = {
    "nulight.exchange.hepdata": ("save_hepdata",),
    "nulight.exchange.hs3": ("to_hs3",),
    "nulight.exchange.pyhf": ("export_pyhf", "to_pyhf"),
    "nulight.studies.comparison": ("alternatives", "driving_bins"),
    "nulight.conventions": ("PRESETS", "Conventions", "get_conventions"),
    "nulight.studies.coverage": ("coverage",),
    "nulight.studies.cross_sections": ("cross_section",),
    "nulight.experiments": ("CardError", "Experiment", "load"),
    "nulight.experiments.library": ("list_experiments",),
    "nulight.inference.toys.exact_belts": ("bounded_gaussian", "feldman_cousins"),
    "nulight.inference.contours": ("contour",),
    "nulight.inference.coordinates": ("Prior",),
    "nulight.inference.correlation": ("correlate", "share_nuisances"),
    "nulight.inference.fit": ("fit",),
    "nulight.inference.forecast": ("forecast", "reach"),
    "nulight.inference.toys.goodness": ("goodness",),
    "nulight.inference.intervals": ("discovery_significance", "limit"),
    "nulight.inference.model": ("Nuisance", "asimov", "with_nuisances"),
    "nulight.inference.toys.intervals": ("toy_limit",),
    "nulight.inference.posterior.handover": ("log_likelihood",),
    "nulight.inference.posterior.priors": ("LogUniform",),
    "nulight.interactions.term": ("Term",),
    "nulight.studies.limits": ("combine", "upper_limit"),
    "nulight.studies.look_elsewhere": ("look_elsewhere",),
    "nulight.studies.minimal": ("minimal_predictions",),
    "nulight.studies.moment_scale": ("scale_limit",),
    "nulight.studies.moments": ("effective_moments",),
    "nulight.studies.overview": ("limits_table",),
    "nulight.studies.portal": ("portal_limit",),
    "nulight.studies.portal_limits": ("portal_limits",),
    "nulight.studies.portal_region": ("portal_region",),
    "nulight.studies.renp.joint": ("renp_joint",),
    "nulight.studies.renp.limits": ("renp_limits",),
    "nulight.studies.renp.spectrum": ("renp_events", "renp_spectrum"),
    "nulight.studies.sampling.sample": ("sample",),
    "nulight.studies.scan": ("scan", "scan_grid"),
    "nulight.studies.scan_run": ("ScanRun",),
    "nulight.runs.folder": ("RunFolder",),
    "nulight.runs.open": ("open_executor",),
    "nulight.runs.points": ("Axis", "GridPoints", "LatinHypercube", "RandomPoints"),
    "nulight.literature.limits": ("published_limits",),
    "nulight.models.conversions": ("convert",),
    "nulight.models.couplings": ("OwnInteraction",),
    "nulight.models.parameters": ("PARAMETERS", "Parameter"),
    "nulight.rates": ("recoil_spectrum",),
    "nulight.renp.setup": ("renp_experiment",),
    "nulight.results.reading": ("read_result",),
    "nulight.renp.placement": ("place_triggers",),
    "nulight.studies.renp.identify": ("renp_identify",),
    "nulight.studies.renp.placement": ("renp_placement",),
    "nulight.studies.renp.reach": ("renp_reach",),
    "nulight.studies.renp.neutrinos": ("renp_mass", "renp_nature", "renp_ordering"),
    "nulight.studies.renp.triggers": ("triggers_for",),
    "nulight.studies.spectra": ("spectrum",),
    "nulight.targets": ("get_material",),
    "nulight.studies.variations": ("vary",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'nulight' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
