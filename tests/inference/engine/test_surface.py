"""-2 ln L on shared templates against the general objective, the definition, and finite differences."""

from __future__ import annotations

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nulight as nl
from nulight.inference.coordinates import Prior, coordinates
from nulight.inference.engine.blocks import Block
from nulight.inference.engine.objective import Objective
from nulight.inference.engine.surface import surface
from nulight.inference.engine.surface_function import SurfaceFunction
from nulight.inference.engine.surface_loss import poisson_exact, poisson_slopes, poisson_value, poisson_values
from nulight.inference.expectation import Morph
from nulight.inference.likelihood import poisson_twice_nll, twice_nll
from nulight.inference.model import Nuisance, combine
from nulight.inference.prepared import prepare
from nulight.inference.profile import minimise
from nulight.inference.toys.data import throw_toys
from oracles_shapes import ShapedModel, germanium

GIVEN, PROFILE = {"mu": (0.0, 2.0)}, {"r": (-1.0, 1.0)}


def _shaped(toy, parameter, statistic="poisson", seed=0, n_bins=5, name="toy"):
    """Two components with shared, box and free nuisances, changes of shape, interference in r."""
    rng = np.random.default_rng(seed)
    first, second, third, flat = rng.uniform(1, 30, (4, n_bins))
    base = toy(
        name=name,
        statistic=statistic,
        observed=rng.poisson(first + flat).astype(float),
        sigma=None if statistic == "poisson" else rng.uniform(2, 6, n_bins),
        terms={
            "nu": [({}, first), ({"r": 1}, 0.3 * second), ({"r": 2}, second), ({"mu": 2}, third)],
            "b": [({}, flat)],
        },
        known=(parameter("r"), parameter("mu", lower=0.0)),
        nuisances=(
            Nuisance("flux", "gaussian", 0.1),
            Nuisance("eff", "box", 0.2),
            Nuisance("norm", "free"),
            Nuisance("shape", "gaussian", 1.0, lower=-5.0, upper=5.0),
        ),
        scales={"nu": ("flux", "eff"), "b": ("norm",)},
    )
    morphs = (Morph("nu", ("shape",)), Morph("nu", ("shape", "shape")))
    return ShapedModel(
        base=base, morphs=morphs, changes=[[({}, 0.1 * second), ({"mu": 2}, 0.1 * first)], [({}, 0.01 * first)]]
    )


def _pair(model, n_points, *, hold=None, toys=None, n_starts=1):
    """The surface's function and the general objective at the same given values."""
    mu = np.linspace(0.1, 1.9, n_points)
    on = surface(model, GIVEN, {}, PROFILE, hold or {})
    known = np.array([(mu - on.layout.offset[-1]) / on.layout.scale[-1]])
    layout = coordinates(model, PROFILE, hold or {})
    fast = SurfaceFunction(on, known, n_points, n_starts, toys)
    return fast, Objective(model, layout, {"mu": mu}, n_points, n_starts, toys), layout


@pytest.mark.parametrize("statistic", ["poisson", "gaussian"])
@pytest.mark.parametrize("n_bins", [1, 5, 60])
def test_values_and_derivatives_equal_those_of_the_objective(toy, parameter, statistic, n_bins):
    model = _shaped(toy, parameter, statistic, n_bins=n_bins)
    toys = throw_toys(model, {"mu": 0.3}, {}, 6, np.random.default_rng(1))
    for data in (None, toys):
        fast, slow, layout = _pair(model, 6, toys=data, n_starts=2)
        index, exact = np.arange(12), np.arange(12) % 3 > 0
        z = np.random.default_rng(2).uniform(-0.15, 0.3, (12, len(layout.lower)))
        np.testing.assert_allclose(fast.value(z, index), slow.value(z, index), rtol=1e-11)
        np.testing.assert_allclose(fast.exact_value(z), slow.exact_value(z), rtol=1e-11)
        some = np.array([7, 2, 3])
        np.testing.assert_allclose(fast.value(z[some], some), slow.value(z[some], some), rtol=1e-11)
        (g, h), (g0, h0) = fast.derivatives(z, index, exact), slow.derivatives(z, index, exact)
        np.testing.assert_allclose(g, g0, rtol=1e-9, atol=1e-9 * np.abs(g0).max())
        np.testing.assert_allclose(h, h0, rtol=1e-9, atol=1e-9 * np.abs(h0).max())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), statistic=st.sampled_from(["poisson", "gaussian"]))
