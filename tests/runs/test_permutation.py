"""Permutations computed one value at a time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.runs.points.counter import keys, uniform
from nulight.runs.points.permutation import permute


def image(n, seed, places=None):
    return permute(np.arange(n, dtype=np.uint64) if places is None else places, n, keys(seed, 2, n=8))


@given(st.integers(1, 3000), st.integers(0, 2**60))
def test_every_number_is_met_once(n, seed):
    np.testing.assert_array_equal(np.sort(image(n, seed)), np.arange(n))


@given(st.integers(2, 2**53), st.integers(0, 2**60), st.data())
def test_large_ranges_keep_numbers_apart_and_inside(n, seed, data):
    places = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=50, unique=True)), np.uint64)
    found = image(n, seed, places)
    assert len(np.unique(found)) == len(places)
    assert found.max() < n
    np.testing.assert_array_equal(found[:1], image(n, seed, places[:1]))


def test_all_permutations_of_four_are_as_frequent():
    n_keys = 4_800
    counts = Counter(tuple(image(4, seed).tolist()) for seed in range(n_keys))
    assert len(counts) == 24
    expected = n_keys / 24
    chi2 = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi2 < 23 + 5 * np.sqrt(46)


def test_neighbours_are_sent_far_apart():
    n = 100_000
    steps = np.abs(np.diff(image(n, 3).astype(float)))
    assert np.mean(steps) == pytest.approx(n / 3, rel=0.02)  # as for independent uniform places


def test_uniform_numbers_are_those_of_the_stream_from_its_beginning():
    key = keys(7, n=2)
    raw = np.random.Philox(key=key).random_raw(50)
    np.testing.assert_array_equal(uniform(key, slice(0, 50)), (raw >> np.uint64(11)) / 2.0**53)
    np.testing.assert_array_equal(uniform(key, slice(13, 29)), uniform(key, slice(0, 50))[13:29])
    assert uniform(key, slice(5, 5)).shape == (0,)


def test_uniform_numbers_are_philox():
    """The generator as its paper states it, in whole numbers of any length."""
    key = keys(3, n=2)
    counter, (k0, k1) = [2, 0, 0, 0], (int(k) for k in key)  # numpy raises the counter before it is used
    for _ in range(10):
        p0, p1 = counter[0] * 0xD2E7470EE14C6C93, counter[2] * 0xCA5A826395121157
        low = 2**64 - 1
        counter = [(p1 >> 64) ^ counter[1] ^ k0, p1 & low, (p0 >> 64) ^ counter[3] ^ k1, p0 & low]
        k0, k1 = (k0 + 0x9E3779B97F4A7C15) & low, (k1 + 0xBB67AE8584CAA73B) & low
    expected = [(word >> 11) / 2.0**53 for word in counter]
    np.testing.assert_array_equal(uniform(key, slice(4, 8)), expected)
