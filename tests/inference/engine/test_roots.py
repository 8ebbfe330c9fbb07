"""Where rising functions reach a target: powers, scipy one by one, and what never gets there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from nulight.inference.engine.roots import where_reached


@given(st.floats(0.3, 4.0), st.floats(1e-6, 1e6), st.floats(1e-3, 1e3))
def test_powers_are_inverted(power, target, start):
    found = where_reached(lambda x: x**power, target, np.array([start, target ** (1 / power)]))
    expected = target ** (1 / power)
    within = expected < 1e8 * start
    assert found[1] == pytest.approx(expected, rel=1e-9)
    if within and expected > 1e-8 * start:
        assert found[0] == pytest.approx(expected, rel=1e-9)


def test_curves_agree_with_brentq_each_on_its_own():
    scale = np.array([0.1, 1.0, 30.0, 1e4])

    def curve(x):
        return scale * x**2 / (1 + x)

    found = where_reached(curve, 9.0, np.ones(4))
    for k in range(4):
        assert found[k] == pytest.approx(brentq(lambda x, k=k: curve(x)[k] - 9.0, 1e-9, 1e9, rtol=1e-13), rel=1e-9)


def test_what_saturates_below_the_target_is_never_reached():
    height = np.array([0.5, 2.0])
    found = where_reached(lambda x: height * x / (1 + x), 1.0, np.array([3.0, 3.0]))
    assert np.isinf(found[0])
    assert found[1] == pytest.approx(1.0, rel=1e-9)
