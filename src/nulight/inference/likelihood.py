"""Likelihoods of binned counts: Poisson and Gaussian, with penalties of the nuisances.

Everything is -2 ln L relative to the saturated model, so that a difference is a Delta chi2 and the
minimum is a goodness of fit. This is the plain definition, `expectation` that of the counts;
`objective` holds the derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nulight.inference.expectation import expected_counts
from nulight.inference.model import CountModel, Model, Nuisance, parts
from nulight.typing import ArrayLike, FloatArray

__all__ = ["bin_errors", "expected_counts", "gaussian_twice_nll", "penalty", "poisson_twice_nll", "twice_nll"]


def poisson_twice_nll(observed: ArrayLike, expected: ArrayLike) -> FloatArray:
    r"""Poisson -2 ln L of every bin relative to the saturated model.

    Parameters
    ----------
    observed : array, counts
        Data, not negative; need not be integers (Asimov data).
    expected : array broadcasting with `observed`, counts

    Returns
    -------
    array, broadcast shape
        Infinite where something was seen and nothing (or less) is expected. Where nothing was seen
        an expectation below zero counts as zero: it is neither rewarded nor forbidden.

    Notes
    -----
    .. math:: 2 [\mu - n + n \ln(n/\mu)] = 2 n [\delta - \ln(1 + \delta)], \quad \delta = (\mu - n)/n

    The second form keeps its precision for large counts.

    References
    ----------
    Baker and Cousins, Nucl. Instrum. Meth. 221 (1984) 437.

    Examples
    --------
    >>> poisson_twice_nll([0.0, 4.0, 1.0], [1.5, 4.0, -0.1])
    array([ 3.,  0., inf])
    """
    n, mu = np.broadcast_arrays(np.asarray(observed, float), np.asarray(expected, float))
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = (mu - n) / n
        log = np.log1p(delta)
        if np.any(few := delta < -0.5):  # where 1 + delta itself is a difference
            log = np.where(few, np.log(mu / n), log)
        seen = 2 * n * (delta - log)
    return np.where(n > 0, np.where(mu > 0, seen, np.inf), 2 * np.maximum(mu, 0.0))


def gaussian_twice_nll(observed: ArrayLike, expected: ArrayLike, sigma: ArrayLike) -> FloatArray:
    """Return ((observed - expected) / sigma)^2 of every bin, broadcast shape."""
    pull: FloatArray = (np.asarray(observed, float) - np.asarray(expected, float)) / np.asarray(sigma, float)
    return pull**2


def penalty(nuisance: Nuisance, u: ArrayLike) -> FloatArray:
    """Return the contribution of one nuisance to -2 ln L; infinite outside its bounds."""
    u = np.asarray(u, float)
    lower, upper = nuisance.bounds
    inside = (u >= lower) & (u <= upper)
    cost = (u / nuisance.width) ** 2 if nuisance.kind == "gaussian" and nuisance.width else np.zeros_like(u)
    return np.where(inside, cost, np.inf)


def bin_errors(model: CountModel) -> FloatArray:
    """Return the errors of the Gaussian statistic, shape (n_bins,), counts.

    Raises
    ------
    ValueError
        If the model gives none, or one that is not positive. They do not come from the data, which
        may be negative after a subtraction.
    """
    if model.sigma is None:
        raise ValueError(f"{model.name}: the Gaussian statistic needs the error of every bin (sigma)")
    sigma = np.asarray(model.sigma, float)
    if not np.all((sigma > 0) & np.isfinite(sigma)):
        i = int(np.argmin(np.where(np.isfinite(sigma), sigma, -np.inf)))
        raise ValueError(f"{model.name}: the error of bin {i} is {sigma[i]:g} counts; every error must be positive")
    return sigma


def twice_nll(model: Model, params: Mapping[str, Any], nuisances: Mapping[str, ArrayLike] | None = None) -> FloatArray:
    """Return -2 ln L, data and penalties, relative to the saturated model.

    Parameters
    ----------
    model : CountModel or CombinedModel
    params, nuisances : mappings of str to float or array (n_points,)
        As for `expected_counts`.

    Returns
    -------
    array, shape (n_points,)
    """
    total: FloatArray = np.zeros(1)
    for part in parts(model):
        total = total + _data_term(part, expected_counts(part, params, nuisances)).sum(axis=1)
    for nuisance in model.nuisances:
        total = total + penalty(nuisance, (nuisances or {}).get(nuisance.name, 0.0))
    return total


def _data_term(part: CountModel, expected: FloatArray) -> FloatArray:
    if part.statistic == "poisson":
        return poisson_twice_nll(part.observed, expected)
    return gaussian_twice_nll(part.observed, expected, bin_errors(part))
