"""Counts with single elements of the moments, fitted to data of one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.linear_counts import LinearCounts
from nulight.renp.experiment import RenpExperiment
from nulight.typing import FloatArray

__all__ = ["SingleElements"]

_PROBE = 1e-11  # mu_B
_TOLERANCE = 1e-13  # of -2 ln L: differences of two elements may be a small part of it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SingleElements:
    """Counts without moments, of every element of one mu_B^2, and of relative nuisances.

    Attributes
    ----------
    names : tuple of n_el str
    base : array (n,)
    signals : array (n_el + 1, n)
        The last one is none.
    nuisances : array (n_u, n)
        Counts without moments that each of them multiplies.
    rates : array of bool (n_u,)
        Whether it multiplies signals as well.
    weight : array (n_u,)
    """

    names: tuple[str, ...]
    base: FloatArray
    signals: FloatArray
    nuisances: FloatArray
    rates: NDArray[np.bool_]
    weight: FloatArray

    @classmethod
    def of(cls, experiment: RenpExperiment, names: tuple[str, ...]) -> SingleElements:
        """Return the counts of an experiment and of each named element in it."""
        plain, which = experiment.expected({})[0], experiment.components.index("new physics")
        single = dict(zip(names, _PROBE * np.eye(len(names)), strict=True))
        new = experiment.expected(single)[:, which] / _PROBE**2
        scaled = np.array(
            [[n.name in experiment.scales[name] for name in experiment.components] for n in experiment.nuisances], bool
        ).reshape(-1, len(plain))
        return cls(
            names=names,
            base=plain.sum(axis=0),
            signals=np.vstack([new, np.zeros_like(plain[0])]),
            nuisances=scaled.astype(float) @ plain,
            rates=scaled[:, which],
            weight=np.array([1 / float(nuisance.width or np.inf) ** 2 for nuisance in experiment.nuisances]),
        )

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Whether an element adds counts anywhere (n_el,)."""
        return np.asarray(np.any(self.signals[:-1] > 0, axis=1), bool)

    @property
    def information(self) -> FloatArray:
        """Delta chi2 of every element against none, per mu_B^4, while it is small (n_el,); one for those not seen."""
        found = (self.signals[:-1] ** 2 / np.where(self.base > 0, self.base, np.inf)).sum(axis=1)
        return np.where(found > 0, found, 1.0)

    def compare(
        self, squares: FloatArray, times: FloatArray, rivals: NDArray[np.intp]
    ) -> tuple[FloatArray, FloatArray]:
        """Fit rivals to data of every element.

        Parameters
        ----------
        squares : array (n_el,), mu_B^2
            True sizes; NaN for elements to be left out.
        times : array (n_el, n_rivals) or (n_el, 1)
            In units of the experiment's.
        rivals : array of int (n_rivals,)
            Places in `signals`.

        Returns
        -------
        delta_chi2 : array (n_el, n_rivals)
        fitted : array (n_el, n_rivals), mu_B^2
        """
        shape = (len(self.names), len(rivals), 1 + len(self.nuisances), len(self.base))
        true = np.where(np.isnan(squares), 0.0, squares)[:, None]
        unit = self._units(true, rivals)
        slopes = np.empty(shape)
        slopes[:, :, 0] = unit[:, :, None] * self.signals[rivals]
        slopes[:, :, 1:] = self.nuisances
        scale = np.broadcast_to(times, shape[:2])[:, :, None]
        data = self.base + true * self.signals[:-1]
        counts = LinearCounts(
            observed=(scale * data[:, None]).reshape(-1, shape[3]),
            base=(scale * self.base).reshape(-1, shape[3]),
            slopes=(scale[..., None] * slopes).reshape(-1, *shape[2:]),
            weight=np.append(0.0, self.weight),
            lower=np.append(0.0, np.full(len(self.weight), -1.0)),
        )
        start = np.tile(np.append(0.5, np.zeros(len(self.weight))), (len(counts.base), 1))
        chi2, z = counts.minimum(start, tolerance=_TOLERANCE)
        # The common rate of all pairs is in the fitted signal: (1 + u) x is what the counts are linear in.
        size = z[:, 0] / np.prod(1 + z[:, 1:] * self.rates, axis=1)
        keep = ~np.isnan(squares)[:, None]
        found = (np.maximum(chi2, 0.0), size)
        delta, ratio = (np.where(keep, column.reshape(shape[:2]), np.nan) for column in found)
        return delta, ratio * unit

    def _units(self, true: FloatArray, rivals: NDArray[np.intp]) -> FloatArray:
        """Sizes of the rivals that add about as much as the true elements, (n_el, n_rivals); zero for none."""
        norm = np.sqrt((self.signals**2 / np.where(self.base > 0, self.base, np.inf)).sum(axis=1))
        inverse = np.where(norm > 0, 1.0, 0.0) / np.where(norm > 0, norm, 1.0)
        unit: FloatArray = true * norm[:-1, None] * inverse[rivals]
        return unit
