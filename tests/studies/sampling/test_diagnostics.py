"""Diagnostics of chains against cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.studies.sampling.diagnostics import effective_sample_size, split_r_hat, weighted_sample_size


def autoregressive(rho, n_chains=8, n_draws=4000, seed=1):
    """Chains x_t = rho x_(t-1) + noise of unit variance: autocorrelation rho^t."""
    noise = np.random.default_rng(seed).standard_normal((n_chains, n_draws, 1))
    x = noise.copy()
    for t in range(1, n_draws):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return x


def test_independent_draws_count_in_full_and_have_mixed():
    chains = np.random.default_rng(2).standard_normal((6, 3000, 4))
    np.testing.assert_allclose(effective_sample_size(chains), 18_000, rtol=0.06)
    np.testing.assert_allclose(split_r_hat(chains), 1.0, atol=2e-3)


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.95])
def test_autoregressive_draws_count_as_their_autocorrelation_says(rho):
    chains = autoregressive(rho)
    assert effective_sample_size(chains)[0] == pytest.approx(32_000 * (1 - rho) / (1 + rho), rel=0.12)


def test_draws_that_alternate_count_more():
    assert effective_sample_size(autoregressive(-0.5))[0] > 1.5 * 32_000


def test_ranks_do_not_care_about_scale_or_heavy_tails():
    chains = np.random.default_rng(3).standard_cauchy((4, 1000, 1))
    tiny = 1e-33 * np.arctan(chains)
    np.testing.assert_allclose(effective_sample_size(tiny), effective_sample_size(chains), rtol=1e-9)
    np.testing.assert_allclose(split_r_hat(chains), 1.0, atol=5e-3)


@pytest.mark.parametrize("change", ["place", "width", "drift"])
def test_chains_that_differ_are_found_out(change):
    chains = np.random.default_rng(4).standard_normal((4, 1000, 1))
    if change == "place":
        chains[0] += 1.0
    elif change == "width":
        chains[0] *= 3.0  # the means agree: only distances from the median tell
    else:
        chains += np.linspace(0, 1, 1000)[:, None]
    assert split_r_hat(chains)[0] > 1.02


def test_chains_stuck_in_two_modes_count_as_few():
    chains = np.random.default_rng(5).standard_normal((8, 1000, 1)) + 20.0 * (np.arange(8) < 4)[:, None, None]
    assert split_r_hat(chains)[0] > 1.5
    assert effective_sample_size(chains)[0] < 20


def test_r_hat_is_the_ratio_of_variances():
    """Of few draws by hand: two chains of four, ranks 1 to 8 in order, as halves of two."""
    from scipy.special import ndtri

    scores = ndtri((np.arange(1, 9) - 0.375) / 8.25).reshape(4, 2)
    within, between = scores.var(axis=1, ddof=1).mean(), scores.mean(axis=1).var(ddof=1)
    expected = np.sqrt((within / 2 + between) / within)
    assert split_r_hat(np.arange(8.0).reshape(2, 4, 1))[0] == pytest.approx(expected, rel=1e-12)


def test_equal_values_share_their_ranks():
    from scipy.stats import rankdata

    from nulight.studies.sampling.diagnostics import _ranks

    x = np.random.default_rng(6).integers(0, 20, 200).astype(float)
    np.testing.assert_array_equal(_ranks(x), rankdata(x))


def test_coordinates_that_never_move_have_no_diagnostics():
    chains = np.ones((4, 100, 1))
    assert np.isnan(split_r_hat(chains))
    assert np.isnan(effective_sample_size(chains))


def test_short_chains_are_refused():
    with pytest.raises(ValueError, match="3 draws a chain; at least 4"):
        split_r_hat(np.zeros((2, 3, 1)))


def test_weights_count_by_kish():
    assert weighted_sample_size(np.full(50, 0.02)) == pytest.approx(50)
    assert weighted_sample_size(np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(2)
