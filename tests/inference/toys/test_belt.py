"""Reading intervals from distributions that are known: a Gaussian measurement of x with sigma = 1, no bound."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from nulight.inference.toys.belt import Belt
from nulight.inference.toys.values import given_values

MU = np.linspace(-4, 4, 21)
RANKS = (np.arange(4000) + 0.5) / 4000
X = norm.ppf(RANKS)  # an ideal sample


def belt(kind, *, domain=(-np.inf, np.inf), background=True, mu=MU, cl=0.9):
    values = given_values(lambda v: (v**2, v**2), mu)
    return Belt(
        kind=kind,
        cl=cl,
        values=values,
        own=np.stack([statistic(kind, m + X, m) for m in mu]),
        background=np.stack([statistic(kind, X, m) for m in mu]) if background else None,
        domain=domain,
    )


def statistic(kind, x, mu):
    t = (x - mu) ** 2
    return t if kind == "feldman-cousins" else np.where(x > mu, 0.0, t)


def data(kind, x, mu=MU):
    return np.array([statistic(kind, x, m) for m in mu])


def test_two_sided_ends_lie_a_quantile_away():
    ((lower, upper),) = belt("feldman-cousins").regions(data("feldman-cousins", 0.3))
    z = norm.ppf(0.95)
    assert (lower.value, upper.value) == pytest.approx((0.3 - z, 0.3 + z), abs=2e-3, rel=0)


def test_errors_of_ends_are_those_of_a_quantile():
    """sqrt(p (1 - p) / n) over the density of |x| at the quantile; between two values the errors average."""
    ((_, upper),) = belt("feldman-cousins").regions(data("feldman-cousins", 0.3))
    at_a_value = np.sqrt(0.1 * 0.9 / 4000) / (2 * norm.pdf(norm.ppf(0.95)))
    assert at_a_value / np.sqrt(2) * 0.9 < upper.error < at_a_value * 1.1


def test_upper_limits_lie_a_one_sided_quantile_above():
    (_, upper) = belt("upper").regions(data("upper", 0.3))[-1]
    assert upper.value == pytest.approx(0.3 + norm.ppf(0.9), abs=2e-3, rel=0)


@pytest.mark.parametrize("x", [-1.5, 0.0, 1.0])
def test_cls_limits_solve_their_ratio(x):
    mu = np.linspace(0, 5, 26)
    (_, upper) = belt("cls", mu=mu).regions(data("cls", x, mu))[-1]
    assert norm.cdf(x - upper.value) / norm.cdf(x) == pytest.approx(0.1, abs=2e-3, rel=0)


def test_critical_values_are_quantiles_of_chi2():
    critical, error = belt("feldman-cousins").critical()
    assert critical == pytest.approx(norm.ppf(0.95) ** 2, abs=1e-2, rel=0)
    density = norm.pdf(norm.ppf(0.95)) / norm.ppf(0.95)
    assert error == pytest.approx(np.sqrt(0.1 * 0.9 / 4000) / density, rel=0.1)


def test_ends_of_many_data_sets_are_those_of_each():
    many = belt("feldman-cousins")
    sets = np.column_stack([data("feldman-cousins", x) for x in (-0.7, 0.0, 1.1)])
    lower, upper = many.ends(sets)
    for i in range(3):
        ((low, high),) = many.regions(sets[:, i])
        assert (lower[i], upper[i]) == pytest.approx((low.value, high.value), rel=1e-12, abs=1e-12)


def test_a_bound_of_the_domain_closes_an_interval_without_error():
    mu = np.linspace(-1, 4, 14)
    ((lower, _),) = belt("feldman-cousins", mu=mu, domain=(-1.0, np.inf)).regions(data("feldman-cousins", 0.0, mu))
    assert (lower.value, lower.error) == (-1.0, 0.0)
    ((lower, _),) = belt("feldman-cousins", mu=mu).regions(data("feldman-cousins", 0.0, mu))
    assert (lower.value, lower.error) == (None, None)


def test_data_far_away_accept_nothing():
    assert belt("feldman-cousins").regions(data("feldman-cousins", 12.0)) == []
    lower, upper = belt("feldman-cousins").ends(data("feldman-cousins", 12.0)[:, None])
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])


def test_smooth_p_values_need_no_more_values_and_jumps_do():
    smooth = belt("feldman-cousins")
    assert smooth.steep(data("feldman-cousins", 0.3)[:, None]).tolist() == []
    t = data("feldman-cousins", 0.3)
    t[MU > 0.5] = 30.0  # excluded from one value to the next
    (gap,) = smooth.steep(t[:, None])
    assert MU[gap] <= 0.5 < MU[gap + 1]


def discrete(share, n=1000):
    """A belt of two outcomes: the rarer one, seen in the data, in a given share of the toys at each value."""
    mu = np.arange(float(len(share)))
    own = np.array([np.repeat([0.0, 1.0], [n - k, k]) for k in np.rint(n * np.array(share)).astype(int)])
    values = given_values(lambda v: ((v / 2) ** 2, np.zeros(len(v))), mu)
    return Belt(kind="feldman-cousins", cl=0.9, values=values, own=own, background=None, domain=(-np.inf, np.inf))


def test_errors_of_ends_span_values_whose_p_values_are_alike_within_errors():
    """From 11.0 to 10.4 %, each to 1 %, nobody knows where 10 % is passed: anywhere on that stretch."""
    ((_, upper),) = discrete([0.4, 0.2, 0.110, 0.108, 0.106, 0.104, 0.05]).regions(np.ones(7))
    assert 5 < upper.value < 6
    assert (upper.value - 1) / 2 > upper.error > (upper.value - 2) / 2  # half of the way back to the last jump
    ((_, upper),) = discrete([0.4, 0.3, 0.25, 0.2, 0.17, 0.15, 0.02]).regions(np.ones(7))
    assert upper.error < 0.2


def test_outcomes_that_are_likely_need_more_values_next_to_an_end():
    belt_of_two = discrete([0.4, 0.2, 0.15, 0.12, 0.09, 0.07])
    assert belt_of_two.steep(np.ones((6, 1))).tolist() == [3]
    smooth = belt("feldman-cousins")
    assert np.all(smooth._ties(data("feldman-cousins", 0.3)[:, None]) <= 1 / 4000)


def test_some_of_the_toys_make_a_belt_of_their_own():
    some = belt("cls").some(np.arange(0, 4000, 2))
    assert some.own.shape == some.background.shape == (21, 2000)
    assert np.all(some.p_errors(data("cls", 0.0)[:, None]) >= belt("cls").p_errors(data("cls", 0.0)[:, None]))


def test_near_values_are_the_accepted_ones_and_those_just_outside():
    places = belt("feldman-cousins").near(data("feldman-cousins", 0.0), 1.0)
    assert np.abs(MU[places]).max() == pytest.approx(2.4, rel=1e-9)  # 1.645 + 1 in steps of 0.4
