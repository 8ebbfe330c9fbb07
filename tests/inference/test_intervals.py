"""Intervals with closed forms, their expectations and impacts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from nulight.inference.intervals import discovery_significance, interval_of, limit
from nulight.inference.model import Nuisance, asimov, combine, with_nuisances
from nulight.inference.profile import Prior

TWO_SIDED, UPPER = 2.7055434540954, 1.6423744151498  # squares of the normal quantiles 1.644854 and 1.281552


def _charge_radius(toy, parameter, size=1.0, error=20.0, **options):
    """Rate N (g + r)^2 with g = 1: allowed near r = 0 and, mirrored, near r = -2."""
    rate = np.array([400.0, 400.0])
    return toy(
        statistic="gaussian",
        observed=rate,
        sigma=np.full(2, error),
        terms={"nu": [({}, rate), ({"r": 1}, 2 * rate / size), ({"r": 2}, rate / size**2)]},
        known=(parameter("r", unit="cm^2", scale=0.3 * size),),
        **options,
    )


def test_gaussian_measurement_has_its_textbook_interval(counting):
    """n = 50 +- 6, known background 20: 30 +- 1.645 x 6."""
    result = limit(counting([50.0], 20.0, statistic="gaussian", sigma=np.array([6.0])), "s")
    assert result.best_fit == pytest.approx(30.0, rel=1e-6)
    assert result.lower == pytest.approx(30 - math.sqrt(TWO_SIDED) * 6, rel=1e-8)
    assert result.upper == pytest.approx(30 + math.sqrt(TWO_SIDED) * 6, rel=1e-8)
    assert result.regions == ((result.lower, result.upper),)


def test_gaussian_nuisance_widens_the_interval_in_quadrature(counting):
    """Background 100 +- 4 %: the error is sqrt(6^2 + 4^2)."""
    model = counting(
        [130.0],
        100.0,
        statistic="gaussian",
        sigma=np.array([6.0]),
        nuisances=(Nuisance("bg", "gaussian", 0.04),),
        scales={"background": ("bg",)},
    )
    result = limit(model, "s")
    half = math.sqrt(TWO_SIDED)
    assert result.upper == pytest.approx(30 + half * math.sqrt(52), rel=1e-8)
    assert result.statistical.upper == pytest.approx(30 + half * 6, rel=1e-8)
    (impact,) = result.impacts
    assert (impact.name, impact.kind) == ("bg", "gaussian")
    assert impact.pull == pytest.approx(0, abs=1e-6)
    assert impact.change == pytest.approx(6 / math.sqrt(52) - 1, rel=1e-6)


def test_no_events_no_background(counting):
    """-2 ln L = 2 s: the limits are half the thresholds."""
    assert limit(counting([0.0]), "s").upper == pytest.approx(TWO_SIDED / 2, rel=1e-8)
    assert limit(counting([0.0]), "s", interval="upper").upper == pytest.approx(UPPER / 2, rel=1e-8)
    assert limit(counting([0.0]), "s").lower == 0.0


@settings(max_examples=10, deadline=None)
@given(n=st.integers(1, 200), background=st.floats(0, 50))
def test_poisson_counting_equals_root_finding(counting, n, background):
    result = interval_of(counting([float(n)], background), "s")
    best = max(n - background, 0.0)

    def height(s):
        mu, at_best = s + background, best + background
        return 2 * (mu - at_best + n * math.log(at_best / mu)) - TWO_SIDED

    assert result.upper == pytest.approx(brentq(height, best, best + 20 * (math.sqrt(n) + 2), xtol=1e-12), rel=1e-7)
    if background == 0 or height(0.0) > 0:
        assert result.lower == pytest.approx(brentq(height, 1e-12, best, xtol=1e-12), rel=1e-6)
    else:
        assert result.lower == 0.0


def test_upper_limit_states_no_lower_end(counting):
    result = limit(counting([9.0]), "s", interval="upper")
    assert result.lower is None
    assert result.threshold == pytest.approx(UPPER, rel=1e-9)
    assert "largest value allowed" in result.definition


def test_charge_radius_has_two_regions(toy, parameter):
    """N (1 + r)^2 = N +- 1.645 error/sqrt(2): four roots."""
    result = limit(_charge_radius(toy, parameter), "r")
    shift = math.sqrt(TWO_SIDED / 2) * 20 / 400
    root = [math.sqrt(1 - shift), math.sqrt(1 + shift)]
    expected = [(-1 - root[1], -1 - root[0]), (-1 + root[0], -1 + root[1])]
    np.testing.assert_allclose(result.regions, expected, rtol=1e-7)
    assert (result.lower, result.upper) == (result.regions[0][0], result.regions[1][1])
    assert "or" in repr(result)


def test_regions_join_when_the_data_cannot_tell(toy, parameter):
    result = limit(_charge_radius(toy, parameter, error=400.0), "r")
    assert len(result.regions) == 1


@pytest.mark.parametrize("size", [1e-34, 1e-11, 1e15])
def test_intervals_scale_with_the_unit(toy, parameter, size):
    one, other = (limit(_charge_radius(toy, parameter, s), "r") for s in (1.0, size))
    np.testing.assert_allclose(np.array(other.regions) / size, one.regions, rtol=1e-8)


@settings(max_examples=8, deadline=None)
@given(wrong=st.floats(-4, 4))
def test_a_bad_guess_of_the_scale_changes_nothing(toy, parameter, wrong):
    """The scale is where the search begins, four decades off either way it ends at the same place."""
    model = toy(
        observed=np.array([12.0, 30.0]),
        terms={"mag": [({"mu": 2}, [3.0, 1.0])], "bg": [({}, [10.0, 30.0])]},
        known=(parameter("mu", lower=0.0, scale=10**wrong),),
    )
    right = toy(**{**model.__dict__, "known": (parameter("mu", lower=0.0),)})
    assert interval_of(model, "mu").upper == pytest.approx(interval_of(right, "mu").upper, rel=1e-7)


def test_magnetic_moment_enters_squared(toy, parameter):
    """mu^2 S on n = 40, b = 36, Gaussian: mu^2 = 4 +- 1.645 x 6 in units of S; the lower end is zero."""
    model = toy(
        statistic="gaussian",
        observed=np.array([40.0]),
        sigma=np.array([6.0]),
        terms={"mag": [({"mu": 2}, [1e22])], "bg": [({}, [36.0])]},
        known=(parameter("mu", unit="mu_B", lower=0.0, scale=1e-11),),
    )
    result = limit(model, "mu")
    assert result.best_fit == pytest.approx(math.sqrt(4) * 1e-11, rel=1e-5)
    assert result.upper == pytest.approx(math.sqrt(4 + math.sqrt(TWO_SIDED) * 6) * 1e-11, rel=1e-8)
    assert result.lower == 0.0
    # The expectation has no excess: threshold from the physical boundary.
    assert result.expected.upper == pytest.approx(math.sqrt(math.sqrt(TWO_SIDED) * 6) * 1e-11, rel=1e-8)


def test_negative_fluctuation_counts_from_the_boundary(counting):
    """n = 20, b = 30, sigma 6: best fit s = 0, (s + 10)^2 - 10^2 = 36 x 2.706."""
    result = limit(counting([20.0], 30.0, statistic="gaussian", sigma=np.array([6.0])), "s")
    assert result.best_fit == 0.0
    assert result.upper == pytest.approx(math.sqrt(100 + 36 * TWO_SIDED) - 10, rel=1e-8)


def test_free_signal_norm_leaves_the_interval_open(counting):
    model = counting([25.0], nuisances=(Nuisance("activity", "free"),), scales={"signal": ("activity",)})
    result = limit(model, "s")
    assert result.upper is None
    assert result.to_dict()["upper"] is None
    assert result.impacts[0].change is None
    assert result.statistical.upper is not None


def test_profiled_parameter_within_a_range(toy, parameter):
    """a and b share one rate: profiling b in [0, 2] opens the interval of a by 2 units downwards."""
    model = toy(
        statistic="gaussian",
        observed=np.array([50.0]),
        sigma=np.array([1.0]),
        terms={"x": [({"a": 1}, [1.0]), ({"b": 1}, [1.0]), ({}, [40.0])]},
        known=(parameter("a"), parameter("b")),
    )
    half = math.sqrt(TWO_SIDED)
    assert limit(model, "a").regions[0] == pytest.approx((10 - half, 10 + half), rel=1e-8)
    result = limit(model, "a", profile={"b": (0.0, 2.0)})
    assert result.regions[0] == pytest.approx((8 - half, 10 + half), rel=1e-8)
    assert "b in [0, 2]" in result.definition
    assert result.impacts[0].kind == "range"
    prior = limit(model, "a", profile={"b": Prior(1.0, 2.0)})
    assert prior.regions[0] == pytest.approx((9 - half * math.sqrt(5), 9 + half * math.sqrt(5)), rel=1e-8)
    assert limit(model, "a", fixed={"b": 3.0}).regions[0] == pytest.approx((7 - half, 7 + half), rel=1e-8)


def test_hard_box_shifts_the_ends_by_its_width(counting):
    """Signal s (1 + u), |u| <= 0.1 at n = 100 +- 5: upper end (100 + 1.645 x 5)/0.9."""
    model = counting(
        [100.0],
        statistic="gaussian",
        sigma=np.array([5.0]),
        nuisances=(Nuisance("m", "box", 0.1),),
        scales={"signal": ("m",)},
    )
    half = math.sqrt(TWO_SIDED) * 5
    result = limit(model, "s")
    assert result.regions[0] == pytest.approx(((100 - half) / 1.1, (100 + half) / 0.9), rel=1e-8)


def test_combined_limit_of_equal_measurements_is_the_mean(counting):
    pair = [counting([50.0], statistic="gaussian", sigma=np.array([6.0]), name=name) for name in "ab"]
    half = math.sqrt(TWO_SIDED / 2) * 6
    result = limit(combine(pair), "s")
    assert result.regions[0] == pytest.approx((50 - half, 50 + half), rel=1e-8)
    assert result.experiments == ("a", "b")


def test_expected_limit_is_the_limit_of_asimov_data(counting):
    model = counting([3.0, 9.0], 5.0, nuisances=(Nuisance("bg", "gaussian", 0.1),), scales={"background": ("bg",)})
    assert limit(model, "s").expected.upper == pytest.approx(limit(asimov(model), "s").upper, rel=1e-9)


def test_background_treatments_are_ordered(toy, parameter):
    model = toy(
        observed=np.array([3.0, 9.0]),
        terms={"signal": [({"s": 1}, [1.0, 0.2])], "background": [({}, [5.0, 8.0])]},
        known=(parameter("s", lower=0.0),),
        nuisances=(Nuisance("bg", "gaussian", 0.1),),
        scales={"background": ("bg",)},
    )
    fixed, prior, free = (limit(with_nuisances(model, {"bg": t}), "s").expected.upper for t in ("fixed", 0.1, "free"))
    assert fixed < prior < free


def test_record_carries_the_scan_and_the_inputs(counting):
    model = counting([9.0], 5.0, nuisances=(Nuisance("bg", "gaussian", 0.1),), scales={"background": ("bg",)})
    result = limit(model, "s", cl=0.95)
    assert result.scan_delta_chi2.min() == 0
    assert np.all(np.diff(result.scan_value) > 0)
    inside = result.scan_delta_chi2 <= result.threshold
    assert result.scan_value[inside].max() <= result.upper <= result.scan_value.max()
    assert result.citations == ("toy:2022",)
    assert result.nuisances["bg"] == pytest.approx(0, abs=1e-6)
    assert not result.warnings


def test_significance_of_a_gaussian_excess(counting):
    model = counting([50.0], 20.0, statistic="gaussian", sigma=np.array([6.0]))
    assert discovery_significance(model, {"s": (0.0, 100.0)}, {"s": 0.0}) == pytest.approx(5.0, rel=1e-7)
    assert discovery_significance(asimov(model, {"s": 12.0}), {"s": 12.0}, {"s": 0.0}) == pytest.approx(2.0, rel=1e-9)
    assert discovery_significance(model, {"s": 0.0}, {"s": 30.0}) == 0.0


def test_mistakes_are_named(counting):
    model = counting([1.0])
    with pytest.raises(ValueError, match="no parameter 'mu'"):
        limit(model, "mu")
    with pytest.raises(ValueError, match="cannot be profiled or fixed"):
        limit(model, "s", fixed={"s": 1.0})
    with pytest.raises(ValueError, match="use one of: two-sided, upper"):
        limit(model, "s", interval="cls")


def test_a_parameter_without_effect_is_refused() -> None:
    from nulight.experiments import load

    with pytest.raises(ValueError, match="no count depends on mu_nu_mu"):
        limit(load("xenonnt-51cr:6t"), "mu_nu_mu")


def test_the_name_of_an_experiment_is_told_from_an_experiment():
    with pytest.raises(TypeError, match=r"load it first: nulight.load\('xenonnt-2022-er'\)"):
        limit("xenonnt-2022-er", "mu_nu")
