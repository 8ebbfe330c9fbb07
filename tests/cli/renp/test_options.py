"""How texts of the RENP options become an experiment."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.cli.renp.options import (
    coupling_values,
    day_list,
    electronvolts,
    frequencies,
    name_list,
    setup,
    setup_without_scan,
)
from nulight.renp import load_scheme, rate_scale, renp_experiment


@pytest.mark.parametrize(
    ("text", "omega"),
    [
        ("1.069 eV,1.07 eV", [1.069, 1.07]),
        ("1.069,1.07 eV", [1.069, 1.07]),
        ("1069 meV, 1070", [1.069, 1.07]),
        ("1 eV, 1070 meV", [1.0, 1.07]),
        ("1.06:1.07 eV:3", [1.06, 1.065, 1.07]),
        ("0.5 eV : 1 eV : 2", [0.5, 1.0]),
        ("1.07eV", [1.07]),
        ("8065.543937 cm^-1", [1.0]),
    ],
)
def test_frequencies_need_one_unit(text, omega):
    np.testing.assert_allclose(frequencies(text, "--omega"), omega, rtol=1e-9)


@given(st.floats(1e-6, 1e3))
def test_energies_in_electronvolts_keep_every_digit(value):
    assert electronvolts(f"{value!r} eV", "--lightest") == value


@given(st.floats(1e-3, 1e3), st.sampled_from([("meV", 1e-3), ("keV", 1e3), ("MeV", 1e6), ("cm^-1", 1.2398419843e-4)]))
def test_units_of_energy_scale(value, unit):
    assert electronvolts(f"{value!r} {unit[0]}", "--omega") == pytest.approx(value * unit[1], rel=1e-10)


@pytest.mark.parametrize(
    ("text", "days"),
    [("10", [10]), ("10 d", [10]), ("12 h", [0.5]), ("1 yr", [365.25]), ("10,20", [10, 20]), ("24,48 h", [1, 2])],
)
def test_bare_times_are_days(text, days):
    assert day_list(text) == pytest.approx(days)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: frequencies("1.069,1.07", "--omega"),
            "--omega: '1.069' has no unit; write for example '1.069,1.07 eV'",
        ),
        (lambda: frequencies("1 eV,1070 meV,1", "--omega"), "'1' has no unit, and the others have eV and meV"),
        (lambda: frequencies("1 eV:2 eV", "--omega"), "LOW:HIGH:N"),
        (lambda: frequencies("2 eV:1 eV:5", "--omega"), "below HIGH"),
        (lambda: frequencies("1 eV:2 eV:1", "--omega"), "'1' points"),
        (lambda: frequencies("1 eV:2 eV:" + 30 * "9", "--omega"), "points; use 2 to 1,000,000"),
        (lambda: frequencies("1 kg", "--omega"), "is not an energy"),
        (lambda: frequencies("", "--omega"), "has no unit"),
        (lambda: day_list("3 kg"), "--days: '3 kg' is not a time"),
        (lambda: day_list("1 yr,2 h,3"), "'3' has no unit, and the others have h and yr"),
        (lambda: electronvolts("10", "--lightest"), "--lightest: '10' has no unit; write for example '10 meV'"),
        (lambda: coupling_values(["m_vector=1"]), "m_vector: '1' has no unit"),
        (lambda: coupling_values(["m_lightest=0.01"]), "m_lightest: '0.01' has no unit"),
        (lambda: coupling_values(["m_vector=-1 eV"]), "m_vector = -0.001 keV is outside its domain"),
        (lambda: coupling_values(["mu_11=-1e-11"]), "mu_11 = -1e-11 mu_B is outside its domain"),
        (lambda: coupling_values(["mu_11=1e-11 cm^2"]), "'1e-11 cm^2' is not a number in mu_B"),
        (lambda: coupling_values(["mu_1=1e-11"]), "did you mean: mu_1"),
        (lambda: coupling_values(["mu_11=1", "mu_11=2"]), "mu_11 is set twice"),
        (lambda: coupling_values(["mu_11"]), "NAME=VALUE"),
        (lambda: setup("yb", with_=["eficiency=0.5"]), "--with eficiency: did you mean efficiency?"),
        (lambda: setup("yb", with_=["zzz=0.5"]), "use one of: efficiency, background"),
        (lambda: setup("yb", with_=["eta=0.5", "eta=0.4"]), "eta is given twice"),
        (lambda: setup("yb", with_=["eta=2"]), "the dynamical factor is at most 1"),
        (lambda: setup("yb", with_=["eta=0.3", "rate=1 /d"]), "nothing depends on it"),
        (lambda: setup("yb", with_=["background=3"]), "--with background: '3' has no unit"),
        (lambda: setup("yb", with_=["alpha_21=90 deg"]), "is not a number in rad"),
        (lambda: setup("yb", with_=["alpha_21=1"]), "--with alpha_21: Majorana phases have no effect on Dirac"),
        (lambda: setup("yb", with_=["spin_sum=sideways"]), "use 'trace'"),
        (lambda: setup("yb", with_=["oscillation=nufit"]), "unknown oscillation parameters"),
        (lambda: setup("yb", ordering="normal", with_=["oscillation=nufit-6.0-io"]), "inverted ordering"),
        (lambda: setup("yb", "1.07,1.06 eV", "1,2,3"), "days: 3 values for 2 trigger frequencies"),
        (lambda: setup("yb", observed="1;2"), "--observed '1;2': write numbers"),
        (lambda: setup("yb", observed="1,2"), "observed: 2"),
    ],
)
def test_errors_say_what_would_be_right(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_settings_are_in_the_units_of_their_parameters():
    values = coupling_values(["mu_11=1e-11 mu_B", "m_vector=1 eV", "m_lightest=5 meV", "alpha_21=1.5", "r2_12=-1e-30"])
    assert values == {"mu_11": 1e-11, "m_vector": 1e-3, "m_lightest": 0.005, "alpha_21": 1.5, "r2_12": -1e-30}
    assert coupling_values(None) == {}


def test_every_option_reaches_the_experiment():
    texts = ["efficiency=50 %", "background=1,2 /d", "rate_error=10 %", "background_error=0.2", "volume=1 l", "eta=0.5"]
    texts[1] = "background=1 /d,0.5 /h"
    made = setup("yb", "1.06,1.07 eV", "10,20 d", "5 meV", "inverted", "majorana", [*texts, "alpha_21=1", "alpha_31=2"])
    np.testing.assert_allclose(made.efficiency, 0.5)
    np.testing.assert_allclose(made.background_rate * 86400, [1.0, 12.0])
    np.testing.assert_allclose(made.time / 86400, [10, 20])
    assert (made.rate_error, made.background_error) == (0.1, 0.2)
    assert (made.ordering, made.nature, made.planned) == ("inverted", "majorana", True)
    assert dict(made.defaults) == {"m_lightest": 0.005, "alpha_21": 1.0, "alpha_31": 2.0}
    loaded = load_scheme("yb")
    assert made.rate == pytest.approx(rate_scale(loaded.scheme, loaded.target) * 10 * 0.5)  # 1 l is ten of the card's
    assert setup("yb", with_=["rate=3.7e-4 /s"]).rate == 3.7e-4
    assert setup("yb", with_=["spin_sum=coherent", "oscillation=nufit-5.2-no"]).spin_sum == "coherent"


def test_without_options_it_is_the_one_of_the_library():
    ours, library = setup("yb"), renp_experiment("yb")
    np.testing.assert_array_equal(ours.observed, library.observed)
    assert setup("yb", observed="1,2,3,4,5,6").observed.tolist() == [1, 2, 3, 4, 5, 6]


def test_names_may_stand_apart_or_in_comma_lists():
    assert name_list(["mu, eps_11,", "gg_axial"]) == ["mu", "eps_11", "gg_axial"]


def test_neutrinos_too_heavy_for_the_scan_of_the_card_need_no_scan():
    with pytest.raises(ValueError, match="threshold"):
        setup("generic", lightest="120 meV")
    made = setup_without_scan("generic", "120 meV", "inverted", "majorana", ["spin_sum=coherent"])
    assert made.neutrinos().masses.min() == pytest.approx(0.12)
    assert (made.nature, made.spin_sum) == ("majorana", "coherent")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0.01234, "0.0123 d"),
        (999.0, "999 d"),
        (1000.0, "2.74 yr"),
        (2.5e5 * 365.25, "250000 yr"),
        (5e6 * 365.25, "5e+06 yr"),
        (float("inf"), "never"),
        (float("nan"), "-"),
    ],
)
def test_long_times_are_years(days, text):
    from nulight.cli.renp.lines import time_text

    assert time_text(days) == text
