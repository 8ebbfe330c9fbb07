"""Profile likelihoods along rays: the same as `minimise`, slopes by differences, ends in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from nulight.inference.model import Nuisance
from nulight.inference.profile import minimise
from nulight.renp import renp_experiment
from nulight.studies.renp.ends import allowed_ends
from nulight.studies.renp.rays import Rays

NOISY = renp_experiment("yb", background=4.0, rate_error=0.2, background_error=0.4)


def rays(constant, linear, square, *, width=None):
    """Rays of one row, arrays (n_rays, n_bins), with a nuisance on it if it has a width."""
    nuisances = () if width is None else (Nuisance("rate", "gaussian", width),)
    rows = (np.asarray(x, float)[:, None] for x in (constant, linear, square))
    return Rays(
        **dict(zip(("constant", "linear", "square"), rows, strict=True)),
        scaled=np.ones((len(nuisances), 1)),
        nuisances=nuisances,
    )


def of_experiment(couplings):
    """Rays of mu_11 = s 2e-11 in the noisy experiment, one row a component."""
    zero, one = NOISY.expected({"mu_11": np.array([0.0, 2e-11])})
    return Rays(
        constant=np.tile(zero, (len(couplings), 1, 1)),
        linear=np.zeros((len(couplings), *zero.shape)),
        square=np.tile(one - zero, (len(couplings), 1, 1)),
        scaled=np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        nuisances=NOISY.nuisances,
    )


@pytest.mark.parametrize("couplings", [np.array([0.0, 0.1, 1.0, 3.0, 10.0, 100.0, 1e4])])
def test_profile_is_that_of_minimise(couplings):
    found = of_experiment(couplings).at(couplings)
    expected = minimise(NOISY, {"mu_11": couplings * 2e-11})
    assert found.value == pytest.approx(expected.twice_nll, rel=1e-7, abs=1e-9)
    nuisances = np.stack([expected.nuisances[n.name] for n in NOISY.nuisances], axis=1)
    assert found.z - 1 == pytest.approx(nuisances, abs=1e-5)


@pytest.mark.parametrize("strength", [2.0, 7.0, 30.0])
def test_slope_is_that_of_the_profile(strength):
    s = strength * (1 + np.array([-1e-4, 0.0, 1e-4]))
    found = of_experiment(s).at(s)
    assert found.slope[1] == pytest.approx((found.value[2] - found.value[0]) / (s[2] - s[0]), rel=1e-6)


def test_strong_signals_keep_their_digits():
    """The factor takes 1e15 counts back to the 100 of the data: it is 1e-13, where 1 + u has few digits left."""
    found = rays([[100.0]], [[1.0]], [[0.0]], width=1e-3).at(np.array([1e15]))
    log = brentq(lambda log: 2 * (1e15 - 100 * np.exp(-log)) + 2e6 * (np.exp(log) - 1), -50, 0, rtol=1e-14)
    z = np.exp(log)
    n = z * (1e15 + 100)
    assert found.z[0, 0] == pytest.approx(z, rel=1e-4)  # 1e-13 of the value is 100 (dz / z)^2
    assert found.value[0] == pytest.approx(2 * (n - 100 - 100 * np.log(n / 100)) + 1e6 * (1 - z) ** 2, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    n=st.floats(1.0, 1e6),
    depth=st.floats(0.0, 0.9),
    threshold=st.floats(0.5, 30.0),
)
def test_ends_of_one_bin_in_closed_form(n, depth, threshold):
    """N = n [1 - 4 d s (1 - s)] returns to n at s = 1: three ends if the dip is deep enough, one otherwise."""

    def loss(x):
        return 2 * n * (x - np.log1p(x)) - threshold

    above = brentq(loss, 1e-12, 1e3 + 100 * threshold / n, xtol=1e-15, rtol=1e-13)
    ends = allowed_ends(rays([[n]], [[-4 * depth * n]], [[max(4 * depth, 1.0) * n]]), threshold)
    quadratic = max(4 * depth, 1.0)
    last = (4 * depth + np.sqrt(16 * depth**2 + 4 * quadratic * above)) / (2 * quadratic)
    assert ends.last[0] == pytest.approx(last, rel=1e-8)
    dip = 4 * depth**2 / quadratic
    if loss(-dip) > 1e-6:
        below = brentq(loss, -dip, -1e-12, xtol=1e-15, rtol=1e-13)
        first = -2 * below / (4 * depth + np.sqrt(16 * depth**2 + 4 * quadratic * below))
        assert ends.first[0] == pytest.approx(first, rel=1e-6)
    elif loss(-dip) < -1e-6:
        assert ends.first[0] == ends.last[0]


def test_island_between_two_bins_is_found():
    """Bins come back at s = 1 and 3: excluded near zero, allowed nowhere after unless both agree."""
    apart = rays([[1e4, 1e4]], [[-1e4, -3e4 / 9]], [[1e4, 1e4 / 9]])
    alike = rays([[1e4, 1e4]], [[-1e4, -1e4]], [[1e4, 1e4]])
    assert allowed_ends(apart, 2.7).last == pytest.approx(allowed_ends(apart, 2.7).first)
    ends = allowed_ends(alike, 2.7)
    assert ends.first[0] < 0.1
    assert ends.last[0] > 1.0


def test_rays_do_not_know_of_each_other():
    several = rays([[1e4], [30.0], [5.0]], [[-1e4], [0.0], [4.0]], [[1e4], [3.0], [0.0]], width=0.1)
    together = allowed_ends(several, 2.7)
    for k in range(3):
        alone = allowed_ends(several[np.array([k])], 2.7)
        assert [together.first[k], together.last[k]] == pytest.approx([alone.first[0], alone.last[0]], rel=1e-9)


def test_no_signal_has_no_end():
    ends = allowed_ends(rays([[10.0]], [[0.0]], [[0.0]]), 2.7)
    assert np.isposinf(ends.first).all()
    assert np.isposinf(ends.last).all()


def test_many_rays_are_done_in_pieces():
    shape = (8000, 60)
    ends = allowed_ends(rays(np.full(shape, 50.0), np.zeros(shape), np.full(shape, 3.0)), 2.7)
    assert ends.first == pytest.approx(ends.first[0], rel=1e-12)
