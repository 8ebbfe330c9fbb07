"""The chi2 without bins against the chi2 with bins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.gaussian.chi2 import SignalNorm, gaussian_chi2
from nulight.inference.model import Nuisance
from nulight.inference.profile import minimise


def _data(seed=0, n_terms=3, n_bins=12):
    rng = np.random.default_rng(seed)
    templates = rng.exponential(30, (n_terms, n_bins))
    background = rng.uniform(50, 100, n_bins)
    observed = rng.poisson(background + templates.sum(0)).astype(float)
    return rng, templates, background, observed, np.sqrt(observed)


def test_equals_the_sum_over_bins():
    rng, templates, background, observed, sigma = _data()
    c = rng.normal(1, 0.5, (100, 3))
    direct = (((observed - background - c @ templates) / sigma) ** 2).sum(1)
    np.testing.assert_allclose(
        gaussian_chi2(templates, observed, sigma, background=background).chi2(c), direct, rtol=1e-11
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), free=st.booleans())
def test_eliminated_pulls_equal_least_squares(seed, free):
    rng, templates, background, observed, sigma = _data(seed)
    pulls, widths = background * rng.uniform(0.2, 1, (2, 12)), np.array([0.05, np.inf if free else 0.2])
    chi2 = gaussian_chi2(templates, observed, sigma, background=background, pulls=pulls, widths=widths)
    c = rng.normal(1, 0.5, (20, 3))
    for i, rest in enumerate((observed - background - c @ templates) / sigma):
        rows = np.hstack([pulls / sigma, np.diag(1 / widths)]).T
        fit, *_ = np.linalg.lstsq(rows, np.append(rest, [0.0, 0.0]), rcond=None)
        direct = ((np.append(rest, [0.0, 0.0]) - rows @ fit) ** 2).sum()
        assert chi2.chi2(c[i])[0] == pytest.approx(direct, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", ["gaussian", "box", "free"])
def test_signal_norm_equals_the_general_minimiser(toy, parameter, kind):
    rng, templates, background, observed, sigma = _data(3, n_terms=2)
    model = toy(
        statistic="gaussian",
        observed=observed,
        sigma=sigma,
        terms={"signal": [({"a": 1}, templates[0]), ({"b": 1}, templates[1])], "background": [({}, background)]},
        known=(parameter("a"), parameter("b")),
        nuisances=(Nuisance("norm", kind, 0.1), Nuisance("bg", "gaussian", 0.03)),
        scales={"signal": ("norm",), "background": ("bg",)},
    )
    c = rng.uniform(0.2, 2, (50, 2))
    fast = gaussian_chi2(templates, observed, sigma, background=background, pulls=background, widths=[0.03])
    np.testing.assert_allclose(
        fast.chi2_scaled(c, 0.1, kind=kind), minimise(model, {"a": c[:, 0], "b": c[:, 1]}).twice_nll, atol=1e-8
    )


def test_no_signal_gives_the_offset():
    _, templates, background, observed, sigma = _data()
    chi2 = gaussian_chi2(templates, observed, sigma, background=background)
    empty = (((observed - background) / sigma) ** 2).sum()
    for kind in ("gaussian", "box", "free"):
        assert chi2.chi2_scaled(np.zeros(3), 0.1, kind=kind)[0] == pytest.approx(empty, rel=1e-12)


def test_chunks_cover_every_point(monkeypatch):
    rng, templates, background, observed, sigma = _data()
    chi2, c = gaussian_chi2(templates, observed, sigma, background=background), rng.normal(1, 0.5, (1001, 3))
    whole = chi2.chi2(c)
    monkeypatch.setattr("nulight.inference.gaussian.chi2._CHUNK", 100)
    np.testing.assert_allclose(chi2.chi2(c), whole, rtol=1e-13)


def test_mistakes_are_named():
    _, templates, _, observed, sigma = _data()
    with pytest.raises(ValueError, match="numbers of bins differ"):
        gaussian_chi2(templates[:, :5], observed, sigma)
    with pytest.raises(ValueError, match="error of every bin"):
        gaussian_chi2(templates, observed, 0 * sigma)
    with pytest.raises(ValueError, match="one positive width"):
        gaussian_chi2(templates, observed, sigma, pulls=templates, widths=[0.1])
    with pytest.raises(ValueError, match="use gaussian, box or free"):
        gaussian_chi2(templates, observed, sigma).chi2_scaled(np.ones(3), 0.1, kind="flat")
    with pytest.raises(ValueError, match="must be positive"):
        gaussian_chi2(templates, observed, sigma).chi2_scaled(np.ones(3), 0.0)


def test_factors_of_two_kinds_equal_the_general_minimiser(toy, parameter):
    rng, templates, background, observed, sigma = _data(5, n_terms=1)
    model = toy(
        statistic="gaussian",
        observed=observed,
        sigma=sigma,
        terms={"signal": [({"a": 1}, templates[0])], "background": [({}, background)]},
        known=(parameter("a"),),
        nuisances=(Nuisance("x", "gaussian", 0.1), Nuisance("y", "box", 0.15)),
        scales={"signal": ("x", "y")},
    )
    c = rng.uniform(0.0, 3, (60, 1))
    norm = SignalNorm(stiffness=100.0, floor=0.0, ceiling=np.inf, low=0.85, high=1.15)
    fast = gaussian_chi2(templates, observed, sigma, background=background)
    truth = minimise(model, {"a": c[:, 0]})
    np.testing.assert_allclose(fast.profiled(c, norm), truth.twice_nll, atol=1e-9, rtol=1e-9)
    inside = np.abs(truth.nuisances["y"]) < 0.149
    assert 0.02 < inside.mean() < 0.98
    factor = (1 + truth.nuisances["x"]) * (1 + truth.nuisances["y"])
    np.testing.assert_allclose(fast.factors(c, norm)[~inside], factor[~inside], rtol=1e-5)


@pytest.mark.parametrize("size", [1.0, 1e4, 1e8])
def test_large_counts_and_signals_keep_their_digits(size):
    rng, templates, background, _, _ = _data(6, n_terms=2)
    observed = size * (background + templates.sum(0)) + np.sqrt(size) * rng.normal(0, 5, 12)
    sigma = np.sqrt(size) * rng.uniform(5, 10, 12)
    chi2 = gaussian_chi2(size * templates, observed, sigma, background=size * background)
    c = np.concatenate([1 + rng.normal(0, 1, (50, 2)) / np.sqrt(size), rng.uniform(0, 1e3, (50, 2))])
    signal = np.longdouble(c) @ np.longdouble(size * templates) / sigma
    rest = (np.longdouble(observed) - np.longdouble(size * background)) / sigma
    u = ((rest * signal).sum(1) - (signal**2).sum(1)) / ((signal**2).sum(1) + 100)
    u = np.maximum(u, -1)
    direct = ((rest - (1 + u)[:, None] * signal) ** 2).sum(1) + 100 * u**2
    largest = float((rest**2).sum())  # the data themselves are known to rounding of this
    np.testing.assert_allclose(
        chi2.chi2_scaled(c, 0.1), np.asarray(direct, float), rtol=1e-11, atol=1e-14 * largest**0.5 + 2e-16 * largest
    )


@pytest.mark.parametrize("kind", ["gaussian", "box", "free"])
def test_arrays_of_any_library(kind):
    strict = pytest.importorskip("array_api_strict")
    rng, templates, background, observed, sigma = _data(7)
    chi2 = gaussian_chi2(templates, observed, sigma, background=background)
    c = rng.normal(1, 0.5, (100, 3))
    other = strict.asarray(c)
    for ours, theirs in (
        (chi2.chi2(c), chi2.chi2(other)),
        (chi2.chi2_scaled(c, 0.1, kind=kind), chi2.chi2_scaled(other, 0.1, kind=kind)),
    ):
        assert theirs.__array_namespace__() is strict
        np.testing.assert_allclose(np.asarray(theirs), ours, rtol=1e-12)


def test_whole_numbers_are_coefficients():
    _, templates, background, observed, sigma = _data()
    chi2 = gaussian_chi2(templates, observed, sigma, background=background)
    np.testing.assert_array_equal(chi2.chi2(np.array([[1, 2, 0]])), chi2.chi2([[1.0, 2.0, 0.0]]))
