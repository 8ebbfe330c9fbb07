"""Whether a scan of trigger frequencies would tell the mass ordering, and Dirac from Majorana neutrinos.

The wrong hypothesis is given every freedom: its own lightest mass, Majorana phases and nuisances. For the
lightest mass itself see `renp_mass`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nulight.renp.experiment import RenpExperiment
from nulight.renp.neutrinos import Ordering
from nulight.results.renp.neutrinos import RenpTest
from nulight.studies.renp.exposure import (
    NEEDED,
    Placement,
    Sample,
    Track,
    check_masses,
    exposures,
    samples,
    steps,
)
from nulight.studies.renp.families import Family, family
from nulight.studies.renp.mass import renp_mass
from nulight.studies.renp.minimum import best_fit
from nulight.studies.renp.outcomes import Outcome, joined, outcome
from nulight.studies.renp.records import Sets, check_sets, own_phases, record_fields
from nulight.typing import ArrayLike, FloatArray

__all__ = ["renp_mass", "renp_nature", "renp_ordering"]

_PHASES = 10  # of the grid in each true phase
_REFINED = 3  # times that its step is halved around the best and the worst


def renp_ordering(
    experiment: RenpExperiment,
    lightest: ArrayLike,
    *,
    days: ArrayLike | None = None,
    oscillations: Sets | None = None,
    placement: Placement = "fixed",
    track: Track = iter,
) -> RenpTest:
    r"""Return how strongly the wrong ordering would be rejected, for both true orderings.

    Parameters
    ----------
    experiment : RenpExperiment
        Its nature, Majorana phases, uncertainties and, unless replaced, frequencies and times; its ordering, mass and
        data are not used.
    lightest : array (n,), eV
        True mass of the lightest neutrino, zero or positive.
    days : array (k,), d, optional
        At each frequency.
    oscillations : mapping of ordering to str or OscillationParameters, optional
        Those of the experiment, or NuFIT 6.0, otherwise; each ordering has its own best fit.
    placement : "fixed" or "matched"
        The experiment's frequencies, or for each mass as many that suit it (`triggers_for`): a scan that was tuned to
        the mass by an earlier one.
    track : callable
        Maps the list of steps to an iterable of them, to show how far it is; see `rich.progress.track`.

    Returns
    -------
    RenpTest
        Truths "normal" and "inverted".

    Raises
    ------
    ValueError
        If a mass or time is not what it has to be, a choice is unknown, or oscillation parameters are missing.

    Notes
    -----
    .. math:: \Delta\chi^2 = \min_{m_0', \alpha', u}\; -2\ln L(\text{wrong ordering})

    on the expected counts, where the right one has zero: its root is the median number of standard deviations.
    Splittings, mixing angles and the energies of the atom are exact.

    References
    ----------
    arXiv:1209.4808

    Examples
    --------
    >>> from nulight.renp import renp_experiment
    >>> found = renp_ordering(renp_experiment("yb-dinh-2012"), [0.001, 0.01], days=10.0)
    >>> print([f"{value:.0f}" for value in found.delta_chi2[0, 0]])
    ['39', '27']
    """
    masses, sets = check_masses(lightest), check_sets(oscillations)
    base, times, spent = exposures(experiment, days)
    parts = samples("ordering", base, masses, placement)
    orderings: tuple[Ordering, ...] = ("normal", "inverted")

    def tested(part: Sample, true: Ordering, other: Ordering) -> Outcome:
        right, wrong = (family(part.experiment, one, base.nature, sets.get(one)) for one in (true, other))
        phases = np.broadcast_to(own_phases(base), (len(part.masses), 2))
        return outcome(wrong, right.counts(part.masses, phases) + right.background, phases, times)

    pairs = list(zip(orderings, orderings[::-1], strict=True))
    made = [[tested(part, true, other) for true, other in pairs] for part in track(steps(parts))]
    found = [joined(one) for one in zip(*made, strict=True)]
    return RenpTest(
        question="ordering",
        truths=orderings,
        alternatives=orderings[::-1],
        definition="smallest Delta chi2 of the other ordering over its lightest mass"
        + (", Majorana phases" if base.nature == "majorana" else "")
        + " and nuisances, Asimov data; its root in standard deviations",
        **_columns(found, spent / times),
        **_common(experiment, masses, spent, placement),
        **record_fields(base, parts, [family(base, one, base.nature, sets.get(one)) for one in orderings]),
    )


def renp_nature(
    experiment: RenpExperiment,
    lightest: ArrayLike,
    *,
    days: ArrayLike | None = None,
    placement: Placement = "fixed",
    track: Track = iter,
) -> RenpTest:
    r"""Return how strongly Dirac neutrinos would be rejected if they are Majorana, and the other way round.

    Parameters
    ----------
    experiment : RenpExperiment
        Its ordering, oscillation parameters, uncertainties and, unless replaced, frequencies and times; its nature,
        mass and data are not used. The ordering is taken as known.
    lightest, days, placement, track
        As for `renp_ordering`.

    Returns
    -------
    RenpTest
        Truths "majorana, zero phases" ("given phases" if the experiment has others), "majorana, best phases" and
        "majorana, worst phases" (largest and smallest Delta chi2, to 5 degrees), and "dirac".

    Raises
    ------
    ValueError
        As for `renp_ordering`.

    Notes
    -----
    The counts differ by terms :math:`\mathrm{Re}(a_{ij}^2) m_i m_j` of a rate of order
    :math:`\omega^2/9`: by a share of order :math:`(m/E_{eg})^2`, which is tiny in an atom with levels of a few eV. A
    Dirac hypothesis has its lightest mass free, a Majorana one also both phases, which let it hide.

    References
    ----------
    arXiv:1209.4808

    Examples
    --------
    >>> from nulight.renp import renp_experiment
    >>> found = renp_nature(renp_experiment("generic"), 0.03, days=10.0)
    >>> print([f"{value:.0f}" for value in found.delta_chi2[[0, 3], 0, 0]])
    ['116', '9']
    """
    masses = check_masses(lightest)
    base, times, spent = exposures(experiment, days)
    parts = samples("nature", base, masses, placement)
    ordering: Ordering = experiment.neutrinos().inputs["ordering"]
    given = "given" if own_phases(base).any() else "zero"
    made = [_natures(part, ordering, times) for part in track(steps(parts))]
    found = [joined(one) for one in zip(*made, strict=True)]
    return RenpTest(
        question="nature",
        truths=(*(f"majorana, {which} phases" for which in (given, "best", "worst")), "dirac"),
        alternatives=("dirac", "dirac", "dirac", "majorana"),
        definition="smallest Delta chi2 of the other nature over its lightest mass, phases and nuisances, ordering "
        "known, Asimov data; its root in standard deviations",
        **_columns(found, spent / times),
        **_common(experiment, masses, spent, placement),
        **record_fields(base, parts, [family(base, ordering, one) for one in ("majorana", "dirac")]),
    )


def _natures(part: Sample, ordering: Ordering, times: FloatArray) -> list[Outcome]:
    """Outcomes for Majorana neutrinos with own, best and worst phases, and for Dirac neutrinos."""
    majorana, dirac = (family(part.experiment, ordering, one) for one in ("majorana", "dirac"))
    n = len(part.masses)
    given = np.broadcast_to(own_phases(part.experiment), (n, 2))
    phases = np.concatenate([given, *_extremes(majorana, dirac, part.masses, times[0])])
    counts = majorana.counts(np.tile(part.masses, 3), phases) + dirac.background
    found = outcome(dirac, counts, phases, times).split(3)
    return [*found, outcome(majorana, dirac.counts(part.masses) + dirac.background, np.zeros((n, 2)), times)]


def _extremes(majorana: Family, dirac: Family, masses: FloatArray, time: float) -> tuple[FloatArray, FloatArray]:
    """True phases (n, 2) at which Dirac neutrinos are rejected most and least: a grid, refined around both."""
    templates = majorana.templates(masses)

    def rejected(phases: FloatArray) -> FloatArray:
        """Delta chi2 (n, m) at phases (n, m, 2)."""
        waves = np.cos(majorana.angles(phases))
        counts = templates.base[:, None] - np.matmul(waves, templates.amplitude) + majorana.background
        return best_fit(dirac, time * counts.reshape(-1, counts.shape[-1]), time, quick=True).value.reshape(
            waves.shape[:2]
        )

    grid = np.broadcast_to(majorana.phases(_PHASES), (len(masses), len(majorana.phases(_PHASES)), 2))
    value, around = rejected(grid), np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)
    row, sign = np.arange(len(masses))[:, None], np.array([-1.0, 1.0])[:, None]  # the best are the largest
    at = grid[row, (sign * value[:, None]).argmin(axis=-1)]
    for finer in range(1, 1 + _REFINED):
        near = at[:, :, None] + 2 * np.pi / _PHASES / 2**finer * around
        value = rejected(near.reshape(len(masses), -1, 2)).reshape(near.shape[:3])
        at = np.take_along_axis(near, (sign * value).argmin(axis=-1)[..., None, None], 2)[:, :, 0]
    return at[:, 0], at[:, 1]


def _columns(found: Sequence[Outcome], unit: FloatArray) -> dict[str, Any]:
    return {
        "delta_chi2": np.stack([one.delta_chi2 for one in found]),
        "best_lightest": np.stack([one.best for one in found]),
        "phases": np.stack([one.phases for one in found]),
        "days_needed": unit[0] * np.stack([one.needed for one in found], axis=1),
    }


def _common(experiment: RenpExperiment, masses: FloatArray, spent: FloatArray, placement: Placement) -> dict[str, Any]:
    return {
        "experiment": experiment.name,
        "placement": placement,
        "lightest": masses,
        "days": spent,
        "needed": NEEDED,
    }
