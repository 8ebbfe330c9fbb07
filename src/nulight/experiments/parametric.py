"""Backgrounds of a given form whose parameters float in the fit: exponentials and Gaussian lines.

A nuisance u multiplies a parameter by (1 + u); several may share a parameter, and one may move
several parameters, also of other backgrounds. The bin integrals are closed forms, so counts and their
derivatives in u are exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import ClassVar

import numpy as np

from nulight.experiments.axes import steady_shares
from nulight.experiments.loader import LoadedCard
from nulight.experiments.schema import Card, ExponentialBackground, LineBackground
from nulight.typing import FloatArray

__all__ = ["ExponentialCounts", "FormCounts", "LineCounts", "parametric_counts"]

_SMALLEST = 1e-6  # of the nominal value: a width or a scale never becomes zero

Slopes = tuple[list[FloatArray], dict[tuple[int, int], FloatArray]]
"""First derivatives (n, n_E) in every parameter, and the second ones that are not zero, lower index first."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FormCounts(ABC):
    """Counts of a form whose parameters are multiplied by (1 + u) of nuisances.

    Attributes
    ----------
    name : str
    edges : array, shape (n_E + 1,)
        Reconstructed energies.
    nominal : tuple of float
        Parameters in the order of `parameters`; the first one is the normalisation.
    scaled : mapping of str to tuple of str
        Nuisances of each parameter.
    rest : array, shape (n_rest,)
        Shares of the counts in the bins of the further axes.
    """

    parameters: ClassVar[tuple[str, ...]]

    name: str
    edges: FloatArray
    nominal: tuple[float, ...]
    scaled: Mapping[str, tuple[str, ...]]
    rest: FloatArray = field(default_factory=lambda: np.ones(1))

    @abstractmethod
    def in_bins(self, p: FloatArray) -> FloatArray:
        """Integrate over the bins at parameters p (n, n_par) for a normalisation of one, (n, n_E)."""

    @abstractmethod
    def slopes(self, p: FloatArray) -> Slopes:
        """Return the derivatives of normalisation times `in_bins` in the parameters p (n, n_par)."""

    @cached_property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the k nuisances, all different."""
        return tuple(dict.fromkeys(name for parameter in self.parameters for name in self.scaled.get(parameter, ())))

    def counts(self, u: FloatArray) -> FloatArray:
        """Return the counts (n_points, n_bins) at nuisances u (n_points, k), without derivatives."""
        p = self._values(np.asarray(u, float), ())
        return self._spread(p[:, :1] * (self.in_bins(p) if self._bends else self._nominal_shape))

    def evaluate(self, u: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return counts and their derivatives in the nuisances.

        Parameters
        ----------
        u : array, shape (n_points, k)
            In the order of `nuisances`.

        Returns
        -------
        counts : array, shape (n_points, n_bins)
        first : array, shape (n_points, k, n_bins)
        second : array, shape (n_points, k, k, n_bins)
        """
        u = np.asarray(u, float)
        p = self._values(u, ())
        slope, bend = self.slopes(p) if self._bends else ([self._nominal_shape], {})
        k, shape = len(self.nuisances), (len(u), len(self.edges) - 1)
        steps = [self._values(u, (i,)) for i in range(k)]
        moved = [np.flatnonzero(row).tolist() for row in self._moves]
        first, second = np.zeros((len(u), k, shape[1])), np.zeros((len(u), k, k, shape[1]))
        for i in range(k):
            first[:, i] = sum(steps[i][:, j, None] * slope[j] for j in moved[i])
            for m in range(i + 1):
                both = np.zeros(shape)
                for j, n in product(moved[i], moved[m]):
                    if (pair := (min(j, n), max(j, n))) in bend:
                        both += (steps[i][:, j] * steps[m][:, n])[:, None] * bend[pair]
                if m != i and (common := set(moved[i]) & set(moved[m])):
                    mixed = self._values(u, (i, m))
                    both += sum(mixed[:, j, None] * slope[j] for j in common)
                second[:, i, m] = second[:, m, i] = both
        return self._spread(p[:, :1] * slope[0]), self._spread(first), self._spread(second)

    @cached_property
    def _bends(self) -> bool:
        """Whether anything beside the normalisation moves."""
        return bool(self._moves[:, 1:].any())

    @cached_property
    def _nominal_shape(self) -> FloatArray:
        return self.in_bins(np.array([self.nominal]))

    @cached_property
    def _moves(self) -> np.ndarray:
        """Whether a nuisance moves a parameter, shape (k, n_par)."""
        moves = [[n in self.scaled.get(p, ()) for p in self.parameters] for n in self.nuisances]
        return np.array(moves, bool).reshape(len(self.nuisances), len(self.parameters))

    def _values(self, u: FloatArray, along: Sequence[int]) -> FloatArray:
        """Parameters (n, n_par), differentiated once in each nuisance of `along` (all different)."""
        nominal = np.array(self.nominal)
        if not self.nuisances:
            return np.broadcast_to(nominal, (len(u), len(nominal)))
        moves = self._moves.copy()
        reached = moves[list(along)].all(axis=0)
        moves[list(along)] = False
        product = np.where(moves, 1 + u[:, :, None], 1.0).prod(axis=1)
        return np.asarray(nominal * product * reached)

    def _spread(self, counts: FloatArray) -> FloatArray:
        """Share out energy bins over the bins of the further axes, energy first."""
        return np.asarray(
            (counts[..., None] * self.rest).reshape(*counts.shape[:-1], counts.shape[-1] * len(self.rest))
        )

    def _at_least(self, p: FloatArray, place: int) -> FloatArray:
        """A parameter (n, 1) that must stay positive."""
        return np.asarray(np.maximum(p[:, place, None], _SMALLEST * self.nominal[place]))


