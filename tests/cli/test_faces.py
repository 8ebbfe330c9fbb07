"""experiments, spectrum, contour, forecast, cite, reproduce and validate."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.conventions import compared_presets

XENON = "xenonnt-2022-er"
SOURCE = "xenonnt-51cr:gauss"


# --- experiments ------------------------------------------------------------------------------------


def test_experiments_are_listed_with_published_and_own_limits(run, run_json):
    rows = {row["name"]: row for row in run_json("experiments")}
    assert set(rows) >= {XENON, "xenon1t-2020-er", "xenonnt-51cr", "xlzd-51cr"}
    assert rows[XENON]["exposure"] == "1.16 t yr"
    assert rows[XENON]["published"][0]["upper"] == 6.4e-12
    assert rows[XENON]["own"][0]["upper"] == nl.limit(nl.load(XENON), "mu_nu").upper
    text = run("experiments").stdout
    assert all(name in text for name in rows)


def test_one_experiment_is_described_with_its_variants(run, run_json):
    record = run_json("experiments", "xenonnt-51cr")
    assert {"6t", "300t", "decay-average"} <= set(record["variants"])
    text = run("experiments", "xenonnt-51cr").stdout
    assert ":decay-average" in text
    assert "arXiv:2408.11904" in text


def test_unknown_experiment_is_an_error(fails):
    assert "no shipped experiment" in fails("experiments", "nowhere")


# --- spectrum ---------------------------------------------------------------------------------------


def test_spectrum_is_that_of_the_experiment(run, run_json, tmp_path):
    record = run_json("spectrum", XENON, "--set", "mu_nu=2e-11")
    experiment = nl.load(XENON)
    assert sum(record["observed"]) == 433
    expected = experiment.expected({"mu_nu": 2e-11})[0].sum(axis=1)
    assert [sum(counts) for counts in record["counts"].values()] == pytest.approx(expected, rel=1e-12)
    assert run("spectrum", XENON, "--out", tmp_path / "x.csv").exit_code == 0
    assert (tmp_path / "x.csv").read_text().count("\n") > 29


def test_totals_are_compared_under_every_preset(run):
    text = run("spectrum", SOURCE, "--compare-conventions").stdout
    assert all(name in text for name in compared_presets(nuclei=False))
    assert "code-xe132" not in text  # a choice about nuclei


# --- contour ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_contour_covers_its_levels_without_being_told_a_range(run_json):
    plane = run_json("contour", SOURCE, "a_nu_ee", "q_nu_ee", "--points", 21, "--levels", "1 sigma, 90 %")
    assert plane["levels"] == pytest.approx({"1 sigma": 2.2957, "90 %": 4.6052}, abs=1e-4)
    assert np.shape(plane["delta_chi2"]) == (21, 21)
    assert all(len(plane["paths"][level]) == 1 for level in plane["levels"])


def test_contour_of_two_that_make_up_for_each_other_sees_their_valley(run_json):
    # with the angle free over 0-1 the moment goes to 1e-26 cm^2: a grid over that falls through the band
    card = "xenonnt-51cr:no-nuisance+30keV"
    plane = run_json("contour", card, "a_nu_ee", "sin2_theta_w", "--points", 41)
    assert 3e-33 < plane["x"][-1] < 2e-32
    assert plane["y"][0] < 0.21 < 0.25 < plane["y"][-1]
    assert all(len(plane["paths"][level]) == 2 for level in plane["levels"])  # the two sides of the band
    assert plane["warnings"] == []


def test_contour_levels_may_be_probabilities(run_json):
    ranges = ("--range", "a_nu_ee:-5e-33:5e-33", "--range", "q_nu_ee:-1e-13:1e-13")
    words = ("contour", SOURCE, "a_nu_ee", "q_nu_ee", *ranges, "--points", 3)
    assert run_json(*words, "--levels", "0.9")["levels"] == pytest.approx({"90 %": 4.6052}, abs=1e-4)


def test_contour_takes_ranges_and_profiles(run_json):
    record = run_json(
        *(
            "contour",
            SOURCE,
            "a_nu_ee",
            "a_nu_mumu",
            "--range",
            "a_nu_ee:-5e-33:5e-33",
            "--range",
            "a_nu_mumu:-1e-32:1e-32",
        ),
        *("--points", 5, "--dof", 1, "--set", "sin2_theta_w=0.232"),
    )
    assert (record["x"][0], record["x"][-1]) == (-5e-33, 5e-33)
    assert record["levels"]["2 sigma"] == pytest.approx(4)
    assert record["fixed"] == {"sin2_theta_w": 0.232}


def test_contour_refuses_what_it_cannot_draw(fails):
    # 51Cr emits nu_e only: nothing depends on the muon flavour
    assert "no count depends on mu_nu_mu" in fails("contour", SOURCE, "a_nu_ee", "mu_nu_mu", "--points", 5)
    assert "EXPERIMENT... P1 P2" in fails("contour", "a_nu_ee", "mu_nu_mu")
    assert "profile others" in fails("contour", SOURCE, "a_nu_ee", "q_nu_ee", "--range", "mu_nu:0:1e-11")


# --- forecast ---------------------------------------------------------------------------------------


def test_forecast_improves_with_exposure_and_compares_with_a_value(run_json):
    record = run_json(
        "forecast", SOURCE, "a_nu_ee", "--vary", "exposure", "--values", "1 t yr, 10000 kg yr", "--against", "3e-33"
    )
    assert record["values"] == pytest.approx([1.0, 10.0])
    assert record["upper"][0] > record["upper"][1] > 0
    assert record["exclusion"][1] > record["exclusion"][0] > 0


def test_reach_is_the_inverse_of_the_forecast(run_json):
    goal = 2.3e-33
    needed = run_json(
        "forecast", SOURCE, "--vary", "exposure", "--values", "0.5 t yr, 50 t yr", "--reach", f"a_nu_ee={goal}"
    )
    assert needed["vary_unit"] == "t yr"
    found = run_json("forecast", SOURCE, "a_nu_ee", "--vary", "exposure", "--values", f"{needed['value']!r} t yr")
    # the solver stops at 1e-4 of the exposure; the limit moves less than that
    assert found["upper"][0] == pytest.approx(goal, rel=1e-4)


def test_forecast_prints_a_table_and_a_plot(run, tmp_path):
    result = run(
        "forecast", SOURCE, "a_nu_ee", "--vary", "xenonnt_mass", "--values", "1 %,2 %", "--out", tmp_path / "x.pdf"
    )
    assert result.exit_code == 0, result.output
    assert "xenonnt_mass [1]" in result.stdout
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--vary", "exposure"), "either a parameter, or a goal"),
        (("a_nu_ee", "--vary", "weather"), "use one of: exposure, distance"),
        (("a_nu_ee", "--vary", "exposure", "--values", "3 t"), "exposure (mass x time)"),
        (("--vary", "exposure", "--reach", "a_nu_ee=1e-40"), "out of reach"),
        (("--vary", "exposure", "--values", "1 t yr", "--reach", "a_nu_ee=1e-33"), "two ends"),
        (("a_nu_ee", "--vary", "threshold", "--values", "200 keVee"), "leaves no bin"),
    ],
)
def test_forecast_mistakes_are_answered(fails, arguments, words):
    assert words in fails("forecast", SOURCE, *arguments)


# --- cite, reproduce, validate ----------------------------------------------------------------------


def test_cite_prints_bibtex_of_data_and_formulas(run, tmp_path):
    path = tmp_path / "result.json"
    assert run("spectrum", XENON, "--out", path).exit_code == 0
    text = run("cite", path).stdout
    assert "2207.11330" in text
    assert text.count("@") == len(json.loads(path.read_text())["citations"])


def test_cite_names_the_formulas_of_the_parameters(run, tmp_path):
    path = tmp_path / "result.json"
    range_ = ("--range", "mu_nu_e:0:1e-11", "--range", "a_nu_ee:-1e-32:1e-32")
    assert run("contour", XENON, "mu_nu_e", "a_nu_ee", *range_, "--points", 2, "--out", path).exit_code == 0
    text = run("cite", path).stdout
    assert all(key in text for key in ("2207.11330", "Vogel:1989iv", "Giunti:2014ixa", "Cadeddu:2018dux"))


def test_cite_reads_what_experiments_prints(run, tmp_path):
    path = tmp_path / "experiment.json"
    path.write_text(run("experiments", XENON, "--json").stdout)
    assert "2207.11330" in run("cite", path).stdout


def test_cite_refuses_what_is_no_result(fails, tmp_path):
    path = tmp_path / "x.json"
    path.write_text("{}")
    assert "no citations" in fails("cite", path)
    path.write_text("not json")
    assert "not JSON" in fails("cite", path)
    assert "No such file" in fails("cite", tmp_path / "missing.json")


def test_unknown_paper_is_answered_with_the_known_ones(fails, tmp_path):
    assert "herrera-huber-2024" in fails("reproduce", "nobody-1900", "--out", tmp_path / "figures")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_reproduce_writes_figures_with_their_numbers(run, tmp_path):
    result = run("reproduce", "all", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(f"{line.rpartition('/')[2]}" for line in result.stdout.split())
    for name in ("fig1", "fig2", "fig3", "fig4"):
        assert {f"{name}.png", f"{name}.pdf", f"{name}.csv"} <= set(written)


def test_validation_prints_ours_theirs_and_the_verdict(run, run_json, tmp_path):
    (row,) = run_json("validate", "recoil-maximum.747keV", "--out", tmp_path / "x.json")
    assert row.keys() >= {"id", "ours", "target", "ratio", "tolerance", "verdict", "because", "source"}
    assert (row["verdict"], row["target"]) == ("met", 556.62)
    assert json.loads((tmp_path / "x.json").read_text()) == [row]
    text = run("validate", "recoil-maximum.747keV").stdout
    assert "1 of 1 targets met" in text
    assert row["because"] in text


def test_unknown_targets_are_refused(fails, tmp_path):
    assert "no target nowhere" in fails("validate", "nowhere")
    assert ".md" in fails("validate", "--out", tmp_path / "x.csv")


# --- parameters -------------------------------------------------------------------------------------


def test_parameters_are_listed_with_their_units(run, run_json, fails):
    text = run("parameters", "q_nu").stdout
    assert "q_nu_mumu" in text
    assert "mu_nu" not in text.replace("q_nu_mu", "")
    assert [row["name"] for row in run_json("parameters")] == list(nl.PARAMETERS)
    assert "no parameter name contains 'zzz'" in fails("parameters", "zzz")
