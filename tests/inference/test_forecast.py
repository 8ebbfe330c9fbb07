"""Sensitivity curves of a counting experiment."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nulight.inference.forecast import forecast, reach
from nulight.inference.model import Nuisance

TWO_SIDED = 2.7055434540954


def _exposure(counting, background=100.0):
    """Gaussian counting: signal s per unit exposure on b per unit exposure."""

    def make(value):
        counts = np.array([background * value])
        return counting(counts, background * value, statistic="gaussian", sigma=np.sqrt(counts), scale=1 / value)

    return make


def test_limit_falls_with_the_root_of_exposure(counting):
    values = [1.0, 4.0, 100.0]
    result = forecast(_exposure(counting), "exposure", values, "s", vary_unit="t yr", against=20.0)
    np.testing.assert_allclose(result.upper, [math.sqrt(TWO_SIDED * 100 / v) for v in values], rtol=1e-7)
    np.testing.assert_allclose(result.exclusion, [4 * v for v in values], rtol=1e-7)
    np.testing.assert_allclose(result.discovery, [2 * math.sqrt(v) for v in values], rtol=1e-7)
    assert np.all(result.lower == 0)


def test_curve_without_a_value_has_no_significance(counting):
    result = forecast(_exposure(counting), "exposure", [1.0], "s")
    assert result.exclusion.size == result.discovery.size == 0


def test_reach_inverts_the_forecast(counting):
    """sqrt(2.706 x 100/v) = 4 at v = 16.91."""
    result = reach(_exposure(counting), "s", 4.0, (0.1, 1e4), vary_unit="t yr")
    assert result.value == pytest.approx(TWO_SIDED * 100 / 16, rel=1e-4)
    assert result.achieved == pytest.approx(4.0, rel=1e-4)
    assert "needs exposure" in repr(result)


def test_reach_works_when_the_limit_rises(counting):
    """Distance instead of exposure: the signal falls with its square."""
    make = lambda d: _exposure(counting)(1 / d**2)  # noqa: E731
    result = reach(make, "s", 4.0, (0.01, 10.0), vary="distance", vary_unit="m")
    assert result.value == pytest.approx(math.sqrt(16 / (TWO_SIDED * 100)), rel=1e-4)


def test_out_of_reach_says_what_is_achievable(counting):
    """A 10 % box on the background norm leaves a floor that no exposure goes below."""

    def make(value):
        counts = np.array([100.0 * value])
        return counting(
            counts,
            100.0 * value,
            statistic="gaussian",
            sigma=np.sqrt(counts),
            scale=1 / value,
            nuisances=(Nuisance("bg", "box", 0.1),),
            scales={"background": ("bg",)},
        )

    with pytest.raises(ValueError, match=r"s = 5 is out of reach.*best 10\.\d+"):
        reach(make, "s", 5.0, (1.0, 1e6))


def test_a_target_that_every_value_surpasses_is_told_apart(counting):
    with pytest.raises(ValueError, match=r"s = 1e\+09 is surpassed everywhere: between exposure = 1 and 10"):
        reach(_exposure(counting), "s", 1e9, (1.0, 10.0))


def test_bounds_must_be_positive(counting):
    with pytest.raises(ValueError, match="two positive values"):
        reach(_exposure(counting), "s", 5.0, (0.0, 1.0))
