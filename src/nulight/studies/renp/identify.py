r"""Which single element of the moments is there? Separations of all hypotheses, and how long they take.

Data with one mu_ij or eps_ij are fitted with every other one, its size free. Counts are linear in the
squared size, so that all hypotheses in all data are one convex problem.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import citations
from nulight.inference.engine.roots import where_reached
from nulight.inference.levels import interval_threshold
from nulight.renp.experiment import RenpExperiment
from nulight.renp.parameters import family_of
from nulight.renp.separation import emitted
from nulight.renp.units import DAY
from nulight.results.renp.identify import RenpIdentification
from nulight.studies.renp.elements import SingleElements
from nulight.typing import FloatArray

__all__ = ["renp_identify"]

_LEVELS = {"90 %": interval_threshold(0.90, "two-sided"), "3 sigma": 9.0}
_SAME = 1e-9  # share of the sensitivity that rounding leaves between equal shapes


def renp_identify(
    experiment: RenpExperiment,
    *,
    strength: float = 5.0,
    elements: Sequence[str] | None = None,
    cl: float = 0.90,
    truth: float = 1e-11,
) -> RenpIdentification:
    r"""Return how well an experiment tells which single element of the moments is there.

    Parameters
    ----------
    experiment : RenpExperiment
        Its data, if it has any, are not used.
    strength : float, sigma
        Every element is so large that it is seen with this significance.
    elements : sequence of str, optional
        "mu_11", "eps_11"...; all that the neutrinos can have and the atom can emit otherwise.
    cl : float
        Two elements below Delta chi2 of this level (one degree of freedom, two-sided) count as not told apart.
    truth : float, mu_B
        Size of the true element for the times needed.

    Returns
    -------
    RenpIdentification

    Raises
    ------
    ValueError
        If an element is none of these, a number is not positive, or the experiment already has moments.

    Notes
    -----
    Expected (Asimov) counts with element a, size fixed, against element b,

    .. math:: \Delta\chi^2_{ab} = \min_{x_b \ge 0,\,u} 2\sum_\omega\Big[N_b - N_a + N_a \ln\frac{N_a}{N_b}\Big]
        + \sum_k (u_k/\sigma_k)^2, \quad N_b = N_{weak} + x_b s_b + N_{bg}, \quad x_b = \mu_b^2

    with the experiment's nuisances. The square root is the median significance in sigma with which b is rejected.
    Masses, mixing and phases are known. Without nuisances all of it is proportional to time.

    Examples
    --------
    >>> from nulight.renp import renp_experiment
    >>> found = renp_identify(renp_experiment("yb"))
    >>> found.closest("mu_33")[0], round(found.separation("mu_11", "mu_33"))
    ('eps_33', 24)
    """
    _check(experiment, strength, truth)
    names = emitted(experiment.scheme, experiment.neutrinos(), elements)
    threshold = interval_threshold(cl, "two-sided")
    problem = SingleElements.of(experiment, names)
    squares = _seen_with(problem, strength**2)
    chi2, fitted = problem.compare(squares, np.ones((len(names), 1)), np.arange(len(names)))
    delta_chi2 = np.where(chi2 < _SAME * strength**2, 0.0, chi2)
    provenance = experiment.provenance()
    return RenpIdentification(
        experiment=experiment.name,
        atom=experiment.scheme.name,
        triggers=experiment.triggers,
        days=experiment.time / DAY,
        elements=names,
        strength=strength,
        values=np.sqrt(squares),
        delta_chi2=delta_chi2,
        fitted=np.sqrt(fitted),
        cl=cl,
        threshold=threshold,
        truth=truth,
        levels=_LEVELS,
        days_needed={
            level: _times(problem, truth**2, target) * experiment.time.sum() / DAY for level, target in _LEVELS.items()
        },
        definition=_definition(experiment, strength, truth),
        conventions=provenance["conventions"],
        provenance=provenance,
        citations=citations(experiment, names),
        warnings=_warnings(problem),
    )


def _seen_with(problem: SingleElements, target: float) -> FloatArray:
    """Squares of the elements that reach a Delta chi2 against none, (n_el,), mu_B^2; NaN if never."""
    none, once = np.array([len(problem.names)]), np.ones((len(problem.names), 1))

    def chi2(squares: FloatArray) -> FloatArray:
        values = problem.compare(squares, once, none)[0][:, 0]
        return np.where(problem.seen, values, target)

    start = np.sqrt(target / problem.information)
    return np.where(problem.seen, where_reached(chi2, target, start), np.nan)


def _times(problem: SingleElements, square: float, target: float) -> FloatArray:
    """Times in which elements of one size are told apart, (n_el, n_el), and seen (diagonal); infinite if never."""
    n_el = len(problem.names)
    squares, everything = np.where(problem.seen, square, np.nan), np.arange(n_el)

    def when(rivals: NDArray[np.intp], start: FloatArray) -> FloatArray:
        """Times (n_el, n_rivals) from a time at which the true elements are about seen."""
        begin = problem.compare(squares, start, rivals)[0]
        some = begin > _SAME * target

        def chi2(times: FloatArray) -> FloatArray:
            values = problem.compare(squares, times.reshape(begin.shape), rivals)[0]
            return np.where(some, values, target).ravel()

        first = np.where(some, start * target / np.where(some, begin, 1.0), 1.0)
        return np.where(some, where_reached(chi2, target, first.ravel()).reshape(begin.shape), np.inf)

    seen = when(np.array([n_el]), target / (square**2 * problem.information[:, None]))
    times = when(everything, np.where(np.isfinite(seen), seen, 1.0))
    times[everything, everything] = seen[:, 0]
    return times


def _check(experiment: RenpExperiment, strength: float, truth: float) -> None:
    for name, value, unit in (("strength", strength, " sigma"), ("truth", truth, " mu_B")):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} = {value:g}{unit} must be positive and finite")
    if present := [name for name in experiment.defaults if family_of(name) in ("mu", "eps")]:
        raise ValueError(f"{experiment.name} already has {present[0]}; single elements are compared with none at all")


def _definition(experiment: RenpExperiment, strength: float, truth: float) -> str:
    nuisances = ", ".join(nuisance.describe() for nuisance in experiment.nuisances) or "none"
    return (
        f"Expected Delta chi2 (Poisson) of each single element, its size free, where another one is true that is seen "
        f"with {strength:g} sigma; times for a true element of {truth:g} mu_B are those of the whole scan; masses and "
        f"mixing known, nuisances: {nuisances}"
    )


def _warnings(problem: SingleElements) -> tuple[str, ...]:
    unseen = [name for name, seen in zip(problem.names, problem.seen, strict=True) if not seen]
    return (f"{', '.join(unseen)}: every trigger frequency is above the threshold of the pair",) if unseen else ()
