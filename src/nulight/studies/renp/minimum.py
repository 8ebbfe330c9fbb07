"""The hypothesis about neutrinos that fits best: a search over the lightest mass that knows the kinks.

-2 ln L is smooth in every piece of the mass axis and may have a minimum of its own in each, so that every
piece is looked at and the lowest few are searched without derivatives, by ever finer grids. Phases and
nuisances, in which everything is smooth, are at their minimum at every mass.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nulight.studies.renp.deviance import minimised, screened
from nulight.studies.renp.families import Family, Templates, mass_at
from nulight.typing import ArrayLike, FloatArray

__all__ = ["PLACES", "BestFit", "best_at", "best_fit"]

PLACES = np.linspace(0, 1, 7)
"""t inside every piece of the mass axis where hypotheses are looked at first."""

_ROUGH, _PHASES = 6, 12  # of the grid in each phase, where all masses are looked at and near the lowest ones
_THOROUGH = (8, 5, 3, 2, 2, 2, 1, 1, 1, 1)  # pieces that are searched in every round
_QUICK = (4, 2, 1, 1, 1, 1, 1)
_STARTS = 4  # phases that are followed to a minimum at a given mass
_FINER = np.linspace(-1, 1, 7)  # places between both neighbours of the lowest one
_CHUNK = 2_000_000  # numbers looked at together


@dataclass(frozen=True, slots=True)
class BestFit:
    """Smallest -2 ln L with the mass, eV, arrays (n_points,), and the phases (n_points, 2), rad, there."""

    value: FloatArray
    mass: FloatArray
    phases: FloatArray


def best_fit(family: Family, observed: FloatArray, time: ArrayLike = 1.0, *, quick: bool = False) -> BestFit:
    """Minimise over the lightest mass, the phases and the nuisances.

    Parameters
    ----------
    family : Family
    observed : array (n_points, n), counts
    time : float or array (n_points,)
        Exposures in units of the experiment's.
    quick : bool
        Follow fewer pieces and not as far, to compare many data sets.

    Notes
    -----
    The place t is found to 3e-6 of its piece, -2 ln L to its square in units of its curvature there.
    """
    phases = family.phases(_ROUGH)
    low, high = family.edges[:-1, None], family.edges[1:, None]
    table = family.templates(mass_at(PLACES, low, high)).on(family.angles(phases))
    times = np.broadcast_to(np.asarray(time, float), len(observed))
    found = []
    for k in _chunks(len(observed), table.size):
        screen = screened(family, table, observed[k, None, None, None], times[k, None, None, None, None])
        found.append(_refined(family, observed[k], times[k], screen, _QUICK if quick else _THOROUGH))
    return BestFit(*(np.concatenate([getattr(f, name) for f in found]) for name in ("value", "mass", "phases")))


def best_at(family: Family, observed: FloatArray, mass: FloatArray, time: ArrayLike = 1.0) -> FloatArray:
    """Return the smallest -2 ln L (n_points,) at masses (n_points,), eV; see `best_fit` for the rest."""
    phases = family.phases(_PHASES)
    times = np.broadcast_to(np.asarray(time, float), len(observed))
    found = []
    for k in _chunks(len(observed), len(phases) * observed.shape[1]):
        templates = family.templates(mass[k])
        value = screened(family, templates.on(family.angles(phases)), observed[k, None], times[k, None, None])
        start = phases[np.argsort(value, axis=1)[:, :_STARTS]]
        several = [minimised(family, templates, observed[k], times[k], first)[0] for first in start.swapaxes(0, 1)]
        found.append(np.min(several, axis=0))
    return np.concatenate(found)


def _chunks(n_points: int, size: int) -> list[slice]:
    step = max(1, _CHUNK // size)
    return [slice(i, i + step) for i in range(0, n_points, step)]


def _refined(
    family: Family, observed: FloatArray, times: FloatArray, screen: FloatArray, followed: tuple[int, ...]
) -> BestFit:
    """The lowest minimum, from values on a grid (n_points, n_pieces, n_places, n_phases)."""
    flat = screen.reshape(*screen.shape[:2], -1)
    piece = np.argsort(flat.min(axis=2), axis=1)[:, : followed[0]]
    place, phase = np.divmod(np.take_along_axis(flat.argmin(axis=2), piece, 1), screen.shape[-1])
    search = _Search(family, observed[:, None], times[:, None], family.edges[piece], family.edges[piece + 1])
    t, phases, value = PLACES[place], family.phases(_ROUGH)[phase], np.empty(piece.shape)
    row, reach = np.arange(len(observed))[:, None], PLACES[1]
    for many in followed:
        kept = np.argsort(value, axis=1)[:, :many] if many < t.shape[1] else np.arange(t.shape[1])
        search = search.only(row, kept)
        t, phases, value = search.nearby(t[row, kept], phases[row, kept], reach)
        reach *= _FINER[1] - _FINER[0]
    mass = mass_at(t, search.low, search.high)
    best = np.arange(len(observed)), value.argmin(axis=1)
    return BestFit(value[best], mass[best], np.mod(phases[best], 2 * np.pi))


@dataclass(frozen=True, slots=True)
class _Search:
    """Pieces of the mass axis (n_points, n_pieces) with the data (n_points, 1, n) and exposures (n_points, 1)."""

    family: Family
    observed: FloatArray
    times: FloatArray
    low: FloatArray
    high: FloatArray

    def only(self, row: NDArray[np.intp], kept: NDArray[np.intp]) -> _Search:
        """Some of the pieces of every point."""
        return replace(self, low=self.low[row, kept], high=self.high[row, kept])

    def nearby(self, t: FloatArray, phases: FloatArray, reach: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The lowest place within `reach` of t (n_points, n_pieces), with phases and -2 ln L."""
        around = np.clip(t[..., None] + reach * _FINER, 0, 1)
        value, turned = self.at(around, phases)
        lowest = value.argmin(axis=-1)[..., None]
        t, value = (np.take_along_axis(a, lowest, -1)[..., 0] for a in (around, value))
        return t, np.take_along_axis(turned, lowest[..., None], -2)[..., 0, :], value

    def at(self, t: FloatArray, phases: FloatArray) -> tuple[FloatArray, FloatArray]:
        """-2 ln L and phases at places t (n_points, n_pieces, n_t), the lower of the minima near two starts.

        One start are the phases so far, the other the lowest of a grid at the very place.
        """
        n = self.observed.shape[-1]
        templates = self.family.templates(mass_at(t, self.low[..., None], self.high[..., None]))
        data, times = self.observed[:, :, None], self.times[..., None]
        flat = Templates(templates.base.reshape(-1, n), templates.amplitude.reshape(-1, 3, n))
        rows = np.broadcast_to(data, (*t.shape, n)).reshape(-1, n), np.broadcast_to(times, t.shape).ravel()
        starts = [np.broadcast_to(phases[..., None, :], (*t.shape, 2))]
        if self.family.majorana:
            grid = self.family.phases(_PHASES)
            on_grid = templates.on(self.family.angles(grid))
            value = screened(self.family, on_grid, data[..., None, :], times[..., None, None])
            starts.append(grid[value.argmin(axis=-1)])
        found = [minimised(self.family, flat, *rows, start.reshape(-1, 2)) for start in starts]
        values, turned = (np.stack(each) for each in zip(*found, strict=True))
        better, row = values.argmin(axis=0), np.arange(t.size)
        return values[better, row].reshape(t.shape), turned[better, row].reshape(*t.shape, 2)
