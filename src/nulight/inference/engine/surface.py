"""-2 ln L of models whose counts are polynomials in everything: nuisances, profiled and given parameters.

All points and all data sets share the templates, so the model itself is asked a few times only, when
the surface is made. Other models (a mediator mass, the place of a line) have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Coordinates, Profile, coordinates, domain, lookup
from nulight.inference.engine.blocks import Block
from nulight.inference.engine.factors import Group
from nulight.inference.engine.physics import AskModel
from nulight.inference.engine.products import Product, power, product_of
from nulight.inference.engine.sheet import Sheet, Term
from nulight.inference.engine.templates import Templates, fit_templates
from nulight.inference.expectation import parametric
from nulight.inference.model import Model, parts
from nulight.typing import FloatArray

__all__ = ["Surface", "surface"]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Counts of a model as products times templates.

    Attributes
    ----------
    layout : Coordinates
        Nuisances, profiled parameters, given parameters.
    free : array of int
        Places of the coordinates that can move: nuisances that are not held and profiled parameters.
    given : int
        Number of given parameters, the last coordinates.
    sheets : tuple of Sheet
        One per experiment.
    data : tuple of array, each (1, n_bins)
        Observed counts.
    origin, reach : array, shape (n_coordinates,)
        Products are made of s = (coordinate - origin) / reach.
    even : array of bool, shape (n_coordinates,)
        Profiled parameters that enter as powers of s^2 only: y = s^2 is fitted in their place. An even function
        of s has a stationary point at zero, one of y need not, and counts linear in y bend the likelihood upwards.
    """

    layout: Coordinates
    free: NDArray[np.intp]
    given: int
    sheets: tuple[Sheet, ...]
    data: tuple[FloatArray, ...]
    origin: FloatArray
    reach: FloatArray
    even: NDArray[np.bool_]

    @property
    def convex(self) -> bool:
        """Whether the counts are linear in all that moves: then -2 ln L has one minimum."""
        return all(sheet.linear for sheet in self.sheets)

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Bounds of what is fitted, (n_free,) each."""
        low, high = self.layout.lower[self.free], self.layout.upper[self.free]
        ends = self.inward(np.stack([low, high]))
        around = self.even[self.free] & (low < self.origin[self.free]) & (self.origin[self.free] < high)
        return np.where(around, 0.0, ends.min(axis=0)), ends.max(axis=0)

    def inward(self, x: FloatArray) -> FloatArray:
        """Return what is fitted, (n_points, n_free), at free coordinates x of the layout."""
        inside: FloatArray = np.where(self.even[self.free], self._scaled(x) ** 2, x)
        return inside

    def outward(self, z: FloatArray) -> FloatArray:
        """Return the free coordinates of the layout for z (n_points, n_free); roots are positive where they may be."""
        origin, reach, even = self.origin[self.free], self.reach[self.free], self.even[self.free]
        root = reach * np.sqrt(np.where(even, z, 0.0))
        up = origin + root <= self.layout.upper[self.free] + 1e-12 * reach
        return np.where(even, origin + np.where(up, root, -root), z)

    def inward_slope(self, x: FloatArray) -> FloatArray:
        """Return the derivatives of what is fitted in the free coordinates x of the layout."""
        return np.where(self.even[self.free], 2 * self._scaled(x) / self.reach[self.free], 1.0)

    def _scaled(self, x: FloatArray) -> FloatArray:
        scaled: FloatArray = (x - self.origin[self.free]) / self.reach[self.free]
        return scaled

    def covers(self, points: Mapping[str, FloatArray]) -> bool:
        """Whether all given values lie in the range that the templates were compared in."""
        first = len(self.layout.lower) - self.given
        floor, ceiling = self.layout.floor[first:], self.layout.ceiling[first:]
        names = self.layout.parameters[len(self.layout.parameters) - self.given :]
        return all(
            bool(np.all((points[name] >= low) & (points[name] <= high)))
            for name, low, high in zip(names, floor, ceiling, strict=True)
        )


def surface(
    model: Model,
    given: Mapping[str, tuple[float, float]],
    fixed: Mapping[str, float],
    profile: Profile,
    hold: Mapping[str, float],
) -> Surface | None:
    """Return the surface of a model, or None if its counts are no polynomials of low degree.

    Parameters
    ----------
    model : CountModel or CombinedModel
    given : mapping of str to (lower, upper)
        Parameters that points set, and the range of their values.
    fixed : mapping of str to float
    profile : mapping of str to (lower, upper) or Prior
    hold : mapping of str to float
        Nuisances kept at a value.
    """
    if any(parametric(part) for part in parts(model)) or not all(_overlaps(model, *item) for item in given.items()):
        return None
    layout = coordinates(model, {**profile, **given}, hold)
    n_u = len(layout.nuisances)
    blocks = [Block(part, layout.nuisances) for part in parts(model)]
    ask = AskModel(blocks, layout, {name: np.array([value], float) for name, value in fixed.items()}, 1)
    zero = -layout.offset[n_u:] / layout.scale[n_u:]
    templates = fit_templates(ask, layout.lower[n_u:], layout.upper[n_u:], zero)
    if templates is None:
        return None
    origin = np.concatenate([np.zeros(n_u), templates.origin])
    reach = np.concatenate([np.ones(n_u), templates.reach])
    moves = layout.lower < layout.upper
    moves[len(moves) - len(given) :] = False
    free = np.flatnonzero(moves)
    even = moves & (layout.weight == 0)
    even[:n_u] = False
    even[n_u:] &= np.all(templates.powers % 2 == 0, axis=0)
    sheets = tuple(
        Sheet(
            _terms(block, templates, i, layout, even),
            free.tolist(),
            np.where(even, 1.0, 1 / reach),
            len(block.model.observed),
            None if block.poisson else block.sigma,
        )
        for i, block in enumerate(blocks)
    )
    data = tuple(np.asarray(part.observed, float)[None] for part in parts(model))
    return Surface(layout, free, len(given), sheets, data, origin, reach, even)


def _overlaps(model: Model, name: str, ends: tuple[float, float]) -> bool:
    low, high = domain(lookup(model, name))
    return max(low, ends[0]) <= min(high, ends[1])


def _terms(block: Block, templates: Templates, place: int, layout: Coordinates, even: NDArray[np.bool_]) -> list[Term]:
    """Templates of an experiment with their products; what is held is multiplied in."""
    n_u, terms = len(layout.nuisances), []
    for g, group in enumerate(block.groups):
        factor, nuisances = _factor(group, layout)
        for powers, table in zip(templates.powers, templates.tables[place], strict=True):
            couplings = [(n_u + k, power(int(n) // (1 + even[n_u + k]))) for k, n in enumerate(powers) if n]
            terms.append(Term(product_of([*nuisances, *couplings]), factor * table[g]))
    return terms


def _factor(group: Group, layout: Coordinates) -> tuple[float, Product]:
    """What multiplies a group: a number from the nuisances that are held, and a product of the others."""
    number, factors = 1.0, []
    for shift, members in zip((1.0, 0.0), group, strict=True):
        for i in members:
            if layout.lower[i] == layout.upper[i]:
                number *= shift + layout.lower[i]
            else:
                factors.append((i, (shift, 1.0)))
    return number, product_of(factors)
