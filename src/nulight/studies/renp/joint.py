r"""Recoil experiments and RENP on the same moments, in one mass basis.

A recoil experiment sees one number, the moments summed over final states and weighted with the state
that arrives: it cannot tell magnetic from electric moments nor one element from another, and where the
amplitudes of a coherent state cancel it sees nothing. RENP sees every :math:`|\mu_{ij}|` and :math:`|\epsilon_{ij}|`
with a spectral function of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nulight.conventions import Conventions, get_conventions
from nulight.experiments import Experiment
from nulight.inference import asimov, minimise
from nulight.inference.coordinates import citations
from nulight.inference.levels import interval_threshold
from nulight.models.matrix_checks import Nature
from nulight.neutrinos.mixing import OSCILLATION
from nulight.renp.experiment import RenpExperiment
from nulight.results.renp.joint import RenpJoint
from nulight.studies.moment_experiments import ExperimentChoice, for_nature, loaded
from nulight.studies.moment_scale import scale_limit
from nulight.studies.renp.basis import elements, moment, recoil_values
from nulight.studies.renp.joint_planes import blind_plane, kinds_plane
from nulight.studies.renp.reach import renp_reach
from nulight.typing import ArrayLike, FloatArray

__all__ = ["RECOILS", "renp_joint"]

RECOILS = ("xenonnt-2022-er", "texono-csi-2010", "coherent-csi-2021")
"""Mass states from the Sun, nu_e-bar from a reactor, nu_mu and nu_e from pions."""

_UNIT = 1e-11  # mu_B; limits are its multiples
_SEARCH = np.geomspace(1e-3, 1e9, 241)  # days; 20 a decade: in between the reach is a power
_FARTHEST = 100.0  # an electric moment that imitates a magnetic one is not this many times larger
_ROUNDS, _CLOSE = 100, 1e-6  # searches, and the relative change that ends one


def renp_joint(
    experiment: RenpExperiment,
    recoils: ExperimentChoice = RECOILS,
    *,
    days: ArrayLike = (10.0, 100.0, 1000.0),
    cl: float = 0.90,
    n: int = 81,
) -> RenpJoint:
    r"""Compare the limits of recoil experiments on each moment with what RENP would reach.

    Parameters
    ----------
    experiment : RenpExperiment
        A planned one: its data are the expectation without moments.
    recoils : str, Path, Experiment, or sequence of them
        Names and paths are loaded with the default conventions, the nature of the neutrinos and their mixing.
    days : float or array (n_days,), d
        Exposures at each trigger frequency; the planes have the longest.
    cl : float
        Confidence level: two-sided with one degree of freedom for limits, two degrees for planes.
    n : int
        Grid points of the planes along each axis.

    Returns
    -------
    RenpJoint

    Raises
    ------
    ValueError
        If the experiment has data, exposures are not positive, a recoil experiment cannot be loaded, or two of them
        have data in common.

    Notes
    -----
    With :math:`\lambda = \mu - i\epsilon`, recoil experiments have

    .. math:: \mu_\alpha^2 = \sum_k\Big|\sum_j\lambda_{kj}U^*_{\alpha j}\Big|^2, \qquad
        \mu_\odot^2 = \sum_j P_{ej}\sum_k|\lambda_{kj}|^2

    at a short baseline and from the Sun. A single off-diagonal moment :math:`\mu_{ij}` is there twice, as
    :math:`\lambda_{ij}` and :math:`\lambda_{ji}`, and has the weight :math:`|U_{\alpha i}|^2+|U_{\alpha j}|^2`. The
    planes are the moments that cancel for :math:`\nu_e`, without a signal in RENP, and mu against eps of the element
    whose kind RENP tells first, with a magnetic moment as large as recoil experiments allow in its data.

    References
    ----------
    arXiv:2206.11717; Grimus:2000tq; Miranda:2021kre (arXiv:2109.09545)

    Examples
    --------
    >>> from nulight.renp import renp_experiment
    >>> found = renp_joint(renp_experiment("yb"), "xenonnt-2022-er", days=100, n=41)
    >>> print(f"|mu_11| or |eps_11| < {found.recoil_limits[0, 0]:.1e} mu_B")
    |mu_11| or |eps_11| < 9.2e-12 mu_B
    """
    if not experiment.planned:
        raise ValueError(
            f"{experiment.name} has data; the comparison is one of a planned experiment, without observed="
        )
    base, warnings = _conventions(experiment)
    models = [for_nature(model, experiment.nature) for model in loaded(recoils, base)]
    exposures = np.unique(np.asarray(days, float))
    pairs = elements(experiment.nature)
    limits = np.array([[_recoil_limit(model, pair, experiment, cl) for pair in pairs] for model in models])
    reach = renp_reach(experiment, days=exposures, cl=cl)
    until = renp_reach(experiment, days=_SEARCH, cl=cl)
    strongest = limits.min(axis=0)
    apart = np.array([_days_apart(experiment, p, s, cl) for p, s in zip(pairs, strongest, strict=True)])
    clearest = int(apart.argmin())
    planned = [experiment.with_time(time) for time in exposures]
    planes = (
        blind_plane(models, planned, cl=cl, n=n),
        kinds_plane(models, planned, pairs[clearest], float(strongest[clearest]), cl=cl, n=n),
    )
    provenance = experiment.provenance()
    return RenpJoint(
        experiment=experiment.name,
        nature=experiment.nature,
        elements=pairs,
        recoils=tuple(model.name for model in models),
        recoil_limits=limits,
        effective=np.array([_limit(model, {"mu_nu": _UNIT}, experiment.nature, cl) for model in models]),
        days=exposures,
        reach_mu=np.array([reach.reach(f"mu_{pair}") for pair in pairs]),
        reach_eps=np.array([reach.reach(f"eps_{pair}") for pair in pairs]),
        days_mu=_days_to(limits, [until.reach(f"mu_{pair}") for pair in pairs]),
        days_eps=_days_to(limits, [until.reach(f"eps_{pair}") for pair in pairs]),
        days_apart=apart,
        planes=planes,
        cl=cl,
        definition=_definition(experiment, cl),
        conventions=provenance["conventions"] | {"recoils": {model.name: model.conventions.name for model in models}},
        provenance=provenance | {"recoils": {model.name: model.provenance() for model in models}},
        citations=tuple(dict.fromkeys(_citations(experiment, models))),
        warnings=(*warnings, *_other_mixing(models, base)),
    )


def _conventions(experiment: RenpExperiment) -> tuple[Conventions, list[str]]:
    """Conventions with the neutrinos of RENP, and a warning if their mixing has no name."""
    default = get_conventions("default").with_changes(neutrinos=experiment.nature)
    own = experiment.neutrinos().inputs["oscillation"]
    if own in OSCILLATION:
        return default if own == default.oscillation else default.with_changes(oscillation=own), []
    return default, [f"recoil experiments have the mixing {default.oscillation}, RENP its own, {own}"]


def _other_mixing(models: Sequence[Experiment], base: Conventions) -> Iterator[str]:
    for model in models:
        if model.conventions.oscillation != base.oscillation:
            yield (
                f"{model.name} has the mixing {model.conventions.oscillation} instead of {base.oscillation}: the same "
                "moments mean something else there"
            )


def _recoil_limit(model: Experiment, pair: str, experiment: RenpExperiment, cl: float) -> float:
    """Limit on |mu_ij|, which is that on |eps_ij|, mu_B."""
    matrix = moment(pair, experiment.nature, mu=_UNIT)
    return _limit(model, recoil_values(matrix, experiment), experiment.nature, cl)


def _limit(model: Experiment, values: dict[str, Any], nature: Nature, cl: float) -> float:
    upper = scale_limit(values, model, neutrinos=nature, cl=cl).upper
    return np.inf if upper is None else upper * _UNIT


def _days_to(limits: FloatArray, reaches: Sequence[FloatArray]) -> FloatArray:
    """Days after which the reach, falling over `_SEARCH`, is that of the limits, shape as `limits`."""
    found = np.empty_like(limits)
    for i, reach in enumerate(reaches):
        # numpy interpolates in rising order
        found[:, i] = np.exp(
            np.interp(-np.log(limits[:, i]), -np.log(reach), np.log(_SEARCH), left=-np.inf, right=np.inf)
        )
    return found


def _days_apart(experiment: RenpExperiment, pair: str, size: float, cl: float) -> float:
    """Days after which data with |mu_ij| = size exclude every |eps_ij|; infinite if a billion are not enough."""
    threshold = interval_threshold(cl, "two-sided")
    if not np.isfinite(size):
        return np.inf
    days = 1000.0
    for _ in range(_ROUNDS):
        model = asimov(experiment.with_time(days), {f"mu_{pair}": size})
        best = float(minimise(model, profile={f"eps_{pair}": (0.0, _FARTHEST * size)}).twice_nll[0])
        # Without systematic errors Delta chi2 is proportional to the time; with them it grows more slowly.
        factor = threshold / best if best > 0 else np.inf
        days *= factor
        if days > _SEARCH[-1] or abs(factor - 1) < _CLOSE:
            break
    return days if days <= _SEARCH[-1] else np.inf


def _definition(experiment: RenpExperiment, cl: float) -> str:
    level = f"{100 * cl:g} % CL"
    text = (
        f"limits and reach: each moment alone, two-sided, {level}, 1 dof; recoil experiments from their data (planned "
        "ones: expected), all nuisances profiled, |mu_ij| and |eps_ij| alike; RENP: expected without a signal; planes: "
        f"{level}, 2 dof; apart: a magnetic moment as large as the strongest recoil limit, and no electric one fits"
    )
    return text + ("" if experiment.nature == "dirac" else "; Majorana: |mu_ij| = |Im lambda_ij|, |eps_ij| = |Re|")


def _citations(experiment: RenpExperiment, models: Sequence[Experiment]) -> Iterator[str]:
    pair = elements(experiment.nature)[-1]
    yield from citations(experiment, [f"mu_{pair}", f"eps_{pair}"])
    for model in models:
        yield from citations(model, ["mu_nu"])
    yield from ("Grimus:2000tq", "Miranda:2021kre")
