"""`nulight limit` over masses, `nulight scan`, and the refusal of a mass without its coupling."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl

TEXONO = "texono-csi-2010"


@pytest.mark.parametrize(
    ("text", "masses"),
    [("1 keV:100 keV:3", [1.0, 10.0, 100.0]), ("10 keV, 2 MeV", [10.0, 2000.0])],
)
def test_several_masses_give_the_curve_of_the_library(run_json, text, masses):
    record = run_json("limit", TEXONO, "mu_e4", "--m4", text)
    ours = nl.portal_limit(TEXONO, "mu_e4", masses)
    np.testing.assert_allclose(record["m_4"], masses)
    assert record["upper"] == pytest.approx(list(ours.upper), rel=1e-9)
    assert record["result"] == "portal-limit"


def test_options_reach_the_curve(run_json):
    record = run_json(
        *("limit", TEXONO, "mu_e4", "--m4", "10 keV,20 keV", "--cl", 0.95, "--interval", "upper"),
        *("--set", "sin2_theta_w=0.24", "--nuisance", "texono_systematic=fixed", "--conventions", "tree"),
    )
    model = nl.with_nuisances(nl.load(TEXONO, conventions="tree"), {"texono_systematic": "fixed"})
    one = nl.upper_limit(model, "mu_e4", cl=0.95, fixed={"m_4": 10.0, "sin2_theta_w": 0.24})
    assert record["upper"][0] == pytest.approx(one.upper, rel=1e-6)


def test_automatic_masses_end_beyond_the_curve(run_json):
    record = run_json("limit", TEXONO, "mu_e4", "--m4", "auto")
    assert len(record["m_4"]) == 100
    assert record["upper"][-1] is None
    assert record["kinematic_end"]["electrons"] > record["m_4"][-1]


def test_people_get_a_table_of_some_masses(run):
    text = run("limit", TEXONO, "mu_e4", "--m4", "1 keV:3 MeV:40").stdout
    for words in ("m_4 [keV]", "d [1/GeV]", "decay [m]", "20 of 40 masses", "keV on electrons", "conventions: default"):
        assert words in text


@pytest.mark.parametrize("suffix", [".json", ".csv", ".png"])
def test_curves_and_regions_are_written(run, tmp_path, suffix):
    for extra in ((), ("--region",)):
        out = tmp_path / f"curve{len(extra)}{suffix}"
        arguments = ("limit", TEXONO, "mu_e4", "--m4", "1 keV:3 MeV:10", *extra, "--out", out)
        assert run(*arguments, "--overlay", "Borexino,SN1987A").exit_code == 0
        assert out.stat().st_size > 500


def test_region_of_the_library(run_json, run):
    arguments = ("limit", "xenon1t-2020-er", "mu_e4", "--region", "--m4", "1 keV:300 keV:8")
    record = run_json(*arguments)
    assert record["zero_excluded"] == {"90 %": True}
    assert record["significance"] == pytest.approx(3.0, abs=0.1)
    text = run(*arguments).stdout
    assert "<= 179.5" in text
    assert "excluded" in text
    assert "the grid of masses is coarse" in text
    assert "no coupling: Delta chi2" in text


def test_a_single_mass_keeps_its_answer(run_json):
    record = run_json("limit", TEXONO, "mu_e4", "--m4", "10 keV")
    assert record["result"] == "limit"
    assert record["fixed"] == {"m_4": 10.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("limit", TEXONO, "mu_nu", "--m4", "10 keV"), "m_4 is the mass of the sterile neutrino that mu_e4, mu_mu4"),
        (("limit", TEXONO, "mu_nu", "--set", "m_4=10 keV"), "none of them is set"),
        (("spectrum", TEXONO, "--m4", "10 keV"), "none of them is set"),
        (("scan", TEXONO, "--grid", "m_4=1keV:10keV:3", "--grid", "mu_nu=0:1e-10:3"), "none of them is set"),
        (("limit", TEXONO, "mu_nu", "--m4", "1 keV:10 keV:3"), "does not lead to the sterile neutrino"),
        (("limit", TEXONO, "mu_e4", "--m4", "1 keV:10 keV"), "LOW:HIGH:N"),
        (("limit", TEXONO, "mu_e4", "--m4", "10 keV:1 keV:5"), "below HIGH"),
        (("limit", TEXONO, "mu_e4", "--m4", "1 keV:10 keV:1"), "at least 2"),
        (("limit", TEXONO, "mu_e4", "--m4", "1,2"), "has no unit"),
        (("limit", TEXONO, "mu_e4", "--m4", "auto", "--set", "m_4=1 keV"), "m_4 is the axis"),
        (("limit", TEXONO, "mu_e4", "--m4", "auto", "--compare-conventions"), "for one mass only"),
        (("limit", TEXONO, "mu_e4", "--m4", "10 keV", "--region"), "give several masses"),
        (("limit", TEXONO, "mu_e4", "--region", "--profile", "sin2_theta_w"), "nulight scan profiles"),
        (("limit", TEXONO, "mu_e4", "--region", "--interval", "upper"), "only --cl says how large it is"),
        (("limit", TEXONO, "mu_mu4", "--m4", "auto"), "flavour is not in the flux"),
        (("limit", TEXONO, "mu_mu4", "--m4", "1 keV"), "flavour is not in the flux"),
        (("limit", "51cr-lxe-a", "mu_e4", "--m4", "600 keV"), "no mass of 600 keV or more can be made"),
        (("limit", "51cr-lxe-a", "mu_e4", "--m4", "480 keV"), "outside what is counted"),
        (("limit", TEXONO, "mu_e4", "--m4", "1 keV:1 MeV:1000000000"), "1,000,000,000 points; a grid has at most"),
        (("limit", TEXONO, "mu_e4", "--m4", "1 keV:1 MeV:" + 5000 * "9"), "at most 100,000"),
        (("limit", TEXONO, "lambda_41", "--m4", "1 keV", "--neutrinos", "majorana"), "lambda_41"),
        (("scan", TEXONO, "--grid", "mu_e4=0:1:100000000"), "100,000,000 points"),
        (("scan", TEXONO, "--grid", "mu_e4=0:1:10000", "--grid", "m_4=1keV:2keV:2000"), "20,000,000 points"),
        (("scan", TEXONO, "--grid", "mu_e4=0:1:3", "--grid", "m_4=1:10:5"), "write keV or MeV"),
        (("limit", TEXONO, "mu_e4", "--m4", "auto", "--overlay", "nobody", "--out", "x.png"), "no curve 'nobody'"),
        (("scan", TEXONO, "--grid", "mu_nu=0:1e-10"), "NAME=LOW:HIGH:N"),
        (("scan", TEXONO, "--grid", "mu_nu=0:1e-10:5:log"), "with log, LOW must be positive"),
        (("scan", TEXONO, "--grid", "mu_nu=0:1e-10:5:cubic"), "NAME=LOW:HIGH:N"),
        (("scan", TEXONO, "--grid", "mu_nu=0:1:5", "--grid", "mu_nu=0:1:5"), "given twice"),
        (("scan", TEXONO, "--grid", "mu_xx=0:1:5"), "unknown parameter"),
    ],
)
def test_errors_say_what_would_be_right(fails, arguments, message):
    assert message in fails(*arguments)


def test_a_mass_with_its_coupling_is_fine(run_json):
    assert run_json("spectrum", TEXONO, "--m4", "10 keV", "--set", "mu_e4=1e-10")["result"] == "spectrum"
    assert run_json("limit", TEXONO, "m_4", "--set", "mu_e4=1e-9")["parameter"] == "m_4"


def test_scan_is_that_of_the_library(run_json, run, tmp_path):
    arguments = ("scan", TEXONO, "--grid", "mu_e4=1e-11:1e-9:4:log", "--grid", "m_4=1 keV:100 keV:3")
    record = run_json(*arguments)
    grid = {"mu_e4": np.geomspace(1e-11, 1e-9, 4), "m_4": np.linspace(1.0, 100.0, 3)}
    ours = nl.scan_grid(nl.load(TEXONO), grid)
    np.testing.assert_allclose(record["delta_chi2"], ours.delta_chi2)
    assert record["best"] == dict(ours.best)
    text = run(*arguments, "--profile", "sin2_theta_w:0.2:0.28").stdout
    assert "Delta chi2" in text
    assert "profiled at the lowest: sin2_theta_w" in text
    for suffix in (".csv", ".json", ".png"):
        out = tmp_path / f"grid{suffix}"
        assert run(*arguments, "--out", out).exit_code == 0
        assert out.exists()


def test_thirty_masses_are_all_printed(run):
    text = run("limit", TEXONO, "mu_e4", "--m4", "1 keV:3 MeV:30").stdout
    assert "of 30 masses" not in text
    assert sum(line.count("e-10 ") > 1 for line in text.splitlines()) > 20


def test_both_ends_are_printed(run):
    text = run("limit", "51cr-lxe-a", "mu_e4", "--m4", "10 keV,400 keV,480 keV").stdout
    assert "heaviest m_4 that can be made: 503.7 keV on electrons; seen by this experiment up to 400 keV" in text
    assert "up to at least 10 keV" in run("limit", "51cr-lxe-a", "mu_e4", "--m4", "1 keV,10 keV").stdout


def test_nature_of_the_neutrinos_is_an_option(run, run_json):
    arguments = ("limit", "51cr-lxe-a", "lambda_41", "--neutrinos", "dirac", "--m4")
    curve, one = run_json(*arguments, "20 keV,30 keV"), run_json(*arguments, "20 keV")
    assert curve["conventions"]["neutrinos"] == one["conventions"]["neutrinos"] == "dirac"
    assert curve["upper"][0] == pytest.approx(one["upper"], rel=1e-6)
    assert "neutrinos=dirac, Dirac neutrinos" in run(*arguments, "20 keV").stdout
    grid = ("scan", "51cr-lxe-a", "--grid", "lambda_41=0:1e-11:3", "--neutrinos", "dirac")
    assert "Dirac neutrinos" in run(*grid).stdout


def test_nature_leaves_the_presets_of_cards(run_json):
    own = run_json("limit", "conus-plus-2025", "mu_e4", "--m4", "1 keV")["conventions"]
    dirac = run_json("limit", "conus-plus-2025", "mu_e4", "--m4", "1 keV", "--neutrinos", "dirac")["conventions"]
    changed = {"name": f"{own['name']}+neutrinos=dirac", "neutrinos": "dirac"}
    assert dirac == own | changed


def test_planned_limits_are_called_expected(run):
    text = run("limit", "51cr-lxe-a", "mu_e4").stdout
    assert "\ndata" not in text
    assert text.count("expected (Asimov)") == 1
    assert "m_4 = 0: the sterile neutrino has no mass here" in text
    assert "m_4 = 0:" not in run("limit", TEXONO, "mu_e4", "--m4", "1 keV").stdout


def test_json_of_a_curve_has_no_nan(run):
    text = run("limit", TEXONO, "mu_e4", "--m4", "10 keV,3 MeV", "--json").stdout
    assert json.loads(text)["upper"][1] is None
    assert "NaN" not in text
