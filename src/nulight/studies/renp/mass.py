"""How well a scan of trigger frequencies would measure the mass of the lightest neutrino."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nulight.renp.experiment import RenpExperiment
from nulight.renp.neutrinos import Ordering
from nulight.results.renp.neutrinos import RenpMass
from nulight.studies.renp.exposure import (
    NEEDED,
    Placement,
    Places,
    Sample,
    check_masses,
    exposures,
    levels,
    samples,
    time_needed,
)
from nulight.studies.renp.families import Family, family, mass_at
from nulight.studies.renp.minimum import PLACES, best_at
from nulight.studies.renp.records import Sets, check_sets, own_phases, record_fields
from nulight.typing import ArrayLike, FloatArray

__all__ = ["renp_mass"]

_LEVELS = ("1 sigma", "90 %")
_SHARES = np.arange(1, 8) / 8  # places inside a bracket
_ROUNDS = 5


def renp_mass(
    experiment: RenpExperiment,
    lightest: ArrayLike,
    *,
    days: float | None = None,
    oscillations: Sets | None = None,
    placement: Placement = "fixed",
) -> RenpMass:
    r"""Return the expected interval of the lightest mass for true values of it, in both orderings.

    Parameters
    ----------
    experiment : RenpExperiment
        Its nature, Majorana phases, uncertainties and, unless replaced, frequencies and times; its ordering, mass and
        data are not used.
    lightest : array (n,), eV
        True values, zero or positive.
    days : float, d, optional
        At each frequency.
    oscillations : mapping of ordering to str or OscillationParameters, optional
        Those of the experiment, or NuFIT 6.0, otherwise.
    placement : "fixed" or "matched"
        The experiment's frequencies, or for each mass as many that suit it (`triggers_for`): a scan that was tuned to
        the mass by an earlier one.

    Returns
    -------
    RenpMass

    Raises
    ------
    ValueError
        If a mass or time is not what it has to be, a choice is unknown, or oscillation parameters are missing.

    Notes
    -----
    Poisson likelihood of the expected counts; phases of Majorana neutrinos and the nuisances are profiled, splittings,
    mixing angles and the energies of the atom are exact. The ordering is taken as known. Delta chi2 is looked at on
    both sides of every threshold, with seven places in between, and where it crosses the level to 3e-5 of these
    distances; a further region narrower than them may be missed.

    References
    ----------
    arXiv:1209.4808

    Examples
    --------
    >>> from nulight.renp import renp_experiment
    >>> from nulight.studies.renp.triggers import triggers_for
    >>> scan = renp_experiment("yb-dinh-2012", triggers_for("mass", "yb-dinh-2012", 0.03), lightest=0.03)
    >>> found = renp_mass(scan, 0.03, days=100.0)
    >>> print(f"{found.lower[1, 0, 0]:.5f} to {found.upper[1, 0, 0]:.5f} eV")
    0.02998 to 0.03046 eV
    """
    masses = check_masses(lightest)
    base, times, spent = exposures(experiment, days)
    if len(times) > 1:
        raise ValueError(f"days: {len(times)} values; intervals are for one exposure, give one")
    orderings: tuple[Ordering, ...] = ("normal", "inverted")
    parts, sets = samples("mass", base, masses, placement), check_sets(oscillations)
    made = [[_measured(part, ordering, times[0], sets) for part in parts] for ordering in orderings]
    joined = [[np.concatenate(rows, axis=-1) for rows in zip(*found, strict=True)] for found in made]
    lower, upper, further, zero, needed = (np.stack(rows, axis=-2) for rows in zip(*joined, strict=True))
    return RenpMass(
        experiment=experiment.name,
        nature=experiment.nature,
        placement=placement,
        lightest=masses,
        orderings=orderings,
        days=float(spent[0]),
        levels=_LEVELS,
        thresholds=levels(_LEVELS),
        lower=lower,
        upper=upper,
        further_regions=further.astype(bool),
        zero=zero,
        needed=NEEDED,
        days_needed=needed * spent[0] / times[0],
        definition="expected two-sided intervals of the lightest mass, 1 dof, ordering known, phases and nuisances "
        "profiled, Asimov data; days to exclude a massless lightest neutrino",
        **record_fields(base, parts, [family(base, one, base.nature, sets.get(one)) for one in orderings]),
    )


def _measured(part: Sample, ordering: Ordering, time: float, sets: Sets) -> tuple[FloatArray, ...]:
    """Lower and upper ends and further regions (n_levels, n), Delta chi2 of zero (n,), times to exclude it."""
    one = family(part.experiment, ordering, part.experiment.nature, sets.get(ordering))
    data = one.counts(part.masses, own_phases(part.experiment)) + one.background

    def zero(which: Places, times: FloatArray) -> FloatArray:
        return best_at(one, times[:, None] * data[which], np.zeros(len(which)), times)

    curves = _Curves(one, time * data, part.masses, time)
    ends = [curves.interval(level) for level in levels(_LEVELS)]
    lower, upper, further = (np.stack(rows) for rows in zip(*ends, strict=True))
    at_zero = zero(np.arange(len(data)), np.full(len(data), time))
    needed = time_needed(zero, data.sum(axis=1), linear=not one.widths.any())
    return lower, upper, further, at_zero, needed


class _Curves:
    """Delta chi2 against the lightest mass, of data (n, n_triggers) with true masses (n,)."""

    def __init__(self, one: Family, data: FloatArray, true: FloatArray, time: float) -> None:
        self.family, self.data, self.true, self.time = one, data, true, time
        axis = np.unique(mass_at(PLACES, one.edges[:-1, None], one.edges[1:, None]))
        self.mass = np.sort(np.column_stack([np.broadcast_to(axis, (len(true), len(axis))), true]), axis=1)
        self.value = self.at(np.arange(len(true)), self.mass)

    def at(self, row: Places, mass: FloatArray) -> FloatArray:
        """Delta chi2 of the data `row` (m,) at masses (m, k)."""
        data = np.repeat(self.data[row], mass.shape[1], axis=0)
        return best_at(self.family, data, mass.ravel(), self.time).reshape(mass.shape)

    def interval(self, level: float) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
        """Ends of the region around the true mass, and whether there are others."""
        inside = self.value <= level
        at_truth = self.mass == self.true[:, None]
        inside |= at_truth
        start = at_truth.argmax(axis=1)
        place = np.arange(self.mass.shape[1])
        left = np.where(~inside & (place < start[:, None]), place, -1).max(axis=1)
        right = np.where(~inside & (place > start[:, None]), place, len(place)).min(axis=1)
        further = (inside & ((place < left[:, None]) | (place > right[:, None]))).any(axis=1)
        return self._ends(left, 1, level), self._ends(right, -1, level), further

    def _ends(self, outside: Places, towards: int, level: float) -> FloatArray:
        """Crossings next to the places `outside` (n,), -1 or beyond the last for none."""
        n_places = self.mass.shape[1]
        ends = np.where(outside < 0, 0.0, np.inf)
        row = np.flatnonzero((outside >= 0) & (outside < n_places))
        a, b = self.mass[row, outside[row] + towards], self.mass[row, outside[row]]
        for _ in range(_ROUNDS if row.size else 0):
            between = a[:, None] + (b - a)[:, None] * _SHARES
            beyond = np.column_stack([self.at(row, between) > level, np.ones(len(row), bool)])
            first = beyond.argmax(axis=1)[:, None]
            full = np.column_stack([a, between, b])
            a, b = (np.take_along_axis(full, first + k, 1)[:, 0] for k in (0, 1))
        ends[row] = (a + b) / 2
        return ends
