"""The likelihood as a plain function of a vector: what samplers and minimisers of other packages take.

A point is the parameters in their own units, then the nuisances u. What the data say is the likelihood; what is
known otherwise, the penalties of nuisances and priors of parameters, is the prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Profile, lookup
from nulight.inference.model import Model
from nulight.inference.posterior.priors import LogUniform, PriorChoice, Priors
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.profile import minimise
from nulight.typing import ArrayLike, FloatArray

__all__ = ["LogLikelihood", "Treat"]

Treat = Literal["sample", "profile", "fixed"]

_AT_ONCE = 4096  # points of one call of the likelihood: bounded memory
_HALVINGS = 0.5 ** np.arange(40)  # distances in which the likelihood's width is looked for, in units of the range
_OPEN = 1e4  # how far they begin without a range, in units of the parameter's scale


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LogLikelihood:
    r"""ln L of a model as a function of a vector; made by `posterior.log_likelihood`.

    Call it with one point (n_dim,) for a number or with many (n, n_dim) for an array (n,); it is minus infinity
    outside the bounds and where the data are impossible. It can be pickled.

    Attributes
    ----------
    model : CountModel or CombinedModel
    names : tuple of str
        Parameters, then the nuisances that are sampled.
    units : tuple of str
        Empty for pure numbers and nuisances.
    choices : mapping of str to (low, high), Prior or LogUniform
        What is known of the parameters.
    priors : Priors
    periodic : array of bool, shape (n_dim,)
        Phases whose range is a whole turn: both ends are the same point.
    nuisances : "sample", "profile" or "fixed"
    fixed : mapping of str to float

    Notes
    -----
    :math:`\ln L = -\tfrac12 \chi^2`, with the :math:`\chi^2 = -2 \ln (L / L_{saturated})` of the data that fits
    and limits use: ln L = 0 where every bin is as expected, whatever the parameters. Penalties of nuisances are in
    `log_prior`, normalised there; profiled nuisances (a profile likelihood is no probability of parameters, but often
    close to one) have theirs in ln L.
    """

    model: Model
    names: tuple[str, ...]
    units: tuple[str, ...]
    choices: Mapping[str, PriorChoice]
    priors: Priors
    periodic: NDArray[np.bool_]
    nuisances: Treat
    fixed: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, theta: ArrayLike) -> Any:
        """Return ln L of a point, or of many."""
        return self._answer(theta, self._log_likelihood)

    def log_prior(self, theta: ArrayLike) -> Any:
        """Return the logarithm of the prior density, per unit of every parameter; an improper one counts as 1."""
        return self._answer(theta, self.priors.log_density)

    def log_posterior(self, theta: ArrayLike) -> Any:
        """Return ln L + ln prior: the posterior density up to the evidence."""
        return self._answer(theta, lambda points: self._log_likelihood(points) + self.priors.log_density(points))

    def gradient(self, theta: ArrayLike) -> FloatArray:
        """Return the derivatives of ln L, shape of `theta`; NaN where ln L is minus infinity.

        Exact where the counts are polynomials of the parameters.
        """
        points, single = self._points(theta)
        slope = np.full(points.shape, np.nan)
        possible = np.isfinite(self._log_likelihood(points))
        if possible.any():
            slope[possible] = self._gradient(points[possible])
        return slope[0] if single else slope

    def prior_transform(self, u: ArrayLike) -> FloatArray:
        """Return the points whose cumulative priors are `u`, between 0 and 1, (n_dim,) or (n, n_dim).

        Raises
        ------
        ValueError
            If a prior is improper.
        """
        self.require_proper(self.names)
        cube, single = self._points(u)
        theta = self.priors.transform(cube)
        return theta[0] if single else theta

    @property
    def n_dim(self) -> int:
        """Number of coordinates."""
        return len(self.names)

    @property
    def n_parameters(self) -> int:
        """Number of physics parameters: they come first."""
        return len(self.choices)

    @property
    def bounds(self) -> FloatArray:
        """Lower and upper end of every coordinate, (n_dim, 2); may be infinite."""
        return np.stack([self.priors.lower, self.priors.upper], axis=1)

    @cached_property
    def start(self) -> FloatArray:
        """The best fit, penalties included, (n_dim,)."""
        found = minimise(self.ready.model, self.fixed, profile=self.profiled, hold=self.hold)
        values = found.parameters | found.nuisances
        best: FloatArray = np.array([values[name][0] for name in self.names])
        return best

    @cached_property
    def scales(self) -> FloatArray:
        """How far from the best fit each coordinate alone costs 1 in chi2, to a factor of two, (n_dim,)."""
        return self.widths(self.start)

    def widths(self, theta: FloatArray) -> FloatArray:
        """Return the `scales` about another point (n_dim,)."""
        n_dim, span = self.n_dim, self._spans()
        steps = np.concatenate([_HALVINGS, -_HALVINGS])
        points = np.tile(theta, (n_dim, len(steps), 1))
        places = np.arange(n_dim)
        points[places, :, places] += span[:, None] * steps
        ln_l = self._log_likelihood(np.vstack([theta, points.reshape(-1, n_dim)]))
        penalty = self.priors.penalty(np.vstack([theta, points.reshape(-1, n_dim)]))
        chi2 = (penalty - 2 * ln_l)[1:].reshape(n_dim, 2, len(_HALVINGS)) - (penalty - 2 * ln_l)[0]
        near = np.logical_and.accumulate((chi2 < 1.0)[:, :, ::-1], axis=2).sum(axis=2)  # steps from the smallest on
        widths: FloatArray = span * _HALVINGS[len(_HALVINGS) - np.maximum(near.max(axis=1), 1)]
        return widths

    def require_proper(self, names: Sequence[str]) -> None:
        """Refuse improper priors of some coordinates.

        Raises
        ------
        ValueError
            Saying how to give a range.
        """
        for name, prior, unit in zip(self.names, self.priors.marginals, self.units, strict=True):
            if name not in names or prior.proper:
                continue
            fault = f"a prior {prior.describe(unit)} cannot be normalised"
            if name in self.choices:
                raise ValueError(f"{name}: {fault}; give (low, high), LogUniform(low, high) or Prior(mean, width)")
            raise ValueError(
                f"nuisance {name}: {fault}; give it a width or ends, with_nuisances(model, "
                f"{{{name!r}: Nuisance({name!r}, 'box', width)}})"
            )

    @cached_property
    def ready(self) -> Prepared:
        """The likelihood at values of all coordinates."""
        ranges = {name: (m.lower, m.upper) for name, m in zip(self.choices, self.priors.marginals, strict=False)}
        return prepare(self.model, fixed=self.fixed, profile=ranges, hold=self.hold)

    @cached_property
    def profiling(self) -> Prepared:
        """The likelihood at values of the parameters, nuisances at their minimum."""
        ranges = {name: (m.lower, m.upper) for name, m in zip(self.names, self.priors.marginals, strict=True)}
        return prepare(self.model, given=ranges, fixed=self.fixed)

    @property
    def hold(self) -> dict[str, float]:
        """Nuisances kept at zero."""
        return {n.name: 0.0 for n in self.model.nuisances} if self.nuisances == "fixed" else {}

    @property
    def profiled(self) -> Profile:
        """The parameters as a fit takes them."""
        return {name: (c.low, c.high) if isinstance(c, LogUniform) else c for name, c in self.choices.items()}

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}  # what is worked out is worked out again

    def __repr__(self) -> str:
        priors = (
            f"{n}: {m.describe(u)}" for n, m, u in zip(self.names, self.priors.marginals, self.units, strict=True)
        )
        return f"ln L of {self.model.name}\n  " + "\n  ".join(priors)

    def _answer(self, theta: ArrayLike, compute: Any) -> Any:
        points, single = self._points(theta)
        values = compute(points)
        return float(values[0]) if single else values

    def _points(self, theta: ArrayLike) -> tuple[FloatArray, bool]:
        points = np.asarray(theta, float)
        if points.ndim not in (1, 2) or points.shape[-1] != self.n_dim:
            raise ValueError(
                f"a point has {self.n_dim} coordinates, {', '.join(self.names)}: give shape ({self.n_dim},) or "
                f"(n, {self.n_dim}), not {points.shape}"
            )
        return np.atleast_2d(points), points.ndim == 1

    def _log_likelihood(self, points: FloatArray) -> FloatArray:
        value = np.full(len(points), -np.inf)
        places = np.flatnonzero(self.priors.inside(points))
        for i in range(0, len(places), _AT_ONCE):
            piece = places[i : i + _AT_ONCE]
            value[piece] = -0.5 * self._chi2(points[piece])
        return value

    def _chi2(self, points: FloatArray) -> FloatArray:
        """-2 ln L of the data, (n,), of points inside the bounds."""
        if self.nuisances == "profile":
            return self.profiling.minimise(self._columns(points)).twice_nll
        u, weight = points[:, self.n_parameters :], self._weight
        of_data: FloatArray = self.ready.twice_nll(self._columns(points)) - (weight * u**2).sum(axis=1)
        return of_data

    def _gradient(self, points: FloatArray) -> FloatArray:
        values = self._columns(points)
        if self.nuisances == "profile":  # at the minimum the slope along nuisances does not count
            values = values | self.profiling.minimise(values).nuisances
        slope = self.ready.gradient(values)
        total = np.stack([slope[name] for name in self.names], axis=1)
        if self.nuisances == "sample":
            total[:, self.n_parameters :] -= 2 * self._weight * points[:, self.n_parameters :]
        slopes: FloatArray = -0.5 * total
        return slopes

    @property
    def _weight(self) -> FloatArray:
        """1 / width^2 of the nuisances that are sampled, zero without penalty."""
        weight: FloatArray = self.priors.width[self.n_parameters :] ** -2.0
        return weight

    def _columns(self, points: FloatArray) -> dict[str, FloatArray]:
        return {name: points[:, k] for k, name in enumerate(self.names)}

    def _spans(self) -> FloatArray:
        """Largest distances worth looking at: the ranges, or what stands for them where they are open."""
        own = [lookup(self.model, name).scale * _OPEN for name in self.choices] + [_OPEN] * len(self._weight)
        span = self.priors.upper - self.priors.lower
        spans: FloatArray = np.where(np.isfinite(span), span, np.minimum(own, 10 * self.priors.width))
        return spans