def test_derivatives_equal_finite_differences(toy, parameter, seed, statistic):
    fast, _, layout = _pair(_shaped(toy, parameter, statistic, seed), 3)
    z, index, h = np.random.default_rng(seed).uniform(-0.1, 0.2, (3, len(layout.lower))), np.arange(3), 1e-5
    gradient, curvature = fast.derivatives(z, index, np.ones(3, bool))
    for k in range(z.shape[1]):
        up, down = z.copy(), z.copy()
        up[:, k] += h
        down[:, k] -= h
        slope = (fast.value(up, index) - fast.value(down, index)) / (2 * h)
        # rounding of values of at most 1e4, 1e-12, divided by h
        np.testing.assert_allclose(gradient[:, k], slope, rtol=1e-5, atol=1e-5)
        bend = (
            fast.derivatives(up, index, np.ones(3, bool))[0] - fast.derivatives(down, index, np.ones(3, bool))[0]
        ) / (2 * h)
        np.testing.assert_allclose(curvature[:, k], bend, rtol=1e-5, atol=1e-5 * np.abs(curvature).max())


def test_both_ways_to_the_curvature_are_the_same(toy, parameter, monkeypatch):
    model, index = _shaped(toy, parameter), np.arange(4)
    z = np.random.default_rng(3).uniform(-0.1, 0.2, (4, 5))
    found = []
    for pairs_at_most in (0, 10**9):
        monkeypatch.setattr("nulight.inference.engine.template_slopes._MANY_PAIRS", pairs_at_most)
        monkeypatch.setattr("nulight.inference.engine.template_slopes._CALL", 1e9)  # slopes of every bin never pay
        fast = _pair(model, 4)[0]
        assert (fast.on.sheets[0]._slopes._jacobian is None) == (pairs_at_most > 0)
        found.append(fast.derivatives(z, index, np.ones(4, bool))[1])
    np.testing.assert_allclose(*found, rtol=1e-11, atol=1e-9)


def test_held_nuisances_are_multiplied_in(toy, parameter):
    model = _shaped(toy, parameter)
    hold = {"flux": 0.05, "shape": -1.0}
    toys = throw_toys(model, {}, {}, 4, np.random.default_rng(4))
    fast, slow, layout = _pair(model, 4, hold=hold, toys=toys)
    assert [layout.nuisances[k] for k in fast.on.free[:-1]] == ["eff", "norm"]
    z = np.tile([0.05, 0.1, 0.2, -1.0, 0.3], (4, 1))
    np.testing.assert_allclose(fast.exact_value(z[:, fast.on.free]), slow.exact_value(z), rtol=1e-12)


def test_gaussian_bins_are_turned_to_as_many_as_there_are_templates():
    on = surface(nl.load("coherent-csi-2017"), {"r2_nu_ee": (-1e-31, 1e-31)}, {}, {}, {})
    assert on.sheets[0].n_bins == 4  # three powers of the radius and the background, not 12 bins
    assert on.convex


def test_only_counts_linear_in_everything_are_convex(toy, parameter):
    model = _shaped(toy, parameter)
    assert not surface(model, GIVEN, {}, PROFILE, {}).convex
    assert not surface(model, {}, {"mu": 1.0}, {}, {}).convex  # flux times efficiency
    assert surface(model, GIVEN, {}, {}, {"eff": 0.0, "shape": 0.0}).convex
    assert not surface(model, {}, {}, GIVEN, {"eff": 0.0, "shape": 0.0}).convex  # flux times mu^2
    assert surface(model, {}, {}, GIVEN, {"eff": 0.0, "shape": 0.0, "flux": 0.0}).convex
    assert not surface(model, {}, {}, PROFILE, {"eff": 0.0, "shape": 0.0, "flux": 0.0}).convex


