"""Constants against independent numbers and identities between them."""

from __future__ import annotations

import math

import pytest

from nulight import constants as c
from nulight.constants import CONSTANTS
from nulight.units import GeV


def test_every_constant_has_a_value_a_unit_and_a_source() -> None:
    for name, constant in CONSTANTS.items():
        assert constant.value > 0, name
        assert 0 <= constant.uncertainty < 0.01 * constant.value, name
        assert constant.unit, name
        assert len(constant.source) > 5, name


def test_bohr_magneton_is_296_304_per_gev() -> None:
    assert pytest.approx(296.304, abs=5e-4) == c.MU_B


def test_charge_radius_shift_is_0_0237956_per_1e_32_cm2() -> None:
    shift = c.K_R2 * 1e-32
    assert shift == pytest.approx(0.0237956, abs=5e-8)


def test_hbar_c_squared_in_gev2_cm2() -> None:
    assert (c.HBAR_C / GeV) ** 2 == pytest.approx(0.3893794e-27, rel=2e-7)


def test_hbar_c_follows_from_the_defined_constants_of_the_si() -> None:
    h, light, e = 6.62607015e-34, 299792458, 1.602176634e-19  # J s, m/s, C: exact
    assert CONSTANTS["hbar_c"].value == pytest.approx(h / (2 * math.pi) * light / e * 1e9, rel=1e-12)  # MeV fm


def test_magnetic_prefactor_equals_alpha_times_bohr_magneton_squared() -> None:
    assert math.pi * c.ALPHA**2 / (c.M_E / GeV) ** 2 == pytest.approx(c.ALPHA * c.MU_B**2, rel=1e-14)


def test_classical_electron_radius() -> None:
    radius = c.ALPHA * c.HBAR_C / c.M_E
    assert radius == pytest.approx(2.8179403205e-13, rel=1e-9)  # cm, CODATA 2022


def test_tree_relation_of_the_charge_radius_holds_to_the_size_of_radiative_corrections() -> None:
    tree = 2 / 3 * c.M_W**2 * c.SIN2_THETA_W / c.HBAR_C**2
    assert tree * 1e-32 == pytest.approx(0.02639, abs=1e-5)  # 11 % above K_R2 with the physical W mass
    assert tree / c.K_R2 == pytest.approx(1.109, abs=1e-3)


def test_internal_values_follow_the_table() -> None:
    assert pytest.approx(510.99895069) == c.M_E
    assert pytest.approx(1.1663788e-17) == c.G_F  # keV^-2
    assert c.M_LEPTON == (c.M_E, c.M_MU, c.M_TAU)
    assert c.SIN2_THETA_W == 0.23857