@dataclass(frozen=True, eq=False, kw_only=True)
class ExponentialCounts(FormCounts):
    """Integrals of amplitude exp(-E/scale); the amplitude in counts per keV."""

    parameters: ClassVar[tuple[str, ...]] = ("amplitude", "scale")

    def in_bins(self, p: FloatArray) -> FloatArray:
        """See `FormCounts.in_bins`."""
        scale = self._at_least(p, 1)
        x = self.edges / scale
        area: FloatArray = -scale * np.exp(-x[:, :-1]) * np.expm1(-np.diff(x, axis=1))
        return area

    def slopes(self, p: FloatArray) -> Slopes:
        """See `FormCounts.slopes`."""
        amplitude, scale = p[:, :1], self._at_least(p, 1)
        x = self.edges / scale
        height = np.exp(-x)
        d_area = -np.diff(height * (1 + x), axis=1)
        d2_area = -np.diff(height * x**2, axis=1) / scale
        return [self.in_bins(p), amplitude * d_area], {(0, 1): d_area, (1, 1): amplitude * d2_area}


@dataclass(frozen=True, eq=False, kw_only=True)
class LineCounts(FormCounts):
    """Integrals of a Gaussian line with `counts` in all."""

    parameters: ClassVar[tuple[str, ...]] = ("counts", "centre", "sigma")

    def in_bins(self, p: FloatArray) -> FloatArray:
        """See `FormCounts.in_bins`."""
        from scipy.special import ndtr

        z = (self.edges - p[:, 1:2]) / self._at_least(p, 2)
        tail = ndtr(-np.abs(z))  # the shorter one: a difference of two on the same side keeps its precision
        below, above = z[:, :-1], z[:, 1:]
        area = np.abs(np.diff(tail, axis=1))
        return np.asarray(np.where((below <= 0) & (above > 0), 1 - tail[:, :-1] - tail[:, 1:], area))

    def slopes(self, p: FloatArray) -> Slopes:
        """See `FormCounts.slopes`."""
        counts, centre, sigma = p[:, :1], p[:, 1:2], self._at_least(p, 2)
        z = (self.edges - centre) / sigma
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        skew = np.diff(z * density, axis=1)
        c, s = -np.diff(density, axis=1) / sigma, -skew / sigma
        cc = counts * -skew / sigma**2
        cs = counts * np.diff(density * (1 - z**2), axis=1) / sigma**2
        ss = counts * np.diff(z * density * (2 - z**2), axis=1) / sigma**2
        bend = {(0, 1): c, (0, 2): s, (1, 1): cc, (1, 2): cs, (2, 2): ss}
        return [self.in_bins(p), counts * c, counts * s], bend


def parametric_counts(loaded: LoadedCard) -> tuple[FormCounts, ...]:
    """Return the exponentials and lines of a card with the nuisances that move their parameters."""
    result: list[FormCounts] = []
    card, edges = loaded.card, loaded.edges()
    for entry in card.backgrounds:
        if isinstance(entry, ExponentialBackground):
            nominal: tuple[float, ...] = (card.exposure * entry.amplitude, float(entry.scale))
            form: type[FormCounts] = ExponentialCounts
        elif isinstance(entry, LineBackground):
            events = entry.counts * loaded.exposure_ratio(entry)
            nominal, form = (events, float(entry.centre), float(entry.sigma)), LineCounts
        else:
            continue
        scaled, rest = _scaled(card, entry.name, form.parameters), steady_shares(loaded.frame)
        result.append(form(name=entry.name, edges=edges, nominal=nominal, scaled=scaled, rest=rest))
    return tuple(result)


def _scaled(card: Card, name: str, parameters: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Nuisances of each parameter; the name of the background alone is its normalisation."""
    aliases = {f"{name}.{parameter}": parameter for parameter in parameters} | {name: parameters[0]}
    result: dict[str, list[str]] = {parameter: [] for parameter in parameters}
    for nuisance in card.nuisances:
        for parameter in {aliases[target] for target in nuisance.scales or () if target in aliases}:
            result[parameter].append(nuisance.name)
    return {parameter: tuple(names) for parameter, names in result.items()}
