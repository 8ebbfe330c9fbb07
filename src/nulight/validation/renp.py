"""Quantities of radiative emission of neutrino pairs: thresholds, spectra, counts, reach, days to a bound."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nulight.inference import minimise
from nulight.inference.levels import interval_threshold
from nulight.literature.limits import published_limits
from nulight.renp import PAIRS, RenpExperiment, momentum_transfer_squared, thresholds
from nulight.renp.units import DAY, KEV, M_E
from nulight.results.renp.identify import RenpIdentification
from nulight.results.renp.reach import RenpReach
from nulight.studies.renp.identify import renp_identify
from nulight.studies.renp.reach import renp_reach
from nulight.typing import FloatArray
from nulight.validation.bounds import bound
from nulight.validation.renp_setup import MOMENTS, paper_experiment
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, text_key

__all__ = [
    "renp_days_to_bound",
    "renp_elements_apart",
    "renp_ends",
    "renp_events_per_day",
    "renp_interleaved",
    "renp_interleaving_masses",
    "renp_kinds_apart",
    "renp_momentum_transfer",
    "renp_over_recoil",
    "renp_range_end",
    "renp_scalar_over_vector",
    "renp_scaling",
    "renp_spectral_function",
    "renp_threshold",
    "renp_upper_end",
]


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
    """Upper end at 90 % on a moment, mu_B, and at Delta chi2 = 3.84."""
    ends = [float(_reach(work, parameter, None, cl, **setup).upper[0, 0]) for cl in (0.90, 0.95)]
    return Measured(ends[0], {"stricter": ends[1]})


def renp_ends(work: Workspace, *, parameter: str, mass_eV: float, **setup: Any) -> Measured:
    """Sizes of both ends at 90 % of the interval around zero on a product of couplings, the smaller first."""
    found = _reach(work, parameter, mass_eV, **setup)
    smaller, larger = sorted((-float(found.lower[0, 0]), float(found.upper[0, 0])))
    return Measured((smaller, larger), {"beyond": _modulus(found)})


def renp_range_end(work: Workspace, *, parameter: str, mass_eV: float, **setup: Any) -> Measured:
    """Size of a product of couplings that is excluded at 90 % whatever its sign, and beyond.

    The details have the ends of the interval around zero, and the same at Delta chi2 = 3.84.
    """
    found = _reach(work, parameter, mass_eV, **setup)
    smaller, larger = sorted((-float(found.lower[0, 0]), float(found.upper[0, 0])))
    stricter = _modulus(_reach(work, parameter, mass_eV, 0.95, **setup))
    return Measured(_modulus(found), {"smaller": smaller, "larger": larger, "stricter": stricter})


def renp_scalar_over_vector(work: Workspace, *, mass_eV: float, **setup: Any) -> Measured:
    """Orders of magnitude from the reach on a vector's product of couplings up to that on a scalar's."""
    vector, scalar = (_modulus(_reach(work, name, mass_eV, **setup)) for name in ("gg_axial", "yy_scalar"))
    omega = float(_experiment(work, **setup).triggers.max())
    details = {"vector": vector, "scalar": scalar, "spin": omega / (2 * M_E)}
    return Measured(math.log10(scalar / vector), details)


def renp_over_recoil(work: Workspace, *, experiment: str, mass_eV: float, **setup: Any) -> Measured:
    """Limit of an electron-recoil experiment on g^2 of a light vector over the reach on a vector's product."""
    found = bound(work, experiment, "g_vector", fixed={"m_vector": mass_eV / KEV})
    recoil = math.inf if found.upper is None else found.upper**2
    reach = _modulus(_reach(work, "gg_axial", mass_eV, **setup))
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
    moment = math.inf if published.upper is None else published.upper
    model = _experiment(work, **{**setup, "days": 1.0})
    level = interval_threshold(0.90, "two-sided")
    days = {name: level / float(minimise(model, {name: moment}).twice_nll[0]) for name in MOMENTS}
    chosen = MOMENTS if isinstance(elements, str) else elements
    found = [days[name] for name in chosen]
    details = {**days, "bound": moment, "fastest": min(found), "slowest": max(found)}
    return Measured(min(found) if elements == "fastest" else max(found), details)


def renp_kinds_apart(work: Workspace, *, pairs: Sequence[str] = tuple(PAIRS), **setup: Any) -> Measured:
    """Significance with which the worst of some pairs has its magnetic told from its electric moment, either one true.

    `setup` may have the `strength` with which the true one is seen, sigma. The details have every pair, and how much
    the signals of the worst overlap, as a cosine.
    """
    found = _identification(work, **setup)
    apart = {
        pair: math.sqrt(min(found.separation(*names), found.separation(*reversed(names))))
        for pair in PAIRS
        for names in [(f"mu_{pair}", f"eps_{pair}")]
    }
    worst = min(pairs, key=apart.__getitem__)
    details = {f"pair_{pair}": value for pair, value in apart.items()}
    overlap = _overlap(work, f"mu_{worst}", f"eps_{worst}", **setup)
    return Measured(apart[worst], {**details, "overlap": overlap})


def renp_elements_apart(work: Workspace, *, one_kind: bool = False, **setup: Any) -> Measured:
    """Significance with which the two closest elements are told apart, of one kind (magnetic or electric) or any."""
    found = _identification(work, **setup)
    names = found.elements
    rivals = [
        (found.separation(true, rival), true, rival)
        for true in names
        for rival in names
        if rival != true and (not one_kind or rival.partition("_")[0] == true.partition("_")[0])
    ]
    chi2, *closest = min(rivals)
    apart = sum(chi2 >= found.threshold for chi2, *_ in rivals)
    details = {"apart": float(apart), "pairs": float(len(rivals)), "overlap": _overlap(work, *closest, **setup)}
    return Measured(math.sqrt(chi2), details)


def renp_scaling(
    work: Workspace, *, parameter: str, days: Sequence[float], mass_eV: float | None = None, **setup: Any
) -> Measured:
    """Power of the time with which the reach falls between two exposures."""
    ends = [_modulus(_reach(work, parameter, mass_eV, **{**setup, "days": d})) for d in days]
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


def _reach(work: Workspace, parameter: str, mass_eV: float | None, cl: float = 0.90, **setup: Any) -> RenpReach:
    """Interval at one mass, or at the experiment's own days."""

    def make() -> RenpReach:
        model = _experiment(work, **setup)
        if mass_eV is None:
            return renp_reach(model, parameter, days=[model.time[0] / DAY], cl=cl)
        return renp_reach(model, parameter, masses=[mass_eV], cl=cl)

    return work.kept(("renp reach", text_key(parameter, mass_eV, cl, setup)), make)


def _identification(work: Workspace, *, strength: float = 5.0, **setup: Any) -> RenpIdentification:
    return work.kept(
        ("renp elements", text_key(strength, setup)),
        lambda: renp_identify(_experiment(work, **setup), strength=strength),
    )


def _overlap(work: Workspace, *names: str, strength: float = 5.0, **setup: Any) -> float:  # noqa: ARG001
    """Cosine between the signals of two elements in units of the errors of the weak counts."""
    model = _experiment(work, **setup)
    signals = [model.expected({name: 1e-12})[0, 1] / np.sqrt(model.observed) for name in names]
    first, second = (signal / np.linalg.norm(signal) for signal in signals)
    return float(first @ second)


def _modulus(found: RenpReach) -> float:
    """Size beyond which nothing is allowed, whatever the sign."""
    return max(-float(found.outer_lower[0, 0]), float(found.outer_upper[0, 0]))
