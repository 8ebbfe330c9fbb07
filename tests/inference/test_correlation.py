"""Correlated nuisances against the covariance matrix of the counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

import nulight as nl
from nulight.inference.correlation import correlate, share_nuisances
from nulight.inference.expectation import expected_counts
from nulight.inference.gaussian.points import gaussian_points
from nulight.inference.intervals import limit
from nulight.inference.model import Nuisance, combine
from nulight.inference.prepared import prepare
from nulight.inference.profile import minimise
from nulight.inference.toys.data import throw_toys

FLUX, ERROR, WIDTHS = np.array([50.0, 80.0, 30.0]), np.array([4.0, 5.0, 3.0]), np.array([0.05, 0.08, 0.1])
SEEN = np.array([61.0, 70.0, 33.0])
NAMES = ("flux_0", "flux_1", "flux_2")


@pytest.fixture(scope="module")
def experiments(toy, parameter):
    """Counts s FLUX_i (1 + u_i), one bin each."""

    def build(n=3, statistic="gaussian", **bounds):
        models = [
            toy(
                name=f"e{i}",
                statistic=statistic,
                observed=SEEN[i : i + 1],
                sigma=ERROR[i : i + 1],
                terms={"signal": [({"s": 1}, FLUX[i : i + 1])]},
                known=(parameter("s", lower=0.0),),
                nuisances=(Nuisance(NAMES[i], "gaussian", WIDTHS[i], **bounds),),
                scales={"signal": (NAMES[i],)},
            )
            for i in range(n)
        ]
        return combine(models)

    return build


def _chi2(s, matrix, seen=SEEN, n=3):
    """r V^-1 r: linear nuisances profiled are a covariance of the counts."""
    widths = s * FLUX[:n] * WIDTHS[:n]
    total = np.diag(ERROR[:n] ** 2) + matrix * np.outer(widths, widths)
    rest = seen[..., :n] - s * FLUX[:n]
    return np.einsum("...i,ij,...j->...", rest, np.linalg.inv(total), rest)


@pytest.mark.parametrize("rho", [-1.0, -0.7, 0.0, 0.3, 1.0])
def test_two_experiments_have_the_analytic_answer(experiments, rho):
    model = correlate(experiments(2), {("flux_0", "flux_1"): rho})
    matrix = np.array([[1, rho], [rho, 1]])
    s = np.linspace(0.2, 2, 30)
    truth = [_chi2(value, matrix, n=2) for value in s]
    np.testing.assert_allclose(minimise(model, {"s": s}).twice_nll, truth, rtol=1e-9)
    assert len(model.nuisances) == (1 if abs(rho) == 1 else 2)


def test_sharing_is_full_correlation(experiments):
    model = share_nuisances(experiments(2), {"flux": ["flux_0", "flux_1"]})
    assert model.nuisances == (Nuisance("flux", "gaussian", 0.08),)
    s = np.linspace(0.2, 2, 30)
    np.testing.assert_allclose(
        minimise(model, {"s": s}).twice_nll, [_chi2(value, np.ones((2, 2)), n=2) for value in s], rtol=1e-9
    )


MATRIX = np.array([[1, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 1]])
PAIRS = {("flux_0", "flux_1"): 0.5, ("flux_2", "flux_0"): -0.3, ("flux_1", "flux_2"): 0.2}


def test_three_experiments_everywhere_the_same_number(experiments):
    model = correlate(experiments(), PAIRS)
    s = np.linspace(0.2, 2, 30)
    truth = np.array([_chi2(value, MATRIX) for value in s])
    np.testing.assert_allclose(minimise(model, {"s": s}).twice_nll, truth, rtol=1e-9)
    np.testing.assert_allclose(prepare(model, given={"s": (0, 2)}).minimise({"s": s}).twice_nll, truth, rtol=1e-9)
    np.testing.assert_allclose(gaussian_points(model, {"s": (0, 2)}).twice_nll({"s": s}), truth, rtol=1e-9)


def test_full_correlation_of_three_through_two(experiments):
    """The third is determined by the others: its own part is gone, and the matrix is singular."""
    rho = 0.6
    pairs = {("flux_0", "flux_1"): rho, ("flux_0", "flux_2"): 1.0, ("flux_1", "flux_2"): rho}
    model = correlate(experiments(), pairs)
    assert len(model.nuisances) == 2
    matrix = np.array([[1, rho, 1], [rho, 1, rho], [1, rho, 1]])
    s = np.linspace(0.2, 2, 30)
    np.testing.assert_allclose(minimise(model, {"s": s}).twice_nll, [_chi2(value, matrix) for value in s], rtol=1e-9)


def test_poisson_counts_against_the_penalty_with_the_inverse_matrix(experiments):
    model = correlate(experiments(statistic="poisson"), PAIRS)
    inverse = np.linalg.inv(MATRIX * np.outer(WIDTHS, WIDTHS))

    def brute(s):
        def value(u):
            mu = s * FLUX * (1 + u)
            return 2 * np.sum(mu - SEEN + SEEN * np.log(SEEN / mu)) + u @ inverse @ u

        return minimize(value, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).fun

    s = np.array([0.6, 1.0, 1.5])
    np.testing.assert_allclose(minimise(model, {"s": s}).twice_nll, [brute(value) for value in s], rtol=1e-8)


def test_single_experiments_do_not_change(experiments):
    before = experiments()
    s = np.linspace(0.2, 2, 20)
    for after in (correlate(before, PAIRS), share_nuisances(before, {"flux": NAMES})):
        for old, new in zip(before.parts, after.parts, strict=True):
            np.testing.assert_allclose(
                minimise(new, {"s": s}).twice_nll, minimise(old, {"s": s}).twice_nll, rtol=1e-9, atol=1e-9
            )


def test_shipped_experiments_keep_their_own_limits():
    names = ("texono_systematic", "conus_plus_expectation")
    both = nl.combine(nl.load("texono-csi-2010"), nl.load("conus-plus-2025"))
    after = correlate(both, {names: 0.6})
    for old, new in zip(both.parts, after.parts, strict=True):
        assert limit(new, "mu_nu_e").upper == pytest.approx(limit(old, "mu_nu_e").upper, rel=1e-7)
    found = [limit(correlate(both, {names: rho}), "mu_nu_e") for rho in (0.0, 0.5, 1.0)]
    assert found[0].upper == pytest.approx(limit(both, "mu_nu_e").upper, rel=1e-9)
    assert found[2].upper == pytest.approx(limit(share_nuisances(both, {"r": names}), "mu_nu_e").upper, rel=1e-9)
    assert len({round(one.upper * 1e12) for one in found}) == 3
    assert [impact.name for impact in found[2].impacts] == ["conus_plus_expectation"]


def test_solar_and_beam_fluxes_are_shared_by_name():
    solar = nl.combine(*(nl.load(name) for name in ("lz-ws2024-er", "pandax4t-run1-er", "xenonnt-2022-er")))
    fluxes = {n.name for n in solar.nuisances if n.name.startswith("flux_solar")}
    assert len(fluxes) == 8
    assert all(fluxes <= {n.name for n in part.nuisances} for part in solar.parts)
    beam = nl.combine(nl.load("coherent-csi-2021"), nl.load("coherent-lar-2020"))
    assert all("flux_sns" in {n.name for n in part.nuisances} for part in beam.parts)
    model = correlate(solar, {("flux_solar_pp", "flux_solar_Be7"): -0.8})
    widths = {n.name: n.width for n in model.nuisances}
    assert widths["flux_solar_Be7"] == 0.06
    assert widths["flux_solar_pp"] == pytest.approx(0.006 * 0.6, rel=1e-12)


def test_toys_measure_what_is_shared_once(experiments):
    model = share_nuisances(experiments(), {"flux": NAMES})
    toys = throw_toys(model, {"s": 1.0}, {"flux": 0.02}, 2000, np.random.default_rng(1))
    assert set(toys.centres) == {"flux"}
    assert toys.centres["flux"].mean() == pytest.approx(0.02, abs=4 * 0.1 / np.sqrt(2000))
    # The measurement moves all three expectations, in proportion to the widths.
    shift = toys.centres["flux"][:, None] * WIDTHS / 0.1
    seen = np.concatenate(toys.counts, axis=1) - FLUX * shift
    truth = _chi2(1.0, np.ones((3, 3)), seen)
    np.testing.assert_allclose(minimise(model, {"s": 1.0}, toys=toys).twice_nll, truth, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("matrix", [MATRIX, np.eye(3)])
def test_toys_have_the_covariance(experiments, matrix):
    """Of counts with true nuisances and counts thrown: V of nuisances and errors together."""
    pairs = {(NAMES[i], NAMES[j]): matrix[i, j] for i in range(3) for j in range(i)}
    model, n = correlate(experiments(), pairs), 40_000
    rng = np.random.default_rng(2)
    true = {nuisance.name: nuisance.width * rng.standard_normal(n) for nuisance in model.nuisances}
    toys = throw_toys(model, {"s": 1.0}, true, n, rng)
    widths = FLUX * WIDTHS
    expected = matrix * np.outer(widths, widths)
    exact = np.concatenate([expected_counts(part, {"s": 1.0}, true) for part in model.parts], axis=1)
    for counts, truth in (
        (exact, expected),
        (np.concatenate(toys.counts, axis=1), expected + np.diag(ERROR**2)),
    ):
        found = np.cov(counts.T)
        size = np.sqrt(np.outer(np.diag(truth), np.diag(truth)))
        np.testing.assert_allclose(found / size, truth / size, atol=4 * np.sqrt(2 / n))
    # The measurements behind the nuisances scatter about the truth with the same covariance.
    measured = np.concatenate([expected_counts(part, {"s": 1.0}, toys.centres) for part in model.parts], axis=1) - exact
    size = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(np.cov(measured.T) / size, expected / size, atol=4 * np.sqrt(2 / n))


def test_bounds(experiments):
    narrow = share_nuisances(experiments(2, lower=-0.1), {"flux": NAMES[:2]}).nuisances[0]
    assert narrow.bounds == (-0.1, np.inf)  # -0.1 of the second, -0.16 of the first
    opposite = correlate(experiments(2, lower=-0.5, upper=0.2), {NAMES[:2]: -1.0}).nuisances[0]
    assert opposite.name == "flux_1"
    assert opposite.bounds == (pytest.approx(-0.32, rel=1e-12), 0.2)  # u_0 = -0.05/0.08 u_1 is at most 0.2
    with pytest.raises(ValueError, match="would be lost in a correlation"):
        correlate(experiments(2, lower=-0.1), {NAMES[:2]: 0.5})


def test_one_of_the_correlated_may_be_wide(toy, parameter):
    """Its bound is kept: data far below the background hold it there."""
    nuisances = (Nuisance("flux", "gaussian", 0.05), Nuisance("wide", "gaussian", 0.5))
    model = toy(
        statistic="gaussian",
        observed=np.array([-400.0, 100.0]),
        sigma=np.array([10.0, 10.0]),
        terms={"wide": [({}, [100.0, 0.0])], "flux": [({"s": 1}, [0.0, 100.0])]},
        known=(parameter("s"),),
        nuisances=nuisances,
        scales={"wide": ("wide",), "flux": ("flux",)},
    )
    after = correlate(model, {("flux", "wide"): 0.4})
    found = minimise(after, {"s": 1.0}).nuisances
    assert found["wide"][0] == pytest.approx(-1.0, abs=1e-9)
    assert [n.describe() for n in after.nuisances] == ["wide (gaussian 0.5)", f"flux (gaussian {0.05 * 0.84**0.5:g})"]


def test_boxes_and_free_nuisances_can_be_shared(toy, parameter):
    def one(name, kind, width):
        return toy(
            name=name,
            observed=np.array([10.0]),
            terms={"x": [({}, [10.0])]},
            known=(parameter("s"),),
            nuisances=(Nuisance(f"n_{name}", kind, width),),
            scales={"x": (f"n_{name}",)},
        )

    boxes = share_nuisances(combine([one("a", "box", 0.1), one("b", "box", 0.2)]), {"n": ["n_a", "n_b"]})
    assert boxes.nuisances == (Nuisance("n", "box", 0.2),)
    counts = [expected_counts(part, {}, {"n": 0.2})[0, 0] for part in boxes.parts]
    assert counts == [pytest.approx(11.0), pytest.approx(12.0)]
    free = share_nuisances(combine([one("a", "free", None), one("b", "free", None)]), {"n_a": ["n_a", "n_b"]})
    assert free.nuisances == (Nuisance("n_a", "free"),)
    mixed = combine([one("a", "box", 0.1), one("b", "gaussian", 0.2)])
    with pytest.raises(ValueError, match="give both the same kind"):
        share_nuisances(mixed, {"n": ["n_a", "n_b"]})
    with pytest.raises(ValueError, match="only Gaussian nuisances have correlations"):
        correlate(mixed, {("n_a", "n_b"): 0.5})


def test_mistakes_are_named(experiments):
    model = experiments()
    for wrong, message in (
        ({"flux": ["flux_0", "flux_9"]}, "no nuisance flux_9"),
        ({"flux": ["flux_0"]}, "two nuisances or more"),
        ({"flux": "flux_0"}, "is one nuisance; give a list"),
        ({"flux_2": ["flux_0", "flux_1"]}, "is a nuisance of"),
        ({"x": ["flux_0", "flux_1"], "y": ["flux_1", "flux_2"]}, "flux_1: named twice"),
    ):
        with pytest.raises(ValueError, match=message):
            share_nuisances(model, wrong)
    for wrong, message in (
        ({("flux_0", "flux_1"): 1.2}, "from -1 to 1"),
        ({"flux_0": 0.5}, "are those of pairs"),
        ({("flux_0", "flux_0"): 0.5}, "two nuisances"),
        ({("flux_0", "flux_9"): 0.5}, "no nuisance flux_9"),
        ({("flux_0", "flux_1"): 0.5, ("flux_1", "flux_0"): 0.4}, "give one"),
        (dict.fromkeys((NAMES[:2], NAMES[1:], NAMES[::2]), -0.9), "must not be negative"),
    ):
        with pytest.raises(ValueError, match=message):
            correlate(model, wrong)
