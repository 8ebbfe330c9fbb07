"""Expected Delta chi2 along one coupling, for many scans of trigger frequencies at once.

A ray is one experiment with its own Asimov data (an exposure, a mass of the mediator) and one
direction of one coupling. Counts are polynomials of degree two in the strength along it; the
statistic and the treatment of nuisances are those of `nulight.inference`; every ray has data of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.linear_counts import LinearCounts, loss_slope
from nulight.inference.likelihood import poisson_twice_nll
from nulight.inference.masses.lines import Points
from nulight.inference.nuisance import Nuisance
from nulight.typing import FloatArray

__all__ = ["Places", "Rays"]

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rays:
    """Counts constant + linear s + square s^2 of the strength s >= 0 along every ray.

    Attributes
    ----------
    constant, linear, square : array (n_rays, n_groups, n_bins)
        Rows of counts; each is multiplied by (1 + u) of at most one nuisance.
    scaled : array (n_nuisances, n_groups)
        One where the nuisance multiplies the row, zero elsewhere.
    nuisances : tuple of Nuisance
        Gaussian ones.
    """

    constant: FloatArray
    linear: FloatArray
    square: FloatArray
    scaled: FloatArray
    nuisances: tuple[Nuisance, ...] = ()

    @property
    def data(self) -> FloatArray:
        """Asimov data without the coupling, shape (n_rays, n_bins)."""
        total: FloatArray = self.constant.sum(axis=1)
        return total

    def __len__(self) -> int:
        return len(self.constant)

    def __getitem__(self, where: Places) -> Rays:
        return Rays(
            constant=self.constant[where],
            linear=self.linear[where],
            square=self.square[where],
            scaled=self.scaled,
            nuisances=self.nuisances,
        )

    def at(self, strength: FloatArray, start: FloatArray | None = None) -> Points:
        """Return the profile likelihood of every ray at a strength of its own.

        Parameters
        ----------
        strength : array (n_rays,)
        start : array (n_rays, n_nuisances), optional
            Factors 1 + u at which the minimum is looked for first; one otherwise.

        Returns
        -------
        Points
            With z = 1 + u, which keeps its digits where a strong signal makes it small.

        Notes
        -----
        Nuisances are at their minimum, so that only the counts of the signal change to first order.
        """
        x = strength[:, None, None]
        counts = self.constant + x * (self.linear + x * self.square)
        data = self.data
        value, z = self._minimum(counts, data, start)
        factor = (1 - self.scaled.sum(axis=0) + z @ self.scaled)[:, None]
        expected = np.matmul(factor, counts)[:, 0]
        change = np.matmul(factor, self.linear + 2 * x * self.square)[:, 0]
        return Points(strength, value, (loss_slope(data, expected) * change).sum(axis=1), z)

    def _minimum(self, counts: FloatArray, data: FloatArray, start: FloatArray | None) -> tuple[FloatArray, FloatArray]:
        """-2 ln L of points and factors 1 + u of their nuisances (n_points, n_nuisances)."""
        begin = np.ones((len(counts), len(self.nuisances))) if start is None else start
        if not self.nuisances:
            value: FloatArray = poisson_twice_nll(data, counts.sum(axis=1)).sum(axis=1)
            return value, begin
        lower, upper = 1 + np.array([n.bounds for n in self.nuisances]).T
        problem = LinearCounts(
            observed=data,
            base=np.matmul(1 - self.scaled.sum(axis=0), counts),
            slopes=np.matmul(self.scaled, counts),
            weight=np.array([(n.width or np.inf) ** -2.0 for n in self.nuisances]),
            lower=lower,
            upper=upper,
            centre=1.0,
        )
        return problem.minimum(begin)
