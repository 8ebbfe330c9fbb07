"""Coordinate exchange against trying every set."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from nulight.renp.exchange import exchange, same_shapes


def _merit(shapes):
    """Mean logarithm of what is left of each shape beside the closest other one, by projections."""
    left = []
    for a, own in enumerate(shapes):
        rest = [own @ own]
        for b, other in enumerate(shapes):
            if a != b and other @ other > 0:
                remainder = own - other * (own @ other) / (other @ other)
                rest.append(remainder @ remainder)
        left.append(min(rest))
    return np.mean(np.log(np.maximum(left, 1e-14)))


@pytest.mark.parametrize(("seed", "n_el", "n_c", "n"), [(1, 3, 12, 2), (2, 4, 14, 3), (3, 5, 12, 4), (4, 2, 20, 3)])
def test_no_other_set_is_better(seed, n_el, n_c, n):
    shapes = np.random.default_rng(seed).uniform(0, 1, (n_el, n_c)) ** 2
    found = exchange(shapes, ~np.eye(n_c, dtype=bool), n)
    best = max(combinations(range(n_c), n), key=lambda places: _merit(shapes[:, list(places)]))
    assert _merit(shapes[:, found]) == pytest.approx(_merit(shapes[:, list(best)]), rel=1e-9)


def test_places_too_close_are_not_taken_together():
    n_c = 30
    shapes = np.random.default_rng(7).uniform(0, 1, (3, n_c))
    apart = np.abs(np.arange(n_c)[:, None] - np.arange(n_c)) >= 4
    found = exchange(shapes, apart, 5)
    assert np.all(np.diff(found) >= 4)


def test_a_single_element_takes_where_it_is_largest():
    shape = np.random.default_rng(5).uniform(0, 1, (1, 25))
    assert exchange(shape, ~np.eye(25, dtype=bool), 3).tolist() == sorted(np.argsort(shape[0])[-3:].tolist())


def test_a_rival_that_is_never_different_does_not_matter():
    rng = np.random.default_rng(11)
    shapes = rng.uniform(0, 1, (3, 15))
    doubled = np.vstack([shapes, 0.5 * shapes[:1]])
    assert same_shapes(doubled)[0].tolist() == [True, False, False, True]
    apart = ~np.eye(15, dtype=bool)
    found = exchange(doubled, apart, 3)
    rest = [_merit(doubled[:3][:, found]), _merit(doubled[1:][:, found])]
    assert min(rest) > np.log(1e-3)
