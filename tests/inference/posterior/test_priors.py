"""Priors: normalised, cut at physical bounds, and transformed from the unit cube."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import loguniform, truncnorm

from nulight.inference.coordinates import Prior
from nulight.inference.nuisance import Nuisance
from nulight.inference.posterior.priors import LogUniform, Priors, marginal, nuisance_marginal

NO_BOUND = (-np.inf, np.inf)
CHOICES = {
    "flat": marginal((-1.0, 3.0), NO_BOUND),
    "log-uniform": marginal(LogUniform(1e-3, 2.0), NO_BOUND),
    "gaussian": marginal(Prior(0.3, 0.5), (0.0, np.inf)),
    "far tail": marginal(Prior(0.0, 0.1, lower=1.0), NO_BOUND),
    "nuisance": nuisance_marginal(Nuisance("b", "gaussian", 0.7)),
    "box": nuisance_marginal(Nuisance("b", "box", 0.7)),
}


@pytest.mark.parametrize("name", CHOICES)
def test_densities_integrate_to_one(name):
    priors = Priors([CHOICES[name]])
    low, high = priors.transform(np.array([[1e-13], [1 - 1e-13]]))[:, 0]
    total = quad(lambda x: np.exp(priors.log_density(np.array([[x]]))[0]), low, high, epsrel=1e-9, limit=200)[0]
    assert total == pytest.approx(1, rel=1e-7)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("log-uniform", loguniform(1e-3, 2.0)),
        ("gaussian", truncnorm(-0.6, np.inf, 0.3, 0.5)),
        ("far tail", truncnorm(10.0, np.inf, 0.0, 0.1)),
        ("nuisance", truncnorm(-1 / 0.7, np.inf, 0.0, 0.7)),
    ],
)
def test_densities_and_quantiles_are_those_of_scipy(name, known):
    priors, u = Priors([CHOICES[name]]), np.array([0.001, 0.2, 0.5, 0.93])
    x = priors.transform(u[:, None])
    np.testing.assert_allclose(x[:, 0], known.ppf(u), rtol=1e-9)
    np.testing.assert_allclose(priors.log_density(x), known.logpdf(x[:, 0]), rtol=1e-9)


@given(st.lists(st.floats(0, 1), min_size=len(CHOICES), max_size=len(CHOICES)))
def test_the_unit_cube_maps_into_the_bounds_in_order(u):
    priors = Priors(list(CHOICES.values()))
    cube = np.array([u, np.minimum(np.array(u) + 0.01, 1.0)])
    x = priors.transform(cube)
    assert priors.inside(x).all()
    assert (x[1] >= x[0]).all()


def test_density_of_several_is_the_product_and_zero_outside():
    priors, x = Priors(list(CHOICES.values())), np.array([[0.0, 0.1, 0.5, 1.01, 0.2, -0.3]])
    each = [Priors([m]).log_density(x[:, [k]])[0] for k, m in enumerate(CHOICES.values())]
    assert priors.log_density(x)[0] == pytest.approx(sum(each), rel=1e-12)
    for k in range(len(CHOICES)):
        outside = x.copy()
        outside[0, k] = priors.lower[k] - 1e-9
        assert priors.log_density(outside)[0] == -np.inf
        outside[0, k] = np.nan
        assert priors.log_density(outside)[0] == -np.inf


def test_domains_cut_ranges_and_improper_priors_count_as_one():
    assert marginal((-1.0, 1.0), (0.0, np.inf)).lower == 0
    free = nuisance_marginal(Nuisance("b", "free"))
    assert not free.proper
    assert Priors([free]).log_density(np.array([[5.0], [-1.5]])).tolist() == [0.0, -np.inf]


def test_priors_say_themselves():
    assert CHOICES["flat"].describe("keV") == "flat from -1 to 3 keV"
    assert CHOICES["log-uniform"].describe() == "flat in the logarithm from 0.001 to 2"
    assert marginal(Prior(0.24, 0.01), NO_BOUND).describe() == "Gaussian 0.24 +- 0.01"
    assert CHOICES["nuisance"].describe() == "Gaussian 0 +- 0.7, from -1 to inf"


@pytest.mark.parametrize("ends", [(0.0, 1.0), (2.0, 1.0), (1.0, np.inf), (-1.0, 1.0)])
def test_logarithms_need_two_positive_ends(ends):
    with pytest.raises(ValueError, match="both ends must be positive and finite"):
        LogUniform(*ends)
