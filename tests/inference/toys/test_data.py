"""Pseudo-experiments: means, variances and correlations of what is thrown."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, poisson

import nulight as nl
from nulight.inference.coordinates import Prior
from nulight.inference.expectation import expected_counts
from nulight.inference.model import Nuisance, combine
from nulight.inference.toys.data import Toys, throw_toys

N = 20_000


def _model(counting, **options):
    return counting([5.0, 0.0, 2.0], 2.0, nuisances=(Nuisance("b", "gaussian", 0.2), Nuisance("f", "free")),
                    scales={"background": ("b",)}, **options)  # fmt: skip


def test_counts_are_poisson_about_the_expectation(counting):
    model = _model(counting)
    toys = throw_toys(model, {"s": 1.5}, {"b": 0.1}, N, np.random.default_rng(1))
    mu = expected_counts(model, {"s": 1.5}, {"b": 0.1})[0]
    (counts,) = toys.counts
    assert counts.shape == (N, 3)
    np.testing.assert_allclose(counts.mean(axis=0), mu, atol=4 * np.sqrt(mu.max() / N))
    np.testing.assert_allclose(counts.var(axis=0), mu, rtol=4 * np.sqrt(3 / N))
    k = np.arange(9)
    seen = np.bincount(np.minimum(counts[:, 0].astype(int), 8), minlength=9)
    chance = np.append(poisson.pmf(k[:-1], mu[0]), poisson.sf(7, mu[0]))
    assert chisquare(seen, N * chance).pvalue > 1e-3
    assert abs(np.corrcoef(counts.T)[0, 1]) < 4 / np.sqrt(N)


def test_gaussian_counts_have_the_errors_of_the_bins(toy):
    sigma = np.array([0.5, 3.0])
    model = toy(statistic="gaussian", observed=np.zeros(2), sigma=sigma, terms={"b": [({}, [4.0, -1.0])]})
    (counts,) = throw_toys(model, {}, {}, N, np.random.default_rng(2)).counts
    for bin_, mean, width in zip(counts.T, (4.0, -1.0), sigma, strict=True):
        assert kstest((bin_ - mean) / width, "norm").pvalue > 1e-3


def test_measurements_behind_gaussian_nuisances_and_priors_are_thrown(counting):
    priors = {"s": Prior(1.0, 0.3), "other": (0.0, 1.0)}
    true = {"b": 0.1, "f": 3.0}
    toys = throw_toys(_model(counting), {"s": 1.5}, true, N, np.random.default_rng(3), priors=priors)
    assert set(toys.centres) == {"b", "s"}  # a free nuisance and a range have no measurement behind them
    assert kstest((toys.centres["b"] - 0.1) / 0.2, "norm").pvalue > 1e-3
    assert kstest((toys.centres["s"] - 1.5) / 0.3, "norm").pvalue > 1e-3
    fixed = throw_toys(
        _model(counting), {"s": 1.5}, true, 5, np.random.default_rng(3), priors=priors, measurements="fixed"
    )
    assert fixed.centres == {}


def test_shared_nuisances_have_one_measurement(counting):
    both = combine([_model(counting, name="x"), _model(counting, name="y")])
    toys = throw_toys(both, {}, {}, 10, np.random.default_rng(4))
    assert [counts.shape for counts in toys.counts] == [(10, 3), (10, 3)]
    assert set(toys.centres) == {"b"}


def test_every_toy_may_have_a_truth_of_its_own(counting):
    s = np.array([0.0, 1e6])
    (counts,) = throw_toys(_model(counting), {"s": s}, {"b": np.array([-1.0, 0.0])}, 2, np.random.default_rng(5)).counts
    assert np.all(counts[0] == 0)
    assert np.all(counts[1] > 9e5)


def test_the_same_seed_throws_the_same_data(counting):
    one, other = (throw_toys(_model(counting), {"s": 1.0}, {}, 7, np.random.default_rng(6)) for _ in range(2))
    np.testing.assert_array_equal(one.counts[0], other.counts[0])
    np.testing.assert_array_equal(one.centres["b"], other.centres["b"])


def test_some_toys_are_taken_with_their_centres():
    toys = Toys(counts=(np.arange(6.0).reshape(3, 2),), centres={"b": np.arange(3.0)})
    assert toys.n_toys == 3
    few = toys.take(np.array([2, 0]))
    np.testing.assert_array_equal(few.counts[0], [[4.0, 5.0], [0.0, 1.0]])
    np.testing.assert_array_equal(few.centres["b"], [2.0, 0.0])


def test_negative_expectations_and_no_toys_are_refused(toy):
    model = toy(observed=np.zeros(2), terms={"b": [({}, [1.0, -0.5])]})
    with pytest.raises(ValueError, match=r"-0\.5 counts expected in bin 1"):
        throw_toys(model, {}, {}, 3, np.random.default_rng(1))
    with pytest.raises(ValueError, match="throw at least one"):
        throw_toys(model, {}, {}, 0, np.random.default_rng(1))


def test_toys_of_a_shipped_experiment_average_to_its_asimov_data():
    experiment, n = nl.load("coherent-csi-2021"), 4000
    (counts,) = throw_toys(experiment, {"mu_nu_mu": 3e-9}, {}, n, np.random.default_rng(8)).counts
    mu = nl.asimov(experiment, {"mu_nu_mu": 3e-9}).observed
    chi2 = (n * (counts.mean(axis=0) - mu) ** 2 / mu).sum()
    assert abs(chi2 - len(mu)) < 4 * np.sqrt(2 * len(mu))
