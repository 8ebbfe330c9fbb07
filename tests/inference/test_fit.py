"""Best fits with known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nulight.inference.fit import fit, goodness_of_fit
from nulight.inference.model import Nuisance, asimov
from nulight.inference.profile import Prior


def test_asimov_fit_returns_the_truth(toy, parameter):
    model = toy(
        observed=np.zeros(3),
        terms={"mag": [({"mu": 2}, [9.0, 5.0, 1.0])], "bg": [({}, [20.0, 30.0, 40.0])]},
        known=(parameter("mu", unit="mu_B", lower=0.0),),
        nuisances=(Nuisance("bg", "gaussian", 0.1),),
        scales={"bg": ("bg",)},
    )
    result = fit(asimov(model, {"mu": 2.0}), ["mu"])
    assert result.valid
    assert result.values["mu"] == pytest.approx(2.0, rel=1e-4)
    assert result.values["bg"] == pytest.approx(0.0, abs=1e-4)
    assert result.chi2 == pytest.approx(0, abs=1e-6)
    assert result.ndof == 3 + 1 - 2
    assert result.units == {"mu": "mu_B"}
    np.testing.assert_allclose(np.diag(result.correlation), 1)


def test_errors_and_correlation_of_a_linear_problem(counting):
    """s + b (1 + u) = 130 +- 6, b = 100 +- 4: error sqrt(52), correlation -4/sqrt(52)."""
    model = counting(
        [130.0],
        100.0,
        statistic="gaussian",
        sigma=np.array([6.0]),
        nuisances=(Nuisance("bg", "gaussian", 0.04),),
        scales={"background": ("bg",)},
        scale=1e-11,
    )
    result = fit(model, ["s"])
    assert result.values["s"] == pytest.approx(30e-11, rel=1e-5)
    assert result.errors["s"] == pytest.approx(math.sqrt(52) * 1e-11, rel=1e-3)  # Minuit's numerical derivatives
    assert result.correlation[0, 1] == pytest.approx(-4 / math.sqrt(52), rel=1e-3)


def test_prior_counts_as_a_measurement(counting):
    result = fit(counting([100.0], statistic="gaussian", sigma=np.array([10.0])), {"s": Prior(80.0, 5.0)})
    assert result.values["s"] == pytest.approx(84.0, rel=1e-4)
    assert result.chi2 == pytest.approx(400 / 125, rel=1e-6)
    assert result.ndof == 1


def test_background_only_fit_needs_no_parameter(counting):
    model = counting([9.0, 11.0], 8.0, nuisances=(Nuisance("bg", "free"),), scales={"background": ("bg",)})
    result = fit(model, fixed={"s": 0.0})
    assert result.values["bg"] == pytest.approx(0.25, rel=1e-4)
    assert result.ndof == 1
    assert 0 < result.p_value < 1


def test_goodness_of_fit_of_published_quantiles():
    assert goodness_of_fit(3.841, 1) == pytest.approx(0.05, abs=1e-4)
    assert goodness_of_fit(18.307, 10) == pytest.approx(0.05, abs=1e-4)
    assert math.isnan(goodness_of_fit(1.0, 0))


def test_small_counts_are_mentioned(counting):
    assert any("fewer than 5" in text for text in fit(counting([2.0]), ["s"]).warnings)


def test_nothing_to_fit_is_an_error(counting):
    with pytest.raises(ValueError, match="nothing to fit"):
        fit(counting([2.0]))


def test_best_fit_at_its_bounds(counting):
    """A deficit with a box on the background: s = 0 and u = -0.1, both at their ends."""
    model = counting([70.0], 100.0, nuisances=(Nuisance("bg", "box", 0.1),), scales={"background": ("bg",)})
    result = fit(model, ["s"])
    assert result.values["s"] == pytest.approx(0.0, abs=1e-2)
    assert result.values["bg"] == pytest.approx(-0.1, abs=1e-4)
    assert result.chi2 == pytest.approx(2 * (90 - 70 + 70 * math.log(70 / 90)), abs=1e-3)
