"""Quantities of radiative emission of neutrino pairs: thresholds, spectra, counts, reach, days to a bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nulight.inference import minimise
from nulight.inference.intervals import interval_of
from nulight.inference.levels import interval_threshold
from nulight.literature.limits import published_limits
from nulight.renp import PAIRS, RenpExperiment, momentum_transfer_squared, thresholds
from nulight.renp.units import DAY, KEV, M_E
from nulight.results import Interval
from nulight.typing import FloatArray
from nulight.validation.bounds import bound
from nulight.validation.renp_setup import MOMENTS, paper_experiment
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, text_key

__all__ = [
    "renp_days_to_bound",
    "renp_ends",
    "renp_events_per_day",
    "renp_interleaved",
    "renp_interleaving_masses",
    "renp_momentum_transfer",
    "renp_over_recoil",
    "renp_range_end",
    "renp_scalar_over_vector",
    "renp_scaling",
    "renp_spectral_function",
    "renp_threshold",
    "renp_upper_end",
]

_MASS = {"gg_axial": "m_vector", "gg_right": "m_vector", "yy_scalar": "m_scalar", "yy_pseudo": "m_scalar"}


def renp_threshold(work: Workspace, *, pair: str, **setup: Any) -> Measured:
    """Highest trigger frequency that makes a pair of mass states, eV."""
    model = _experiment(work, **setup)
    masses, (i, j) = model.neutrinos().masses, PAIRS[pair]
    return Measured(float(thresholds(model.scheme.E_eg, masses)[i, j]), {"masses": float(masses[i] + masses[j])})


def renp_momentum_transfer(work: Workspace, *, omega: float, **setup: Any) -> Measured:
    """Invariant mass of the pair at a frequency, eV."""
    return Measured(math.sqrt(momentum_transfer_squared(omega, _experiment(work, **setup).scheme.E_eg)))


def renp_spectral_function(
    work: Workspace, *, omega: float, part: str = "weak", params: Mapping[str, float] | None = None, **setup: Any
) -> Measured:
    """One part of the spectral function at a frequency."""
    model = _experiment(work, triggers=[omega], **setup)
    parts = model.spectral_parts(params or {})
    weak = float(parts["weak"][0, 0])
    return Measured(float(parts[part][0, 0]), {"weak": weak})


def renp_events_per_day(work: Workspace, *, omega: float, **setup: Any) -> Measured:
    """Weak pairs a day at a frequency, all photons seen."""
    model = _experiment(work, triggers=[omega], **setup)
    weak = float(model.spectral_parts({})["weak"][0, 0])
    return Measured(model.rate * weak * DAY, {"gamma_0": model.rate})


def renp_upper_end(work: Workspace, *, parameter: str, **setup: Any) -> Measured:
    """Upper end at 90 % on a moment, mu_B, of Asimov data."""
    found = _interval(work, parameter, None, **setup)
    return Measured(_number(found.upper), {"stricter": _number(_interval(work, parameter, None, 0.95, **setup).upper)})


def renp_ends(work: Workspace, *, parameter: str, mass_eV: float, **setup: Any) -> Measured:
    """Sizes of both ends at 90 % of the interval around zero on a product of couplings, the smaller first."""
    found = _interval(work, parameter, mass_eV, **setup)
    (low, high) = next((a, b) for a, b in found.regions if _number(a, -1) <= 0 <= _number(b))
    smaller, larger = sorted((abs(_number(low)), abs(_number(high))))
    return Measured((smaller, larger), {"regions": float(len(found.regions))})


def renp_range_end(work: Workspace, *, parameter: str, mass_eV: float, **setup: Any) -> Measured:
    """Size of a product of couplings that is excluded at 90 % whatever its sign.

    The details have the ends of the interval around zero, and the same at Delta chi2 = 3.84.
    """
    smaller, larger = _pair(renp_ends(work, parameter=parameter, mass_eV=mass_eV, **setup).value)
    stricter = _modulus(_interval(work, parameter, mass_eV, 0.95, **setup))
    details = {"smaller": smaller, "larger": larger, "stricter": stricter}
    return Measured(_modulus(_interval(work, parameter, mass_eV, **setup)), details)


def renp_scalar_over_vector(work: Workspace, *, mass_eV: float, **setup: Any) -> Measured:
    """Orders of magnitude from the reach on a vector's product of couplings up to that on a scalar's."""
    vector, scalar = (_modulus(_interval(work, name, mass_eV, **setup)) for name in ("gg_axial", "yy_scalar"))
    omega = float(_experiment(work, **setup).triggers.max())
    details = {"vector": vector, "scalar": scalar, "spin": omega / (2 * M_E)}
    return Measured(math.log10(scalar / vector), details)


def renp_over_recoil(work: Workspace, *, experiment: str, mass_eV: float, **setup: Any) -> Measured:
    """Limit of an electron-recoil experiment on g^2 of a light vector over the reach on a vector's product."""
    recoil = _number(bound(work, experiment, "g_vector", fixed={"m_vector": mass_eV / KEV}).upper) ** 2
    reach = _modulus(_interval(work, "gg_axial", mass_eV, **setup))
    return Measured(recoil / reach, {"orders": math.log10(recoil / reach), "recoil": recoil, "reach": reach})


