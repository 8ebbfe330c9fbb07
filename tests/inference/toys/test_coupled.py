"""Toys whose random numbers belong to bins and measurements, not to draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from nulight.inference.coordinates import Prior
from nulight.inference.model import Nuisance
from nulight.inference.toys.coupled import poisson_quantile, throw_coupled, uncertain
from nulight.runs import stream

NUISANCES = (Nuisance("a", "gaussian", 0.1), Nuisance("b", "gaussian", 0.2), Nuisance("c", "free"))


@pytest.fixture
def model(counting):
    return counting([4, 400], 2.0, nuisances=NUISANCES, scales={"background": ("a", "b", "c")})


def generators(k):
    return stream(3, 0, 0, k)


def throw(model, nuisances, held=(), n=4000, priors=None):
    order = uncertain(model, priors or {})
    return throw_coupled(model, {"s": 5.0}, nuisances, n, generators, order=order, held=held, priors=priors)


@pytest.mark.parametrize("mean", [0.0, 1e-3, 0.7, 12.0, 3456.0, 2.5e6])
def test_quantiles_are_those_of_scipy(mean):
    p = np.concatenate([np.random.default_rng(1).random(500), [1e-12, 0.5, 1 - 1e-12]])
    ours = poisson_quantile(np.column_stack([p, p]), np.array([mean, 3.0]))
    theirs = poisson.ppf(p, mean) if mean else np.zeros(len(p))
    assert ours[:, 0].tolist() == theirs.tolist()
    assert ours[:, 1].tolist() == poisson.ppf(p, 3.0).tolist()


def test_counts_rise_with_the_mean_at_fixed_random_numbers():
    p = np.random.default_rng(2).random((300, 1))
    counts = [poisson_quantile(p, np.array([mean])) for mean in (2.0, 2.5, 7.0, 90.0)]
    assert np.all(np.diff(np.array(counts), axis=0) >= 0)


def test_toys_have_the_moments_of_their_distributions(model):
    toys = throw(model, {"a": 0.5})
    (counts,) = toys.counts
    mean = 5.0 + 2.0 * 1.5
    assert counts.mean(axis=0) == pytest.approx([mean, mean], abs=4 * np.sqrt(mean / 4000), rel=0)
    assert counts.var(axis=0) == pytest.approx([mean, mean], abs=4 * mean * np.sqrt(2.2 / 4000), rel=0)
    assert toys.centres["a"].mean() == pytest.approx(0.5, abs=4 * 0.1 / np.sqrt(4000), rel=0)
    assert toys.centres["b"].std() == pytest.approx(0.2, abs=4 * 0.2 / np.sqrt(8000), rel=0)
    assert toys.centres.keys() == {"a", "b"}


def test_bins_and_measurements_are_independent(model):
    toys = throw(model, {})
    columns = np.vstack([toys.counts[0].T, *toys.centres.values()])
    off = np.corrcoef(columns)[np.triu_indices(4, 1)]
    assert np.abs(off).max() < 4 / np.sqrt(4000)


def test_holding_a_nuisance_leaves_everything_else_as_it_was(model):
    free, held = throw(model, {}), throw(model, {}, held=("a",))
    assert held.centres.keys() == {"b"}
    assert np.array_equal(held.centres["b"], free.centres["b"])
    assert np.array_equal(held.counts[0], free.counts[0])


def test_priors_are_measurements_too(model):
    toys = throw(model, {}, priors={"s": Prior(1.0, 0.3)})
    assert toys.centres["s"].mean() == pytest.approx(5.0, abs=4 * 0.3 / np.sqrt(4000), rel=0)


def test_gaussian_bins_have_their_errors(counting):
    model = counting([3.0], 1.0, statistic="gaussian", sigma=np.array([0.5]))
    (counts,) = throw(model, {}).counts
    assert counts.mean() == pytest.approx(6.0, abs=4 * 0.5 / np.sqrt(4000), rel=0)
    assert counts.std() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(8000), rel=0)


def test_negative_means_are_refused(model):
    with pytest.raises(ValueError, match="a Poisson mean is >= 0"):
        throw(model, {"c": -9.0})
