"""Profiled chi2 of Gaussian experiments at millions of points, straight from a model.

Templates are taken once. Where the nuisances are additive pulls and factors common to all of the signal, a
point costs a small matrix product (`gaussian`); points whose pulls would leave their bounds, and models with
other products of nuisances, go to a Newton method without bins (`gaussian_rows`), as exact and slower.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nulight.inference.gaussian.chi2 import GaussianChi2, SignalNorm, gaussian_chi2
from nulight.inference.gaussian.rows import Basis, Rows, gaussian_rows
from nulight.inference.model import Model
from nulight.typing import ArrayLike, FloatArray

__all__ = ["GaussianPoints", "gaussian_points"]

_CHUNK = 20_000  # points of one chunk
_ROUNDING = 1e-9  # of a range: values beyond its ends by less are at them


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Closed:
    """Experiments whose nuisances have their minimum in closed form, as long as the pulls stay within bounds.

    The pulls at the minimum are ``shift - F c.tilt``. Each alone costs (u/width)^2, so that none is at its
    bound where chi2 is below `safe`.
    """

    chi2: GaussianChi2
    norm: SignalNorm | None
    shift: FloatArray  # (n_pulls,)
    tilt: FloatArray  # (K, n_pulls)
    lower: FloatArray  # (n_pulls,)
    upper: FloatArray
    safe: float
    rows: Rows

    def minimum(self, products: FloatArray) -> FloatArray:
        c = products.T
        value = self.chi2.chi2(c) if self.norm is None else self.chi2.profiled(c, self.norm)
        doubtful = np.flatnonzero(value >= self.safe)
        if doubtful.size:
            outside = doubtful[self._outside(c[doubtful])]
            value[outside] = self.rows.minimum(products[:, outside])
        return value

    def _outside(self, c: FloatArray) -> Any:
        factor = 1.0 if self.norm is None else self.chi2.factors(c, self.norm)[:, None]
        pulls = self.shift - factor * (c @ self.tilt)
        return np.any((pulls < self.lower) | (pulls > self.upper), axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GaussianPoints:
    """chi2 of a Gaussian model, minimised over its nuisances; made by `gaussian_points`.

    Attributes
    ----------
    ranges : mapping of str to (lower, upper)
        Parameters every point gives, and where they may be.
    """

    ranges: Mapping[str, tuple[float, float]]
    basis: Basis = field(repr=False)
    clusters: tuple[_Closed | Rows, ...] = field(repr=False)
    cost: float = field(repr=False)

    @property
    def closed(self) -> bool:
        """Whether all nuisances have their minimum in closed form, points beyond the bounds of a pull apart."""
        return all(isinstance(cluster, _Closed) for cluster in self.clusters)

    def twice_nll(self, points: Mapping[str, ArrayLike]) -> FloatArray:
        """Return -2 ln L at points, minimised over the nuisances.

        Parameters
        ----------
        points : mapping of str to float or array (n_points,)
            Values of all given parameters, in their units.

        Returns
        -------
        array, shape (n_points,)
            As `minimise`; NaN where it would say that it did not converge.

        Raises
        ------
        ValueError
            If a parameter is missing, unknown or outside its range.
        """
        values = self._values(points)
        n_points = len(values[0])
        out = np.empty(n_points)
        for i in range(0, n_points, _CHUNK):
            products = self.basis([value[i : i + _CHUNK] for value in values])
            out[i : i + _CHUNK] = sum(cluster.minimum(products) for cluster in self.clusters) + self.cost
        return out

    def _values(self, points: Mapping[str, ArrayLike]) -> list[FloatArray]:
        if set(points) != set(self.ranges):
            raise ValueError(f"points give {', '.join(points) or 'nothing'}; they give {', '.join(self.ranges)}, all")
        columns = list(np.broadcast_arrays(np.zeros(1), *(np.asarray(points[name], float) for name in self.ranges)))[1:]
        for (name, (low, high)), column in zip(self.ranges.items(), columns, strict=True):
            margin = _ROUNDING * (high - low) if np.isfinite(high - low) else 0.0
            if not np.all((column >= low - margin) & (column <= high + margin)):
                raise ValueError(f"{name} from {column.min():g} to {column.max():g}: given was {low:g} to {high:g}")
        return columns


def gaussian_points(
    model: Model,
    given: Mapping[str, tuple[float, float]],
    fixed: Mapping[str, float] | None = None,
    hold: Mapping[str, float] | None = None,
) -> GaussianPoints | None:
    """Make the profiled chi2 of Gaussian experiments ready for very many points.

    Parameters
    ----------
    model : CountModel or CombinedModel
    given : mapping of str to (lower, upper)
        Parameters that the points set, and the range of their values.
    fixed : mapping of str to float, optional
        Parameters held at other values than their defaults. Planned data stay what they are.
    hold : mapping of str to float, optional
        Nuisances kept at a value.

    Returns
    -------
    GaussianPoints or None
        None if `minimise` has to do it: an experiment with the Poisson statistic or parametric counts, or counts
        that are no polynomials of the given parameters (masses, angles, more couplings than `fit_templates` takes).

    Notes
    -----
    In closed form: any number of pulls, each multiplying background that no given parameter changes (a norm, a
    linear change of shape), with factors (1 + u) on all of the signal of which at most one has a Gaussian
    penalty. Experiments of a combination that share no nuisance are minimised one by one. Everything else, such
    as two Gaussian factors (1 + u1)(1 + u2) or one for each part of the signal, has no closed form.

    Examples
    --------
    >>> import nulight as nl
    >>> ready = gaussian_points(nl.load("coherent-csi-2017"), {"mu_nu_mu": (0.0, 1e-8)})
    >>> ready.twice_nll({"mu_nu_mu": [0.0, 2e-9]}).round(2)
    array([3.18, 3.73])
    """
    form = gaussian_rows(model, given, dict(fixed or {}), dict(hold or {}))
    if form is None:
        return None
    basis, clusters, cost = form
    known = model.parameters()
    ranges = {name: _inside(known[name].lower, known[name].upper, *span) for name, span in given.items()}
    ready = tuple(_closed(rows) or rows.turned() for rows in clusters)
    return GaussianPoints(ranges=ranges, basis=basis, clusters=ready, cost=cost)


def _inside(lower: float | None, upper: float | None, low: float, high: float) -> tuple[float, float]:
    """Range within the domain of the parameter."""
    return (low if lower is None else max(low, lower)), (high if upper is None else min(high, upper))


def _closed(rows: Rows) -> _Closed | None:
    """Return the closed form of experiments, None if they have none."""
    signal = rows.signal
    shared = {group for group, depends in zip(rows.groups, signal, strict=True) if depends}
    factors, plain = shared.pop() if shared else ((), ())
    # Two groups, nuisances that enter as u or twice: the counts are no longer F times the signal.
    if shared or plain or len(set(factors)) < len(factors):
        return None
    norm = _norm(rows, factors)
    background = np.zeros(len(rows.data))
    pulls: dict[int, FloatArray] = {}
    for g in np.flatnonzero(~signal):
        scaled, added = rows.groups[g]
        counts, names = rows.templates[0, g], (*scaled, *added)
        if len(names) > 1 or set(names) & set(factors):
            return None
        if not added:
            background += counts
        for i in names:
            pulls[i] = pulls[i] + counts if i in pulls else counts
    if factors and norm is None:
        return None
    return _assemble(rows, norm, rows.templates[:, signal].sum(axis=1), background, pulls)


def _norm(rows: Rows, factors: tuple[int, ...]) -> SignalNorm | None:
    """Return the norm that several factors make, None if there is none or more than one has a penalty."""
    free = [i for i in factors if rows.weight[i] == 0]
    tight = [i for i in factors if rows.weight[i] > 0]
    if not factors or len(tight) > 1 or np.any(rows.lower[list(factors)] < -1):
        return None
    low, high = float(np.prod(1 + rows.lower[free])), float(np.prod(1 + rows.upper[free]))
    if not tight:
        return SignalNorm(low=low, high=high)
    i = tight[0]
    floor, ceiling = float(1 + rows.lower[i]), float(1 + rows.upper[i])
    return SignalNorm(stiffness=float(rows.weight[i]), floor=floor, ceiling=ceiling, low=low, high=high)


def _assemble(
    rows: Rows, norm: SignalNorm | None, signal: FloatArray, background: FloatArray, pulls: dict[int, FloatArray]
) -> _Closed:
    some, ones = sorted(pulls), np.ones(len(rows.data))
    table = np.array([pulls[i] for i in some]).reshape(len(some), len(rows.data))
    weight, lower, upper = rows.weight[some], rows.lower[some], rows.upper[some]
    with np.errstate(divide="ignore"):
        widths = 1 / np.sqrt(weight)
    options: dict[str, Any] = {"pulls": table, "widths": widths} if some else {}
    answer = np.linalg.pinv(table @ table.T + np.diag(weight), hermitian=True) @ table
    nearest = np.minimum(-lower, upper)
    return _Closed(
        chi2=gaussian_chi2(signal, rows.data, ones, background=background, **options),
        norm=norm,
        shift=answer @ (rows.data - background),
        tilt=signal @ answer.T,
        lower=lower,
        upper=upper,
        safe=float(np.min(np.where(nearest < np.inf, weight, np.inf) * nearest**2, initial=np.inf)),
        rows=rows.turned(),
    )
