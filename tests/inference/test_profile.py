"""Profiling against closed forms, iminuit and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from iminuit import Minuit
from scipy.optimize import minimize

from nulight.inference.likelihood import twice_nll
from nulight.inference.model import Nuisance, asimov, combine, with_nuisances
from nulight.inference.profile import Prior, minimise

KINDS = ("gaussian", "box", "free")


def _box_model(toy, parameter, width_m=0.0275, width_cr=0.01, kind="box"):
    """A source signal with a shape, on a known background; two norms multiply the signal only."""
    signal = 400 * np.exp(-np.arange(20) / 30)
    background = np.full(20, 50.0)
    return toy(
        statistic="gaussian",
        observed=signal + background,
        sigma=np.sqrt(signal + background),
        terms={"source": [({"strength": 1}, signal)], "background": [({}, background)]},
        known=(parameter("strength", default=1.0),),
        nuisances=(Nuisance("m", kind, width_m), Nuisance("cr", kind, width_cr)),
        scales={"source": ("m", "cr")},
    )


@pytest.mark.parametrize("kind", ["box", "gaussian"])
def test_common_factor_has_its_closed_form(toy, parameter, kind):
    """One factor F on the signal: F* = (sum N0 N/eta^2 [+ 1/s^2]) / (sum N^2/eta^2 [+ 1/s^2]), clipped for a box."""
    width = 0.0275
    model = with_nuisances(_box_model(toy, parameter, width, kind=kind), {"cr": "fixed"})
    strength = np.linspace(0.9, 1.1, 41)
    n0, eta = model.observed - 50.0, np.asarray(model.sigma)
    signal = strength[:, None] * n0
    prior = width**-2 if kind == "gaussian" else 0.0
    factor = ((n0 * signal / eta**2).sum(1) + prior) / ((signal**2 / eta**2).sum(1) + prior)
    if kind == "box":
        factor = np.clip(factor, 1 - width, 1 + width)
    chi2 = (((n0 - factor[:, None] * signal) / eta) ** 2).sum(1) + prior * (factor - 1) ** 2
    found = minimise(model, {"strength": strength})
    np.testing.assert_allclose(found.twice_nll, chi2, atol=1e-9)
    np.testing.assert_allclose(found.nuisances["m"], factor - 1, atol=1e-6)


def test_two_boxes_act_as_one_factor_with_the_product_range(toy, parameter):
    """(1 + u_m)(1 + u_Cr) covers [(1 - a)(1 - b), (1 + a)(1 + b)]; only the product matters."""
    model = _box_model(toy, parameter)
    strength = np.array([0.90, 0.97, 1.0, 1.03, 1.06, 1.2])
    n0, eta = model.observed - 50.0, np.asarray(model.sigma)
    factor = np.clip(1 / strength, (1 - 0.0275) * (1 - 0.01), (1 + 0.0275) * (1 + 0.01))
    chi2 = ((n0 * (1 - factor * strength)[:, None] / eta) ** 2).sum(1)
    found = minimise(model, {"strength": strength})
    assert found.converged.all()
    np.testing.assert_allclose(found.twice_nll, chi2, atol=1e-9)


def test_shared_box_between_source_and_solar(toy, parameter):
    """u_m scales two experiments, u_Cr one of them: compared with a scan of the box."""
    source = _box_model(toy, parameter)
    solar = toy(
        name="solar",
        statistic="gaussian",
        observed=np.array([100.0, 80.0]),
        sigma=np.array([10.0, 9.0]),
        terms={"pp": [({"strength": 1}, [60.0, 50.0])], "background": [({}, [45.0, 35.0])]},
        known=source.known,
        nuisances=(source.nuisances[0],),
        scales={"pp": ("m",)},
    )
    both = combine([source, solar])
    found = minimise(both, {"strength": 1.05})
    m, cr = (np.linspace(-w, w, 301) for w in (0.0275, 0.01))
    grid = twice_nll(both, {"strength": 1.05}, {"m": np.repeat(m, 301), "cr": np.tile(cr, 301)})
    assert found.twice_nll[0] <= grid.min() + 1e-9
    assert found.twice_nll[0] == pytest.approx(grid.min(), abs=1e-3)  # grid spacing^2 x curvature


@st.composite
def random_problem(draw):
    # Two free norms on the same component have no minimum at finite values: at most one here.
    others = draw(st.lists(st.sampled_from(KINDS[:2]), max_size=2))
    return {
        "seed": draw(st.integers(0, 10**6)),
        "n_comp": draw(st.integers(1, 4)),
        "n_bins": draw(st.integers(1, 12)),
        "kinds": [draw(st.sampled_from(KINDS)), *others],
        "statistic": draw(st.sampled_from(("poisson", "gaussian"))),
        "rate": draw(st.sampled_from((0.5, 5.0, 500.0))),
    }


def _random_model(toy, parameter, seed, n_comp, n_bins, kinds, statistic, rate):
    rng = np.random.default_rng(seed)
    shapes = rng.exponential(rate, (n_comp, n_bins)) + 0.01 * rate
    names = [f"u{i}" for i in range(len(kinds))]
    scales = {f"c{i}": tuple(n for n in names if rng.random() < 0.6) for i in range(n_comp)}
    observed = rng.poisson(shapes.sum(0) * rng.uniform(0.7, 1.3)).astype(float)
    return toy(
        statistic=statistic,
        observed=observed,
        sigma=np.sqrt(observed + 1),
        terms={f"c{i}": [({}, shapes[i])] + ([({"mu": 2}, shapes[i, ::-1])] if i == 0 else []) for i in range(n_comp)},
        known=(parameter("mu", lower=0.0),),
        scales=scales,
        nuisances=tuple(
            Nuisance(n, k, None if k == "free" else float(rng.uniform(0.01, 0.4)))
            for n, k in zip(names, kinds, strict=True)
        ),
    )


def _minuit(model, params, start):
    names = [n.name for n in model.nuisances]

    def cost(x):
        return float(min(twice_nll(model, params, dict(zip(names, x, strict=True)))[0], 1e6))

    minuit = Minuit(cost, start, name=names)
    minuit.errordef, minuit.strategy, minuit.tol = 1, 2, 1e-5
    for nuisance in model.nuisances:
        minuit.limits[nuisance.name] = nuisance.bounds
    minuit.migrad()
    if np.isfinite(minuit.fval):
        return float(minuit.fval)
    # its inner coordinates can become infinite where a free norm wants to be zero
    bounds = [nuisance.bounds for nuisance in model.nuisances]
    return float(minimize(cost, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14}).fun)


@settings(max_examples=40, deadline=None)
@given(problem=random_problem(), mu=st.floats(0, 2))
def test_equals_iminuit_on_random_models(toy, parameter, problem, mu):
    model = _random_model(toy, parameter, **problem)
    found = minimise(model, {"mu": mu})
    ours = found.twice_nll[0]
    u = {name: values[0] for name, values in found.nuisances.items()}
    assert ours == pytest.approx(twice_nll(model, {"mu": mu}, u)[0], abs=1e-9 * (1 + abs(ours)))
    # Products of nuisances have curved valleys and second minima, but only with pulls that no interval ever meets.
    if ours < 100 + 2 * problem["n_bins"]:
        assert found.converged[0]
        assert ours <= _minuit(model, {"mu": mu}, np.zeros(len(u))) + 1e-6
    if found.converged[0]:  # Minuit may give NaN when started with everything at its bounds
        assert not _minuit(model, {"mu": mu}, np.array(list(u.values()))) < ours - 1e-6


@settings(max_examples=15, deadline=None)
@given(problem=random_problem())
def test_profiled_physics_parameter_equals_a_scan(toy, parameter, problem):
    model = _random_model(toy, parameter, **problem)
    ours = minimise(model, profile={"mu": (0.0, 3.0)})
    scan = minimise(model, {"mu": np.linspace(0, 3, 301)}).twice_nll
    i = int(np.argmin(scan))
    low, high = max(0.01 * i - 0.01, 0), min(0.01 * i + 0.01, 3)
    fine = minimise(model, {"mu": np.linspace(low, high, 2001)}).twice_nll.min()  # spacing 1e-5
    curvature = abs(scan[max(i - 1, 0)] + scan[min(i + 1, 300)] - 2 * scan[i]) / 1e-4
    assert ours.converged[0]
    assert ours.twice_nll[0] <= fine + 1e-6
    assert ours.twice_nll[0] == pytest.approx(fine, abs=1e-6 + curvature * 1e-10)


def test_many_points_equal_single_points(toy, parameter):
    model = _random_model(toy, parameter, 3, 3, 10, ["gaussian", "box", "free"], "poisson", 5.0)
    mu = np.linspace(0, 3, 50)
    together = minimise(model, {"mu": mu}).twice_nll
    alone = [minimise(model, {"mu": m}).twice_nll[0] for m in mu]
    np.testing.assert_allclose(together, alone, atol=1e-8)


def test_chunks_change_nothing(toy, parameter, monkeypatch):
    model = _random_model(toy, parameter, 3, 3, 10, ["gaussian", "box"], "poisson", 5.0)
    mu = np.linspace(0, 3, 50)
    whole = minimise(model, {"mu": mu})
    monkeypatch.setattr("nulight.inference.profile._CHUNK", 7 * 30)
    np.testing.assert_array_equal(minimise(model, {"mu": mu}).twice_nll, whole.twice_nll)


def test_two_profiled_parameters_with_interference(toy, parameter):
    """Rate (g + r)^2 shape1 + g mu^2 shape2: quartic couplings, both profiled, against scipy from many starts."""
    shape1, shape2 = np.array([40.0, 30.0, 20.0, 10.0]), np.array([2.0, 6.0, 18.0, 30.0])
    model = toy(
        observed=np.array([60.0, 55.0, 30.0, 41.0]),
        terms={
            "nu": [({"g": 2}, shape1), ({"g": 1, "r": 1}, 2 * shape1), ({"r": 2}, shape1), ({"g": 1, "mu": 2}, shape2)]
        },
        known=(parameter("g", default=1.0), parameter("r"), parameter("mu", lower=0.0)),
        nuisances=(Nuisance("flux", "gaussian", 0.06),),
        scales={"nu": ("flux",)},
    )
    ranges = {"g": (0.5, 1.5), "mu": (0.0, 2.0)}
    r = np.array([-4.0, 0.0, 0.5])
    found = minimise(model, {"r": r}, profile=ranges)
    assert found.converged.all()
    rng = np.random.default_rng(5)
    for i, value in enumerate(r):
        best = min(
            minimize(
                lambda z, value=value: twice_nll(model, {"r": value, "g": z[0], "mu": z[1]}, {"flux": z[2]})[0],
                [rng.uniform(0.5, 1.5), rng.uniform(0, 2), 0.0],
                bounds=[(0.5, 1.5), (0, 2), (-0.9, 2)],
                method="L-BFGS-B",
                options={"ftol": 1e-14, "gtol": 1e-8},
            ).fun
            for _ in range(4)
        )
        assert found.twice_nll[i] == pytest.approx(best, abs=1e-6)


def test_gaussian_prior_adds_its_penalty(counting):
    """Counts n = 100 with s ~ 80 +- 5 and variance 100: the weighted mean, chi2 = 20^2/(100 + 25)."""
    model = counting([100.0], statistic="gaussian", sigma=np.array([10.0]))
    found = minimise(model, profile={"s": Prior(80.0, 5.0)})
    assert found.parameters["s"][0] == pytest.approx(84.0, abs=1e-6)
    assert found.twice_nll[0] == pytest.approx(400 / 125, abs=1e-9)


def test_range_is_a_hard_bound_and_stays_inside_the_physical_domain(counting):
    model = counting([100.0])
    assert minimise(model, profile={"s": (10.0, 50.0)}).parameters["s"][0] == pytest.approx(50.0, abs=1e-9)
    assert minimise(counting([0.0]), profile={"s": (-5.0, 50.0)}).parameters["s"][0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("size", [1e-34, 1e-11, 1.0, 1e20])
def test_result_does_not_depend_on_the_size_of_the_parameter(counting, size):
    model = counting([5.0, 9.0], background=3.0, scale=size)
    found = minimise(model, profile={"s": (0.1 * size, 20 * size)})
    assert found.parameters["s"][0] / size == pytest.approx(4.0, rel=1e-5)


def test_degenerate_free_nuisances_converge(counting):
    pair = (Nuisance("a", "free"), Nuisance("b", "free"))
    model = counting([7.0], nuisances=pair, scales={"signal": ("a", "b")})
    found = minimise(model, {"s": np.array([0.5, 7.0, 90.0])})
    assert found.converged.all()
    np.testing.assert_allclose(found.twice_nll, 0, atol=1e-9)


def test_unused_nuisance_stays_at_zero(counting):
    found = minimise(counting([7.0], nuisances=(Nuisance("idle", "free"),)), {"s": 7.0})
    assert found.converged[0]
    assert found.nuisances["idle"][0] == 0


def test_held_nuisance_keeps_its_value_and_penalty(counting):
    model = counting([7.0], nuisances=(Nuisance("n", "gaussian", 0.1),), scales={"signal": ("n",)})
    found = minimise(model, {"s": 10.0}, hold={"n": -0.2})
    assert found.nuisances["n"][0] == -0.2
    assert found.twice_nll[0] == pytest.approx(twice_nll(model, {"s": 10.0}, {"n": -0.2})[0], abs=1e-12)


def test_contained_background_that_goes_negative_is_handled(toy, parameter):
    """B0 - S below zero in an empty bin and in one with events: finite where something is left, else infinite."""
    model = toy(
        observed=np.array([0.0, 3.0]),
        terms={"rest": [({}, [-0.2, -0.1])], "signal": [({"s": 1}, [0.1, 1.0])]},
        known=(parameter("s", lower=0.0),),
        nuisances=(Nuisance("flux", "gaussian", 0.05),),
        scales={"signal": ("flux",)},
    )
    found = minimise(model, {"s": np.array([0.0, 0.05, 1.0, 3.1])})
    assert np.isinf(found.twice_nll[:1]).all()
    assert np.isfinite(found.twice_nll[1:]).all()
    assert found.twice_nll[3] == pytest.approx(2 * 0.11, abs=1e-3)


def test_impossible_start_finds_the_way_back(toy, parameter):
    """At u = 0 the model expects less than nothing; a larger background norm makes the data possible."""
    model = toy(
        observed=np.array([4.0]),
        terms={"background": [({}, [10.0])], "dip": [({"s": 1}, [-1.0])]},
        known=(parameter("s"),),
        nuisances=(Nuisance("b", "free"),),
        scales={"background": ("b",)},
    )
    found = minimise(model, {"s": np.array([0.0, 11.0, 500.0])})
    assert found.converged.all()
    np.testing.assert_allclose(found.twice_nll, 0, atol=1e-9)
    np.testing.assert_allclose(found.nuisances["b"], (4 + np.array([0, 11, 500])) / 10 - 1, rtol=1e-6)


def test_asimov_minimum_is_the_truth(toy, parameter):
    model = asimov(_random_model(toy, parameter, 11, 3, 12, ["gaussian", "free"], "poisson", 50.0), {"mu": 1.3})
    found = minimise(model, profile={"mu": (0.0, 10.0)})
    assert found.twice_nll[0] == pytest.approx(0, abs=1e-9)
    assert found.parameters["mu"][0] == pytest.approx(1.3, abs=1e-4)


def test_mistakes_are_named(counting):
    model = counting([1.0])
    with pytest.raises(ValueError, match="no parameter 'q'; it has s"):
        minimise(model, {"q": 1.0})
    with pytest.raises(ValueError, match="both set and profiled"):
        minimise(model, {"s": 1.0}, profile={"s": (0.0, 1.0)})
    with pytest.raises(ValueError, match="empty range"):
        minimise(model, profile={"s": (5.0, 1.0)})
    with pytest.raises(ValueError, match="no nuisance x"):
        minimise(model, {"s": 1.0}, hold={"x": 0.0})
    with pytest.raises(ValueError, match="one list"):
        minimise(model, {"s": np.ones((2, 2))})
