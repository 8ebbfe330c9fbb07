"""A profile likelihood made ready for many points and many data sets.

What depends on the model alone is worked out once; points and pseudo-experiments come in batches after
that. It answers the same questions as `profile.minimise` and `likelihood.twice_nll`, and gives the same
numbers: from shared templates where the counts are polynomials (`surface`), otherwise by asking the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Coordinates, Profile, baseline, coordinates, lookup
from nulight.inference.engine.at_values import AtValues, OfObjective, OnSurface
from nulight.inference.engine.objective import Objective
from nulight.inference.engine.surface import Surface, surface
from nulight.inference.engine.surface_fit import given_coordinates, minimise_on
from nulight.inference.engine.surface_function import SurfaceFunction
from nulight.inference.gaussian.points import GaussianPoints, gaussian_points
from nulight.inference.model import Model, parts, with_planned_data
from nulight.inference.profile import Profiled, minimise
from nulight.inference.toys.data import Toys
from nulight.typing import FloatArray

__all__ = ["Prepared", "prepare"]

_CHUNK = 50_000  # places of one chunk

Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """-2 ln L of a model with some parameters given point by point and others profiled; made by `prepare`.

    Attributes
    ----------
    model : CountModel or CombinedModel
    given : mapping of str to (lower, upper)
        Parameters set at every point, and the range their values lie in.
    fixed : mapping of str to float
        Parameters held at one value for all points.
    profile : mapping of str to (lower, upper) or Prior
        Parameters minimised over, beside the nuisances.
    hold : mapping of str to float
        Nuisances kept at a value.
    """

    model: Model
    given: Ranges
    fixed: Mapping[str, float]
    profile: Profile
    hold: Mapping[str, float]
    layout: Coordinates = field(repr=False)
    _surface: Surface | None = field(default=None, repr=False)
    _gaussian: GaussianPoints | None = field(default=None, repr=False)

    def minimise(
        self,
        points: Mapping[str, Any] | None = None,
        *,
        toys: Toys | None = None,
        start: Mapping[str, float] | None = None,
    ) -> Profiled:
        """Minimise over nuisances and profiled parameters at every point.

        Parameters
        ----------
        points : mapping of str to float or array (n_points,)
            Values of the parameters in `given`, all of them.
        toys : Toys, optional
            Data of every point; without it those of the model.
        start : mapping of str to float, optional
            Begin these profiled parameters here only.

        Returns
        -------
        Profiled

        Raises
        ------
        ValueError
            If a given parameter has no value, another name has one, or the data are not those of this model.
        """
        points = dict(points or {})
        self._check(points)
        if toys is not None:
            _check_shapes(self.model, toys)
        if self._surface is not None and self._surface.covers(points):
            return minimise_on(self._surface, self.model, self.layout, points, toys=toys, start=start)
        return minimise(
            self.model,
            {**self.fixed, **points},
            profile=self.profile,
            hold=self.hold,
            start=start,
            toys=toys,
        )

    def profiled_twice_nll(self, points: Mapping[str, Any] | None = None) -> FloatArray:
        """Return the minimum of -2 ln L alone at every point, as fast as the model allows.

        Parameters
        ----------
        points : as for `minimise`

        Returns
        -------
        array, shape (n_points,)
            As `minimise`; NaN where it does not converge.
        """
        points = dict(points or {})
        self._check(points)
        if self._gaussian is not None and self._surface is not None and self._surface.covers(points):
            return self._gaussian.twice_nll(points)
        found = self.minimise(points)
        return np.where(found.converged, found.twice_nll, np.nan)

    def twice_nll(self, values: Mapping[str, Any]) -> FloatArray:
        """Return -2 ln L, penalties included, at values of profiled parameters and nuisances.

        Parameters
        ----------
        values : mapping of str to float or array (n_points,)
            Every profiled parameter in its unit, and nuisances u; nuisances not named are zero.

        Returns
        -------
        array, shape (n_points,)
            Infinite outside the bounds and where the data are impossible.
        """
        z, inside = self._coordinates(values)
        free = self._free
        chunks = [z[i : i + _CHUNK] for i in range(0, len(z), _CHUNK)]
        value: FloatArray = np.concatenate([self._function.exact_value(some[:, free]) for some in chunks])
        return np.where(inside, value, np.inf)

    def gradient(self, values: Mapping[str, Any]) -> dict[str, FloatArray]:
        """Return the derivatives of -2 ln L in every profiled parameter and nuisance that can move.

        Parameters
        ----------
        values : as for `twice_nll`

        Returns
        -------
        dict of str to array, shape (n_points,)
            Per unit of the parameter or nuisance; exact where the counts are polynomials.
        """
        z, _ = self._coordinates(values)
        free, chunks = self._free, [z[i : i + _CHUNK] for i in range(0, len(z), _CHUNK)]
        slope = np.concatenate([self._function.gradient(some[:, free]) for some in chunks])
        names = [*self.layout.nuisances, *self.layout.parameters]
        return {names[k]: slope[:, i] / self.layout.scale[k] for i, k in enumerate(free)}

    @cached_property
    def _free(self) -> NDArray[np.intp]:
        """Places of the coordinates that can move."""
        return np.flatnonzero(self.layout.lower < self.layout.upper)

    @cached_property
    def _function(self) -> AtValues:
        """-2 ln L of one point at up to `_CHUNK` places: they share its counts."""
        if self._surface is not None:
            defaults = {name: np.array([baseline(lookup(self.model, name))]) for name in self.given}
            if self._surface.covers(defaults):
                known = given_coordinates(self._surface, defaults)
                return OnSurface(SurfaceFunction(self._surface, known, 1, _CHUNK))
        params = {name: np.array([value], float) for name, value in self.fixed.items()}
        return OfObjective(Objective(self.model, self.layout, params, 1, _CHUNK), self._free)

    def _coordinates(self, values: Mapping[str, Any]) -> tuple[FloatArray, NDArray[np.bool_]]:
        layout = self.layout
        names = (*layout.nuisances, *layout.parameters)
        if unknown := sorted(set(values) - set(names)):
            raise ValueError(f"{', '.join(unknown)}: not among the free names, {', '.join(names)}")
        if missing := sorted(set(layout.parameters) - set(values)):
            raise ValueError(f"{', '.join(missing)}: give a value of every profiled parameter")
        values = {**dict.fromkeys(layout.nuisances, 0.0), **self.hold, **values}
        columns = np.broadcast_arrays(np.zeros(1), *(np.asarray(values[name], float) for name in names))
        physical = np.stack(columns[1:], axis=1) if names else np.zeros((1, 0))
        inside: NDArray[np.bool_] = np.all((physical >= layout.floor) & (physical <= layout.ceiling), axis=1)
        return (physical - layout.offset) / layout.scale, inside

    def _check(self, points: Mapping[str, Any]) -> None:
        if set(points) != set(self.given):
            raise ValueError(
                f"points give {', '.join(sorted(points)) or 'nothing'}; "
                f"they have to give {', '.join(sorted(self.given)) or 'nothing'}"
            )


def prepare(
    model: Model,
    *,
    given: Ranges | None = None,
    fixed: Mapping[str, float] | None = None,
    profile: Profile | None = None,
    hold: Mapping[str, float] | None = None,
) -> Prepared:
    """Make the profile likelihood of a model ready.

    Parameters
    ----------
    model : CountModel or CombinedModel
    given : mapping of str to (lower, upper), optional
        Parameters that every point will set, and the range of their values.
    fixed : mapping of str to float, optional
        Parameters held at values instead of their defaults; the data of planned experiments are the
        expectation there.
    profile : mapping of str to (lower, upper) or Prior, optional
        Physics parameters to minimise over, beside all nuisances.
    hold : mapping of str to float, optional
        Nuisances kept at a value.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueError
        If a name is unknown or stands twice, or a range is empty.

    Examples
    --------
    >>> import nulight as nl
    >>> ready = prepare(nl.load("xenonnt-2022-er"), given={"mu_nu": (0.0, 1e-10)})
    >>> chi2 = ready.minimise({"mu_nu": [0.0, 1e-11]}).twice_nll
    >>> print(f"{chi2[1] - chi2[0]:.2f}")
    5.85
    """
    given, fixed, profile, hold = dict(given or {}), dict(fixed or {}), dict(profile or {}), dict(hold or {})
    for names in ((given, fixed), (given, profile), (fixed, profile)):
        if twice := sorted(set(names[0]) & set(names[1])):
            raise ValueError(f"{', '.join(twice)}: given, fixed or profiled; choose one")
    for name, (low, high) in given.items():
        if not low <= high:
            raise ValueError(f"{name}: empty range of given values, [{low:g}, {high:g}]")
    model, layout = with_planned_data(model, fixed), coordinates(model, profile, hold)
    return Prepared(
        model=model,
        given=given,
        fixed=fixed,
        profile=profile,
        hold=hold,
        layout=layout,
        _surface=surface(model, given, fixed, profile, hold),
        _gaussian=None if profile else gaussian_points(model, given, fixed, hold),
    )


def _check_shapes(model: Model, toys: Toys) -> None:
    found, wanted = [counts.shape[1] for counts in toys.counts], [len(part.observed) for part in parts(model)]
    if found != wanted:
        raise ValueError(f"data have {found} bins, an entry for every experiment; {model.name} has {wanted}")
