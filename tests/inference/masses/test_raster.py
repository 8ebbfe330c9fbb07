"""Tabulated counts and intervals at many masses against the general search, one mass at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.intervals import interval_of
from nulight.inference.levels import interval_threshold
from nulight.inference.masses.lines import profile_curves
from nulight.inference.masses.mass_grid import mass_table
from nulight.inference.masses.raster import raster_intervals
from nulight.inference.model import Nuisance, asimov, combine
from nulight.inference.profile import minimise

TWO_SIDED = interval_threshold(0.9, "two-sided")
MASSES = np.array([0.5, 1.0, 3.0, 10.0])


@pytest.fixture(scope="module")
def portal(toy, parameter):
    """Signal g^2 / m, perhaps with an interference term, on a background with an uncertain size."""

    def build(observed, *, background=20.0, linear=0.0, name="toy", width=0.2, **options):
        bins = np.ones(len(observed)) * np.linspace(1.0, 2.0, len(observed))
        return toy(
            name=name,
            observed=np.asarray(observed, float),
            terms={
                "signal": [({"g": 2, "m": 1}, bins), ({"g": 1}, linear * bins)],
                "background": [({}, background * np.ones(len(observed)))],
            },
            scales={"background": ("norm",)} if width else {},
            nuisances=(Nuisance("norm", "gaussian", width),) if width else (),
            known=(parameter("g", lower=0.0), parameter("m", lower=0.0, default=1.0)),
            **options,
        )

    return build


def table_of(model, masses=MASSES):
    return mass_table(model, "g", masses, mass="m")


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 30.0), st.floats(0.01, 50.0), st.sampled_from([0.0, -3.0, 2.0]))
def test_table_has_the_counts_of_the_model(portal, g, mass, linear):
    model = portal([18.0, 25.0], linear=linear)
    table = table_of(model, np.array([mass, 2 * mass]))
    assert table.even is (linear == 0)
    strength = table.strength(np.array([g, g]), np.arange(2))
    ours = table.model.expected({"mass_index": np.arange(2), "strength": strength}).sum(axis=1)
    theirs = model.expected({"g": np.array([g, g]), "m": np.array([mass, 2 * mass])}).sum(axis=1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_one_gaussian_bin_has_the_limit_one_writes_down(portal):
    model = portal([26.0], statistic="gaussian", sigma=np.array([4.0]), width=0.0)
    found = raster_intervals(table_of(model), TWO_SIDED)
    np.testing.assert_allclose(found.best_fit, np.sqrt(6.0 / MASSES), rtol=1e-6)
    np.testing.assert_allclose(found.upper, np.sqrt((6.0 + 4.0 * math.sqrt(TWO_SIDED)) / MASSES), rtol=1e-9)
    np.testing.assert_allclose(found.lower, 0.0)
    np.testing.assert_allclose(found.twice_nll_zero - found.twice_nll, (6 / 4) ** 2, rtol=1e-9)


def test_clear_signal_has_a_lower_end(portal):
    model = portal([46.0], statistic="gaussian", sigma=np.array([4.0]), width=0.0)
    found = raster_intervals(table_of(model), TWO_SIDED)
    np.testing.assert_allclose(found.lower, np.sqrt((26.0 - 4.0 * math.sqrt(TWO_SIDED)) / MASSES), rtol=1e-9)
    assert not raster_intervals(table_of(model), TWO_SIDED, "upper").lower.any()


@pytest.mark.parametrize("observed", [[22.0, 19.0, 30.0], [40.0, 60.0, 75.0], [3.0, 0.0, 9.0], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("interval", ["two-sided", "upper"])
def test_poisson_intervals_are_those_of_the_general_search(portal, observed, interval):
    model = portal(observed)
    found = raster_intervals(table_of(model), interval_threshold(0.9, interval), interval)
    for i, mass in enumerate(MASSES):
        one = interval_of(model, "g", fixed={"m": mass}, interval=interval)
        assert found.upper[i] == pytest.approx(one.upper, rel=1e-6)
        assert found.lower[i] == pytest.approx(one.lower or 0.0, rel=1e-6, abs=1e-12)
        assert found.best_fit[i] == pytest.approx(one.best_fit, rel=1e-3, abs=1e-4 * one.upper)


def test_two_allowed_regions_give_their_hull(portal):
    # 20 expected and seen without coupling, and again at g = 10 / m: what lies between is excluded
    model = portal([20.0], linear=-10.0, width=0.0)
    found = raster_intervals(table_of(model, np.array([1.0, 2.0])), TWO_SIDED)
    for i, mass in enumerate((1.0, 2.0)):
        one = interval_of(model, "g", fixed={"m": mass})
        assert len(one.regions) == 2
        assert (found.lower[i], found.upper[i]) == (0.0, pytest.approx(one.regions[-1][1], rel=1e-6))


def test_combination_shares_its_nuisance(portal):
    both = combine([portal([22.0, 25.0]), portal([15.0], name="other", background=12.0)])
    found = raster_intervals(table_of(both), TWO_SIDED)
    for i, mass in enumerate(MASSES):
        assert found.upper[i] == pytest.approx(interval_of(both, "g", fixed={"m": mass}).upper, rel=1e-6)


def test_asimov_data_have_their_minimum_at_zero(portal):
    model = portal([22.0, 25.0])
    found = raster_intervals(table_of(model).with_data(asimov(model)), TWO_SIDED)
    assert not found.best_fit.any()
    assert found.upper[0] == pytest.approx(interval_of(asimov(model), "g", fixed={"m": MASSES[0]}).upper, rel=1e-6)


def test_mass_without_signal_has_no_interval_and_the_standard_chi2(portal):
    model = portal([22.0, 25.0])
    found = raster_intervals(table_of(model, np.array([0.0, 1.0])), TWO_SIDED)
    assert np.isnan([found.lower[0], found.upper[0], found.best_fit[0]]).all()
    assert found.twice_nll[0] == pytest.approx(float(minimise(model).twice_nll[0]))
    assert np.isfinite(found.upper[1])


def test_no_end_is_infinite(toy, parameter):
    # a free size of the signal takes any coupling back
    model = toy(
        observed=np.array([5.0]),
        terms={"signal": [({"g": 2, "m": 1}, [1.0])], "background": [({}, [5.0])]},
        scales={"signal": ("norm",)},
        nuisances=(Nuisance("norm", "free", lower=-1.0),),
        known=(parameter("g", lower=0.0), parameter("m", lower=0.0, default=1.0)),
    )
    assert np.isposinf(raster_intervals(table_of(model), TWO_SIDED).upper).all()
    assert interval_of(model, "g", fixed={"m": 1.0}).upper is None


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_interval_encloses_the_best_fit_and_levels_hold_at_the_ends(portal, observed):
    model = portal(observed)
    found = raster_intervals(table_of(model), TWO_SIDED)
    assert np.all(found.lower <= found.best_fit)
    assert np.all(found.best_fit < found.upper)
    at_end = minimise(model, {"g": found.upper, "m": MASSES}).twice_nll - found.twice_nll
    np.testing.assert_allclose(at_end, TWO_SIDED, rtol=1e-6)


def test_curves_are_the_profile_likelihood(portal):
    model = portal([22.0, 25.0, 31.0])
    values = np.array([3.0, 0.1, 1.0])
    ours = profile_curves(table_of(model), values)
    for row, mass in zip(ours, MASSES, strict=True):
        theirs = minimise(model, {"g": values, "m": np.full(3, mass)}).twice_nll
        np.testing.assert_allclose(row, theirs, rtol=1e-8, atol=1e-8)


def test_unknown_names_are_refused(portal):
    with pytest.raises(ValueError, match="no parameter 'h'"):
        mass_table(portal([1.0]), "h", MASSES, mass="m")
