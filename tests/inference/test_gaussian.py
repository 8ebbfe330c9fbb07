"""The chi2 without bins against the chi2 with bins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.gaussian import gaussian_chi2
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
    monkeypatch.setattr("nulight.inference.gaussian._CHUNK", 100)
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