def renp_days_to_bound(
    work: Workspace, *, coupling: str, experiment: str, elements: str | Sequence[str] = "slowest", **setup: Any
) -> Measured:
    """Days at each frequency after which a published bound on a moment is reached for one element at a time.

    Parameters
    ----------
    work : Workspace
    coupling, experiment : str
        The published bound, taken as one on the element.
    elements : "slowest", "fastest" or sequence of str
        Which of the twelve elements decides; of a list the slowest.

    Notes
    -----
    Without background chi2 goes with the time, whatever the counts.
    """
    published = next(limit for limit in published_limits(coupling) if limit.experiment == experiment)
    moment = _number(published.upper)
    model = _experiment(work, **{**setup, "days": 1.0})
    level = interval_threshold(0.90, "two-sided")
    days = {name: level / float(minimise(model, {name: moment}).twice_nll[0]) for name in MOMENTS}
    chosen = MOMENTS if isinstance(elements, str) else elements
    found = [days[name] for name in chosen]
    details = {**days, "bound": moment, "fastest": min(found), "slowest": max(found)}
    return Measured(min(found) if elements == "fastest" else max(found), details)


def renp_scaling(
    work: Workspace, *, parameter: str, days: Sequence[float], mass_eV: float | None = None, **setup: Any
) -> Measured:
    """Power of the time with which the reach falls between two exposures."""
    ends = [_modulus(_interval(work, parameter, mass_eV, **{**setup, "days": d})) for d in days]
    slope = math.log(ends[1] / ends[0]) / math.log(days[1] / days[0])
    return Measured(slope, {"first": ends[0], "second": ends[1]})


def renp_interleaved(work: Workspace, **setup: Any) -> Measured:
    """Number of trigger frequencies that have one open pair more than the next higher one, the highest having one."""
    model = _experiment(work, **setup)
    masses = model.neutrinos().masses
    ends = thresholds(model.scheme.E_eg, masses)
    details = {
        "mass": float(masses.min()),
        "gap_1323": abs(float(ends[0, 2] - ends[1, 2])),
        "gap_1122": abs(float(ends[0, 0] - ends[1, 1])),
        **_interleaving(model),
    }
    return Measured(float(_steps(model, masses[None])[0]), details)


def renp_interleaving_masses(work: Workspace, **setup: Any) -> Measured:
    """Ends of the range of the lightest mass for which the triggers lie between all thresholds, eV."""
    found = _interleaving(_experiment(work, **setup))
    return Measured((found["lowest"], found["highest"]))


def _interleaving(model: RenpExperiment) -> dict[str, float]:
    """The same range on a grid of 1e-6 eV; NaN if there is none."""
    lightest = np.linspace(0.0, 0.03, 30_001)
    good = lightest[_steps(model, model.neutrinos({"m_lightest": lightest}).masses) == len(model.triggers)]
    low, high = (float(good[0]), float(good[-1])) if good.size else (math.nan, math.nan)
    return {"lowest": low, "highest": high}


def _steps(model: RenpExperiment, masses: FloatArray) -> FloatArray:
    """Triggers with exactly one open pair more than the next higher one, for masses (n, 3)."""
    rows, columns = (list(index) for index in zip(*PAIRS.values(), strict=True))
    ends = thresholds(model.scheme.E_eg, masses)[:, rows, columns]
    open_pairs = (np.sort(model.triggers)[::-1][None, :, None] < ends[:, None, :]).sum(axis=-1)
    steps: FloatArray = (np.diff(open_pairs, axis=-1, prepend=0) == 1).sum(axis=-1)
    return steps


def _experiment(work: Workspace, **setup: Any) -> RenpExperiment:
    return work.kept(("renp", text_key(setup)), lambda: paper_experiment(**setup))


def _interval(work: Workspace, parameter: str, mass_eV: float | None, cl: float = 0.90, **setup: Any) -> Interval:
    fixed = {} if mass_eV is None else {_MASS[parameter]: mass_eV / KEV}
    return work.kept(
        ("renp reach", text_key(parameter, mass_eV, cl, setup)),
        lambda: interval_of(_experiment(work, **setup), parameter, cl=cl, fixed=fixed),
    )


def _modulus(found: Interval) -> float:
    """Size beyond which nothing is allowed, whatever the sign."""
    return max(abs(_number(end)) for region in found.regions for end in region)


def _number(end: float | None, sign: int = 1) -> float:
    return sign * math.inf if end is None else end


def _pair(value: float | tuple[float, float]) -> tuple[float, float]:
    assert isinstance(value, tuple)
    return value
