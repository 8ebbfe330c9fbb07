"""Rows that stand for a weighted sample."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.studies.sampling.draws import MOST_ROWS
from nulight.studies.sampling.nested import representative


def test_few_rows_are_all_kept_with_their_weights():
    weights = np.array([0.0, 1.0, 3.0, 1e-30, 4.0])
    kept, share = representative(weights)
    np.testing.assert_array_equal(kept, [1, 2, 4])
    np.testing.assert_allclose(share, [0.125, 0.375, 0.5])


def test_too_many_rows_keep_the_tails():
    x = np.linspace(-6, 6, 5 * MOST_ROWS)
    weights = np.exp(-(x**2) / 2)
    kept, share = representative(weights)
    assert len(kept) <= MOST_ROWS
    assert share.sum() == pytest.approx(1.0, rel=1e-12)
    true = weights / weights.sum()
    for edge in (0.0, 1.0, 2.0, 3.0):  # one step of the systematic choice at most
        assert share[x[kept] > edge].sum() == pytest.approx(true[x > edge].sum(), rel=0, abs=1.01 / MOST_ROWS)
    assert (share * x[kept] ** 2).sum() == pytest.approx(1.0, rel=1e-3)
