"""Expected events of a card: totals, bins, single fluxes, what a coupling adds, how conventions spread them.

Arguments name experiments as `Workspace.experiment` does; `setup` are its further choices.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nulight import units
from nulight.conventions import PRESETS
from nulight.detector.quenched import QuenchedResponse
from nulight.experiments import Experiment
from nulight.experiments.axes import signal_shares
from nulight.inference.intervals import interval_of
from nulight.typing import FloatArray
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace

__all__ = [
    "events_of_flux",
    "extra_events",
    "light_ratio",
    "signal_events",
    "span_of_presets",
    "stepping_seen",
    "time_share",
]


def signal_events(
    work: Workspace,
    *,
    experiment: str | Sequence[str],
    parameters: Mapping[str, float] | None = None,
    energy_bin: int | None = None,
    per: str = "",
    factor: float = 1.0,
    **setup: Any,
) -> Measured:
    """Expected events of the signal; of one bin of energy, counted from 1; `per` "kg d" of exposure."""
    labels = [experiment] if isinstance(experiment, str) else list(experiment)
    several = [work.experiment(label, **setup) for label in labels]
    events = sum(_per_exposure(e, _events(e, parameters, energy_bin), per) for e in several)
    return Measured(factor * events)


def extra_events(
    work: Workspace,
    *,
    experiment: str,
    parameters: Mapping[str, float],
    energy_bin: int | None = None,
    per: str = "",
    factor: float = 1.0,
    **setup: Any,
) -> Measured:
    """Events that couplings add to those of the Standard Model; arguments as for `signal_events`."""
    e = work.experiment(experiment, **setup)
    plain, more = (_events(e, values, energy_bin) for values in ({}, parameters))
    return Measured(factor * _per_exposure(e, more - plain, per), {"standard_model": plain, "share": more / plain - 1})


def events_of_flux(work: Workspace, *, experiment: str, flux: str, **setup: Any) -> Measured:
    """Expected events of one flux, such as the nu_e of a beam, at all times."""
    e = work.experiment(experiment, **setup)
    names = tuple(flux.name for flux in e.folder.fluxes)
    folders = {recoil: replace(folder, labels=names) for recoil, folder in e.signal.folders.items()}
    counts = replace(e.signal, folders=folders, labels=names, shares=None).standard.sum(axis=-1)
    return Measured(float(counts[names.index(flux)]), {"total": float(counts.sum())})


def time_share(work: Workspace, *, experiment: str, flux: str, **setup: Any) -> Measured:
    """Share of a flux inside the bins of time, efficiency included."""
    e = work.experiment(experiment, **setup)
    (profile,) = (source.time_profiles[flux] for source in e.sources)
    share = float(signal_shares(e.loaded, [profile])[0].sum(axis=-1).mean())
    return Measured(share)


def span_of_presets(work: Workspace, *, experiment: str, prefix: str, **setup: Any) -> Measured:
    """Largest over smallest signal under presets whose names begin alike, less one; the details have each."""

    def total(name: str) -> float:
        return float(work.experiment(experiment, conventions=name, **setup).signal.standard.sum())

    found = {name: total(name) / total("default") - 1 for name in PRESETS if name.startswith(prefix)}
    details = {name.replace("-", "_").replace(".", "_"): change for name, change in found.items()}
    return Measured((1 + max(found.values())) / (1 + min(found.values())) - 1, details)


def light_ratio(work: Workspace, *, experiment: str, low_keV: float, high_keV: float) -> Measured:
    """Visible energy at one recoil energy over that at another; the curve itself, whatever its range."""
    response = work.experiment(experiment).folder.response
    assert isinstance(response, QuenchedResponse)
    curve = response.quenching.curve
    low, high = (float(curve.visible(np.array([T]))[0]) for T in (low_keV, high_keV))
    details = {f"at_{x}": float(curve.visible(np.array([float(x)]))[0]) / x for x in (20, 60, 166)}
    return Measured(high / low, {"slope": float(curve.slope(np.linspace(0.0, 200.0, 4001)).min()), **details})


def stepping_seen(
    work: Workspace,
    *,
    experiment: str,
    parameters: Mapping[str, float],
    whole: Mapping[str, Any],
    conventions: str,
) -> Measured:
    """Share of a signal that stepping takes away, over that share where `whole` is laid over the card."""
    seen, unseen = (
        _lost_to_stepping(work, experiment, parameters, changes, conventions) for changes in ({}, dict(whole))
    )
    coupling, mass = parameters
    limits = {}
    for name, atomic in (("limit", "stepping"), ("free_limit", "free")):
        e = work.experiment(experiment, conventions=conventions, atomic=atomic)
        limits[name] = interval_of(e, coupling, fixed={mass: parameters[mass]}).upper or math.inf
    return Measured(seen / unseen, {"seen": seen, "unseen": unseen, **limits})


def _lost_to_stepping(
    work: Workspace, experiment: str, parameters: Mapping[str, float], changes: Mapping[str, Any], conventions: str
) -> float:
    extra = []
    for atomic in ("free", "stepping"):
        e = work.experiment(experiment, conventions=conventions, changes=changes, atomic=atomic)
        extra.append(_events(e, parameters, None) - _events(e, {}, None))
    return 1 - extra[1] / extra[0]


def _events(e: Experiment, parameters: Mapping[str, float] | None, energy_bin: int | None) -> float:
    counts: FloatArray = e.signal.counts(dict(parameters or {}))[0].sum(axis=0).reshape(e.frame.shape)
    return float((counts if energy_bin is None else counts[energy_bin - 1]).sum())


def _per_exposure(e: Experiment, events: float, per: str) -> float:
    """Events over the exposure in units such as "t yr"; as they are without units."""
    if not per:
        return events
    unit: float = math.prod(getattr(units, name) for name in per.split())
    return events * unit / e.card.exposure
