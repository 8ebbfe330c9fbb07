"""Measured couplings against the Standard Model and against published charge radii."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nulight.constants import K_R2
from nulight.conventions import get_conventions
from nulight.literature.couplings import measured_couplings, radius_from_g_V
from nulight.literature.limits import published_limits
from nulight.models.couplings import baseline_r2, weak_current

Z_90 = 1.6449


def one(experiment, quantity):
    (row,) = [row for row in measured_couplings(quantity=quantity) if row.experiment == experiment]
    return row


def published(coupling, experiment):
    (limit,) = [limit for limit in published_limits(coupling) if limit.experiment == experiment]
    return limit


def standard_model(flavour):
    conventions = get_conventions("default")
    weak = weak_current(conventions.sin2_theta_w, conventions)
    return tuple(float(np.real(g)[flavour, flavour]) for g in (weak.g_L + weak.g_R, weak.g_L - weak.g_R))


def test_every_measurement_is_within_two_sigma_of_the_standard_model():
    expected = dict(zip(("g_V", "g_A"), standard_model(1), strict=True))
    rows = [row for row in measured_couplings("nu_mu e") if row.quantity in expected]
    assert len(rows) == 6
    for row in rows:
        assert abs(row.value - expected[row.quantity]) < 2 * row.error
    assert all(row.texkey for row in measured_couplings())


def nu_e_cross_section(g_V, g_A):
    # g_V and g_A include the charged current: those of the electron alone plus one
    return (g_V + g_A) ** 2 + (g_V - g_A) ** 2 / 3


def test_lsnd_cross_section_agrees_with_the_standard_model():
    row = one("LSND", "sigma/sigma_0")
    assert abs(row.value - nu_e_cross_section(*standard_model(0))) < row.error


# The radii of LSND, CHARM-II and BNL-E734 are from memory. Their widths follow from the errors of
# the same measurements, 2 printed digits: 10 %; a factor 2 in the convention would show.


def test_charm_ii_radius_has_the_width_of_its_coupling():
    low, high = radius_from_g_V(one("CHARM-II", "g_V"))
    limit = published("r2_nu_mumu", "CHARM-II")
    assert (limit.upper - limit.lower) == pytest.approx(high - low, rel=0.1)


def test_e734_radius_has_the_width_of_its_coupling():
    low, high = radius_from_g_V(one("BNL-E734", "g_V"))
    limit = published("r2_nu_mumu", "BNL-E734")
    assert (limit.upper - limit.lower) == pytest.approx(high - low, rel=0.1)


def test_lsnd_radius_has_the_width_of_its_cross_section():
    g_V, g_A = standard_model(0)
    slope = 2 * (g_V + g_A) + 2 * (g_V - g_A) / 3
    limit = published("r2_nu_ee", "LSND")
    assert limit.upper - limit.lower == pytest.approx(
        2 * Z_90 * one("LSND", "sigma/sigma_0").error / slope / K_R2, rel=0.1
    )


@pytest.mark.parametrize("preset", ["default", "tree"])
def test_radius_of_the_standard_model_coupling_is_that_of_the_weak_current(preset):
    conventions = get_conventions(preset)
    weak = weak_current(conventions.sin2_theta_w, conventions)
    exact = replace(one("CHARM-II", "g_V"), value=float(np.real(weak.g_L + weak.g_R)[1, 1]))
    low, high = radius_from_g_V(exact, conventions=preset)
    assert (low + high) / 2 == pytest.approx(baseline_r2(conventions)[1], abs=1e-40)
    wider = radius_from_g_V(exact, cl=0.99, conventions=preset)
    assert wider[0] < low
    assert wider[1] > high


def test_only_g_v_of_nu_mu_gives_a_radius():
    with pytest.raises(ValueError, match="not g_V of nu_mu"):
        radius_from_g_V(one("CHARM-II", "g_A"))