@pytest.mark.parametrize("span", [(0.0, 2.0), (-2.0, 2.0), (-2.0, -0.5), (-1.0, 2.0)])
def test_even_couplings_are_fitted_as_squares(toy, parameter, span):
    """The data are met at mu^2 = 1.44; what is fitted is linear, and the root has a sign that the range allows."""
    terms = {"s": [({"mu": 2}, [10.0, 20.0])], "b": [({}, [5.0, 5.0])]}
    model = toy(observed=np.array([19.4, 33.8]), terms=terms, known=(parameter("mu"),))
    on = surface(model, {}, {}, {"mu": span}, {})
    low, high = on.layout.lower[0], on.layout.upper[0]
    x = np.linspace(low, high, 9)[:, None]
    inside, (least, most) = on.inward(x), on.bounds
    assert np.all((inside >= least - 1e-15) & (inside <= most + 1e-15))
    back = on.outward(inside)
    np.testing.assert_allclose(on.inward(back), inside, rtol=1e-12, atol=1e-15)
    assert np.all((back >= low - 1e-12) & (back <= high + 1e-12))
    step = (on.inward(x + 1e-6) - on.inward(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(on.inward_slope(x), step, rtol=1e-8, atol=1e-8)
    assert on.even.tolist() == [span[0] <= 0 <= span[1]]  # powers about an end that is not zero are odd too
    found = prepare(model, profile={"mu": span}).minimise()
    assert abs(found.parameters["mu"][0]) == pytest.approx(1.2, rel=1e-6)
    assert span[0] <= found.parameters["mu"][0] <= span[1]
    assert on.convex == on.even[0]


def test_couplings_with_a_prior_are_fitted_as_they_are(toy, parameter):
    model = toy(observed=np.array([15.0]), terms={"s": [({"mu": 2}, [10.0])]}, known=(parameter("mu"),))
    assert not surface(model, {}, {}, {"mu": Prior(0.5, 0.1)}, {}).even.any()
    found = prepare(model, profile={"mu": Prior(0.5, 0.1)}).minimise()
    slow = minimise(model, profile={"mu": Prior(0.5, 0.1)})
    assert found.twice_nll[0] == pytest.approx(slow.twice_nll[0], rel=1e-10)


def test_what_is_no_polynomial_has_no_surface(toy, parameter):
    assert surface(germanium(toy, parameter), {"mu": (0.0, 1.0)}, {}, {}, {}) is None
    outside = {"mu": (-3.0, -2.0)}  # the moment is never negative
    assert surface(_shaped(toy, parameter), outside, {}, {}, {}) is None


@pytest.mark.parametrize("seed", range(5))
def test_combinations_add_up(toy, parameter, seed):
    a = _shaped(toy, parameter, "poisson", seed, name="a")
    b = _shaped(toy, parameter, "gaussian", seed + 10, 7, name="b")
    fast, slow, layout = _pair(combine([a, b]), 3)
    z = np.random.default_rng(seed).uniform(-0.1, 0.2, (3, len(layout.lower)))
    np.testing.assert_allclose(fast.exact_value(z), slow.exact_value(z), rtol=1e-11)
    u = {name: z[:, k] for k, name in enumerate(layout.nuisances)}
    points = {"mu": np.linspace(0.1, 1.9, 3), "r": layout.values(z)[:, -1]}
    np.testing.assert_allclose(fast.exact_value(z), twice_nll(combine([a, b]), points, u), rtol=1e-11)


# --- losses of bins -----------------------------------------------------------------------------------

COUNTS = st.lists(st.sampled_from([0.0, 0.3, 1.0, 7.0, 500.0]), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(counts=COUNTS, seed=st.integers(0, 10**6), negative=st.booleans())
def test_losses_of_bins_are_those_of_the_general_objective(toy, counts, seed, negative):
    n = np.array(counts)
    mu = (n + 0.5) * np.random.default_rng(seed).uniform(-0.5 if negative else 1e-9, 2, (4, len(n)))
    block = Block(toy(observed=n, terms={"x": [({}, n)]}), ())
    np.testing.assert_allclose(poisson_value(mu, n[None]), block.finite_loss(mu, n), rtol=1e-11)
    np.testing.assert_allclose(poisson_exact(mu, n[None]), block.loss(mu, n), rtol=1e-11)
    exact = np.array([True, False, True, False])
    ratio, weight, outside = poisson_slopes(mu, n[None], exact)
    first, second = block.loss_slopes(mu, n, exact)
    np.testing.assert_allclose(2 * (1 - ratio), first, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(2 * weight, second, rtol=1e-12)
    below = np.any(mu < 1e-6 * n, axis=1)
    np.testing.assert_array_equal(below if outside is None else outside, below)


def _points(seed=5):
    rng = np.random.default_rng(seed)
    templates = rng.exponential(5.0, (6, 140))
    observed = rng.poisson(templates.sum(axis=0)).astype(float)
    observed[[3, 50]] = 0.0
    return rng.normal(1.0, 0.2, (2500, 6)), templates, observed


def test_values_at_many_points_are_the_definition():
    c, templates, observed = _points()
    direct = poisson_twice_nll(observed, c @ templates).sum(axis=1)
    np.testing.assert_allclose(poisson_values(c, templates, observed), direct, rtol=1e-12)
    assert poisson_values(c[:0], templates, observed).shape == (0,)


def test_impossible_and_negative_expectations_at_many_points():
    templates, observed = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), np.array([3.0, 0.0, 0.0])
    c = np.array([[0.0, 1.0], [2.0, 1.0], [3.0, -4.0], [-1.0, 2.0]])
    direct = poisson_twice_nll(observed, c @ templates).sum(axis=1)
    found = poisson_values(c, templates, observed)
    np.testing.assert_allclose(found, direct, rtol=1e-14)
    assert np.isinf(found).tolist() == [True, False, False, True]
    np.testing.assert_allclose(poisson_values(c[1:3], templates, np.zeros(3)), [16.0, 10.0], rtol=1e-14)


def test_any_array_library_may_be_used():
    c, templates, observed = _points()
    xp = array_api_strict
    found = poisson_values(xp.asarray(c), xp.asarray(templates), xp.asarray(observed), xp=xp)
    np.testing.assert_allclose(np.from_dlpack(found), poisson_values(c, templates, observed), rtol=1e-14)
    impossible = poisson_values(xp.asarray(-c), xp.asarray(templates), xp.asarray(observed), xp=xp)
    assert np.all(np.isinf(np.from_dlpack(impossible)))
