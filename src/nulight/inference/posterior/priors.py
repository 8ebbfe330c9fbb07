"""Prior probability densities of parameters and nuisances: flat, flat in the logarithm, Gaussian inside bounds.

The densities are normalised inside the bounds, per unit of the parameter, so that evidences mean something. A flat
one without an end is improper: its density counts as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Prior
from nulight.inference.nuisance import Nuisance
from nulight.typing import FloatArray

__all__ = ["LogUniform", "Marginal", "PriorChoice", "Priors", "marginal", "nuisance_marginal"]


@dataclass(frozen=True, slots=True)
class LogUniform:
    """A prior flat in the logarithm of a parameter: every decade between `low` and `high` is as likely.

    Attributes
    ----------
    low, high : float
        Positive, in the unit of the parameter. An upper limit depends on `low`: the nearer to zero, the lower it is.

    Examples
    --------
    >>> LogUniform(1e-13, 1e-10)
    LogUniform(low=1e-13, high=1e-10)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < np.inf:
            raise ValueError(
                f"LogUniform({self.low:g}, {self.high:g}): both ends must be positive and finite, the first one lower; "
                "use (low, high) for a range that begins at zero"
            )


PriorChoice: TypeAlias = tuple[float, float] | Prior | LogUniform


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """Prior of one coordinate inside its bounds; `mean` and `width` of a Gaussian only."""

    shape: Literal["flat", "log-uniform", "gaussian"]
    lower: float
    upper: float
    mean: float = 0.0
    width: float = np.inf

    @property
    def proper(self) -> bool:
        """Whether the density can be normalised."""
        return self.shape != "flat" or bool(np.isfinite(self.upper - self.lower))

    def describe(self, unit: str = "") -> str:
        """Return the prior as text, such as ``flat from 0 to 2e-11 mu_B``."""
        ends = f"from {self.lower:g} to {self.upper:g} {unit}".rstrip()
        if self.shape == "gaussian":
            inside = "" if np.isinf(self.lower) and np.isinf(self.upper) else f", {ends}"
            return f"Gaussian {self.mean:g} +- {self.width:g}{inside}"
        return f"{'flat' if self.shape == 'flat' else 'flat in the logarithm'} {ends}"


def marginal(choice: PriorChoice, domain: tuple[float, float]) -> Marginal:
    """Return the prior that was asked for, cut at the physical domain of the parameter."""
    low, high = (choice.low, choice.high) if isinstance(choice, LogUniform) else (-np.inf, np.inf)
    if isinstance(choice, Prior):
        low, high = choice.lower, choice.upper
    elif isinstance(choice, tuple):
        low, high = choice
    low, high = max(low, domain[0]), min(high, domain[1])
    if isinstance(choice, Prior):
        return Marginal(shape="gaussian", lower=low, upper=high, mean=choice.mean, width=choice.width)
    return Marginal(shape="log-uniform" if isinstance(choice, LogUniform) else "flat", lower=low, upper=high)


def nuisance_marginal(nuisance: Nuisance) -> Marginal:
    """Return the prior of a nuisance: its penalty as a Gaussian inside its bounds, flat without one."""
    low, high = nuisance.bounds
    if nuisance.kind == "gaussian" and nuisance.width:
        return Marginal(shape="gaussian", lower=low, upper=high, width=nuisance.width)
    return Marginal(shape="flat", lower=low, upper=high)


class Priors:
    """Independent priors of all coordinates of a sampler, for many points at once."""

    def __init__(self, marginals: Sequence[Marginal]) -> None:
        self.marginals = tuple(marginals)
        self.lower, self.upper, self.mean, self.width = (
            np.array([getattr(m, name) for m in marginals], float) for name in ("lower", "upper", "mean", "width")
        )
        self.logarithmic = np.array([m.shape == "log-uniform" for m in marginals], bool)
        self.gaussian = np.array([m.shape == "gaussian" for m in marginals], bool)
        self._constant = -sum(_log_norm(m) for m in marginals)

    def inside(self, theta: FloatArray) -> NDArray[np.bool_]:
        """Return which points (n, n_dim) lie within all bounds; NaN does not."""
        within: NDArray[np.bool_] = np.all((theta >= self.lower) & (theta <= self.upper), axis=1)
        return within

    def penalty(self, theta: FloatArray) -> FloatArray:
        """Return the sum of ((theta - mean) / width)^2 over the Gaussian priors, (n,)."""
        pull: FloatArray = (((theta - self.mean) / self.width) ** 2).sum(axis=1)
        return pull

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return the logarithm of the prior density of points (n, n_dim), (n,); minus infinity outside the bounds."""
        inside = self.inside(theta)
        density = np.full(len(theta), -np.inf)
        points = theta[inside]
        logarithms = np.log(points[:, self.logarithmic]).sum(axis=1)
        density[inside] = self._constant - 0.5 * self.penalty(points) - logarithms
        return density

    def transform(self, u: FloatArray) -> FloatArray:
        """Return the points whose cumulative priors are u, (n, n_dim) between 0 and 1."""
        from scipy.special import ndtri

        g, log = self.gaussian, self.logarithmic
        low, span, first, length, sign = self._cumulative
        place = np.where(sign > 0, u, 1 - u)
        theta: FloatArray = np.where(g, 0.0, low + u * span)
        theta[:, log] = np.exp(theta[:, log])
        if g.any():
            theta[:, g] = self.mean[g] + (sign * self.width)[g] * ndtri((first + place * length)[:, g])
        return np.clip(theta, self.lower, self.upper)

    @cached_property
    def _cumulative(self) -> tuple[FloatArray, ...]:
        """Lower ends and lengths in what is flat, the same of the cumulative normal, and its side."""
        low, high = np.where(self.gaussian, 0.0, self.lower), np.where(self.gaussian, 1.0, self.upper)
        low[self.logarithmic], high[self.logarithmic] = np.log(low[self.logarithmic]), np.log(high[self.logarithmic])
        width = np.where(self.gaussian, self.width, 1.0)
        first, last, sign = _tails(self.lower, self.upper, self.mean, width)
        return low, high - low, first, last - first, sign


def _log_norm(m: Marginal) -> float:
    """Logarithm of the integral of a density without its normalisation; zero for an improper one."""
    if m.shape == "log-uniform":
        return float(np.log(np.log(m.upper / m.lower)))
    if m.shape == "flat":
        return float(np.log(m.upper - m.lower)) if m.proper else 0.0
    first, last, _ = _tails(*(np.array([x]) for x in (m.lower, m.upper, m.mean, m.width)))
    return float(np.log(m.width * np.sqrt(2 * np.pi) * (last - first)[0]))


def _tails(
    lower: FloatArray, upper: FloatArray, mean: FloatArray, width: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cumulative normal at both ends, on the side of the mean (sign) where their difference keeps its digits."""
    from scipy.special import ndtr

    a, b = (lower - mean) / width, (upper - mean) / width
    sign = np.where(a > 0, -1.0, 1.0)
    return ndtr(np.where(a > 0, -b, a)), ndtr(np.where(a > 0, -a, b)), sign
