"""The Gaussian statistic with errors of its own and counts below zero, as after a subtraction."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.contours import contour
from nulight.inference.fit import fit, goodness_of_fit
from nulight.inference.forecast import forecast
from nulight.inference.intervals import discovery_significance, interval_of, limit
from nulight.inference.levels import interval_threshold
from nulight.inference.likelihood import bin_errors, twice_nll
from nulight.inference.model import Nuisance, asimov
from nulight.inference.profile import minimise

SHAPE, SIGMA, DATA = np.array([4.0, 2.0, 1.0]), np.array([3.0, 2.0, 2.5]), np.array([-3.5, 1.0, -0.5])


@pytest.fixture(scope="module")
def model(toy, parameter):
    return toy(
        statistic="gaussian",
        observed=DATA,
        sigma=SIGMA,
        terms={"signal": [({"s": 1}, SHAPE)], "rest": [({"t": 1}, SHAPE[::-1])]},
        known=(parameter("s"), parameter("t", default=-0.3)),
    )


def _line():
    """Best s and its error for t = -0.3: weighted least squares."""
    weight = SHAPE / SIGMA**2
    rest = DATA + 0.3 * SHAPE[::-1]
    return (weight * rest).sum() / (weight * SHAPE).sum(), (weight * SHAPE).sum() ** -0.5


def test_interval_is_that_of_weighted_least_squares(model):
    best, error = _line()
    width = error * np.sqrt(interval_threshold(0.9, "two-sided"))
    result = limit(model, "s")
    assert best < 0
    assert result.best_fit == pytest.approx(best, abs=1e-6)
    assert (result.lower, result.upper) == pytest.approx((best - width, best + width), rel=1e-6)
    assert (result.expected.lower, result.expected.upper) == pytest.approx((-width, width), rel=1e-6)


def test_asimov_data_keep_the_errors_and_may_be_negative(model):
    data = asimov(model, {"s": -2.0})
    np.testing.assert_allclose(data.observed, -2 * SHAPE - 0.3 * SHAPE[::-1])
    assert data.sigma is SIGMA
    assert minimise(data, {"s": -2.0}).twice_nll[0] == 0
    assert interval_of(data, "s").best_fit == pytest.approx(-2.0, abs=1e-6)


def test_fit_and_its_probability(model):
    best, error = _line()
    result = fit(model, ["s"])
    chi2 = (((DATA - best * SHAPE + 0.3 * SHAPE[::-1]) / SIGMA) ** 2).sum()
    assert result.values["s"] == pytest.approx(best, abs=1e-4)
    assert result.errors["s"] == pytest.approx(error, rel=1e-3)
    assert result.chi2 == pytest.approx(chi2, abs=1e-6)
    assert result.p_value == pytest.approx(goodness_of_fit(chi2, 2), abs=1e-6)
    assert result.warnings == ()


def test_contour_and_forecast_run_on_negative_counts(model):
    best = np.linalg.lstsq((np.stack([SHAPE, SHAPE[::-1]]) / SIGMA).T, DATA / SIGMA, rcond=None)[0]
    plane = contour(model, "s", "t", ((-3.0, 2.0), (-3.0, 3.0)), n=(41, 41))
    np.testing.assert_allclose(plane.best_fit, best, atol=1e-5)
    bands = forecast(lambda t: asimov(model, {"t": t}), "t", [-1.0, 1.0], "s", fixed={"t": -0.3})
    _, error = _line()
    np.testing.assert_allclose(bands.upper, error * np.sqrt(2.705543454), rtol=1e-6)


def test_norms_of_negative_expectations(toy, parameter):
    """A background of less than nothing has a norm like any other: chi2 = ((n - b (1 + u))/sigma)^2 + (u/w)^2."""
    model = toy(
        statistic="gaussian",
        observed=np.array([-5.0]),
        sigma=np.array([1.0]),
        terms={"rest": [({}, [-4.0])]},
        known=(parameter("s"),),
        nuisances=(Nuisance("norm", "gaussian", 0.1),),
        scales={"rest": ("norm",)},
    )
    u = 4 / (16 + 100)
    found = minimise(model)
    assert found.nuisances["norm"][0] == pytest.approx(u, abs=1e-9)
    assert found.twice_nll[0] == pytest.approx((-5 + 4 * (1 + u)) ** 2 + (u / 0.1) ** 2, abs=1e-10)


def test_significance_of_a_deficit(model):
    best, error = _line()
    assert discovery_significance(model, {"s": (-10.0, 10.0)}, {"s": 0.0}) == pytest.approx(abs(best) / error, rel=1e-6)


@pytest.mark.parametrize(
    ("sigma", "match"), [([1.0, 0.0, 1.0], "bin 1 is 0 counts"), ([1.0, 1.0, np.nan], "bin 2 is nan")]
)
def test_errors_must_be_positive(toy, parameter, sigma, match):
    model = toy(
        statistic="gaussian",
        observed=DATA,
        sigma=np.array(sigma),
        terms={"signal": [({"s": 1}, SHAPE)]},
        known=(parameter("s"),),
    )
    with pytest.raises(ValueError, match=match):
        minimise(model)
    with pytest.raises(ValueError, match=match):
        twice_nll(model, {})
    with pytest.raises(ValueError, match=match):
        bin_errors(model)
