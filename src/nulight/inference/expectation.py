"""What an experiment expects at given physics parameters and nuisances: the definition.

Rows of counts are multiplied by nuisances and summed. A row is a component, multiplied by (1 + u)
of the nuisances that scale it, or a change of shape of a component (`Morph`), multiplied by u as
well. Counts that depend on nuisances in any other way (`ParametricCounts`) are added. Experiments
that have only components need not know about the other two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from nulight.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    from nulight.inference.model import CountModel

__all__ = [
    "HeldCounts",
    "Morph",
    "ParametricCounts",
    "expected_counts",
    "morph_counts",
    "morphs",
    "parametric",
    "parametric_counts",
    "row_counts",
    "rows",
]


@dataclass(frozen=True, slots=True)
class Morph:
    """A change of the shape of one component, zero at u = 0.

    Its counts are multiplied by (1 + u) of every nuisance that scales the component and by u of
    every name in `factors`.

    Attributes
    ----------
    component : str
    factors : tuple of str
        Names of nuisances, at least one; twice the same name for u^2.
    """

    component: str
    factors: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.factors:
            raise ValueError(f"a change of {self.component} without a nuisance would always be there: name one")


class ParametricCounts(Protocol):
    """Counts that depend on nuisances in a non-linear way: the scale of an exponential, the centre of a line."""

    @property
    def name(self) -> str: ...
    @property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the k nuisances, all different, in the order of the columns of u."""

    def evaluate(self, u: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Counts (n_points, n_bins) at u (n_points, k), first (n_points, k, n_bins) and second derivatives.

        The second derivatives have shape (n_points, k, k, n_bins) and are symmetric. Counts alone may
        come faster from a further method ``counts(u)``.
        """


@dataclass(frozen=True, slots=True)
class HeldCounts:
    """Parametric counts with some of their nuisances held at zero."""

    inner: ParametricCounts
    held: frozenset[str]

    @property
    def name(self) -> str:
        """Name of the counts."""
        return self.inner.name

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the nuisances that are left."""
        return tuple(name for name in self.inner.nuisances if name not in self.held)

    def evaluate(self, u: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return counts and derivatives in the nuisances that are left; see `ParametricCounts`."""
        kept = [i for i, name in enumerate(self.inner.nuisances) if name not in self.held]
        counts, first, second = self.inner.evaluate(self._everything(u, kept))
        return counts, first[:, kept], second[:, kept][:, :, kept]

    def counts(self, u: FloatArray) -> FloatArray:
        """Return the counts alone."""
        kept = [i for i, name in enumerate(self.inner.nuisances) if name not in self.held]
        return parametric_counts(self.inner, self._everything(u, kept))

    def _everything(self, u: FloatArray, kept: list[int]) -> FloatArray:
        everything = np.zeros((len(u), len(self.inner.nuisances)))
        everything[:, kept] = u
        return everything


class _Quick(Protocol):
    def counts(self, u: FloatArray) -> FloatArray: ...


class _Morphing(Protocol):
    def morph_counts(self, params: Mapping[str, Any]) -> FloatArray: ...


def morphs(model: CountModel) -> tuple[Morph, ...]:
    """Return the changes of shape of an experiment, none if it does not know the word."""
    return getattr(model, "morphs", ())


def morph_counts(model: CountModel, params: Mapping[str, Any]) -> FloatArray:
    """Return the counts of the changes of shape of an experiment that has some, (n_points, n_morphs, n_bins)."""
    counts: FloatArray = np.asarray(cast("_Morphing", model).morph_counts(params), float)
    return counts


def parametric(model: CountModel) -> tuple[ParametricCounts, ...]:
    """Return the parametric counts of an experiment, none if it does not know the word."""
    return getattr(model, "parametric", ())


def parametric_counts(shape: ParametricCounts, u: FloatArray) -> FloatArray:
    """Return the counts (n_points, n_bins) of a parametric shape, without derivatives if it can do without."""
    return cast("_Quick", shape).counts(u) if hasattr(shape, "counts") else shape.evaluate(u)[0]


def rows(model: CountModel) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return for every row the nuisances that enter as (1 + u) and those that enter as u."""
    scales = [(tuple(model.scales.get(component, ())), ()) for component in model.components]
    return [*scales, *((tuple(model.scales.get(m.component, ())), m.factors) for m in morphs(model))]


def row_counts(model: CountModel, params: Mapping[str, Any]) -> FloatArray:
    """Return the counts of every row, shape (n_points, n_components + n_morphs, n_bins)."""
    counts = np.asarray(model.expected(params), float)
    if not morphs(model):
        return counts
    changes = morph_counts(model, params)
    n_points = max(len(counts), len(changes))
    both = (np.broadcast_to(c, (n_points, *c.shape[1:])) for c in (counts, changes))
    return np.concatenate(list(both), axis=1)


def expected_counts(
    model: CountModel, params: Mapping[str, Any], nuisances: Mapping[str, ArrayLike] | None = None
) -> FloatArray:
    """Return the expected counts of one experiment, everything summed.

    Parameters
    ----------
    model : CountModel
    params : mapping of str to float or array (n_points,)
        Physics parameters.
    nuisances : mapping of str to float or array (n_points,), optional
        Values u; those not given are zero, those the experiment does not have are ignored.

    Returns
    -------
    array, shape (n_points, n_bins), counts
    """
    given = nuisances or {}
    counts = row_counts(model, params)
    total: FloatArray = np.zeros((counts.shape[0], counts.shape[2]))
    for i, (scaled, plain) in enumerate(rows(model)):
        factor = np.ones(1)
        for name in scaled:
            factor = factor * (1 + _column(given, name))
        for name in plain:
            factor = factor * _column(given, name)
        total = total + factor[:, None] * counts[:, i]
    for shape in parametric(model):
        columns = np.broadcast_arrays(np.zeros(1), *(_column(given, name) for name in shape.nuisances))
        total = total + parametric_counts(shape, np.stack(columns, axis=1)[:, 1:])
    return total


def _column(given: Mapping[str, ArrayLike], name: str) -> FloatArray:
    return np.atleast_1d(np.asarray(given.get(name, 0.0), float))
