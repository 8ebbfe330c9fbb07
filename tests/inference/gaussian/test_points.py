"""Gaussian experiments at many points against the general minimiser."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nulight as nl
from nulight.inference.expectation import Morph
from nulight.inference.gaussian.points import gaussian_points
from nulight.inference.model import DerivedModel, Nuisance, combine
from nulight.inference.profile import minimise

RANGES = {"a": (0.0, 3.0)}


def _agree(model, ranges, n_points=200, seed=0, **options):
    """The chi2 of random points with `gaussian_points`, after comparing it with `minimise`."""
    ready = gaussian_points(model, ranges, **options)
    assert ready is not None
    rng = np.random.default_rng(seed)
    points = {name: rng.uniform(low, high, n_points) for name, (low, high) in ranges.items()}
    fixed = options.get("fixed", {})
    truth = minimise(model, {**fixed, **points}, hold=options.get("hold"))
    value, done = ready.twice_nll(points), truth.converged
    assert done.mean() > 0.8
    np.testing.assert_allclose(value[done], truth.twice_nll[done], rtol=1e-9, atol=1e-9)
    assert np.all(np.isnan(value[~done]))
    return ready, points, truth


@pytest.fixture(scope="module")
def build(toy, parameter):
    """One Gaussian experiment: signal a^2 + 1, a second signal a, two backgrounds."""

    def model(nuisances=(), scales=None, name="toy", seed=1, factor=1.0, **options):
        rng = np.random.default_rng(seed)
        bins = rng.uniform(20, 60, (4, 8))
        terms = {
            "signal": [({"a": 2}, bins[0]), ({}, bins[1])],
            "other": [({"a": 1}, bins[2])] if options.pop("second", False) else [],
            "one": [({}, bins[3])],
            "two": [({}, bins[3][::-1] + 10)],
        }
        observed = options.pop("observed", None)
        if observed is None:
            observed = rng.poisson(factor * bins.sum(0)).astype(float)
        return toy(
            name=name,
            statistic="gaussian",
            observed=observed,
            sigma=np.sqrt(np.maximum(observed, 1)),
            terms=terms,
            known=(parameter("a"),),
            nuisances=nuisances,
            scales=scales or {},
            **options,
        )

    return model


@pytest.mark.parametrize(
    ("name", "ranges", "closed"),
    [
        ("coherent-csi-2017", {"mu_nu_mu": (0.0, 1e-8), "r2_nu_ee": (-1e-31, 1e-31)}, True),
        ("coherent-lar-2020:1d", {"r2_nu_mumu": (-5e-31, 5e-31)}, True),
        ("texono-csi-2010", {"mu_nu_e": (0.0, 1e-9), "r2_nu_ee": (-2e-31, 2e-31)}, True),
        ("conus-plus-2025", {"sin2_theta_w": (0.15, 0.35)}, True),
        ("51cr-lxe-a", {"mu_nu": (0.0, 1e-10)}, True),
        ("51cr-cevns-ge", {"mu_nu_e": (0.0, 1e-9), "r2_nu_ee": (-5e-32, 5e-32)}, True),
        ("xenonnt-51cr", {"mu_nu": (0.0, 1e-11)}, True),
        ("xenonnt-solar-195ty:gauss", {"mu_nu": (0.0, 1e-11)}, True),
        ("xenonnt-51cr:gauss", {"mu_nu": (0.0, 1e-10)}, False),
        ("xenonnt-51cr:physical", {"mu_nu": (0.0, 1e-11)}, False),
        ("xenon1t-2020-er:gaussian", {"mu_nu": (0.0, 5e-11)}, False),
    ],
)
def test_shipped_experiments(name, ranges, closed):
    assert _agree(nl.load(name), ranges)[0].closed == closed


def test_what_is_left_to_the_minimiser(build, toy, parameter):
    assert gaussian_points(nl.load("dresden-ii-2022"), {"mu_nu_e": (0.0, 1e-9)}) is None  # parametric backgrounds
    assert gaussian_points(nl.load("xenonnt-2022-er"), {"mu_nu": (0.0, 1e-10)}) is None  # Poisson
    portal = {"mu_e4": (0.0, 1e-10), "m_4": (0.0, 500.0)}
    assert gaussian_points(nl.load("xenonnt-51cr"), portal) is None  # no polynomial of the mass
    poisson = toy(name="p", observed=np.ones(2), terms={"s": [({"a": 1}, [1.0, 1.0])]}, known=(parameter("a"),))
    assert gaussian_points(combine([build(), poisson]), RANGES) is None


def test_huge_exposures_keep_their_digits():
    model = nl.load("xenonnt-51cr:300t")
    _, _, truth = _agree(model, {"mu_nu": (0.0, 3e-10)})
    assert truth.twice_nll.max() > 1e9
    assert truth.twice_nll.min() < 1e6


@pytest.mark.parametrize("kind", ["gaussian", "free", "box"])
def test_pulls_that_leave_their_bounds_are_found(build, kind):
    width = {"gaussian": 1.0, "free": None, "box": 0.3}[kind]
    nuisances = (Nuisance("norm", "gaussian", 0.05), Nuisance("pull", kind, width), Nuisance("other", "gaussian", 0.1))
    scales = {"signal": ("norm",), "other": ("norm",), "one": ("pull",), "two": ("other",)}
    model = build(nuisances, scales, factor=0.8)
    ready, points, truth = _agree(model, {"a": (0.0, 2.0)})
    at = truth.nuisances["pull"]
    bounds = nuisances[1].bounds
    stuck = (at <= bounds[0] + 1e-9) | (at >= bounds[1] - 1e-9)
    assert ready.closed
    assert 0.1 < stuck.mean() < 0.9
    products = ready.basis([points["a"]])
    plain = ready.clusters[0].chi2.profiled(products.T, ready.clusters[0].norm)
    np.testing.assert_allclose(plain[~stuck], truth.twice_nll[~stuck], rtol=1e-9)
    assert np.all(plain[stuck] < truth.twice_nll[stuck])


@pytest.mark.parametrize(
    ("kinds", "closed"),
    [
        ((("box", 0.1), ("box", 0.05)), True),
        ((("box", 0.1), ("gaussian", 0.05)), True),
        ((("free", None), ("gaussian", 0.05)), True),
        ((("gaussian", 0.1), ("gaussian", 0.05)), False),
        ((("gaussian", 0.3), ("gaussian", 0.3), ("box", 0.1)), False),
    ],
)
def test_several_factors_on_all_of_the_signal(build, kinds, closed):
    nuisances = tuple(Nuisance(f"n{i}", kind, width) for i, (kind, width) in enumerate(kinds))
    names = tuple(n.name for n in nuisances)
    scales = {"signal": names, "other": names, "two": ("pull",)}
    model = build((*nuisances, Nuisance("pull", "gaussian", 0.1)), scales, second=True)
    assert _agree(model, RANGES)[0].closed == closed


def test_factors_of_single_components_have_no_closed_form(build):
    nuisances = (Nuisance("all", "gaussian", 0.1), Nuisance("part", "gaussian", 0.2), Nuisance("pull", "free"))
    scales = {"signal": ("all",), "other": ("all", "part"), "one": ("pull",), "two": ("part",)}
    assert not _agree(build(nuisances, scales, second=True), RANGES)[0].closed


def test_held_nuisances_cost_their_penalty(build):
    nuisances = (Nuisance("norm", "gaussian", 0.2), Nuisance("pull", "gaussian", 0.1), Nuisance("two", "gaussian", 0.1))
    scales = {"signal": ("norm", "two"), "one": ("pull", "two")}
    model = build(nuisances, scales)
    assert not _agree(model, RANGES)[0].closed
    assert _agree(model, RANGES, hold={"two": 0.3})[0].closed


def test_experiments_without_common_nuisances_are_minimised_one_by_one(build):
    def one(name, seed, *nuisances):
        scales = {"signal": (f"{name}_norm", *(n.name for n in nuisances))}
        return build((Nuisance(f"{name}_norm", "gaussian", 0.1), *nuisances), scales, name=name, seed=seed)

    apart = combine([one("x", 1), one("y", 2), one("z", 3)])
    assert _agree(apart, RANGES)[0].closed
    shared = Nuisance("flux", "gaussian", 0.05)
    linked = combine([one("x", 1, shared), one("y", 2), one("z", 3, shared)])
    ready = _agree(linked, RANGES)[0]
    assert len(ready.clusters) == 2
    assert not ready.closed


def test_changes_of_shape(build):
    class Bent(type(build())):
        def __getattr__(self, name):
            if name == "morphs":
                return (Morph("one", ("tilt",)),)
            raise AttributeError(name)

        def morph_counts(self, params):  # noqa: ARG002
            return np.linspace(-5, 5, 8)[None, None]

    base = build((Nuisance("tilt", "gaussian", 1.0, -5.0, 5.0), Nuisance("bg", "gaussian", 0.1)))
    bent = Bent(**{**{k: getattr(base, k) for k in base.__dataclass_fields__}})
    assert _agree(bent, RANGES)[0].closed
    both = Bent(**{**{k: getattr(base, k) for k in base.__dataclass_fields__}, "scales": {"one": ("bg",)}})
    assert not _agree(both, RANGES)[0].closed  # (1 + u_bg) u_tilt


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_random_models(build, seed):
    rng = np.random.default_rng(seed)
    kinds = ("gaussian", "box", "gaussian", "free")
    nuisances = tuple(
        Nuisance(f"n{i}", kind, None if kind == "free" else float(rng.uniform(0.02, 0.3)))
        for i, kind in enumerate(kinds)
    )
    scales = {
        component: tuple(n.name for n in nuisances if rng.uniform() < chance)
        for component, chance in (("signal", 0.4), ("other", 0.4), ("one", 0.3), ("two", 0.3))
    }
    _agree(build(nuisances, scales, seed=seed, second=True), RANGES, n_points=30, seed=seed)


def test_chunks_and_scalars(build, monkeypatch):
    ready = gaussian_points(build((Nuisance("n", "gaussian", 0.1),), {"signal": ("n",)}), RANGES)
    a = np.linspace(0, 3, 1001)
    whole = ready.twice_nll({"a": a})
    monkeypatch.setattr("nulight.inference.gaussian.points._CHUNK", 100)
    np.testing.assert_allclose(ready.twice_nll({"a": a}), whole, rtol=1e-13)
    np.testing.assert_allclose(ready.twice_nll({"a": 1.5}), whole[500:501], rtol=1e-13)


def test_fixed_parameters():
    model = nl.load("coherent-csi-2017")
    _agree(model, {"r2_nu_ee": (-1e-31, 1e-31)}, fixed={"mu_nu_mu": 4e-9})


def test_data_of_derived_models(build):
    model = nl.asimov(build((Nuisance("n", "gaussian", 0.1),), {"signal": ("n",)}), {"a": 1.0})
    assert isinstance(model, DerivedModel)
    ready, *_ = _agree(model, RANGES)
    assert ready.twice_nll({"a": 1.0})[0] == pytest.approx(0.0, abs=1e-20)


def test_mistakes_are_named(build):
    ready = gaussian_points(build(), RANGES)
    with pytest.raises(ValueError, match="given was 0 to 3"):
        ready.twice_nll({"a": [1.0, 4.0]})
    with pytest.raises(ValueError, match="points give b"):
        ready.twice_nll({"b": 1.0})
    with pytest.raises(ValueError, match="no parameter 'c'"):
        gaussian_points(build(), {"c": (0.0, 1.0)})
