"""-2 ln L of many data sets at once, minimised over Majorana phases and uncertainties at given neutrino masses.

Every point has data of its own, which is why it is not the objective of a single experiment. Phases are
counted from where they start and change by a quarter of a turn at most: that of a massless neutrino has
no effect and would run away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.likelihood import poisson_twice_nll
from nulight.studies.renp.families import PHASE_SUMS, Family, Templates
from nulight.typing import FloatArray

__all__ = ["Deviance", "minimised", "screened"]

_TURN = np.pi / 2
_TINY = 1e-9  # of the observed count: nothing is expected
_STEPS = 6  # in each direction; a point that needs more is in a valley that the next round of the search follows
_LEAST = 1e-3  # expectation below which an empty bin no longer steers the step


def minimised(
    family: Family, templates: Templates, observed: FloatArray, time: FloatArray, phases: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Minimise over phases and nuisances.

    Parameters
    ----------
    family : Family
    templates : Templates
        Of n_points masses.
    observed : array (n_points, n), counts
    time : array (n_points,)
        Exposures in units of the experiment's.
    phases : array (n_points, 2), rad
        To start from.

    Returns
    -------
    value, phases : arrays (n_points,) and (n_points, 2)
        -2 ln L, infinite where the data are impossible, and phases in rad.
    """
    problem = Deviance(family, templates, observed, time, phases)
    z = np.zeros((len(observed), len(problem.lower)))
    escape = np.arange(z.shape[1]) < problem.n_phases
    found = minimise_in_box(
        problem, z, problem.lower, problem.upper, escape=escape, max_steps=_STEPS * max(z.shape[1], 1)
    )
    return found.value, problem.phases_at(found.z, np.arange(len(z)))


def screened(family: Family, weak: FloatArray, observed: FloatArray, time: FloatArray) -> FloatArray:
    """Return -2 ln L summed over the last axis of arrays that broadcast, nuisances near their best.

    They are where three rounds of Fisher scoring bring them, so that the value is at least the minimum.
    """
    widths = family.widths
    parts = np.broadcast_arrays(time * weak, time * family.background)
    u = np.zeros((2, *parts[0].shape[:-1]))
    for k in np.tile(np.flatnonzero(widths), 3):
        mu = np.maximum(_expected(parts[0], parts[1], u), _TINY)
        slope = ((observed / mu - 1) * parts[k]).sum(-1) - u[k] / widths[k] ** 2
        u[k] = np.maximum(u[k] + slope / ((parts[k] ** 2 / mu).sum(-1) + 1 / widths[k] ** 2), -0.99)
    total: FloatArray = poisson_twice_nll(observed, _expected(parts[0], parts[1], u)).sum(axis=-1)
    for k in np.flatnonzero(widths):
        total = total + (u[k] / widths[k]) ** 2
    return total


class Deviance:
    """-2 ln L as a function of [changes of alpha_21, alpha_31,] [rate,] [background]; a `newton.Function`.

    Parameters are those of `minimised`.
    """

    def __init__(
        self, family: Family, templates: Templates, observed: FloatArray, time: FloatArray, phases: FloatArray
    ) -> None:
        self.family, self.observed, self.phases = family, observed, phases
        self.weak = Templates(time[:, None] * templates.base, time[:, None, None] * templates.amplitude)
        self.background = time[:, None] * family.background
        self.n_phases = 2 if family.majorana else 0
        self.uncertain = family.widths > 0
        n_u = np.count_nonzero(self.uncertain)
        self.weights = np.concatenate([np.zeros(self.n_phases), family.widths[self.uncertain] ** -2.0])
        self.lower = np.concatenate([np.full(self.n_phases, -_TURN), np.full(n_u, -1.0)])
        self.upper = np.concatenate([np.full(self.n_phases, _TURN), np.full(n_u, np.inf)])

    def phases_at(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return the phases (n_index, 2), rad."""
        return self.phases[index] + z[:, :2] if self.n_phases else self.phases[index]

    def value(self, z: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return -2 ln L with penalties, (n_index,)."""
        weak = self._at(index).counts(self.family.angles(self.phases_at(z, index)))
        expected = _expected(weak, self.background[index], self._shifts(z))
        total: FloatArray = poisson_twice_nll(self.observed[index], expected).sum(axis=-1)
        penalties: FloatArray = (self.weights * z**2).sum(axis=-1)
        return total + penalties

    def derivatives(
        self, z: FloatArray, index: NDArray[np.intp], exact: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Return gradient and curvature; see `newton.Function`."""
        weak, first, second = _in_phases(self._at(index), self.family.angles(self.phases_at(z, index)))
        shifts, d = self._shifts(z), self.n_phases
        rate = 1 + shifts[0][:, None, None]
        n, expected = self.observed[index], _expected(weak, self.background[index], shifts)
        mu = np.maximum(expected, np.maximum(_TINY * n, _TINY))
        r, w = 2 * (1 - n / mu), 2 * n / mu**2
        w = np.where(exact[:, None], w, np.maximum(w, 2 / np.maximum(mu, _LEAST)))
        rows = [rate * first[:, :d], weak[:, None], self.background[index][:, None]]
        jacobian = np.concatenate([rows[0], *(rows[1 + k] for k in np.flatnonzero(self.uncertain))], axis=1)
        gradient = (jacobian * r[:, None]).sum(-1) + 2 * self.weights * z
        curvature = np.matmul(jacobian * w[:, None], jacobian.transpose(0, 2, 1)) + 2 * np.diag(self.weights)
        bend = np.zeros_like(curvature)
        bend[:, :d, :d] = rate * (second[:, :d, :d] * r[:, None, None]).sum(-1)
        if self.uncertain[0]:
            bend[:, :d, d] = bend[:, d, :d] = (first[:, :d] * r[:, None]).sum(-1)
        return gradient, curvature + np.where(exact[:, None, None], bend, 0.0)

    def _at(self, index: NDArray[np.intp]) -> Templates:
        return Templates(self.weak.base[index], self.weak.amplitude[index])

    def _shifts(self, z: FloatArray) -> FloatArray:
        """Shifts (2, n_index) of the rate and of the background."""
        shifts = np.zeros((2, len(z)))
        shifts[self.uncertain] = z[:, self.n_phases :].T
        return shifts


def _expected(weak: FloatArray, background: FloatArray, shifts: FloatArray) -> FloatArray:
    counts: FloatArray = (1 + shifts[0])[..., None] * weak + (1 + shifts[1])[..., None] * background
    return counts


def _in_phases(templates: Templates, angles: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Counts (..., n) and their first (..., 2, n) and second (..., 2, 2, n) derivatives in the phases."""
    cosine, sine = np.cos(angles)[..., None] * templates.amplitude, np.sin(angles)[..., None] * templates.amplitude
    first = np.einsum("...pn,pi->...in", sine, PHASE_SUMS)
    second = np.einsum("...pn,pi,pj->...ijn", cosine, PHASE_SUMS, PHASE_SUMS)
    return templates.base - cosine.sum(axis=-2), first, second
