"""Limits of a scan of trigger frequencies on one or many couplings, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nulight.inference.intervals import limit
from nulight.inference.levels import IntervalKind
from nulight.models.matrix_checks import Nature
from nulight.models.parameters import check_parameters
from nulight.renp import PAIRS, POLE, RENP_PARAMETERS, RenpExperiment, family_of, thresholds
from nulight.renp.parameters import FAMILIES
from nulight.results import LimitResult
from nulight.results.renp.limits import RenpLimits
from nulight.studies.renp.mediators import idle_masses, light_vector, massless_text
from nulight.studies.renp.spectrum import at_point, frequency_list

__all__ = ["coupling_names", "renp_limits"]


def renp_limits(
    experiment: RenpExperiment,
    couplings: str | Sequence[str],
    *,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    fixed: Mapping[str, float] | None = None,
) -> RenpLimits:
    """Return the interval of every coupling, the others absent or at their fixed values.

    Parameters
    ----------
    experiment : RenpExperiment
    couplings : str or sequence of str
        Parameters or families, see `coupling_names`.
    cl : float
        Confidence level.
    interval : "two-sided" or "upper"
    fixed : mapping of str to float, optional
        Other parameters held; the data of a planned experiment are the expectation there.

    Returns
    -------
    RenpLimits

    Raises
    ------
    ValueError
        If a name or the level is unknown, or no count depends on a coupling that is named itself. Those of
        a family are left out then, with a warning.

    Examples
    --------
    >>> import nulight as nl
    >>> result = nl.renp_limits(nl.renp_experiment("yb-dinh-2012"), ["mu_11"])
    >>> print(f"{result.limits[0].upper:.2g} mu_B")
    2.7e-11 mu_B
    """
    experiment, fixed = at_point(experiment, fixed)
    names, unseen = _seen(experiment, couplings, fixed)
    limits = tuple(limit(experiment, name, cl=cl, interval=interval, fixed=fixed) for name in names)
    masked = [text for name in names for text in _masked(experiment, name, fixed)]
    vectors = (
        *idle_masses(experiment, names, fixed),
        *light_vector(experiment, [*names, *fixed], fixed.get("m_vector")),
    )
    first = limits[0]
    return RenpLimits(
        experiment=experiment.name,
        atom=experiment.scheme.name,
        limits=limits,
        cl=cl,
        interval=interval,
        asimov=experiment.planned,
        observed=experiment.observed,
        triggers=experiment.triggers,
        fixed=fixed,
        definition=_definition(first, asimov=experiment.planned) + massless_text(experiment, names, fixed),
        conventions=first.conventions,
        provenance=first.provenance,
        citations=tuple(dict.fromkeys(text for one in limits for text in one.citations)),
        warnings=tuple(dict.fromkeys([*unseen, *masked, *vectors, *(text for one in limits for text in one.warnings)])),
    )


def coupling_names(names: str | Sequence[str], nature: Nature = "dirac") -> tuple[str, ...]:
    """Return parameters by name, families replaced by the elements that the neutrinos can have.

    Parameters
    ----------
    names : str or sequence of str
        Parameters of `nulight.renp.RENP_PARAMETERS`; "mu", "eps", "r2", "a" for all their elements, and "gg_axial_ij"
        and the like for those of a family whose plain name is the coupling of every mass state.
    nature : "dirac" or "majorana"
        Majorana neutrinos have no diagonal moments and charge radii.

    Raises
    ------
    ParameterError
        If a name is neither; the message offers the closest.

    Examples
    --------
    >>> coupling_names(["mu", "gg_axial"], "majorana")
    ('mu_12', 'mu_13', 'mu_23', 'gg_axial')
    """
    found: list[str] = []
    for name in [names] if isinstance(names, str) else names:
        family = name.removesuffix("_ij")
        if family in FAMILIES and name not in RENP_PARAMETERS:
            found += [f"{family}_{pair}" for pair in PAIRS if _exists(family, pair, nature)]
        else:
            found.append(name)
    check_parameters(found, RENP_PARAMETERS | {family: RENP_PARAMETERS[f"{family}_12"] for family in FAMILIES})
    return tuple(dict.fromkeys(found))


def _seen(
    experiment: RenpExperiment, couplings: str | Sequence[str], fixed: Mapping[str, float]
) -> tuple[list[str], list[str]]:
    """The couplings that counts depend on, and what is to be said of the others of a family."""
    asked = [couplings] if isinstance(couplings, str) else couplings
    names: list[str] = []
    unseen: list[str] = []
    for name in coupling_names(asked, experiment.nature):
        why = _without_effect(experiment, name, fixed)
        if why and name in asked:
            raise ValueError(why)
        (unseen if why else names).append(why or name)
    if not names:
        raise ValueError("; ".join(unseen) or "name at least one coupling")
    return names, unseen


def _without_effect(experiment: RenpExperiment, name: str, fixed: Mapping[str, float]) -> str:
    """Say why no count depends on a coupling; nothing if one does."""
    if family_of(name) is None or name in fixed:
        return ""  # of masses and phases, and of what is fixed as well, `limit` says it
    probe = np.array([0.0, experiment.parameters()[name].scale])
    if np.ptp(experiment.expected({**fixed, name: probe})[:, 1], axis=0).any():
        return ""
    if masked := _masked(experiment, name, fixed):
        return masked[0]
    pair = name[-2:]
    if pair in PAIRS:
        i, j = PAIRS[pair]
        edge = thresholds(experiment.scheme.E_eg, experiment.neutrinos().masses)[i, j]
        if experiment.triggers.min() >= edge:
            return f"{name}: no trigger frequency is below {edge:.10g} eV, where the pair {pair} opens"
    return f"{name}: no count depends on it, with spin_sum = {experiment.spin_sum!r}"


def _definition(first: LimitResult, *, asimov: bool) -> str:
    data = "data are the expectation (Asimov)" if asimov else "data are the counts given"
    return (
        f"each coupling by itself: {first.interval} interval at {100 * first.cl:g} % CL from the profile likelihood, "
        f"Delta(-2 ln L) = {first.threshold:.3f} for 1 dof, from the global minimum inside its domain; {data}"
    )


def _exists(family: str, pair: str, nature: Nature) -> bool:
    return nature == "dirac" or family not in ("mu", "eps", "r2") or pair[0] != pair[1]


def _masked(experiment: RenpExperiment, name: str, fixed: Mapping[str, float]) -> list[str]:
    """Say which trigger frequencies a pole takes away."""
    probe = {**fixed, name: experiment.parameters()[name].scale}
    parts = experiment.spectral_parts(probe)
    on_pole = np.isnan(sum(part.sum(axis=0) for part in parts.values()))
    if not on_pole.any():
        return []
    where = frequency_list(experiment.triggers[on_pole])
    return [
        f"{name}: {on_pole.sum()} of {len(on_pole)} trigger frequencies, {where}, lie on the pole of its mediator (q^2 "
        f"within {POLE:g} of m^2) and count no new physics"
    ]
