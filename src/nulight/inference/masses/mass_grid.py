"""Counts of a model tabulated over a mass: polynomials of one coupling at every mass of a grid.

At a fixed mass of the sterile neutrino all counts are polynomials of degree two in the coupling that
makes it, without a linear term unless something interferes. Three values of the coupling therefore
say everything; what is left for the statistics is the sum of a few arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import lookup
from nulight.inference.expectation import Morph, ParametricCounts, expected_counts, parametric, row_counts, rows
from nulight.inference.likelihood import bin_errors
from nulight.inference.model import CombinedModel, CountModel, Model, Nuisance, ParameterLike, Statistic, parts
from nulight.typing import FloatArray

__all__ = ["MassGrid", "MassTable", "mass_table"]

_INDEX, _STRENGTH = "mass_index", "strength"
_FAR = 1e6  # in units of the scale of the coupling: so strong that the signal is all there is
_ROUNDING = 1e-12  # of all counts: a linear term below it is the rounding of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """A parameter of the table: the place of a mass, or the strength of the signal."""

    name: str
    unit: str = ""
    lower: float | None = 0.0
    upper: float | None = None
    scale: float = 1.0
    default: float | None = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MassGrid:
    """One experiment with its counts tabulated; a `CountModel` of "mass_index" and "strength".

    Components are the sums of those of `base` that share their nuisances.

    Attributes
    ----------
    base : CountModel
        What was tabulated; data, nuisances and parametric counts are its own.
    components : tuple of str
    scales : mapping of component to names of nuisances
    morphs : tuple of Morph
    terms : tuple of array, each (n_masses or 1, n_rows, n_bins)
        Coefficients of strength^k, k = 0, 1 and perhaps 2; rows are components, then morphs.
    """

    base: CountModel
    components: tuple[str, ...]
    scales: Mapping[str, tuple[str, ...]]
    morphs: tuple[Morph, ...]
    terms: tuple[FloatArray, ...]
    observed: FloatArray = field(default_factory=lambda: np.zeros(0))

    @property
    def name(self) -> str:
        """Name of the experiment."""
        return self.base.name

    @property
    def statistic(self) -> Statistic:
        """Likelihood of the experiment."""
        return self.base.statistic

    @property
    def sigma(self) -> FloatArray | None:
        """Errors of the counts, shape (n_bins,), or None."""
        return self.base.sigma

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Nuisances of the experiment."""
        return self.base.nuisances

    @property
    def parametric(self) -> tuple[ParametricCounts, ...]:
        """Parametric counts of the experiment."""
        return parametric(self.base)

    def parameters(self) -> dict[str, ParameterLike]:
        """Return the two parameters of the table."""
        n = max(len(term) for term in self.terms)
        return {_INDEX: _Own(name=_INDEX, upper=float(n - 1)), _STRENGTH: _Own(name=_STRENGTH)}

    def provenance(self) -> dict[str, Any]:
        """Return the provenance of the experiment."""
        return self.base.provenance()

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return counts, shape (n_points, n_components, n_bins)."""
        return self._sum(params, slice(None, len(self.components)))

    def morph_counts(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the changes of shape, shape (n_points, n_morphs, n_bins)."""
        return self._sum(params, slice(len(self.components), None))

    def slope(self, index: NDArray[np.intp], strength: FloatArray) -> FloatArray:
        """Return the derivative of all rows in the strength, shape (n_points, n_rows, n_bins)."""
        _, linear, *square = (_at(term, index) for term in self.terms)
        return linear + 2 * strength[:, None, None] * square[0] if square else linear

    def _sum(self, params: Mapping[str, Any], chosen: slice) -> FloatArray:
        index, strength = np.broadcast_arrays(
            np.atleast_1d(np.asarray(params.get(_INDEX, 0), np.intp)), np.asarray(params.get(_STRENGTH, 0.0), float)
        )
        total = np.zeros((len(index), *self.terms[0][0, chosen].shape))
        for power, term in enumerate(self.terms):
            total += _at(term[:, chosen], index) * (strength**power)[:, None, None]
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class MassTable:
    """A model tabulated over masses, and what its strengths mean.

    Attributes
    ----------
    model : MassGrid, or CombinedModel of such
    coupling : str
    masses : array, shape (n_masses,), keV
    size : array, shape (n_masses,)
        Coupling that is felt without nuisances at one standard deviation: strengths are of order one.
    even : bool
        Whether counts depend on the square of the coupling only: the strength is (coupling / size)^2,
        otherwise it is coupling / size.
    reachable : array of bool, shape (n_masses,)
        Whether any count depends on the coupling at this mass.
    """

    model: Model
    coupling: str
    masses: FloatArray
    size: FloatArray
    even: bool
    reachable: NDArray[np.bool_]

    def value(self, strength: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return couplings of strengths, shapes (n_points,)."""
        return self.size[index] * (np.sqrt(strength) if self.even else strength)

    def strength(self, value: FloatArray, index: NDArray[np.intp]) -> FloatArray:
        """Return strengths of couplings, shapes (n_points,)."""
        ratio: FloatArray = value / self.size[index]
        return ratio**2 if self.even else ratio

    def with_data(self, model: Model) -> MassTable:
        """Return the table with the data of another model of the same experiments."""
        new = tuple(
            replace(part, observed=np.asarray(other.observed, float))
            for part, other in zip(self.parts, parts(model), strict=True)
        )
        return replace(self, model=CombinedModel(new) if isinstance(self.model, CombinedModel) else new[0])

    @property
    def parts(self) -> tuple[MassGrid, ...]:
        """The tabulated experiments."""
        return tuple(part for part in parts(self.model) if isinstance(part, MassGrid))


def mass_table(
    model: Model,
    coupling: str,
    masses: FloatArray,
    *,
    mass: str = "m_4",
    fixed: Mapping[str, float] | None = None,
) -> MassTable:
    """Tabulate the counts of a model over a mass.

    Parameters
    ----------
    model : CountModel or CombinedModel
    coupling : str
        Parameter in which counts are a polynomial of degree two at fixed mass, not negative.
    masses : array, shape (n_masses,), keV
    mass : str
        Parameter of the mass.
    fixed : mapping of str to float, optional
        Other parameters held at values.

    Returns
    -------
    MassTable

    Raises
    ------
    ValueError
        If a name is unknown.

    Notes
    -----
    The quadratic term comes from a coupling at which the standard signal is rounding, so that it
    keeps all its digits where next to nothing is left of it, near the kinematic end.
    """
    for name in (coupling, mass, *(fixed or {})):
        lookup(model, name)
    masses = np.asarray(masses, float)
    a = lookup(model, coupling).scale
    found = [_Polynomial.of(part, coupling, masses, a, mass, dict(fixed or {})) for part in parts(model)]
    even = all(p.linear is None for p in found)
    size, reachable = _size(found)
    grids = tuple(p.grid(size, even) for p in found)
    return MassTable(
        model=CombinedModel(grids) if isinstance(model, CombinedModel) else grids[0],
        coupling=coupling,
        masses=masses,
        size=size,
        even=even,
        reachable=reachable,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Polynomial:
    """Rows of counts (n_masses, n_rows, n_bins) of one experiment: constant + linear x + square x^2."""

    part: CountModel
    groups: list[tuple[tuple[str, ...], tuple[str, ...]]]
    constant: FloatArray
    linear: FloatArray | None
    square: FloatArray

    @classmethod
    def of(
        cls, part: CountModel, coupling: str, masses: FloatArray, a: float, mass: str, fixed: dict[str, float]
    ) -> _Polynomial:
        values = np.repeat([0.0, a, _FAR * a], len(masses))
        table = row_counts(part, {**fixed, coupling: values, mass: np.tile(masses, 3)})
        groups, sums = _grouped(rows(part))
        zero, near, far = np.matmul(sums, table).reshape(3, len(masses), len(sums), -1)
        square = (far - zero - _FAR * (near - zero)) / (_FAR * (_FAR - 1) * a**2)
        linear = (near - zero) / a - square * a
        small = np.abs(linear * a).max(initial=0.0) <= _ROUNDING * np.abs(near).max(initial=0.0)
        if small:
            square = (far - zero) / (_FAR * a) ** 2
        same = np.ptp(zero, axis=0).max(initial=0.0) == 0
        return cls(
            part=part,
            groups=groups,
            constant=zero[:1] if same else zero,
            linear=None if small else linear,
            square=square,
        )

    def information(self) -> tuple[FloatArray, FloatArray]:
        """Fisher information on the linear and the square term without nuisances, shapes (n_masses,)."""
        part = self.part
        expected = expected_counts(part, {})[0]
        known = np.maximum(np.maximum(expected, part.observed), 1.0)
        variance = known if part.statistic == "poisson" else bin_errors(part) ** 2
        plain = [i for i, (_, factors) in enumerate(self.groups) if not factors]
        zero = np.zeros(len(self.square))
        linear = zero if self.linear is None else (self.linear[:, plain].sum(axis=1) ** 2 / variance).sum(axis=-1)
        return linear, (self.square[:, plain].sum(axis=1) ** 2 / variance).sum(axis=-1)

    def grid(self, size: FloatArray, even: bool) -> MassGrid:
        scale = size[:, None, None]
        square = self.square * scale**2
        linear = np.zeros((1, *square.shape[1:])) if self.linear is None else self.linear * scale
        names = {scaled: f"group {i}" for i, (scaled, factors) in enumerate(self.groups) if not factors}
        return MassGrid(
            base=self.part,
            components=tuple(names.values()),
            scales={name: scaled for scaled, name in names.items()},
            morphs=tuple(Morph(names[scaled], factors) for scaled, factors in self.groups if factors),
            terms=(self.constant, square) if even else (self.constant, linear, square),
            observed=np.asarray(self.part.observed, float),
        )


def _grouped(
    members: Sequence[tuple[tuple[str, ...], tuple[str, ...]]],
) -> tuple[list[tuple[tuple[str, ...], tuple[str, ...]]], FloatArray]:
    """Distinct dependences on nuisances, those of components first, and the sums (n_groups, n_rows) of the rows."""
    groups = sorted(dict.fromkeys(members), key=lambda member: bool(member[1]))
    return groups, np.array([[float(member == group) for member in members] for group in groups])


def _size(found: Sequence[_Polynomial]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Coupling of one standard deviation, and whether there is any signal, shapes (n_masses,)."""
    linear, square = (sum(column, np.zeros(1)) for column in zip(*(p.information() for p in found), strict=True))
    reachable: NDArray[np.bool_] = (linear > 0) | (square > 0)
    with np.errstate(divide="ignore"):
        size = np.minimum(linear**-0.5, square**-0.25)
    return np.where(reachable, size, 1.0), reachable


def _at(term: FloatArray, index: NDArray[np.intp]) -> FloatArray:
    return term if len(term) == 1 else term[index]
