"""A profile likelihood made ready for many points and many data sets.

What depends on the model alone is worked out once; points and pseudo-experiments come in batches after
that. It answers the same questions as `profile.minimise` and `likelihood.twice_nll`, and gives the same
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nulight.inference.coordinates import Coordinates, Profile, coordinates
from nulight.inference.model import Model, with_planned_data
from nulight.inference.objective import Objective
from nulight.inference.profile import Profiled, minimise
from nulight.inference.toys import Toys
from nulight.typing import FloatArray

__all__ = ["Prepared", "prepare"]

Ranges = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
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
            If a given parameter has no value, or another name has one.
        """
        points = dict(points or {})
        self._check(points)
        return minimise(
            self.model,
            {**self.fixed, **points},
            profile=self.profile,
            hold=self.hold,
            start=start,
            toys=toys,
        )

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
        value = self._objective(len(z)).exact_value(z)
        return np.where(inside, value, np.inf)

    def gradient(self, values: Mapping[str, Any]) -> dict[str, FloatArray]:
        """Return the derivatives of -2 ln L in every profiled parameter and nuisance.

        Parameters
        ----------
        values : as for `twice_nll`

        Returns
        -------
        dict of str to array, shape (n_points,)
            Per unit of the parameter or nuisance; exact where the counts are polynomials.
        """
        z, _ = self._coordinates(values)
        slope, _ = self._objective(len(z)).derivatives(z, np.arange(len(z)), np.zeros(len(z), bool))
        names = (*self.layout.nuisances, *self.layout.parameters)
        return {name: slope[:, k] / self.layout.scale[k] for k, name in enumerate(names)}

    def _objective(self, n_values: int) -> Objective:
        """-2 ln L of one point at `n_values` places: they share its counts."""
        params = {name: np.array([value], float) for name, value in self.fixed.items()}
        return Objective(self.model, self.layout, params, 1, n_values)

    def _coordinates(self, values: Mapping[str, Any]) -> tuple[FloatArray, FloatArray]:
        layout = self.layout
        names = (*layout.nuisances, *layout.parameters)
        if unknown := sorted(set(values) - set(names)):
            raise ValueError(f"{', '.join(unknown)}: not among the free names, {', '.join(names)}")
        if missing := sorted(set(layout.parameters) - set(values)):
            raise ValueError(f"{', '.join(missing)}: give a value of every profiled parameter")
        columns = np.broadcast_arrays(np.zeros(1), *(np.asarray(values.get(name, 0.0), float) for name in names))
        physical = np.stack(columns[1:], axis=1) if names else np.zeros((1, 0))
        inside = np.all((physical >= layout.floor) & (physical <= layout.ceiling), axis=1)
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
    layout = coordinates(model, profile, hold)
    return Prepared(
        model=with_planned_data(model, fixed), given=given, fixed=fixed, profile=profile, hold=hold, layout=layout
    )
