"""How far Markov chains can be trusted: rank-normalised split R-hat, effective sample size, autocorrelation time.

Chains have shape (n_chains, n_draws, n_dim). The definitions work for any distribution, heavy tails included, and see
chains that are stuck in different modes.

References
----------
Vehtari, Gelman, Simpson, Carpenter and Buerkner, Bayesian Analysis 16 (2021) 667, arXiv:1903.08008
"""

from __future__ import annotations

import numpy as np

from nulight.typing import FloatArray

__all__ = ["effective_sample_size", "split_r_hat", "weighted_sample_size"]


def split_r_hat(chains: FloatArray) -> FloatArray:
    r"""Return the rank-normalised split R-hat of every coordinate: 1 if halves of all chains agree.

    Parameters
    ----------
    chains : array, shape (n_chains, n_draws, n_dim)
        At least four draws.

    Returns
    -------
    array, shape (n_dim,)
        The larger one of location and, from distances to the median, scale; above 1.01 chains have not mixed.
        NaN for a coordinate that never changes.

    Notes
    -----
    :math:`\hat R = \sqrt{[(N-1) W/N + B/N] / W}` with the variances B between and W within the halves (N draws)
    of the normal quantiles of the ranks.
    """
    halves = _halves(chains)
    folded = np.abs(halves - np.median(halves, axis=(0, 1)))
    return np.maximum(_r_hat(_normal_scores(halves)), _r_hat(_normal_scores(folded)))


def effective_sample_size(chains: FloatArray) -> FloatArray:
    r"""Return how many independent draws locate the middle of every coordinate as well ("bulk" size).

    Parameters
    ----------
    chains : array, shape (n_chains, n_draws, n_dim)
        At least four draws.

    Returns
    -------
    array, shape (n_dim,)
        Number of draws divided by the integrated autocorrelation time. NaN for a coordinate that never changes.

    Notes
    -----
    :math:`M N/\tau` with :math:`\tau = 1 + 2\sum_t \rho_t`, where :math:`\rho_t = 1 - (W - \bar C_t)/V` compares the
    autocovariances C_t within chains with the variance V of all. The sum ends where sums of neighbours
    :math:`\rho_{2t} + \rho_{2t+1}` become negative, and these must fall (Geyer's initial monotone sequence).
    """
    scores = _normal_scores(_halves(chains))
    n_chains, n_draws, _ = scores.shape
    covariance = _autocovariance(scores).mean(axis=0)
    within = covariance[0] * n_draws / (n_draws - 1)
    total = covariance[0] + scores.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = 1 - (within - covariance * n_draws / (n_draws - 1)) / total
    rho[0] = 1.0
    pairs = rho[: n_draws // 2 * 2].reshape(n_draws // 2, 2, -1).sum(axis=1)
    positive = np.logical_and.accumulate(pairs > 0, axis=0)
    tau = -1 + 2 * np.where(positive, np.minimum.accumulate(pairs, axis=0), 0.0).sum(axis=0)
    size = n_chains * n_draws
    ceiling = size * np.log10(size)  # of chains that alternate
    return np.where(total > 0, np.minimum(size / np.maximum(tau, 1e-9), ceiling), np.nan)


def weighted_sample_size(weights: FloatArray) -> float:
    """Return the number of equally weighted draws with the same error of a mean (Kish): (sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _halves(chains: FloatArray) -> FloatArray:
    """First and second halves of all chains; a draw in the middle is left out."""
    half = chains.shape[1] // 2
    if half < 2:
        raise ValueError(f"{chains.shape[1]} draws a chain; at least 4 are needed")
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _normal_scores(chains: FloatArray) -> FloatArray:
    """Normal quantiles of the ranks among all draws."""
    from scipy.special import ndtri

    n_chains, n_draws, n_dim = chains.shape
    ranks = np.stack([_ranks(column) for column in chains.reshape(-1, n_dim).T], axis=1)
    scores: FloatArray = ndtri((ranks - 0.375) / (n_chains * n_draws + 0.25)).reshape(chains.shape)
    return scores


def _ranks(x: FloatArray) -> FloatArray:
    """Ranks from 1; equal values, such as a walker that stays, share the mean of theirs."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    rank: FloatArray = (np.cumsum(count) - 0.5 * (count - 1))[place]
    return rank


def _r_hat(scores: FloatArray) -> FloatArray:
    n_draws = scores.shape[1]
    within = scores.var(axis=1, ddof=1).mean(axis=0)
    between = scores.mean(axis=1).var(axis=0, ddof=1)  # B / N
    with np.errstate(invalid="ignore", divide="ignore"):
        r_hat: FloatArray = np.sqrt((n_draws - 1) / n_draws + between / within)
    return np.where(within > 0, r_hat, np.nan)


def _autocovariance(chains: FloatArray) -> FloatArray:
    """Autocovariance of every chain about its own mean at every lag, (n_chains, n_draws, n_dim), divided by n_draws."""
    n_draws = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * n_draws, axis=1)
    lags: FloatArray = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n_draws, axis=1)[:, :n_draws] / n_draws
    return lags
