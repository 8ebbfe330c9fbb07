"""The kinds of records by the name that stands in their files."""

from __future__ import annotations

from importlib import import_module

from nulight.io.record import Result

__all__ = ["KINDS", "record_class"]

_HOMES = {
    "nulight.results.blind_spots": ("BlindSpotMap",),
    "nulight.results.counts": ("CrossSectionResult", "SpectrumResult"),
    "nulight.results.coverage": ("Coverage",),
    "nulight.results.fits": ("ContourResult", "FitResult"),
    "nulight.results.forecasts": ("ForecastResult", "ReachResult"),
    "nulight.results.goodness": ("Goodness",),
    "nulight.results.limits": ("LimitResult",),
    "nulight.results.look_elsewhere": ("LookElsewhere",),
    "nulight.results.minimal": ("MinimalPrediction",),
    "nulight.results.moments": ("MomentsResult",),
    "nulight.results.overview": ("LimitsTable",),
    "nulight.results.portal": ("PortalLimit", "PortalLimits"),
    "nulight.results.portal_region": ("PortalRegion",),
    "nulight.results.posterior": ("Posterior",),
    "nulight.results.renp": (
        "RenpEvents",
        "RenpIdentification",
        "RenpJoint",
        "RenpLimits",
        "RenpMass",
        "RenpPlacement",
        "RenpReach",
        "RenpSpectrum",
        "RenpTest",
    ),
    "nulight.results.scan": ("ScanResult",),
    "nulight.results.toy_limits": ("ToyLimit",),
}


def _kinds() -> dict[str, type[Result]]:
    classes = [getattr(import_module(home), name) for home, names in _HOMES.items() for name in names]
    return {record.kind: record for record in classes}


KINDS: dict[str, type[Result]] = _kinds()
"""Kind of a record, such as "limit", and its class."""


def record_class(kind: str) -> type[Result]:
    """Return the class of a kind of record.

    Raises
    ------
    ValueError
        If there is no such kind; the message lists those there are.
    """
    if kind not in KINDS:
        raise ValueError(f"no result of the kind {kind!r}; there are {', '.join(sorted(KINDS))}")
    return KINDS[kind]
