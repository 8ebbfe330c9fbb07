"""Confidence belts of Feldman and Cousins without pseudo-experiments: counts on a known background, a bounded Gaussian.

The exact answers that intervals from pseudo-experiments are checked against, and the limits of a plain
counting experiment. A value is accepted if its p-value is above 1 - cl; the p-value is the probability of
all outcomes whose likelihood ratio to their best fit inside the domain is not larger than the observed one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nulight.typing import ArrayLike, FloatArray

__all__ = ["bounded_gaussian", "feldman_cousins", "gaussian_p_value", "poisson_p_value"]

_STEP, _SLIVER = 0.02, 1e-7  # of the signal where a belt is searched for its ends
_CHUNK = 4_000_000  # numbers of one table: signals x counts within 12 standard deviations
_TIE = 1e-9  # of the logarithm of a likelihood ratio
_HALVINGS = 40


def feldman_cousins(n: int, background: float, cl: float = 0.90, *, monotone: bool = True) -> tuple[float, float]:
    """Return the Feldman-Cousins interval of a signal for n counts on a known background.

    Parameters
    ----------
    n : int
        Observed counts.
    background : float
        Expected background counts.
    cl : float
        Confidence level.
    monotone : bool
        Lengthen the interval so that its upper end never falls below that of the same counts on more
        background, as in the published tables; False for the plain construction.

    Returns
    -------
    lower, upper : float
        Expected signal counts.

    Raises
    ------
    ValueError
        If counts or background are negative, `n` is no whole number, or the level not between 0 and 1.

    Notes
    -----
    Ends are exact to 1e-10. Counts are discrete: where the accepted values are not
    connected the interval runs from the lowest to the highest. It covers at least with probability `cl`.

    References
    ----------
    physics/9711021 (Feldman and Cousins, Phys. Rev. D 57 (1998) 3873), Secs. III B and IV B

    Examples
    --------
    >>> [round(end, 2) for end in feldman_cousins(3, 0.0)], [round(end, 2) for end in feldman_cousins(0, 3.0)]
    ([1.1, 7.42], [0.0, 1.08])
    """
    _check(n, background, cl)
    lower, upper = _plain(int(n), background, cl)
    return lower, max(upper, _longest(int(n), background, cl)) if monotone else upper


def bounded_gaussian(x: float, sigma: float = 1.0, cl: float = 0.90) -> tuple[float, float]:
    """Return the Feldman-Cousins interval of a mean that cannot be negative, from one Gaussian measurement.

    Parameters
    ----------
    x : float
        Measured value.
    sigma : float
        Its standard deviation, in the same unit.
    cl : float
        Confidence level.

    Returns
    -------
    lower, upper : float
        In the unit of `x`, exact to 1e-10 of `sigma`.

    Raises
    ------
    ValueError
        If `sigma` is not positive or the level not between 0 and 1.

    References
    ----------
    physics/9711021 (Feldman and Cousins, Phys. Rev. D 57 (1998) 3873), Sec. IV C

    Examples
    --------
    >>> [round(end, 2) for end in bounded_gaussian(2.6)]
    [1.02, 4.24]
    """
    if not sigma > 0:
        raise ValueError(f"standard deviation {sigma}: must be positive")
    _check(0, 0.0, cl)
    mean = x / sigma
    best = max(mean, 0.0)

    def accepts(mu: FloatArray) -> NDArray[np.bool_]:
        return gaussian_p_value(mean, mu) > 1 - cl

    upper = _edge(accepts, np.array([best]), np.array([best + 40.0]))
    lower = np.zeros(1) if accepts(np.zeros(1))[0] else _edge(accepts, np.array([best]), np.zeros(1))
    return float(sigma * lower[0]), float(sigma * upper[0])


def poisson_p_value(n: ArrayLike, signal: ArrayLike, background: ArrayLike) -> FloatArray:
    """Return the probability of counts whose likelihood ratio is not larger than that of n.

    Parameters
    ----------
    n, signal, background : float or array, broadcasting to (n_points,)
        Observed counts, expected signal and background; the best fit is a signal of at least zero.

    Returns
    -------
    array, shape (n_points,)
    """
    columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(a, float)) for a in (n, signal, background)))
    mean = columns[1] + columns[2]
    low, high = (end + side * 12 * math.sqrt(end + 25) for end, side in ((mean.min(), -1), (mean.max(), 1)))
    counts = np.arange(max(math.floor(low), 0.0), math.ceil(high) + 1.0)
    rows = max(1, _CHUNK // len(counts))
    places = [slice(i, i + rows) for i in range(0, len(mean), rows)]
    return np.concatenate([_p_values(*(column[place] for column in columns), counts=counts) for place in places])


def gaussian_p_value(x: ArrayLike, mu: ArrayLike) -> FloatArray:
    """Return the probability of measurements whose likelihood ratio is not larger than that of x.

    Parameters
    ----------
    x, mu : float or array, broadcasting
        Measured value and true mean, the mean not negative, in standard deviations.

    Returns
    -------
    array, broadcast shape

    Notes
    -----
    -2 ln of the ratio is t = (x - mu)^2, or mu^2 - 2 x mu for negative x. The same t belongs to
    mu + sqrt(t) above, and below to mu - sqrt(t) or, if that is negative, to (mu^2 - t)/(2 mu).
    """
    from scipy.special import ndtr

    x, mu = np.asarray(x, float), np.asarray(mu, float)
    t = np.where(x >= 0, (x - mu) ** 2, mu * (mu - 2 * x))
    d = np.sqrt(t)
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.where(mu > 0, -(mu**2 + t) / (2 * mu), np.where(x >= 0, -np.inf, x))
    p: FloatArray = ndtr(-d) + ndtr(np.where(d <= mu, -d, far))
    return p


def _check(n: float, background: float, cl: float) -> None:
    if not (0 <= n < math.inf and n == int(n)):
        raise ValueError(f"n = {n}: observed counts are a whole number, zero or more")
    if not 0 <= background < np.inf:
        raise ValueError(f"background = {background}: expected counts are zero or more")
    if not 0 < cl < 1:
        raise ValueError(f"confidence level {cl} must lie between 0 and 1 (0.9 for 90 %)")


def _p_values(n: FloatArray, signal: FloatArray, background: FloatArray, *, counts: FloatArray) -> FloatArray:
    from scipy.special import gammaln, xlogy

    mean = (signal + background)[:, None]
    ratio = _log_ratio(counts, mean, background[:, None])
    probability = np.exp(xlogy(counts, mean) - mean - gammaln(counts + 1))
    better = ratio > _log_ratio(n[:, None], mean, background[:, None]) + _TIE
    p: FloatArray = 1 - (probability * better).sum(axis=1)
    return p


def _log_ratio(n: ArrayLike, mean: FloatArray, background: FloatArray) -> FloatArray:
    """Logarithm of the likelihood over that of the best signal, which is never negative."""
    from scipy.special import xlogy

    best = np.maximum(n, background)
    ratio: FloatArray = xlogy(n, mean) - xlogy(n, best) - mean + best
    return ratio


def _plain(n: int, background: float, cl: float) -> tuple[float, float]:
    """Lowest and highest accepted signal."""

    def accepts(s: FloatArray) -> NDArray[np.bool_]:
        return poisson_p_value(n, s, background) > 1 - cl

    best = max(n - background, 0.0)
    width = 4 + 5 * math.sqrt((n + 1) * (1 - math.log10(1 - cl)))
    low, high = max(best - width, 0.0), best + width
    step = _STEP * max(1.0, math.sqrt(n) / 6)
    signal = np.linspace(low, high, math.ceil((high - low) / step) + 1)
    close = _changes(n, background, high)
    signal = np.unique(np.clip(np.concatenate([signal, close - _SLIVER, close + _SLIVER]), low, high))
    inside = np.flatnonzero(accepts(signal))
    first, last = int(inside[0]), int(inside[-1])
    upper = _edge(accepts, signal[[last]], signal[[last + 1]])
    lower = signal[[0]] if first == 0 else _edge(accepts, signal[[first]], signal[[first - 1]])
    return float(lower[0]), float(upper[0])


def _changes(n: int, background: float, highest: float) -> FloatArray:
    """Signals where other counts change places with n: the only ones next to which acceptance may be a sliver."""
    from scipy.special import xlogy

    k = np.arange(math.ceil(highest + background + 8 * math.sqrt(highest + background + 4)) + 2.0)
    k = k[k != n]
    best, own = np.maximum(k, background), max(n, background)
    mean = np.exp((xlogy(k, best) - best - xlogy(n, own) + own) / (k - n))
    signal: FloatArray = mean - background
    return signal


def _edge(accepts: Callable[[FloatArray], NDArray[np.bool_]], inside: FloatArray, outside: FloatArray) -> FloatArray:
    """Where acceptance ends between two points, by halving; the outer one itself if it is accepted."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        good = accepts(middle)
        inside, outside = np.where(good, middle, inside), np.where(good, outside, middle)
    return inside


