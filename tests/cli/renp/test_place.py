"""`nulight renp place`."""

from __future__ import annotations

import json

import pytest

import nulight as nl
from nulight.renp import atomic_scheme, neutrinos


def test_it_is_the_record_of_the_library(run_json):
    record = run_json("place", "yb", "--n", "7", "--goal", "identify", "--lightest", "20 meV")
    scheme, nu = atomic_scheme("yb"), neutrinos(0.02)
    triggers = nl.place_triggers(scheme, nu, 7, goal="identify")
    ours = nl.renp_placement(scheme, nu, triggers, goal="identify")
    assert record == json.loads(json.dumps(ours.to_dict()))


def test_people_see_ten_digits_pairs_and_distances(run):
    text = run("place", "yb").stdout
    for omega in nl.place_triggers(atomic_scheme("yb"), neutrinos(0.01)):
        assert f"{omega:.9f}" in text
    for words in (
        "11 12 22 13 23 33",
        "next threshold above",
        "next threshold below",
        "for every meV that m_0 is larger",
        "closest rival",
        "interleave",
    ):
        assert words in text


def test_what_is_printed_can_be_given_to_another_command(run, run_json):
    text = run("place", "yb", "--n", "7").stdout
    line = next(line for line in text.splitlines() if line.startswith("--triggers"))
    record = run_json("identify", "yb", "--triggers", line.split("'")[1])
    assert len(record["triggers"]) == 7


def test_options_reach_the_search(run_json):
    record = run_json(
        *("place", "yb", "--n", "4", "--elements", "mu_12, eps_12", "--ordering", "inverted", "--margin", "0.01 meV"),
        *("--neutrinos", "majorana", "--with", "spin_sum=coherent"),
    )
    assert record["elements"] == ["mu_12", "eps_12"]
    assert (record["conventions"]["ordering"], record["conventions"]["nature"]) == ("inverted", "majorana")
    assert record["conventions"]["spin_sum"] == "coherent"
    assert min(record["to_closing"]) >= 0.99e-5
    pair = run_json("place", "yb", "--n", "7", "--pair", "12")
    assert len(set(pair["triggers"]) - set(run_json("place", "yb")["triggers"])) == 1


def test_neutrinos_too_heavy_for_the_triggers_of_the_card_are_fine(run_json):
    record = run_json("place", "generic", "--lightest", "0.12 eV", "--n", "3")
    assert record["open_pairs"] == [["11", "12", "22"], ["11", "12"], ["11"]]


def test_lasers_that_reach_less_far(run_json):
    record = run_json("place", "yb", "--max-omega", "1.0 eV", "--goal", "identify")
    assert 0.5 < min(record["triggers"]) < max(record["triggers"]) <= 1.0
    one = run_json("place", "yb", "--max-omega", "1.07 eV", "--n", "2")["triggers"]
    assert one[1] < 1.07


def test_a_plot_is_written(run, tmp_path):
    assert run("place", "yb", "--out", tmp_path / "placed.png").exit_code == 0
    assert (tmp_path / "placed.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--n", "1", "--goal", "identify"], "one frequency cannot tell two elements apart"),
        (["--elements", "mu_14"], "no element 'mu_14'"),
        (["--pair", "14", "--n", "7"], "no pair '14'"),
        (["--margin", "1"], "--margin"),
        (["--max-omega", "0.5 eV"], "highest = 0.5 eV leaves no trigger frequency"),
        (["--elements", "mu_11,mu_33"], "n = 6: 2 frequencies lie between the thresholds"),
        (["--margin", "1 eV"], "margin = 1 eV must lie between 0 and E_eg/100"),
    ],
)
def test_mistakes_are_explained(fails, options, message):
    assert message in fails("place", "yb", *options)
