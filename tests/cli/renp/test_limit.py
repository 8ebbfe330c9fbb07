"""`nulight renp limit`."""

from __future__ import annotations

import json

import pytest

import nulight as nl

TWO = ("--triggers", "1.069,1.0716 eV")


def test_it_is_the_limit_of_the_library(run_json):
    record = run_json("limit", "yb", "mu_11", "gg_axial", "--set", "m_vector=1 eV", "--cl", 0.95, "--interval", "upper")
    experiment = nl.renp_experiment("yb")
    for found, name in zip(record["limits"], ("mu_11", "gg_axial"), strict=True):
        ours = nl.limit(experiment, name, cl=0.95, interval="upper", fixed={"m_vector": 1e-3})
        assert found == json.loads(json.dumps(ours.to_dict()))
    assert (record["asimov"], record["fixed"]) == (True, {"m_vector": 1e-3})


def test_a_family_means_its_elements(run_json):
    def names(*words):
        return [one["parameter"] for one in run_json("limit", "yb", *words, *TWO)["limits"]]

    assert names("mu") == [f"mu_{pair}" for pair in ("11", "12", "13", "22", "23", "33")]
    assert names("mu,eps", "--neutrinos", "majorana") == [f"{f}_{p}" for f in ("mu", "eps") for p in ("12", "13", "23")]


def test_counts_are_data(run, run_json):
    arguments = ("limit", "yb", "mu_11", "--observed", "25,21,20,19,9,1")
    record = run_json(*arguments)
    ours = nl.limit(nl.renp_experiment("yb", observed=[25, 21, 20, 19, 9, 1]), "mu_11")
    assert record["limits"][0]["upper"] == ours.upper
    assert record["observed"] == [25, 21, 20, 19, 9, 1]
    text = run(*arguments).stdout
    assert ": limits, two-sided" in text
    assert "expected" in text
    assert "the counts given" in text


def test_without_counts_it_says_that_it_is_a_sensitivity(run):
    text = run("limit", "yb", "mu_11", *TWO, "--set", "m_vector=1 eV").stdout
    for words in ("sensitivity (Asimov: no counts were given)", "two-sided, 90 % CL", "mu_B", "fixed: m_vector = 1 eV"):
        assert words in text


def test_several_regions_are_all_there(run, run_json):
    arguments = ("limit", "yb", "gg_axial_11", "--set", "m_vector=30 meV")
    regions = run_json(*arguments)["limits"][0]["regions"]
    assert len(regions) == 2
    assert " or [" in run(*arguments).stdout


def test_a_trigger_at_a_pole_is_reported(run, fails):
    at_pole = ("limit", "yb", "gg_axial", "--set", "m_vector=48.4 meV", "--triggers")
    text = " ".join(run(*at_pole, "1.07,1.0712 eV").stdout.split())
    assert "warning: gg_axial: 1 of 2 trigger frequencies, 1.0712 eV, lie on the pole" in text
    assert "on the pole of its mediator" in fails(*at_pole, "1.0712 eV")


def test_closed_pairs_are_left_out_of_a_family_but_not_forgotten(run_json, fails):
    arguments = ("--triggers", "1.07,1.0712 eV")
    record = run_json("limit", "yb", "eps", *arguments)
    assert [one["parameter"] for one in record["limits"]] == ["eps_11", "eps_12", "eps_13", "eps_22", "eps_23"]
    assert "eps_33: no trigger frequency is below 1.06930855 eV" in record["warnings"][0]
    assert "where the pair 33 opens" in fails("limit", "yb", "eps_33", *arguments)


@pytest.mark.parametrize("suffix", [".json", ".csv", ".png"])
def test_files_are_written(run, tmp_path, suffix):
    out = tmp_path / f"limit{suffix}"
    assert run("limit", "yb", "mu_11,gg_axial", "--set", "m_vector=30 meV", "--out", out).exit_code == 0
    assert out.stat().st_size > 500
    if suffix == ".csv":
        assert "gg_axial,-" in out.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("yb", "mu_14"), "unknown parameter 'mu_14'; did you mean: mu_1"),
        (("yb", "muu"), "did you mean: mu?"),
        (("yb", ","), "name at least one coupling"),
        (("yb", "mu_11", "--neutrinos", "majorana"), "a Majorana neutrino has no diagonal magnetic moment; use mu_12"),
        (("yb", "mu_11", "--observed", "1,2,3"), "observed: 3"),
        (("yb", "mu_11", "--observed", "-1,2,3,4,5,6"), "observed = -1 counts must be zero or positive"),
        (("yb", "mu_11", "--set", "mu_11=1e-11"), "mu_11 is the parameter of interest"),
        (("yb", "m_vector"), "no count depends on m_vector"),
        (("yb", "yy_scalar", "--with", "spin_sum=coherent"), "with spin_sum = 'coherent'"),
        (("yb", "mu_11", "--set", "lambda_12=1e-11"), "set either, not both"),
        (("yb", "mu_11", "--triggers", "1.0717 eV"), "threshold of the lightest pair"),
        (("ytterbium", "mu_11"), "is no atomic scheme"),
    ],
)
def test_bad_input_is_one_clear_message(fails, arguments, message):
    assert message in fails("limit", *arguments)


def test_a_card_of_ones_own_is_an_atom(run_json, card):
    record = run_json("limit", card(), "mu_11")
    assert record["atom"] == "mine"
    assert record["limits"][0]["upper"] > 0
