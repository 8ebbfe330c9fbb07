"""Tested values: even in the root of the likelihood ratio, whatever its shape."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.toys.values import even_values, given_values, joined, merged


def quartic(value):
    """Counts quadratic in the parameter; Asimov data a little more sensitive."""
    return value**4, 1.2 * value**4


def test_values_are_even_in_the_coordinate_that_counts():
    values = even_values(quartic, [(0.0, 2.0)], 0.5)
    assert values.value[[0, -1]].tolist() == [0.0, 2.0]
    assert np.diff(values.value**2) == pytest.approx(4.0 / 9, rel=1e-3)  # 4 sqrt(1.2) / 0.5 = 8.8 steps
    assert np.diff(values.place) == pytest.approx(4 * np.sqrt(1.2) / 9, rel=1e-9)


def test_places_between_values_follow_the_curve():
    values = even_values(quartic, [(0.0, 2.0)], 0.5)
    place = np.linspace(0.1, values.place[-1], 7)
    assert values.at(place) ** 2 == pytest.approx(place / np.sqrt(1.2), rel=1e-3)


def test_two_minima_are_both_sampled():
    def curve(value):
        return value**2 * (value - 4) ** 2, np.zeros(len(value))

    values = even_values(curve, [(-1.0, 5.0)], 0.3)
    roots = np.sqrt(curve(values.value)[0])
    assert np.abs(np.diff(roots)).max() <= 0.3 + 1e-9
    assert np.abs(values.value).min() < 0.1
    assert np.abs(values.value - 4).min() < 0.1


def test_spans_that_overlap_become_one():
    assert merged([(3.0, 4.0), (0.0, 1.0), (0.5, 2.0)]) == [(0.0, 2.0), (3.0, 4.0)]


def test_regions_apart_keep_their_distance_in_place():
    values = even_values(lambda v: (v**2, v**2), [(0.0, 1.0), (5.0, 6.0)], 0.25)
    gap = int(np.searchsorted(values.value, 3.0))
    assert values.place[gap] - values.place[gap - 1] == pytest.approx(1.0, rel=1e-9)
    assert np.all(np.diff(values.place) > 0)


def test_values_of_the_user_are_kept():
    values = given_values(quartic, [2.0, 0.0, 1.0, 1.0])
    assert values.value.tolist() == [0.0, 1.0, 2.0]
    assert values.place == pytest.approx(np.sqrt(1.2) * np.array([0.0, 1.0, 4.0]), abs=1e-9, rel=0)


@pytest.mark.parametrize("order", [1, -1])
def test_values_are_joined_at_their_common_end(order):
    parts = [even_values(quartic, [span], 0.5) for span in ((0.0, 1.0), (1.0, 2.0))][::order]
    both = joined(*parts)
    assert np.all(np.diff(both.value) > 0)
    assert np.all(np.diff(both.place) > 0)
    assert both.value[[0, -1]].tolist() == [0.0, 2.0]
    assert both.place[-1] == pytest.approx(4 * np.sqrt(1.2), rel=1e-9)


def test_halved_gaps_have_a_value_in_the_middle():
    values = even_values(quartic, [(0.0, 2.0)], 1.0)
    more = values.halved([0, 2])
    assert len(more.value) == len(values.value) + 2
    assert set(values.value) < set(more.value)
    assert more.place[1] == pytest.approx((values.place[0] + values.place[1]) / 2, rel=1e-12)
    assert np.all(np.diff(more.value) > 0)
