"""Where walkers start and in which coordinates they walk.

They begin about the best fit and about the other minima of the parameters' ranges: a charge radius has two, and
walkers in one seldom find the other by themselves.
"""

from __future__ import annotations

import numpy as np

from nulight.inference.coordinates import coordinates
from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.engine.objective import Objective
from nulight.inference.posterior.density import LogLikelihood
from nulight.typing import FloatArray

__all__ = ["Chart", "first_walkers", "minima"]

_STARTS = 32  # places from where minima are looked for
_FAR = 5.0  # how far they go where a Gaussian prior has no end, in widths
_DEEP = 20.0  # chi2 above the best fit beyond which a minimum holds too little to matter
_MOST = 8  # minima that walkers start at
_APART = 2.0  # minima are different if they are so many widths apart


class Chart:
    """Coordinates in which walkers walk: logarithms where the prior is flat in them, phases about the best fit."""

    def __init__(self, target: LogLikelihood) -> None:
        self.target = target
        self.log = target.priors.logarithmic
        self.low, span = target.priors.lower, target.priors.upper - target.priors.lower
        self.periodic, self.turn = target.periodic, np.where(target.periodic, span, 1.0)
        self.first = target.start - self.turn / 2  # of phases: as far from the best fit as can be

    def to(self, theta: FloatArray) -> FloatArray:
        """Return the coordinates of points (n, n_dim)."""
        y = np.where(self.periodic, self.first + np.mod(theta - self.first, self.turn), theta)
        y[:, self.log] = np.log(y[:, self.log])
        return y

    def back(self, y: FloatArray) -> FloatArray:
        """Return the points at coordinates y (n, n_dim)."""
        theta = np.where(self.periodic, self.low + np.mod(y - self.low, self.turn), y)
        theta[:, self.log] = np.exp(theta[:, self.log])
        return theta

    def log_density(self, y: FloatArray) -> FloatArray:
        """Return the logarithm of the posterior density per unit of the coordinates, (n,)."""
        outside = self.periodic & ((y < self.first) | (y >= self.first + self.turn))
        density: FloatArray = self.target.log_posterior(self.back(y)) + y[:, self.log].sum(axis=1)
        return np.where(outside.any(axis=1), -np.inf, density)


def minima(target: LogLikelihood, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the minima of chi2 (penalties included) that random starts lead to, and their heights above the lowest.

    Returns
    -------
    array, shape (n_minima, n_dim)
        The best fit first.
    array, shape (n_minima,)
    """
    layout = coordinates(target.model, target.profiled, target.hold)
    n_u, n_par = len(layout.nuisances), target.n_parameters
    params = {name: np.array([value], float) for name, value in target.fixed.items()}
    objective = Objective(target.ready.model, layout, params, 1, _STARTS)
    start = np.zeros((_STARTS, len(layout.lower)))
    low, high = (np.clip(end[n_u:], -_FAR, _FAR) for end in (layout.lower, layout.upper))
    start[:, n_u:] = rng.uniform(low, high, (_STARTS, n_par))
    start[0, n_u:] = (target.start[:n_par] - layout.offset[n_u:]) / layout.scale[n_u:]
    found = minimise_in_box(objective, np.clip(start, layout.lower, layout.upper), layout.lower, layout.upper)
    values = dict(zip((*layout.nuisances, *layout.parameters), layout.values(found.z).T, strict=True))
    points, chi2 = np.stack([values[name] for name in target.names], axis=1), objective.exact_value(found.z)
    order = np.argsort(chi2, kind="stable")
    points, height = points[order], chi2[order] - chi2[order[0]]
    kept = _different(points, height, target.scales)
    return points[kept], height[kept]


def first_walkers(target: LogLikelihood, chart: Chart, n_walkers: int, rng: np.random.Generator) -> FloatArray:
    """Return walkers (n_walkers, n_dim) in the coordinates of `chart`, spread about the minima by their weights.

    Raises
    ------
    ValueError
        If no point with a finite density is found about the best fit.
    """
    centres, height = minima(target, rng)
    share = np.maximum(np.exp(-height / 2), 0.5 / len(height))  # the moves of the walkers find the right shares
    which = np.sort(rng.choice(len(centres), n_walkers, p=share / share.sum()))
    widths = np.array([target.widths(centre) for centre in centres])[which]
    walkers = np.empty((n_walkers, target.n_dim))
    todo = np.arange(n_walkers)
    for halvings in range(40):
        step = 0.5 ** (halvings // 2) * widths[todo] * rng.standard_normal((len(todo), target.n_dim))
        walkers[todo] = chart.to(_reflected(centres[which[todo]] + step, target))
        todo = todo[~np.isfinite(chart.log_density(walkers[todo]))]
        if todo.size == 0:
            return walkers
    raise ValueError(f"{target.model.name}: no finite posterior density about the best fit, where walkers would start")


def _different(points: FloatArray, height: FloatArray, widths: FloatArray) -> list[int]:
    """Places of minima, sorted by height, that are apart from the ones before them and not too high."""
    kept: list[int] = [0]
    for i in np.flatnonzero(height < _DEEP).tolist():
        distance = np.abs(points[kept] - points[i]) / widths
        if (distance.max(axis=1) > _APART).all() and len(kept) < _MOST:
            kept.append(i)
    return kept


def _reflected(theta: FloatArray, target: LogLikelihood) -> FloatArray:
    """Points that left their bounds come back from them, and stay in."""
    low, high = target.priors.lower, target.priors.upper
    theta = np.where(target.periodic, theta, np.where(theta < low, 2 * low - theta, theta))
    theta = np.where(~target.periodic & (theta > high), 2 * high - theta, theta)
    kept: FloatArray = np.where(target.periodic, theta, np.clip(theta, low, high))
    return kept
