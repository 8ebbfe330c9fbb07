"""Posterior samples against posteriors that are known: closed forms and integrals on grids."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

import nulight as nl
from oracles_sampling import linear_model

SIZE = 1e-11  # of couplings: nothing may depend on it
RANGE = {"s": (-6 * SIZE, 8 * SIZE)}
QUICK = {"emcee": {"n_walkers": 32}, "dynesty": {"n_live": 90}}


def errors(posterior, name):
    """Monte Carlo error of the mean in units of the standard deviation."""
    return 1 / np.sqrt(posterior.marginal(name).effective_size)


@pytest.fixture(scope="module")
def linear():
    return linear_model(size=SIZE)


@pytest.fixture(scope="module")
def chains(linear):
    return nl.sample(linear, RANGE, seed=3, n_walkers=32)


@pytest.fixture(scope="module")
def nested(linear):
    return nl.sample(linear, RANGE, sampler="dynesty", n_live=90, seed=4)


@pytest.fixture(params=["chains", "nested"])
def posterior(request):
    return request.getfixturevalue(request.param)


def test_gaussian_posterior_has_its_mean_and_width(posterior, linear):
    mean, covariance = linear.posterior()
    for k, (name, unit) in enumerate({"s": SIZE, "b": 1.0}.items()):
        found, width = posterior.marginal(name), np.sqrt(covariance[k, k])
        error = errors(posterior, name)
        assert found.mean / unit == pytest.approx(mean[k], abs=4 * error * width)
        assert found.std / unit == pytest.approx(width, rel=4 * error)
        ends = norm(mean[k], width).ppf([0.05, 0.95])
        np.testing.assert_allclose(np.array(found.equal_tailed) / unit, ends, atol=8 * error * width)
        np.testing.assert_allclose(found.highest_density, found.equal_tailed, atol=12 * error * width * unit)
        assert found.upper / unit == pytest.approx(norm(mean[k], width).ppf(0.90), abs=8 * error * width)
    s, u = posterior.of("s") / SIZE, posterior.of("b")
    correlation = np.average((s - mean[0]) * (u - mean[1]), weights=posterior.weights)
    assert correlation == pytest.approx(covariance[0, 1], rel=6 * error)


def test_evidence_is_the_integral(nested, linear):
    exact = linear.log_evidence(-6, 8)
    assert nested.log_evidence == pytest.approx(exact, abs=3 * nested.log_evidence_error)
    assert 0.02 < nested.log_evidence_error < 0.3
    assert "evidence: L relative to the saturated model" in nested.definition


def test_converged_records_say_how(chains, nested):
    assert chains.converged
    assert nested.converged
    assert chains.doubts == nested.doubts == ()
    assert 0.2 < chains.acceptance < 0.8
    assert chains.log_evidence is None
    for marginal in chains.marginals:
        assert marginal.r_hat < 1.01
        assert marginal.effective_size > 400
        n_draws = (chains.settings["n_steps"] - chains.settings["burn_in"]) * chains.settings["n_walkers"]
        assert marginal.effective_size * marginal.autocorrelation_time == pytest.approx(n_draws)
    assert nested.marginals[0].r_hat is None
    assert len(chains.samples) <= 20_000
    assert nested.weights.sum() == pytest.approx(1)


def test_log_posterior_is_that_of_the_samples(posterior, linear):
    ln_l = nl.log_likelihood(linear, RANGE)
    np.testing.assert_allclose(posterior.log_posterior, ln_l.log_posterior(posterior.samples), rtol=1e-9)


@pytest.mark.parametrize("sampler", ["emcee", "dynesty"])
def test_a_posterior_cut_at_zero_is_the_truncated_normal(sampler):
    model = linear_model(lower=0.0, size=SIZE)
    design = model.shape / model.sigma
    width = 1 / np.sqrt(design @ design)
    mean = width**2 * design @ ((model.observed - model.background) / model.sigma)
    known = truncnorm(0.5, np.inf, -0.5 * width, width)  # the maximum half a width below zero
    model = linear_model(lower=0.0, size=SIZE, observed=model.observed - (mean + 0.5 * width) * model.shape)
    options = QUICK[sampler]
    found = nl.sample(model, {"s": (0, 10 * SIZE)}, nuisances="fixed", sampler=sampler, seed=2, **options)
    error = errors(found, "s") * known.std()
    assert found.marginal("s").mean / SIZE == pytest.approx(known.mean(), abs=4 * error)
    assert found.marginal("s").upper / SIZE == pytest.approx(known.ppf(0.9), abs=8 * error)
    low, high = found.interval("s", 0.9, "highest-density")
    assert low / SIZE == pytest.approx(0, abs=4 * error)
    assert high == pytest.approx(found.upper_limit("s"), rel=0.05)
    assert found.warnings == ()  # zero is where the coupling ends, not where the user stopped


@pytest.mark.parametrize("sampler", ["emcee", "dynesty"])
def test_one_nuisance_is_integrated_over_as_on_a_grid(sampler):
    model, ranges = nl.load("51cr-cevns-ge"), {"mu_nu": (0.0, 5e-11)}
    ln_l = nl.log_likelihood(model, ranges)
    mu, u = np.linspace(0, 5e-11, 301), np.linspace(-0.25, 0.25, 201)
    plane = np.exp(ln_l.log_posterior(np.stack(np.meshgrid(mu, u, indexing="ij"), -1).reshape(-1, 2))).reshape(301, 201)
    density = np.trapezoid(plane, u, axis=1)
    cumulative = np.append(0, np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(mu)))
    options = QUICK[sampler]
    found = nl.sample(model, ranges, sampler=sampler, seed=5, **options)
    places = np.interp([found.marginal("mu_nu").median, found.upper_limit("mu_nu")], mu, cumulative / cumulative[-1])
    error = errors(found, "mu_nu")
    assert places[0] == pytest.approx(0.5, abs=4 * 0.5 * error)
    assert places[1] == pytest.approx(0.9, abs=4 * 0.3 * error)
    if sampler == "dynesty":
        assert found.log_evidence == pytest.approx(np.log(cumulative[-1]), abs=3 * found.log_evidence_error)


@pytest.fixture(scope="module")
def two_modes():
    """The charge radius of nu_mu in CsI: as large with either sign of the amplitude."""
    held = {n.name: "fixed" for n in nl.load("coherent-csi-2017").nuisances}
    return nl.with_nuisances(nl.load("coherent-csi-2017"), held), {"r2_nu_mumu": (-1e-30, 6e-31)}


@pytest.mark.parametrize("sampler", ["emcee", "dynesty"])
def test_both_modes_of_a_charge_radius_are_found_with_their_shares(two_modes, sampler):
    model, ranges = two_modes
    ln_l = nl.log_likelihood(model, ranges)
    grid = np.linspace(*ranges["r2_nu_mumu"], 4001)
    density = np.exp(ln_l(grid[:, None]))
    valley = grid[1500:2500][np.argmin(density[1500:2500])]
    share = density[grid < valley].sum() / density.sum()
    assert 0.1 < share < 0.9
    options = QUICK[sampler]
    found = nl.sample(model, ranges, sampler=sampler, seed=6, **options)
    below = found.weights[found.of("r2_nu_mumu") < valley].sum()
    assert below == pytest.approx(share, abs=4 * 0.5 * errors(found, "r2_nu_mumu"))
    assert any("separate modes" in text for text in found.warnings)


def test_the_same_seed_gives_the_same_samples(linear):
    for options in ({"n_steps": 100}, {"sampler": "dynesty", "n_live": 8}):
        one, same, other = (nl.sample(linear, RANGE, seed=seed, nuisances="fixed", **options) for seed in (1, 1, 2))
        np.testing.assert_array_equal(one.samples, same.samples)
        assert one.to_dict() == same.to_dict()
        assert not np.array_equal(one.samples[:10], other.samples[:10])


def test_the_global_random_numbers_are_left_alone(linear):
    np.random.seed(11)  # noqa: NPY002
    expected = np.random.RandomState(11).random_sample(3)
    nl.sample(linear, RANGE, n_steps=100, nuisances="fixed")
    np.testing.assert_array_equal(np.random.random_sample(3), expected)  # noqa: NPY002


def test_short_chains_do_not_claim_to_have_converged(linear):
    found = nl.sample(linear, RANGE, n_steps=100)
    assert not found.converged
    assert any("autocorrelation times of " in doubt for doubt in found.doubts)
    assert "converged: no; " in repr(found)


def test_progress_is_told_only_when_asked(linear, capfd):
    told = []
    nl.sample(linear, RANGE, n_steps=100, nuisances="fixed", say=told.append)
    nl.sample(linear, RANGE, sampler="dynesty", n_live=12, nuisances="fixed", say=told.append)
    nl.sample(linear, RANGE, sampler="dynesty", n_live=12, nuisances="fixed")
    assert any(text.startswith("step 100 of at most 100") for text in told)
    assert any("ln Z" in text for text in told)
    assert capfd.readouterr() == ("", "")


def test_ends_of_ranges_that_cut_the_posterior_are_told(linear):
    found = nl.sample(linear, {"s": (0.0, 1.5 * SIZE)}, n_steps=300)
    assert [text.partition(": i")[0] for text in found.warnings] == [
        "s: the posterior reaches the lower end of its range, 0 mu_B",
        "s: the posterior reaches the upper end of its range, 1.5e-11 mu_B",
    ]
    model = linear_model(lower=0.0, size=SIZE)
    found = nl.sample(model, {"s": nl.LogUniform(1e-14, 10 * SIZE)}, n_steps=300)
    assert "s: the posterior reaches the lower end of its range, 1e-14 mu_B: intervals depend on it" in found.warnings


def test_separate_modes_are_told():
    from nulight.studies.sampling.remarks import separate_modes

    rng = np.random.default_rng(0)
    x, w = np.append(rng.normal(-5, 0.5, 3000), rng.normal(5, 0.5, 7000)), np.full(10_000, 1e-4)
    (text,) = separate_modes("r2_nu_ee", x, w)
    assert text.startswith("r2_nu_ee: separate modes, 30 % of the probability below ")
    assert separate_modes("r2_nu_ee", rng.normal(size=10_000), w) == []


def test_phases_go_round(toy_phase):
    found = nl.sample(toy_phase, {"phase": (0, 2 * np.pi)}, seed=1, n_walkers=32)
    marginal = found.marginal("phase")
    assert marginal.circle == pytest.approx((0, 2 * np.pi))
    assert ((found.samples >= 0) & (found.samples <= 2 * np.pi)).all()
    assert np.mean(found.samples > np.pi) == pytest.approx(0.5, abs=0.05)  # half of it on either side of the seam
    turned = np.angle(np.exp(1j * marginal.mean))
    assert turned == pytest.approx(0.0, abs=0.05)
    low, high = marginal.equal_tailed
    assert high - low < 2.0


def test_nested_sampling_knows_phases_too(toy_phase):
    found = nl.sample(toy_phase, {"phase": (0, 2 * np.pi)}, sampler="dynesty", n_live=40)
    assert np.average(found.samples[:, 0] > np.pi, weights=found.weights) == pytest.approx(0.5, abs=0.15)
    assert found.marginal("phase").std < 1


@pytest.fixture(scope="module")
def toy_phase():
    """Counts 100 + 60 cos(phase), seen at phase zero."""
    from dataclasses import replace

    from oracles_sampling import PhaseModel

    return replace(PhaseModel(), observed=np.array([160.0]))


def test_dynamic_nested_sampling_gives_the_same(linear, monkeypatch):
    monkeypatch.setattr("nulight.studies.sampling.nested._EFFECTIVE", 300)
    found = nl.sample(linear, RANGE, sampler="dynesty-dynamic", nuisances="fixed", n_live=40, seed=2)
    design = linear.shape / linear.sigma
    mean = design @ ((linear.observed - linear.background) / linear.sigma) / (design @ design)
    assert found.marginal("s").mean / SIZE == pytest.approx(mean, abs=4 * errors(found, "s"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampler": "hamilton"}, "'emcee', 'dynesty', 'dynesty-dynamic'"),
        ({"n_live": 100}, "n_live: no option of emcee, which has n_walkers, n_steps"),
        ({"sampler": "dynesty", "n_steps": 100}, "n_steps: no option of dynesty, which has n_live"),
        ({"n_walkers": 7}, "n_walkers = 7: take an even number"),
        ({"n_steps": 10}, "n_steps = 10"),
        ({"sampler": "dynesty", "n_live": 4}, "n_live = 4: 2 coordinates need more than 4"),
        ({"cl": 90.0}, "cl = 90"),
    ],
)
def test_wrong_options_are_told(linear, options, message):
    with pytest.raises(ValueError, match=message):
        nl.sample(linear, RANGE, **options)


def test_improper_priors_are_told(linear):
    with pytest.raises(ValueError, match="s: a prior flat from -inf to inf mu_B cannot be normalised; give"):
        nl.sample(linear, "s")


@pytest.mark.parametrize(("sampler", "library"), [("emcee", "emcee"), ("dynesty", "dynesty")])
def test_a_missing_library_names_the_extra(linear, monkeypatch, sampler, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ValueError, match=rf"this needs {library} .*: install nulight\[sample\]"):
        nl.sample(linear, RANGE, sampler=sampler)


def test_profiled_nuisances_are_said_to_be(linear):
    found = nl.sample(linear, RANGE, nuisances="profile", seed=1, n_steps=200, n_walkers=32)
    assert found.names == ("s",)
    (mean, _), covariance = linear.posterior()  # of a Gaussian profiling is integrating
    width = np.sqrt(covariance[0, 0])
    assert found.marginal("s").std / SIZE == pytest.approx(width, rel=4 * errors(found, "s"))
    assert found.marginal("s").mean / SIZE == pytest.approx(mean, abs=4 * errors(found, "s") * width)
    assert any("not exactly a posterior density" in text for text in found.warnings)


def test_walkers_that_never_move_are_no_posterior():
    from nulight.studies.sampling.ensemble import _autocorrelation, _doubts

    tau = _autocorrelation(np.ones((100, 8, 2)))
    assert np.isinf(tau).all()
    doubts = _doubts(("a", "b"), 100 / tau, 800 / tau, np.full(2, np.inf), 0.0)
    assert len(doubts) == 4
