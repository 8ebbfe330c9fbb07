"""Prepared likelihoods: the numbers of `minimise` and `twice_nll`, for one data set and for many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.stats import kstest

import nulight as nl
from nulight.inference.coordinates import Prior
from nulight.inference.engine.surface_fit import minimise_on
from nulight.inference.expectation import Morph, expected_counts
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import Nuisance, combine, with_nuisances
from nulight.inference.prepared import prepare
from nulight.inference.profile import minimise
from nulight.inference.toys.data import Toys, throw_toys
from oracles_shapes import ShapedModel, germanium

CARDS = {
    "coherent-csi-2021": {"mu_nu_mu": (0.0, 5e-9), "r2_nu_ee": (-2e-31, 2e-31)},
    "xenonnt-2022-er": {"mu_nu": (0.0, 5e-11)},
    "51cr-cevns-ge": {"mu_nu_e": (0.0, 1e-9), "r2_nu_ee": (-2e-31, 2e-31)},
    "coherent-csi-2017": {"mu_nu_mu": (0.0, 5e-9), "r2_nu_mumu": (-2e-31, 2e-31)},
}


def _values(ranges, n, seed=1):
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(low, high, n) for name, (low, high) in ranges.items()}


def _check(model, given_, n, *, fixed=None, profile=None, hold=None, thrown=None):
    """Prepared minima are those of `minimise`, and the definition at their places, with and without toys."""
    fixed, points = fixed or {}, _values(given_, n)
    ready = prepare(model, given=given_, fixed=fixed, profile=profile, hold=hold)
    assert ready._surface is not None
    toys = throw_toys(model, {**fixed, **(thrown or {})}, hold or {}, n, np.random.default_rng(2), priors=profile)
    for data in (None, toys):
        fast = ready.minimise(points, toys=data)
        slow = minimise(ready.model, {**fixed, **points}, profile=profile, hold=hold, toys=data)
        assert fast.converged.all()
        np.testing.assert_allclose(fast.twice_nll, slow.twice_nll, rtol=1e-9, atol=1e-9)
    alone = ready.minimise(points)
    everything = {**fixed, **points, **alone.parameters}
    direct = twice_nll(ready.model, everything, alone.nuisances)
    priors = {k: p for k, p in (profile or {}).items() if isinstance(p, Prior)}
    direct = direct + sum(((alone.parameters[k] - p.mean) / p.width) ** 2 for k, p in priors.items())
    np.testing.assert_allclose(alone.twice_nll, direct, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ready.profiled_twice_nll(points), alone.twice_nll, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", CARDS)
def test_shipped_experiments_have_the_minima_of_minimise(name):
    experiment, (parameter, *others) = nl.load(name), CARDS[name]
    span = {parameter: CARDS[name][parameter]}
    _check(experiment, span, 15)
    _check(experiment, {}, 4, profile=span)
    for other in others:
        _check(experiment, {other: CARDS[name][other]}, 6, profile=span)


def test_combinations_have_the_minima_of_minimise():
    both = nl.combine(nl.load("coherent-csi-2017"), nl.load("51cr-cevns-ge"), nl.load("xenonnt-2022-er"))
    prior = {"sin2_theta_w": Prior(0.2386, 0.002)}
    _check(both, {"r2_nu_ee": (-1e-31, 1e-31)}, 8)
    _check(both, {"r2_nu_ee": (-1e-31, 1e-31)}, 4, profile=prior)


def test_held_and_other_nuisances_have_the_minima_of_minimise():
    model = with_nuisances(nl.load("coherent-csi-2017"), {"csi2017_signal": Nuisance("csi2017_signal", "box", 0.28)})
    _check(model, {"r2_nu_ee": (-1e-31, 1e-31)}, 10, hold={"csi2017_brn": 0.1})
    free = with_nuisances(nl.load("xenonnt-2022-er"), {"xenonnt_background": "free"})
    _check(free, {"mu_nu": (0.0, 3e-11)}, 10)


def _random_model(toy, parameter, seed, statistic):
    """Up to three components of up to four monomials, four kinds of nuisances, changes of shape, empty bins."""
    rng = np.random.default_rng(seed)
    n_bins, names = int(rng.integers(1, 12)), ("a", "b", "c", "d")
    kinds = {"a": ("gaussian", 0.2), "b": ("box", 0.3), "c": ("free", None), "d": ("gaussian", 1.0)}
    nuisances = tuple(Nuisance(k, *kinds[k], lower=-4.0 if k == "d" else None) for k in names)
    terms, scales = {}, {}
    for i in range(int(rng.integers(1, 4))):
        powers = [{}, {"r": 1}, {"r": 2}, {"mu": 2}, {"mu": 1, "r": 1}]
        some = [powers[0], *(powers[k] for k in rng.choice(5, int(rng.integers(0, 4))))]
        strength = [1.0, *rng.uniform(-0.15, 0.4, len(some) - 1)]
        shape = rng.uniform(2, 10, n_bins)
        terms[f"x{i}"] = [(p, s * shape) for p, s in zip(some, strength, strict=True)]
        scales[f"x{i}"] = tuple(str(k) for k in rng.choice(names[:3], int(rng.integers(0, 3)), replace=False))
    mean = rng.uniform(0, 12, n_bins)
    base = toy(
        statistic=statistic,
        observed=rng.poisson(mean).astype(float),
        sigma=rng.uniform(1, 4, n_bins) if statistic == "gaussian" else None,
        terms=terms,
        scales=scales,
        known=(parameter("r"), parameter("mu", lower=0.0)),
        nuisances=nuisances,
    )
    changes = [[({}, rng.uniform(-0.4, 0.4, n_bins))], [({"r": 1}, rng.uniform(0, 0.1, n_bins))]]
    return ShapedModel(base=base, morphs=(Morph("x0", ("d",)), Morph("x0", ("d", "d"))), changes=changes)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), statistic=st.sampled_from(["poisson", "gaussian"]), profiled=st.booleans())
def test_random_models_have_the_minima_of_minimise(toy, parameter, seed, statistic, profiled):
    model = _random_model(toy, parameter, seed, statistic)
    given_, profile = {"mu": (0.0, 1.5)}, {"r": (-1.0, 1.0)} if profiled else {}
    toys = throw_toys(model, {}, {}, 5, np.random.default_rng(seed), priors=profile)
    ready, points = prepare(model, given=given_, profile=profile), _values(given_, 5, seed)
    assert ready._surface is not None
    for data in (None, toys):
        fast, slow = ready.minimise(points, toys=data), minimise(model, points, profile=profile, toys=data)
        both = fast.converged & slow.converged
        assert both.sum() >= 4  # either may report a point where nearly flat directions are left
        np.testing.assert_allclose(fast.twice_nll[both], slow.twice_nll[both], rtol=1e-9, atol=1e-8)


def test_a_nuisance_at_its_bound_does_not_hide_the_minimum(toy, parameter):
    """The curvature is positive in all that can move, not in the box nuisance at its end: the step is a good one."""
    model, span = _random_model(toy, parameter, 110, "poisson"), {"r": (-1.0, 1.0)}
    found = prepare(model, profile=span).minimise()
    assert found.converged[0]
    assert found.nuisances["b"][0] == -0.3

    def loss(x):
        return twice_nll(model, {"r": x[0]}, dict(zip("abd", x[1:], strict=True)))[0]

    bounds = [(-1, 1), (-0.99, None), (-0.3, 0.3), (-4, None)]
    single = optimize.minimize(loss, [0.1, -0.5, -0.2, 0.0], bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-14})
    assert found.twice_nll[0] == pytest.approx(single.fun, abs=1e-6)


def test_the_deeper_of_two_minima_is_found(toy, parameter):
    """Signal r + r^2: data at 6 are met at r = -3 and r = 2; a second bin prefers one of them."""
    for tilt, best in ((0.2, 2.0), (-0.2, -3.0)):
        terms = {"s": [({"r": 1}, [10.0, 10.0 * tilt]), ({"r": 2}, [10.0, 0.0])], "b": [({}, [5.0, 20.0])]}
        model = toy(observed=np.array([65.0, 20.0 + 10 * tilt * best]), terms=terms, known=(parameter("r"),))
        found = prepare(model, profile={"r": (-6.0, 6.0)}).minimise()
        assert found.parameters["r"][0] == pytest.approx(best, abs=1e-5)
        assert found.twice_nll[0] == pytest.approx(0, abs=1e-9)


def test_a_given_start_is_the_only_one(toy, parameter):
    model = toy(observed=np.array([65.0]), terms={"s": [({"r": 1}, [10.0]), ({"r": 2}, [10.0])], "b": [({}, [5.0])]},
                known=(parameter("r"),))  # fmt: skip
    ready = prepare(model, profile={"r": (-6.0, 6.0)})
    for start, end in ((-5.0, -3.0), (5.0, 2.0)):
        assert ready.minimise(start={"r": start}).parameters["r"][0] == pytest.approx(end, abs=1e-5)


@pytest.mark.parametrize("name", CARDS)
def test_values_and_gradients_equal_the_definition(name):
    experiment, profile = nl.load(name), CARDS[name]
    ready, rng, n = prepare(experiment, profile=profile), np.random.default_rng(5), 7
    u = {x.name: rng.uniform(-0.1, 0.1, n) for x in experiment.nuisances}
    values = {**_values(profile, n), **u}
    direct = twice_nll(experiment, {k: values[k] for k in profile}, u)
    np.testing.assert_allclose(ready.twice_nll(values), direct, rtol=1e-10)
    gradient = ready.gradient(values)
    assert set(gradient) == {*profile, *u}
    for key in gradient:
        h = 1e-5 if key in u else 1e-5 * (profile[key][1] - profile[key][0])
        up, down = ({**values, key: values[key] + sign * h} for sign in (1, -1))
        numeric = (ready.twice_nll(up) - ready.twice_nll(down)) / (2 * h)
        scale = np.abs(numeric).max() + 1e-9 * direct.max() / h
        np.testing.assert_allclose(gradient[key], numeric, atol=2e-4 * scale)


def test_values_outside_the_bounds_are_infinite_and_held_nuisances_stay():
    experiment = nl.load("coherent-csi-2017")
    ready = prepare(experiment, profile={"r2_nu_ee": (-1e-31, 1e-31)}, hold={"csi2017_brn": 0.1})
    inside = ready.twice_nll({"r2_nu_ee": [0.0, 2e-31, 0.0], "csi2017_signal": [0.1, 0.0, -1.5]})
    assert np.isinf(inside).tolist() == [False, True, True]
    u = {"csi2017_signal": 0.1, "csi2017_brn": 0.1}
    assert inside[0] == pytest.approx(twice_nll(experiment, {"r2_nu_ee": 0.0}, u)[0], rel=1e-12)
    assert set(ready.gradient({"r2_nu_ee": 0.0})) == {"r2_nu_ee", "csi2017_signal"}


def test_many_values_come_in_chunks(toy, parameter, monkeypatch):
    model = _random_model(toy, parameter, 3, "poisson")
    ready, values = prepare(model, profile={"r": (-1.0, 1.0)}), {"r": np.linspace(-1, 1, 25), "a": 0.1}
    whole, slope = ready.twice_nll(values), ready.gradient(values)["r"]
    monkeypatch.setattr("nulight.inference.prepared._CHUNK", 7)
    np.testing.assert_allclose(ready.twice_nll(values), whole, rtol=1e-13)
    np.testing.assert_allclose(ready.gradient(values)["r"], slope, rtol=1e-12)


def test_models_without_a_surface_are_asked_at_every_point(toy, parameter):
    """Parametric backgrounds: the same object, the numbers of `minimise`."""
    model = germanium(toy, parameter)
    ready, points = prepare(model, given={"mu": (0.0, 1.0)}), {"mu": np.array([0.0, 0.5])}
    assert ready._surface is None
    np.testing.assert_array_equal(ready.minimise(points).twice_nll, minimise(model, points).twice_nll)
    u = {"tail_norm": np.array([0.0, 0.1])}
    free = prepare(model, profile={"mu": (0.0, 1.0)}, hold={"line_area": 0.0})
    np.testing.assert_allclose(free.twice_nll({"mu": 0.3, **u}), twice_nll(model, {"mu": 0.3}, u), rtol=1e-12)
    assert "line_area" not in free.gradient({"mu": 0.3})


def test_values_beyond_their_range_are_asked_of_the_model():
    experiment = nl.load("xenonnt-2022-er")
    ready = prepare(experiment, given={"mu_nu": (1e-11, 2e-11)})
    points = {"mu_nu": np.array([1.5e-11, 5e-11])}
    np.testing.assert_allclose(ready.minimise(points).twice_nll, minimise(experiment, points).twice_nll, rtol=1e-9)
    assert ready.twice_nll({})[0] == pytest.approx(twice_nll(experiment, {})[0], rel=1e-12)  # mu_nu = 0


def test_impossible_data_and_empty_bins(toy, parameter):
    terms = {"s": [({"r": 1}, [1.0, 2.0, 0.0])], "b": [({}, [0.0, 1.0, 0.0])]}
    model = toy(observed=np.array([3.0, 0.0, 0.0]), terms=terms, known=(parameter("r", lower=0.0),))
    ready = prepare(model, given={"r": (0.0, 5.0)})
    found = ready.minimise({"r": np.array([0.0, 1.0])})
    assert np.isinf(found.twice_nll[0])
    assert found.twice_nll[1] == pytest.approx(2 * (1 - 3 + 3 * np.log(3)) + 2 * 3, rel=1e-12)
    best = prepare(model, profile={"r": (0.0, 5.0)}).minimise()
    assert best.converged[0]
    assert best.parameters["r"][0] == pytest.approx(1.0, rel=1e-5)  # 2 (r + 2 r - 3 ln r)
    impossible = replace(model, observed=np.array([3.0, 0.0, 1.0]))
    assert np.isinf(prepare(impossible, given={"r": (0.0, 5.0)}).minimise({"r": 1.0}).twice_nll[0])


# --- many data sets -----------------------------------------------------------------------------------


def _line(toy, parameter, n_bins=20):
    """One signal and two backgrounds with Gaussian norms."""
    x = np.linspace(0, 1, n_bins)
    rows = {"s": 30 * np.exp(-(((x - 0.5) / 0.15) ** 2)), "b": 60 * np.exp(-x), "c": np.full(n_bins, 30.0)}
    return toy(
        observed=sum(rows.values()),
        terms={"s": [({"s": 1}, rows["s"])], "b": [({}, rows["b"])], "c": [({}, rows["c"])]},
        known=(parameter("s", default=1.0),),
        nuisances=(Nuisance("b", "gaussian", 0.1), Nuisance("c", "gaussian", 0.1)),
        scales={"b": ("b",), "c": ("c",)},
    )


def test_one_data_set_is_the_model_with_these_data():
    experiment = nl.load("coherent-csi-2021")
    given_ = {"mu_nu_mu": (0.0, 5e-9)}
    toys = throw_toys(experiment, {}, {}, 3, np.random.default_rng(1), measurements="fixed")
    found = prepare(experiment, given=given_).minimise({"mu_nu_mu": 1e-9}, toys=toys)
    base = nl.asimov(experiment)
    for i in range(3):
        other = prepare(replace(base, observed=toys.counts[0][i]), given=given_).minimise({"mu_nu_mu": 1e-9})
        assert found.twice_nll[i] == pytest.approx(other.twice_nll[0], rel=1e-12)
        for name, u in other.nuisances.items():
            assert found.nuisances[name][i] == pytest.approx(u[0], abs=1e-6)


def test_one_data_set_serves_all_points_and_one_point_all_data_sets(toy, parameter):
    model, s = _line(toy, parameter), np.linspace(0, 2, 5)
    toys = throw_toys(model, {"s": 1.0}, {}, 5, np.random.default_rng(1))
    ready = prepare(model, given={"s": (0.0, 2.0)})
    one = ready.minimise({"s": s}, toys=toys.take(slice(2, 3)))
    table = np.array([ready.minimise({"s": value}, toys=toys).twice_nll for value in s])
    np.testing.assert_allclose(one.twice_nll, table[:, 2], rtol=1e-12)
    np.testing.assert_allclose(ready.minimise({"s": s}, toys=toys).twice_nll, np.diag(table), rtol=1e-12)


def test_centres_of_penalties_move_with_the_data_sets(toy):
    """Gaussian data without signal: u is the mean of data and measurement, weighted; the held one adds its pull."""
    model = toy(
        statistic="gaussian", observed=np.array([10.0]), sigma=np.array([2.0]), terms={"b": [({}, [10.0])]},
        nuisances=(Nuisance("u", "gaussian", 0.3), Nuisance("v", "gaussian", 0.5)), scales={"b": ("u",)},
    )  # fmt: skip
    counts, centre, held = np.array([[10.0], [13.0]]), np.array([0.1, -0.2]), np.array([0.0, 0.7])
    toys = Toys(counts=(counts,), centres={"u": centre, "v": held})
    found = prepare(model, hold={"v": 0.2}).minimise(toys=toys)
    precision = (10 / 2) ** 2 + 0.3**-2
    u = ((10 / 2) ** 2 * (counts[:, 0] / 10 - 1) + centre / 0.3**2) / precision
    np.testing.assert_allclose(found.nuisances["u"], u, rtol=1e-9)
    chi2 = ((counts[:, 0] - 10 * (1 + u)) / 2) ** 2 + ((u - centre) / 0.3) ** 2 + ((0.2 - held) / 0.5) ** 2
    np.testing.assert_allclose(found.twice_nll, chi2, rtol=1e-9)


def test_fits_of_toys_find_the_truth(toy, parameter):
    """Pulls of the signal have mean 0 and width 1 with the error of the Asimov curvature, for 4000 toys."""
    model, n = _line(toy, parameter), 4000
    truth = {"b": 0.05, "c": -0.04}
    toys = throw_toys(model, {"s": 1.2}, truth, n, np.random.default_rng(7))
    found = prepare(model, profile={"s": (-10.0, 10.0)}).minimise(toys=toys)
    assert found.converged.all()
    mu = expected_counts(model, {"s": 1.2}, truth)[0]
    jacobian = np.array([bins for ((_, bins),) in model.terms.values()])
    fisher = (jacobian / mu) @ jacobian.T + np.diag([0.0, 100.0, 100.0])
    width = np.sqrt(np.linalg.inv(fisher).diagonal())
    for values, true, size in zip(
        (found.parameters["s"], found.nuisances["b"], found.nuisances["c"]), (1.2, 0.05, -0.04), width, strict=True
    ):
        pull = (values - true) / size
        # 3.5 standard errors, and biases of order 1/counts: 1 % of a width
        assert abs(pull.mean()) < 3.5 / np.sqrt(n) + 0.01
        assert abs(pull.std() - 1) < 3.5 / np.sqrt(2 * n) + 0.01


def test_twice_the_log_likelihood_ratio_of_toys_is_a_chi2(toy, parameter):
    model = _line(toy, parameter)
    toys = throw_toys(model, {"s": 1.0}, {}, 3000, np.random.default_rng(11))
    best = prepare(model, profile={"s": (-10.0, 10.0)}).minimise(toys=toys)
    true = prepare(model, given={"s": (0.0, 2.0)}).minimise({"s": 1.0}, toys=toys)
    ratio = true.twice_nll - best.twice_nll
    assert np.all(ratio > -1e-9)
    assert kstest(ratio, "chi2", args=(1,)).pvalue > 1e-3


def test_chunks_do_not_change_fits_of_toys(toy, parameter, monkeypatch):
    model = _line(toy, parameter)
    toys = throw_toys(model, {"s": 1.0}, {}, 50, np.random.default_rng(3))
    ready = prepare(model, profile={"s": (-10.0, 10.0)})
    whole = ready.minimise(toys=toys)
    monkeypatch.setattr("nulight.inference.engine.surface_fit._CHUNK", 7)
    parts = ready.minimise(toys=toys)
    np.testing.assert_allclose(parts.twice_nll, whole.twice_nll, rtol=1e-12)
    np.testing.assert_allclose(parts.parameters["s"], whole.parameters["s"], rtol=1e-6)


def test_points_must_name_what_is_given(toy, parameter):
    ready = prepare(_line(toy, parameter), given={"s": (0.0, 2.0)})
    with pytest.raises(ValueError, match="points give nothing; they have to give s"):
        ready.minimise()
    with pytest.raises(ValueError, match="choose one"):
        prepare(_line(toy, parameter), given={"s": (0.0, 2.0)}, fixed={"s": 1.0})
    with pytest.raises(ValueError, match="empty range"):
        prepare(_line(toy, parameter), given={"s": (2.0, 0.0)})
    with pytest.raises(ValueError, match="give a value of every profiled parameter"):
        prepare(_line(toy, parameter), profile={"s": (0.0, 2.0)}).twice_nll({})
    with pytest.raises(ValueError, match="not among the free names"):
        ready.twice_nll({"s": 1.0})


def test_combined_toys_need_data_of_every_experiment(toy, parameter):
    a = _line(toy, parameter)
    both = combine([replace(a, name="a"), replace(a, name="b")])
    toys = throw_toys(both, {"s": 1.0}, {}, 20, np.random.default_rng(5))
    ready = prepare(both, profile={"s": (-10.0, 10.0)})
    found, slow = ready.minimise(toys=toys), minimise(both, profile={"s": (-10.0, 10.0)}, toys=toys)
    np.testing.assert_allclose(found.twice_nll, slow.twice_nll, rtol=1e-10)
    with pytest.raises(ValueError, match=r"data have \[20\] bins.*has \[20, 20\]"):
        ready.minimise(toys=Toys(counts=toys.counts[:1]))


def test_the_minimum_on_a_surface_knows_its_model(toy, parameter):
    model = _line(toy, parameter)
    ready = prepare(model, profile={"s": (-10.0, 10.0)})
    found = minimise_on(ready._surface, model, ready.layout, {}, toys=None, start=None)
    np.testing.assert_allclose(found.parameters["s"], 1.0, atol=1e-6)
