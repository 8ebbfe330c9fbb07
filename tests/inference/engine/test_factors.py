"""Products of nuisances and their derivatives."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.engine.factors import Factors


@st.composite
def _groups(draw):
    n_u = draw(st.integers(1, 4))
    names = st.integers(0, n_u - 1)
    return n_u, draw(
        st.lists(
            st.tuples(st.lists(names, max_size=3).map(tuple), st.lists(names, max_size=3).map(tuple)),
            min_size=1,
            max_size=6,
        )
    )


@settings(max_examples=60, deadline=None)
@given(case=_groups(), seed=st.integers(0, 10**6))
def test_factors_with_repeated_members(case, seed):
    """Value as a plain product; derivatives against central differences, exact to h^2 and rounding / h."""
    n_u, groups = case
    rng, h = np.random.default_rng(seed), 1e-4
    u, pull, factors = rng.uniform(-2, 2, (3, n_u)), rng.normal(size=(3, len(groups))), Factors(groups, n_u)
    hand = [np.prod(1 + u[:, list(a)], axis=1) * np.prod(u[:, list(b)], axis=1) for a, b in groups]
    np.testing.assert_allclose(factors.value(u), np.stack(hand, axis=1), rtol=1e-13, atol=1e-13)
    for i in range(n_u):
        step = h * np.eye(n_u)[i]
        slope = (factors.value(u + step) - factors.value(u - step)) / (2 * h)
        np.testing.assert_allclose(factors.slope(u)[:, i], slope, rtol=1e-5, atol=1e-5)
        bend = np.einsum("pjg,pg->pj", factors.slope(u + step) - factors.slope(u - step), pull) / (2 * h)
        np.testing.assert_allclose(factors.bend(u, pull)[:, i], bend, rtol=1e-5, atol=1e-4)
