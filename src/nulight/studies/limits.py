"""Limits from experiments: the combination with its checks, and the call most users need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nulight.experiments import Experiment
from nulight.inference.coordinates import Profile
from nulight.inference.intervals import limit
from nulight.inference.model import Model
from nulight.inference.model import combine as combine_models
from nulight.renp.experiment import RenpExperiment
from nulight.results import LimitResult

__all__ = ["combine", "upper_limit"]


def combine(*experiments: Experiment | RenpExperiment) -> Model:
    """Combine experiments; nuisances of the same name become one parameter.

    Parameters
    ----------
    *experiments : Experiment or RenpExperiment
        One is returned as it is. Recoil experiments and scans of trigger frequencies share `lambda_kj`, and must agree
        whether neutrinos are Dirac or Majorana particles.

    Returns
    -------
    Model

    Raises
    ------
    TypeError
        For anything that is no experiment: a list of them, a name.
    ValueError
        If data would count twice, a shared nuisance is defined in two ways, or the conventions or the
        neutrinos differ, so that one parameter would mean two things.

    Examples
    --------
    >>> import nulight as nl
    >>> combine(nl.load("xenonnt-2022-er"), nl.load("xenon1t-2020-er")).name
    'xenonnt-2022-er+xenon1t-2020-er'
    """
    for given in experiments:
        if not isinstance(given, Experiment | RenpExperiment):
            raise TypeError(
                f"{type(given).__name__} is no experiment; load them by name and write combine(first, second) or "
                "combine(*experiments)"
            )
    recoils = [given for given in experiments if isinstance(given, Experiment)]
    scans = [given for given in experiments if isinstance(given, RenpExperiment)]
    _refuse_double_counting(recoils)
    _refuse_other_neutrinos(recoils, scans)
    return experiments[0] if len(experiments) == 1 else combine_models(experiments)


def upper_limit(
    model: Model,
    parameter: str,
    *,
    cl: float = 0.90,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
) -> LimitResult:
    """Return the one-sided upper limit: `limit` with ``interval="upper"``, 1.642 at 90 %.

    Examples
    --------
    >>> import nulight as nl
    >>> print(f"{upper_limit(nl.load('xenonnt-2022-er'), 'mu_nu').upper:.1e} mu_B")
    6.1e-12 mu_B
    """
    return limit(model, parameter, cl=cl, interval="upper", profile=profile, fixed=fixed)


def _refuse_double_counting(experiments: Sequence[Experiment]) -> None:
    """Check that no data stand twice in a combination, and that the conventions agree.

    Raises
    ------
    ValueError
        If two experiments are variants of one data set, one supersedes another, or their
        conventions differ, so that one parameter would mean two things.
    """
    for i, first in enumerate(experiments):
        for second in experiments[i + 1 :]:
            same = first.card.name == second.card.name
            replaced = second.card.name in first.card.supersedes or first.card.name in second.card.supersedes
            if same or replaced:
                raise ValueError(f"{first.name} and {second.name} hold the same data, which would count twice")
            if first.conventions != second.conventions:
                raise ValueError(
                    f"{first.name} uses the conventions {first.conventions.name!r}, {second.name} "
                    f"{second.conventions.name!r}; choose one for the combination"
                )


def _refuse_other_neutrinos(recoils: Sequence[Experiment], scans: Sequence[RenpExperiment]) -> None:
    """Check that scans of trigger frequencies are apart, and about the same neutrinos as everything else.

    Raises
    ------
    ValueError
        If two scans have one name, or the nature, ordering, masses or mixing of neutrinos differ.
    """
    for i, first in enumerate(scans):
        made = _neutrinos(first)
        for second in scans[i + 1 :]:
            if first.name == second.name:
                raise ValueError(
                    f"the same data would count twice: two scans are called {first.name!r}; if they are different "
                    "data, give one another name, renp_experiment(..., name=...)"
                )
            other = _neutrinos(second)
            if different := [key for key in made if made[key] != other[key]]:
                listing = "; ".join(f"{key} {made[key]!r} and {other[key]!r}" for key in different)
                raise ValueError(f"{first.name} and {second.name} have different neutrinos: {listing}")
        for recoil in recoils:
            if recoil.conventions.neutrinos != first.nature:
                theirs, name = recoil.conventions.neutrinos, recoil.conventions.name
                raise ValueError(
                    f"{first.name} has {first.nature.capitalize()} neutrinos, the conventions "
                    f"{name!r} of {recoil.name} have {theirs.capitalize()} ones; make both the same: "
                    f"renp_experiment(..., nature={theirs!r}), or load(..., conventions=get_conventions("
                    f"{name!r}).with_changes(neutrinos={first.nature!r}))"
                )


def _neutrinos(scan: RenpExperiment) -> Mapping[str, object]:
    return {**scan.neutrinos().inputs, "spin_sum": scan.spin_sum, "longitudinal": scan.longitudinal}
