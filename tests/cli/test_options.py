"""How texts on the command line become numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.cli.options import axis_ranges, fixed_values, profile_ranges, treatments


def test_bare_numbers_are_in_the_unit_of_the_parameter():
    assert fixed_values(["a_nu_ee=3e-33", "m_vector=10"]) == {"a_nu_ee": 3e-33, "m_vector": 10.0}


def test_units_are_converted_and_wrong_ones_refused():
    assert fixed_values(["m_vector=0.01 MeV", "mu_nu_e = 1e-11 mu_B"]) == {"m_vector": 10.0, "mu_nu_e": 1e-11}
    assert fixed_values(None, "2 MeV") == {"m_4": 2000.0}
    with pytest.raises(ValueError, match="'10 kg' is not an energy"):
        fixed_values(["m_vector=10 kg"])
    with pytest.raises(ValueError, match="not a number in mu_B"):
        fixed_values(["mu_nu_e=1e-11 cm^2"])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_survives_its_text(value):
    assert fixed_values([f"q_nu_ee={value!r}"]) == {"q_nu_ee": value}


def test_a_parameter_set_twice_is_refused():
    with pytest.raises(ValueError, match="m_4 is set twice"):
        fixed_values(["m_4=1"], "2 keV")


@pytest.mark.parametrize("text", ["mu_nu_e", "=3", "mu_nu_e=", ""])
def test_malformed_settings_say_what_to_write(text):
    with pytest.raises(ValueError, match="NAME=VALUE"):
        fixed_values([text])


def test_unknown_parameters_are_answered_with_close_names():
    with pytest.raises(ValueError, match="did you mean: a_nu_ee"):
        fixed_values(["a_nu_eee=1"])
    with pytest.raises(ValueError, match="did you mean: a_nu_ee"):
        profile_ranges("a_nu_eee")
    with pytest.raises(ValueError, match="unknown parameter 'foo'; use one of: sin2_theta_w, mu_nu"):
        profile_ranges("foo")


def test_profile_takes_ranges_and_domains():
    assert profile_ranges("a_nu_mumu:0:1e-32, sin2_theta_w") == {"a_nu_mumu": (0.0, 1e-32), "sin2_theta_w": (0.0, 1.0)}
    assert profile_ranges("q_nu_ee") == {"q_nu_ee": (-math.inf, math.inf)}
    assert profile_ranges("m_4:1 keV:1 MeV") == {"m_4": (1.0, 1000.0)}
    assert profile_ranges(None) == {}
    with pytest.raises(ValueError, match="LOW:HIGH"):
        profile_ranges("a_nu_mumu:1e-32")


@pytest.mark.parametrize("text", [",", "a_nu_mumu:", "a_nu_mumu::", ":0:1"])
def test_an_empty_part_of_a_profile_says_what_to_write(text):
    with pytest.raises(ValueError, match=r"--profile .* write a parameter alone, or with a range"):
        profile_ranges(text)


def test_ranges_of_axes_need_both_ends():
    assert axis_ranges(["m_4:1 keV:1 MeV", "a_nu_ee:-1e-32:1e-32"]) == {"m_4": (1, 1000), "a_nu_ee": (-1e-32, 1e-32)}
    for text in ("a_nu_ee", "a_nu_ee:0", "a_nu_ee:0:"):
        with pytest.raises(ValueError, match=r"--range .* write P:LOW:HIGH"):
            axis_ranges([text])
    with pytest.raises(ValueError, match="a_nu_ee is given twice"):
        axis_ranges(["a_nu_ee:0:1", "a_nu_ee:0:2"])


def test_the_option_for_a_mass_needs_a_unit():
    with pytest.raises(ValueError, match="'10' has no unit"):
        fixed_values(None, "10")


def test_nuisances_are_fixed_free_or_of_a_size():
    assert treatments(["a=fixed", "b=free", "c=10 %", "d=0.2"]) == {"a": "fixed", "b": "free", "c": 0.1, "d": 0.2}
    with pytest.raises(ValueError, match="a is treated twice"):
        treatments(["a=fixed", "a=free"])
    with pytest.raises(ValueError, match="not a number"):
        treatments(["a=loose"])
