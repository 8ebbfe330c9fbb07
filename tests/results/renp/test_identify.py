"""Records of separations."""

from __future__ import annotations

import json

import pytest

import nulight as nl
from nulight.data.reader import read_table

FOUND = nl.renp_identify(nl.renp_experiment("yb-dinh-2012"))


def test_confused_pairs_are_those_below_the_threshold():
    for a, true in enumerate(FOUND.elements):
        for b, rival in enumerate(FOUND.elements):
            below = a != b and FOUND.delta_chi2[a, b] < 2.705
            assert ((true, rival) in FOUND.confused) == below


def test_times_to_identify_are_the_longest_of_all():
    for name in FOUND.elements:
        times = [FOUND.days_to_separate(name, rival) for rival in FOUND.elements]
        assert FOUND.days_to_identify(name) == max(times) >= FOUND.days_to_see(name)
    assert FOUND.days_to_identify("mu_11", "3 sigma") > FOUND.days_to_identify("mu_11")


def test_what_is_not_in_the_record_is_refused():
    with pytest.raises(ValueError, match="no element 'mu_14' in this record; it has mu_11"):
        FOUND.closest("mu_14")
    with pytest.raises(ValueError, match=r"no level '5 sigma' in this record; it has 90 %, 3 sigma"):
        FOUND.days_to_see("mu_11", "5 sigma")


def test_json_has_what_follows_and_no_infinities(tmp_path):
    record = json.loads(FOUND.save(tmp_path / "found.json").read_text())
    assert record["result"] == "renp-identification"
    assert ["mu_33", "eps_33"] in record["confused"]
    assert record["days_to_identify"]["90 %"]["mu_33"] is None
    assert record["days_to_identify"]["90 %"]["mu_11"] == pytest.approx(FOUND.days_to_identify("mu_11"))
    assert record["conventions"]["ordering"] == "normal"


def test_csv_has_a_line_for_every_two_elements(tmp_path):
    table = read_table(FOUND.save(tmp_path / "found.csv"))
    assert len(table) == 144
    place = 6  # mu_11 true, eps_11 fitted
    assert (table.text("true")[place], table.text("hypothesis")[place]) == ("mu_11", "eps_11")
    assert table.numbers("delta_chi2")[place] == FOUND.separation("mu_11", "eps_11")
    assert float(table.text("days_90_percent")[place]) == FOUND.days_to_separate("mu_11", "eps_11")


def test_repr_says_how_many_are_confused_and_with_what():
    text = repr(FOUND)
    assert "26 of 132 pairs not told apart (90 % CL)" in text
    assert "mu_33: 1.17e-10 mu_B, closest eps_33" in text


def test_a_record_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        FOUND.delta_chi2[0, 0] = 1.0
