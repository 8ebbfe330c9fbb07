"""`nulight limit` on the shipped data."""

from __future__ import annotations

import json

import pytest

import nulight as nl
from nulight.conventions import compared_presets

XENON = "xenonnt-2022-er"
KEYS = {
    "parameter",
    "lower",
    "upper",
    "best_fit",
    "cl",
    "interval",
    "dof",
    "unit",
    "conventions",
    "impacts",
    "expected",
    "statistical",
    "published",
    "alternatives",
    "driving_bins",
    "definition",
    "provenance",
    "citations",
}
BROKEN = """
name: broken
title: A card with three faults
status: planned
quality: guess
sources: [{kind: solar}]
target: {material: Xe}
exposure: 1 t
channel: electron-recoil
response:
  resolution: {kind: perfect}
  efficiency: {kind: constant, value: 80 %}
bins: {kind: uniform, from: 1 keV, to: 30 keVee, n: 29}
observed: {kind: asimov}
statistic: poisson
"""


@pytest.fixture(scope="module")
def record(run_json):
    return run_json("limit", XENON, "mu_nu")


def test_json_has_the_promised_keys_and_is_the_library_result(record):
    assert record.keys() >= KEYS
    ours = nl.limit(nl.load(XENON), "mu_nu")
    assert (record["lower"], record["upper"]) == (ours.lower, ours.upper)
    assert record["expected"]["upper"] == ours.expected.upper
    assert (record["cl"], record["interval"], record["dof"], record["unit"]) == (0.9, "two-sided", 1, "mu_B")


def test_published_limit_on_these_data_stands_first(record):
    first = record["published"][0]
    assert (first["experiment"], first["upper"], first["same_data"]) == (XENON, 6.4e-12, True)
    assert len(record["published"]) > 1


def test_every_background_treatment_and_definition_is_there_with_its_reason(record):
    rows = record["alternatives"]
    assert {(row["background"], row["interval"]) for row in rows} == {
        (background, interval) for background in ("fixed", "free", "prior") for interval in ("two-sided", "upper")
    }
    for row in rows:
        assert row["ratio_to_published"] == pytest.approx(row["upper"] / 6.4e-12)
        assert f"Delta chi2 = {row['threshold']:.3f}" in row["because"]
        assert ("xenonnt_background" in row["because"]) == (row["background"] != "fixed")
        assert row["expected_upper"] > 0


def test_card_treatment_is_one_of_the_alternatives(record):
    same = [r for r in record["alternatives"] if (r["background"], r["interval"]) == ("prior", "two-sided")]
    assert same[0]["upper"] == pytest.approx(record["upper"], rel=1e-6)


def test_bins_that_make_the_limit_are_named(record):
    shares = [row["share"] for row in record["driving_bins"]]
    assert shares == sorted(shares, key=abs, reverse=True)
    first = record["driving_bins"][0]
    assert (first["low"], first["high"], first["observed"]) == (1.0, 2.0, 4.0)


def test_options_reach_the_library(run_json):
    record = run_json(
        "limit",
        XENON,
        "mu_e4",
        *("--cl", 0.95, "--interval", "upper", "--m4", "20 keV"),
        *("--nuisance", "xenonnt_background=fixed", "--nuisance", "flux_solar_pp=2 %", "--conventions", "tree"),
    )
    model = nl.load(XENON, conventions="tree")
    model = nl.with_nuisances(model, {"xenonnt_background": "fixed", "flux_solar_pp": 0.02})
    ours = nl.upper_limit(model, "mu_e4", cl=0.95, fixed={"m_4": 20.0})
    assert record["upper"] == ours.upper
    assert record["fixed"] == {"m_4": 20.0}
    assert record["conventions"]["name"] == "tree"
    assert "xenonnt_background" not in record["nuisances"]


def test_profiled_parameters_are_in_the_answer_and_only_weaken_it(run_json):
    free = run_json("limit", XENON, "mu_nu", "--profile", "sin2_theta_w:0.22:0.25")
    assert 0.22 <= free["profiled"]["sin2_theta_w"] <= 0.25
    assert free["upper"] >= nl.limit(nl.load(XENON), "mu_nu").upper * (1 - 1e-6)
    assert free["alternatives"] == []


def test_people_get_tables_with_definition_and_conventions(run):
    text = run("limit", f"{XENON}:2keV-bins", "mu_nu").stdout
    for words in (
        "two-sided, 90 % CL",
        "expected (Asimov)",
        "6.4e-12",
        "conventions: default",
        "Delta(-2 ln L) = 2.706",
    ):
        assert words in text


@pytest.mark.slow
def test_combination_shares_the_solar_fluxes(run_json):
    record = run_json("limit", XENON, "xenon1t-2020-er", "mu_nu", "--cl", "0.68", "--nuisance", "flux_solar_hep=fixed")
    assert record["experiments"] == [XENON, "xenon1t-2020-er"]
    assert sum(name == "flux_solar_pp" for name in record["nuisances"]) == 1
    assert {row["experiment"] for row in record["published"] if row["same_data"]} == {XENON, "xenon1t-2020-er"}


def test_files_are_json_csv_or_a_plot(run, tmp_path):
    for suffix in ("json", "csv", "png"):
        result = run("limit", "xenonnt-51cr:no-nuisance", "a_nu_ee", "--out", tmp_path / f"x.{suffix}")
        assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "x.json").read_text())["alternatives"] == []
    assert (tmp_path / "x.csv").read_text().startswith("# title: a_nu_ee")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 3


def test_comparison_of_conventions_is_one_limit_a_preset(run_json):
    rows = {
        row["conventions"]: row
        for row in run_json("limit", "xenonnt-51cr:no-nuisance", "a_nu_ee", "--compare-conventions")
    }
    assert set(rows) == set(compared_presets(nuclei=False)) < set(nl.PRESETS)
    # the coefficient of half the size bounds the same charge radius by half the anapole
    ratio = rows["literature-half"]["upper"] / rows["default"]["upper"]
    assert ratio == pytest.approx(0.5, rel=1e-6)


def test_card_with_three_faults_reports_all_three_and_nothing_is_written(fails, tmp_path):
    card = tmp_path / "broken.yaml"
    card.write_text(BROKEN)
    message = fails("limit", card, "mu_nu", "--out", tmp_path / "x.json")
    for path, value in (("quality", "guess"), ("exposure", "1 t"), ("bins.from", "1 keV")):
        line = next(line for line in message.splitlines() if line.strip().startswith(f"{path}:"))
        assert value in line
    assert "3 faults" in message
    assert [path.name for path in tmp_path.iterdir()] == ["broken.yaml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((XENON,), "EXPERIMENT... PARAM"),
        ((XENON, "mu_nuu"), "did you mean: mu_nu"),
        (("xenonnt-2022", "mu_nu"), "did you mean xenonnt-2022-er"),
        ((XENON, f"{XENON}:2keV-bins", "mu_nu"), "count twice"),
        ((XENON, "xenonnt-51cr", "mu_nu"), "choose one for the combination"),
        ((XENON, "mu_nu", "--nuisance", "background=free"), "xenonnt_background"),
        ((XENON, "mu_nu", "--set", "mu_nu=1e-11"), "parameter of interest"),
        ((XENON, "g_vector"), "m_vector"),
        ((XENON, "mu_nu", "--cl", "1"), "between 0 and 1"),
    ],
)
def test_mistakes_are_answered(fails, arguments, words):
    assert words in fails("limit", *arguments)
