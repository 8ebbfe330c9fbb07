"""Ranges of planes: the region is inside, and a valley without end is cut."""

from __future__ import annotations

import pytest

from nulight.experiments import load
from nulight.inference.contours import contour
from nulight.inference.intervals import interval_of
from nulight.inference.levels import confidence
from nulight.studies.planes import covering_ranges


@pytest.mark.parametrize("pair", [("mu_nu_e", "r2_nu_ee"), ("q_nu_ee", "a_nu_mumu")])
def test_the_three_sigma_region_lies_inside_and_fills_the_plane(pair):
    model = load("xenonnt-2022-er")
    ranges = covering_ranges(model, *pair)
    found = contour(model, *pair, ranges, levels=("3 sigma",), n=(41, 41))
    inside = found.delta_chi2 <= found.levels["3 sigma"]
    assert not inside[:, -1].any()
    assert not inside[0].any()
    assert not inside[-1].any()
    # at least a third of either axis is taken
    assert inside.any(axis=0).mean() > 1 / 3
    assert inside.any(axis=1).mean() > 1 / 3


def test_a_valley_without_end_is_cut_at_a_few_times_the_interval_of_one_alone():
    model = load("xenonnt-51cr:gauss")
    (low, high), _ = covering_ranges(model, "a_nu_ee", "sin2_theta_w")
    alone = interval_of(model, "a_nu_ee", cl=confidence("3 sigma"))
    assert low < alone.lower
    assert high > alone.upper
    assert high - low < 5 * (alone.upper - alone.lower)


def test_given_ranges_stay():
    model = load("xenonnt-51cr:gauss")
    wished = {"sin2_theta_w": (0.22, 0.25)}
    assert covering_ranges(model, "a_nu_ee", "sin2_theta_w", given=wished)[1] == (0.22, 0.25)