def _longest(n: int, background: float, cl: float) -> float:
    """Largest upper end at this or any larger background, or zero if more background only makes it smaller.

    At a given mean M = signal + background, counts n < k <= m are likelier than n, relative to their best fits,
    where m grows with M and falls with the background. Their probability P rises with M and falls again. Values
    of M above the second place where P = cl are accepted, as long as m + 1 is not likelier than n as well; this
    begins at the background b where the two ratios are equal. From there on the end falls with the background.
    """
    from scipy.special import pdtr

    m = np.arange(n + 1.0, n + 20 + math.ceil(background + 8 * math.sqrt(n + background + 4)))

    def probability(mean: FloatArray) -> FloatArray:
        difference: FloatArray = pdtr(m, mean) - pdtr(n, mean)
        return difference

    # d P/d M = 0 where M^(m - n) = m!/n!
    summit: FloatArray = np.exp(np.cumsum(np.log(m)) / (m - n))
    mean = _edge(lambda M: probability(M) >= cl, summit, m + 10 * np.sqrt(m + 10.0))
    where = _edge(lambda b: _log_ratio(n, mean, b) <= _log_ratio(m + 1, mean, b), np.full(len(m), float(n)), m + 1)
    good = (probability(summit) > cl) & (where >= background)
    return float(np.max((mean - where)[good], initial=0.0))
