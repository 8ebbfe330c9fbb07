"""The likelihood handed over as a function: the same numbers as the fits, in any shape, with its priors apart."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import nulight as nl
from nulight.inference.likelihood import penalty, twice_nll
from nulight.inference.profile import minimise

RANGES = {"mu_nu": (0.0, 3e-11), "sin2_theta_w": nl.Prior(0.2386, 0.01)}
TREATMENTS = ("sample", "profile", "fixed")


@pytest.fixture(scope="module")
def model():
    keep = ("xenonnt_background", "flux_solar_pp")
    held = {n.name: "fixed" for n in nl.load("xenonnt-2022-er").nuisances if n.name not in keep}
    return nl.with_nuisances(nl.load("xenonnt-2022-er"), held)


@pytest.fixture(scope="module", params=TREATMENTS)
def ln_l(model, request):
    return nl.log_likelihood(model, RANGES, nuisances=request.param)


def points_of(ln_l, n=7):
    rng = np.random.default_rng(3)
    return np.abs(ln_l.start + 0.8 * ln_l.scales * rng.standard_normal((n, ln_l.n_dim)))


def test_names_bounds_and_start(model):
    ln_l = nl.log_likelihood(model, RANGES)
    assert ln_l.names == ("mu_nu", "sin2_theta_w", "xenonnt_background", "flux_solar_pp")
    assert ln_l.units == ("mu_B", "", "", "")
    assert ln_l.bounds.tolist() == [[0, 3e-11], [0, 1], [-1, np.inf], [-1, np.inf]]
    best = minimise(model, profile=RANGES)
    np.testing.assert_allclose(ln_l.start[:2], [best.parameters[name][0] for name in RANGES], atol=1e-15)
    assert nl.log_likelihood(model, RANGES, nuisances="fixed").names == ("mu_nu", "sin2_theta_w")


def test_likelihood_is_that_of_the_data_and_the_prior_has_the_penalties(model):
    ln_l = nl.log_likelihood(model, RANGES)
    points = points_of(ln_l)
    mu, s2w, *u = points.T
    nuisances = dict(zip(ln_l.names[2:], u, strict=True))
    chi2 = twice_nll(model, {"mu_nu": mu, "sin2_theta_w": s2w}, nuisances)
    penalties = sum(penalty(n, nuisances[n.name]) for n in model.nuisances)
    np.testing.assert_allclose(-2 * ln_l(points), chi2 - penalties, rtol=1e-10)
    penalties = penalties + ((s2w - 0.2386) / 0.01) ** 2
    prior = ln_l.log_prior(points)
    np.testing.assert_allclose(prior - prior[0], -0.5 * (penalties - penalties[0]), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ln_l.log_posterior(points), ln_l(points) + prior)


def test_profiled_and_fixed_nuisances_are_those_of_the_fits(model):
    points = np.array([[0.0, 0.2386], [1e-11, 0.25]])
    values = {"mu_nu": points[:, 0], "sin2_theta_w": points[:, 1]}
    profiled = nl.log_likelihood(model, RANGES, nuisances="profile")
    np.testing.assert_allclose(-2 * profiled(points), minimise(model, values).twice_nll, rtol=1e-8)
    fixed = nl.log_likelihood(model, RANGES, nuisances="fixed")
    np.testing.assert_allclose(-2 * fixed(points), twice_nll(model, values), rtol=1e-10)
    assert (profiled(points) >= fixed(points)).all()


def test_many_points_are_as_one_by_one(ln_l):
    points = points_of(ln_l)
    for function in (ln_l, ln_l.log_prior, ln_l.log_posterior):
        one_by_one = [function(point) for point in points]
        assert all(isinstance(value, float) for value in one_by_one)
        np.testing.assert_allclose(function(points), one_by_one, rtol=1e-9)
    np.testing.assert_allclose(ln_l.gradient(points), [ln_l.gradient(point) for point in points], rtol=1e-6)


def test_gradient_is_that_of_finite_differences(ln_l):
    for point in points_of(ln_l, 3):
        for k, step in enumerate(1e-3 * ln_l.scales):
            h = step * np.eye(ln_l.n_dim)[k]
            slope = (8 * (ln_l(point + h) - ln_l(point - h)) - ln_l(point + 2 * h) + ln_l(point - 2 * h)) / (12 * step)
            assert ln_l.gradient(point)[k] * ln_l.scales[k] == pytest.approx(slope * ln_l.scales[k], rel=1e-5, abs=1e-6)


def test_outside_the_bounds_nothing_is_likely(ln_l):
    outside = ln_l.start.copy()
    outside[0] = -1e-12
    inside = points_of(ln_l, 1)[0]
    values = ln_l(np.array([outside, inside, np.full(ln_l.n_dim, np.nan)]))
    assert np.isneginf(values).tolist() == [True, False, True]
    assert ln_l.log_prior(outside) == ln_l.log_posterior(outside) == -np.inf
    assert np.isnan(ln_l.gradient(outside)).all()


def test_impossible_data_have_no_likelihood(counting):
    ln_l = nl.log_likelihood(counting(3.0), {"s": (0.0, 5.0)})
    assert ln_l([0.0]) == -np.inf  # three events seen, none expected
    assert ln_l([3.0]) == pytest.approx(0.0, abs=1e-12)


def test_a_width_is_where_chi2_rises_by_one(ln_l):
    for k, width in enumerate(ln_l.scales):
        points = ln_l.start + width * np.outer([0.0, -2.0, -1.0, 1.0, 2.0], np.eye(ln_l.n_dim)[k])
        chi2 = ln_l.priors.penalty(points) - 2 * ln_l(points)
        assert min(chi2[2], chi2[3]) - chi2[0] < 1
        assert min(chi2[1], chi2[4]) - chi2[0] > 1


def test_it_can_be_pickled_before_and_after_use(ln_l):
    point = points_of(ln_l, 1)[0]
    value = ln_l(point)
    assert pickle.loads(pickle.dumps(ln_l))(point) == pytest.approx(value, rel=1e-12)


def test_prior_transform_has_the_prior_as_its_density(model):
    ln_l = nl.log_likelihood(model, {"mu_nu": nl.LogUniform(1e-13, 1e-10), "sin2_theta_w": nl.Prior(0.24, 0.01)})
    middle = ln_l.prior_transform(np.full(4, 0.5))
    assert middle[0] == pytest.approx(10**-11.5, rel=1e-9)
    assert middle[1] == pytest.approx(0.24, rel=1e-9)
    edges = ln_l.prior_transform(np.array([[0.3] * 4, [0.3001] * 4]))
    density = np.exp(ln_l.log_prior(edges.mean(axis=0)))
    assert density * np.prod(np.diff(edges, axis=0)) == pytest.approx(1e-4**4, rel=1e-5)


def test_phases_over_a_turn_are_periodic():
    model = nl.load("coherent-csi-2017")
    moments = {"lambda_12": (0, 1e-9), "lambda_13": (0, 1e-9)}
    phase = {"lambda_12_phase": (0, 2 * np.pi), "delta_cp": None}
    ln_l = nl.log_likelihood(model, {**moments, **phase, "theta_14": (0, 1)}, nuisances="fixed")
    assert ln_l.periodic.tolist() == [False, False, True, True, False]
    assert ln_l.bounds[3].tolist() == [-np.pi, np.pi]
    both = ln_l([[5e-10, 5e-10, 0, -np.pi, 0.3], [5e-10, 5e-10, 2 * np.pi, np.pi, 0.3]])
    assert both[0] == pytest.approx(both[1], rel=1e-12)
    half = nl.log_likelihood(model, {**moments, "lambda_12_phase": (0, np.pi)})
    assert not half.periodic.any()


def test_majorana_phases_of_renp_are_periodic():
    model = nl.renp_experiment("yb", nature="majorana", days=1e4)
    ln_l = nl.log_likelihood(model, {"mu_12": (0, 1e-9), "alpha_21": None, "alpha_31": (0, np.pi)})
    assert ln_l.periodic.tolist()[:3] == [False, True, False]


def test_phases_whose_ends_differ_are_not_periodic(toy, parameter):
    phase = parameter("phase", unit="rad", lower=0.0, upper=2 * np.pi)
    terms = {"signal": [({"phase": 1}, [1.0, 2.0])]}
    model = toy(terms=terms, known=(phase,), observed=np.array([1.0, 2.0]))
    assert not nl.log_likelihood(model, "phase").periodic.any()


def test_what_has_no_range_is_named_with_the_way_out(model, counting):
    ln_l = nl.log_likelihood(model, ["mu_nu"])
    assert np.isfinite(ln_l(ln_l.start))
    with pytest.raises(ValueError, match=r"mu_nu: a prior flat from 0 to inf mu_B cannot be normalised; give \(low"):
        ln_l.prior_transform(np.full(ln_l.n_dim, 0.5))
    free = counting([5.0], 2.0, nuisances=(nl.Nuisance("b", "free"),), scales={"background": ("b",)})
    with pytest.raises(ValueError, match=r"nuisance b: a prior flat from -1 to inf cannot be normalised; .*'box'"):
        nl.log_likelihood(free, {"s": (0, 1)}).prior_transform([0.5, 0.5])


@pytest.mark.parametrize(
    ("parameters", "options", "message"),
    [
        ({"mu_nue": (0, 1)}, {}, "no parameter 'mu_nue'"),
        ({"mu_nu": (2e-11, 1e-11)}, {}, r"mu_nu: empty range, \[2e-11, 1e-11\] mu_B; to hold a value use fixed"),
        ({"sin2_theta_w": nl.Prior(0.24, 0.0)}, {}, "sin2_theta_w: a prior of width 0; it must be positive"),
        ({"mu_nu": (-1e-11, 1e-11)}, {}, "mu_nu: a prior from -1e-11 to 1e-11 leaves its domain, 0 to inf mu_B"),
        ({"theta_14": nl.LogUniform(0.1, 2)}, {}, "theta_14: a prior from 0.1 to 2 leaves its domain"),
        ({"delta_cp": (0, 7)}, {}, "delta_cp: a prior from 0 to 7 leaves its domain, -6.28319 to 6.28319 rad"),
        ({"mu_nu": 1e-11}, {}, r"give \(low, high\), Prior\(mean, width\) or LogUniform"),
        ({"mu_nu": (0, 1e-11)}, {"fixed": {"mu_nu": 0.0}}, "mu_nu: varied and fixed"),
        ({"mu_nu": (0, 1e-11)}, {"fixed": {"mu": 0.0}}, "no parameter 'mu'"),
        ({"mu_nu": (0, 1e-11)}, {"nuisances": "marginal"}, "'sample', 'profile' or 'fixed'"),
        ([], {"nuisances": "fixed"}, "nothing to vary"),
    ],
)
def test_faults_are_told_at_once(model, parameters, options, message):
    with pytest.raises(ValueError, match=message):
        nl.log_likelihood(model, parameters, **options)


def test_points_of_the_wrong_shape_are_refused(ln_l):
    with pytest.raises(ValueError, match="coordinates, mu_nu, sin2_theta_w"):
        ln_l(np.zeros(ln_l.n_dim + 1))


def test_it_says_what_it_is(model):
    text = repr(nl.log_likelihood(model, {"mu_nu": (0, 1e-11)}))
    assert text.startswith(
        "ln L of xenonnt-2022-er\n  mu_nu: flat from 0 to 1e-11 mu_B\n  xenonnt_background: Gaussian"
    )
