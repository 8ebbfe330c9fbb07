"""`nulight renp spectrum`."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.data.reader import read_table


def test_it_is_the_record_of_the_library(run_json):
    record = run_json("spectrum", "yb", "--omega", "1,1.07,1.0712 eV", "--set", "mu_11=1e-11")
    ours = nl.renp_spectrum(nl.renp_experiment("yb"), [1.0, 1.07, 1.0712], {"mu_11": 1e-11})
    assert record == json.loads(json.dumps(ours.to_dict()))
    assert record["total"] == pytest.approx(np.add(record["parts"]["weak"], record["parts"]["magnetic"]))


def test_options_reach_the_neutrinos(run_json):
    record = run_json(
        *("spectrum", "yb", "--lightest", "50 meV", "--ordering", "inverted", "--neutrinos", "majorana"),
        *("--with", "alpha_21=1", "--with", "spin_sum=coherent"),
    )
    made = record["conventions"]
    assert (made["lightest_eV"], made["ordering"], made["nature"]) == (0.05, "inverted", "majorana")
    assert (made["alpha_21"], made["spin_sum"]) == (1.0, "coherent")
    assert record["masses"][2] == 0.05


def test_people_see_thresholds_to_ten_digits_and_some_frequencies(run):
    text = run("spectrum", "yb", "--set", "mu_11=1e-11", "--set", "m_lightest=20 meV").stdout
    experiment = nl.renp_experiment("yb", [1.0], lightest=0.02)
    for edge in nl.renp_spectrum(experiment, [1.0]).thresholds.values():
        assert f"{edge:.9f}" in text
    for words in (
        "magnetic",
        "20 of",
        "with mu_11 = 1e-11 mu_B, m_lightest = 0.02 eV",
        "dirac neutrinos",
        "nufit-6.0-no",
    ):
        assert words in text
    assert "of 2 frequencies" not in run("spectrum", "yb", "--omega", "1,1.07 eV").stdout


def test_masses_that_close_the_frequencies_of_the_card_are_fine(run_json):
    record = run_json("spectrum", "yb", "--lightest", "0.3 eV")
    assert max(record["thresholds"].values()) < 1.069
    assert record["omega"][-1] > max(record["thresholds"].values())


def test_a_pair_that_is_too_heavy_never_opens(run):
    assert "never" in run("spectrum", "generic", "--lightest", "0.12 eV").stdout


def test_a_pole_is_reported(run):
    text = run("spectrum", "yb", "--set", "gg_axial=1e-27", "--set", "m_vector=50 meV").stdout
    assert "warning: " in text
    assert "are on the pole of a mediator of 0.05 eV" in " ".join(text.split())


@pytest.mark.parametrize("suffix", [".json", ".csv", ".png"])
def test_files_are_written(run, tmp_path, suffix):
    out = tmp_path / f"spectrum{suffix}"
    assert run("spectrum", "yb", "--set", "eps_11=1e-11", "--out", out).exit_code == 0
    assert out.stat().st_size > 10_000


def test_table_has_the_numbers(run, tmp_path):
    out = tmp_path / "spectrum.csv"
    run("spectrum", "yb", "--omega", "1,1.07 eV", "--out", out)
    table = read_table(out)
    np.testing.assert_array_equal(table.numbers("omega"), [1.0, 1.07])
    np.testing.assert_array_equal(table.numbers("total"), table.numbers("weak"))


def test_a_card_of_ones_own_is_an_atom(run_json, card):
    record = run_json("spectrum", card())
    assert (record["atom"], record["E_eg"]) == ("mine", pytest.approx(1.2))
    assert record["omega"][0] == pytest.approx(0.4 * 1.2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("yb", "--omega", "1.08 eV"), "trigger frequency 1.08 eV is not between 0 and E_eg/2 = 1.071746626 eV"),
        (("yb", "--omega", "-1 eV"), "trigger frequency -1 eV is not between 0"),
        (("yb", "--omega", "1.0"), "--omega: '1.0' has no unit"),
        (("yb", "--lightest", "-10 meV"), "= -0.01 eV"),
        (("yb", "--set", "mu_nu=1e-11"), "unknown parameter 'mu_nu'"),
        (("yb", "--set", "mu_11=1e-11", "--neutrinos", "majorana"), "no diagonal magnetic moment; use mu_12"),
        (("yb", "--set", "gg_right=1e-26", "--neutrinos", "majorana"), "Majorana neutrino has one vector coupling"),
        (("caesium",), "'caesium' is no atomic scheme"),
        (("yb", "--out", "x.txt"), "cannot write .txt here"),
    ],
)
def test_bad_input_is_one_clear_message(fails, arguments, message):
    assert message in fails("spectrum", *arguments)


def test_inverted_levels_of_a_card_are_refused(fails, card):
    assert "the virtual level p" in fails("spectrum", card(E_eg="1.6 eV"))
    assert "E_eg: 1.2 has no unit" in fails("spectrum", card(E_eg="1.2"))
