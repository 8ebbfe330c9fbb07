"""Test statistics of many data sets against closed forms of a Gaussian measurement and of a counting experiment."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.model import Nuisance
from nulight.inference.toys.data import Toys
from nulight.inference.toys.statistics import likelihood_ratio


@pytest.fixture
def bounded(toy, parameter):
    """One Gaussian measurement of s >= 0 with error 1."""
    return toy(
        statistic="gaussian",
        observed=np.zeros(1),
        sigma=np.ones(1),
        terms={"signal": [({"s": 1}, [1.0])]},
        known=(parameter("s", lower=0.0),),
    )


@pytest.fixture
def two_minima(toy, parameter):
    """One Gaussian measurement, 4 +- 0.5, of x^2: minima at -2 and 2."""
    return toy(
        statistic="gaussian",
        observed=np.full(1, 4.0),
        sigma=np.full(1, 0.5),
        terms={"signal": [({"x": 2}, [1.0])]},
        known=(parameter("x", default=2.0),),
    )


def test_bounded_gaussian_measurement_has_its_closed_form(bounded):
    data = np.array([-2.0, -0.3, 0.0, 0.4, 1.5, 3.0])
    ratio = likelihood_ratio(bounded, "s", [0.0, 2.0])
    toys = Toys(counts=(data[:, None],))
    best = ratio.best(toys)
    assert best.value == pytest.approx(np.maximum(data, 0), abs=1e-6)
    for value in (0.0, 0.7, 2.0):
        t = (data - value) ** 2 - np.minimum(data, 0) ** 2
        assert ratio.two_sided(value, best, toys) == pytest.approx(t, abs=1e-8)
        expected = np.where(data > value, 0.0, t)
        assert ratio.upper(value, best, toys) == pytest.approx(expected, abs=1e-8)


def test_counting_experiment_with_a_profiled_norm_has_its_closed_form(counting):
    """n ~ Poisson(s + b (1 + u)): s takes up everything, so t(s) is the fit of u alone."""
    width, b = 0.2, 10.0
    model = counting(b, b, nuisances=(Nuisance("norm", "gaussian", width),), scales={"background": ("norm",)})
    ratio = likelihood_ratio(model, "s", [0.0, 10.0])
    n = np.array([12.0, 15.0, 20.0])
    toys = Toys(counts=(n[:, None],), centres={"norm": np.zeros(3)})
    # d/du: b - n b / (s + b (1 + u)) + u / width^2 = 0 with s = 0 is quadratic in u
    p, q = 1 + b * width**2, width**2 * (b - n)
    u = (-p + np.sqrt(p**2 - 4 * q)) / 2
    mu = b * (1 + u)
    t = 2 * (mu - n + n * np.log(n / mu)) + (u / width) ** 2
    assert ratio.two_sided(0.0, ratio.best(toys), toys) == pytest.approx(t, abs=1e-7)


def test_span_holds_both_minima(two_minima):
    ratio = likelihood_ratio(two_minima, "x", [2.0])
    assert ratio.span[0] < -2 < 2 < ratio.span[1]
    toys = Toys(counts=(np.array([[4.0], [9.0]]),))
    assert np.abs(ratio.best(toys).value) == pytest.approx(np.array([2.0, 3.0]), abs=1e-5)


def test_values_between_two_minima_are_below_an_allowed_region(two_minima):
    ratio = likelihood_ratio(two_minima, "x", [-2.0, 2.0])
    toys = Toys(counts=(np.array([[4.0]]),))
    best = ratio.best(toys)
    assert ratio.two_sided(0.0, best, toys) == pytest.approx(np.array([64.0]), rel=1e-8)
    assert ratio.from_value_on(0.0, best, toys) == pytest.approx(np.zeros(1), abs=1e-8)
    assert ratio.from_value_on(2.5, best, toys) == pytest.approx(np.array([2.25**2 / 0.25]), rel=1e-8)


def test_values_of_their_own_for_every_data_set(bounded):
    data = np.array([0.5, 1.0])
    toys = Toys(counts=(data[:, None],))
    ratio = likelihood_ratio(bounded, "s", [0.0, 2.0])
    values = np.array([0.0, 2.0])
    assert ratio.two_sided(values, ratio.best(toys), toys) == pytest.approx((data - values) ** 2, abs=1e-8)


def test_value_outside_the_domain_is_refused(bounded):
    with pytest.raises(ValueError, match="s = -1 lies outside its domain, 0 to inf"):
        likelihood_ratio(bounded, "s", [-1.0])


def test_span_does_not_run_away_where_a_norm_can_vanish(toy, parameter):
    """A signal known to 20 %: at 5 standard deviations it is not there, and the parameter may be anything."""
    model = toy(
        statistic="gaussian",
        observed=np.full(1, 400.0),
        sigma=np.full(1, 5.0),
        terms={"signal": [({"x": 2}, [100.0])], "background": [({}, [300.0])]},
        scales={"signal": ("norm",)},
        nuisances=(Nuisance("norm", "gaussian", 0.2),),
        known=(parameter("x", default=1.0),),
    )
    low, high = likelihood_ratio(model, "x", [1.0]).span
    assert -50 < low < -1.5
    assert 1.5 < high < 50
