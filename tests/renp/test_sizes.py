"""Sizes of couplings that show: one standard deviation for every coupling at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np
import pytest

from nulight.models.matrix_checks import Nature
from nulight.renp import RENP_PARAMETERS, renp_experiment
from nulight.renp.sizes import one_sigma
from nulight.typing import FloatArray

LINEAR, SQUARE = np.array([2.0, -1.0]), np.array([3e20, 1e20])


def _new(values: Mapping[str, FloatArray]) -> FloatArray:
    a, b, c = (values[name][:, None] for name in "abc")
    return LINEAR * a + SQUARE * b**2 + 0 * c


def test_sizes_are_those_of_a_hand_calculation() -> None:
    expected = np.array([100.0, 25.0])
    found = one_sigma(_new, ["a", "b", "c"], np.array([1e-6, 1e3, 0.7]), expected)
    assert found[0] == pytest.approx((4 / 100 + 1 / 25) ** -0.5, rel=1e-12)
    assert found[1] == pytest.approx((9e40 / 100 + 1e40 / 25) ** -0.25, rel=1e-12)
    assert found[2] == 0.7


def test_fewer_than_one_count_is_as_one() -> None:
    names, start = ["a", "b", "c"], np.ones(3)
    np.testing.assert_array_equal(one_sigma(_new, names, start, np.zeros(2)), one_sigma(_new, names, start, np.ones(2)))


@pytest.mark.parametrize("nature", get_args(Nature))
@pytest.mark.parametrize("settings", [{}, {"m_vector": 10.0, "m_scalar": 10.0}, {"m_vector": 1e4, "m_scalar": 1e4}])
def test_every_coupling_makes_about_a_standard_deviation(nature: Nature, settings: dict[str, float]) -> None:
    """chi2 between 1 and 2 at the scale, mean of both signs, whatever the coupling and the mediator."""
    experiment = renp_experiment("yb", days=100, nature=nature).with_defaults(**settings)
    rows = experiment.parameters()
    expected = np.maximum(experiment.observed, 1)
    names = [name for name in rows if rows[name].scale != RENP_PARAMETERS[name].scale]
    assert len(names) == {"dirac": 61, "majorana": 39}[nature]
    for name in names:
        signs = np.array([1.0, -1.0]) if rows[name].lower < 0 else np.ones(1)
        change = experiment.expected({name: signs * rows[name].scale})[:, 1]
        assert 0.99 <= np.sum(change**2 / expected, axis=1).mean() <= 2.01


def test_sizes_follow_the_exposure() -> None:
    short, long = (renp_experiment("yb", days=days).parameters() for days in (100, 1e6))
    assert short["mu_11"].scale / long["mu_11"].scale == pytest.approx(10, rel=0.05)
    assert short["gg_axial"].scale / long["gg_axial"].scale == pytest.approx(100, rel=0.1)
    assert short["lambda_12"].scale / long["lambda_12"].scale == pytest.approx(10, rel=0.05)
