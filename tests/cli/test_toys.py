"""`nulight coverage`, `goodness` and `significance`: the numbers of the library, files, and messages that teach."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.cli.toys import told_how_to_go_on, values_of
from nulight.results.reading import read_result
from nulight.runs import Serial, run_chunk

GE, XE = "51cr-cevns-ge", "xenon1t-2020-er"
COVERAGE = ("coverage", GE, "mu_nu_e", "--truths", "0:4e-11:2", "--toys", 60)


def test_coverage_is_that_of_the_library(run_json):
    made = run_json(*COVERAGE, "--seed", 4, "--true-nuisances", "prior")
    ours = nl.coverage(nl.load(GE), "mu_nu_e", [0, 4e-11], n_toys=60, seed=4, nuisances="prior")
    assert made["coverage"] == {name: list(shares) for name, shares in ours.coverage.items()}
    assert made["truths"] == [0, 4e-11]
    assert made["true_nuisances"] == "prior"


def test_true_nuisances_all_together_or_by_name(run_json):
    together = run_json(*COVERAGE, "--intervals", "two-sided", "--true-nuisances", "-1")
    by_name = run_json(*COVERAGE, "--intervals", "two-sided", "--true-nuisances", "cr51_cevns_ge_signal=-1")
    assert together["true_nuisances"] == {"cr51_cevns_ge_signal": -1.0}
    assert together == by_name


def test_tables_say_what_was_found(run, tmp_path):
    result = run(*COVERAGE, "--out", tmp_path / "a.png", "--out", tmp_path / "a.csv", "--out", tmp_path / "a.json")
    assert result.exit_code == 0
    assert "feldman-cousins: covers 90 % within errors" in result.stdout
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert read_result(tmp_path / "a.json").intervals == ("two-sided", "upper", "feldman-cousins", "cls")
    assert (tmp_path / "a.csv").read_text().splitlines()[-1].startswith("4e-11,")


def test_goodness_is_that_of_the_library(run, run_json, tmp_path):
    made = run_json("goodness", XE, "mu_nu", "--toys", 80, "--statistic", "pearson", "--out", tmp_path / "g.png")
    ours = nl.goodness(nl.load(XE), ["mu_nu"], n_toys=80, statistic="pearson")
    assert made["p_value"] == ours.p_value
    assert made["observed"] == pytest.approx(ours.observed, rel=1e-12)
    assert (tmp_path / "g.png").exists()
    assert "p from 80 toys" in run("goodness", XE, "--toys", 80).stdout


def test_significance_is_that_of_the_library(run, run_json, tmp_path):
    options = ("significance", XE, "mu_e4", "--masses", "2 keV:200 keV:3:log", "--toys", 80)
    made = run_json(*options, "--out", tmp_path / "s.png")
    ours = nl.look_elsewhere(nl.load(XE), "mu_e4", np.geomspace(2.0, 200.0, 3), n_toys=80)
    assert made["q0"] == pytest.approx(list(ours.q0), rel=1e-9, abs=1e-9)
    assert made["p_global"] == ours.p_global
    assert (tmp_path / "s.png").exists()
    assert "global p by upcrossings: " in run(*options).stdout


def test_values_are_equal_steps_equal_ratios_or_a_list():
    assert list(values_of("mu_nu", "0:2e-11:3", "--truths")) == [0, 1e-11, 2e-11]
    assert list(values_of("r2_nu_ee", "-7e-31:2e-31:10", "--truths")).count(0.0) == 1
    assert values_of("m_4", "1 keV:1 MeV:4:log", "--masses") == pytest.approx([1, 10, 100, 1000])
    assert list(values_of("r2_nu_ee", "-1e-31,2e-31", "--truths")) == [-1e-31, 2e-31]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("coverage", GE, "mu_nu_e", "--truths", "0:1e-11"), "write LOW:HIGH:N, LOW:HIGH:N:log or values with commas"),
        (("coverage", GE, "mu_nu_e", "--truths", "1e-11:0:5"), "LOW must be below HIGH"),
        (("coverage", GE, "mu_nu_e", "--truths", "0:1e-11:1"), "'1' values; use 2 to 100,000"),
        (("coverage", GE, "mu_nu_e", "--truths=-1e-11"), "mu_nu_e = -1e-11 lies outside its domain, 0 to inf"),
        (("coverage", GE, "mu_nu_e", "--truths", "0", "--intervals", "bayes"), "interval 'bayes'; use two-sided"),
        (("coverage", GE, "mu_nu_e", "--truths", "0", "--true-nuisances", "up"), "write nominal, prior, a number"),
        (("coverage", GE, "mu_nu_e", "--truths", "0", "--out", "a.txt"), "cannot write .txt here"),
        (("significance", XE, "mu_nu", "--masses", "1 keV:9 keV:3"), "mu_nu belongs to no mass"),
        (("significance", XE, "mu_e4", "--masses", "1:9:3"), "'1' has no unit"),
        (("goodness", "mu_nu"), "give EXPERIMENT... [PARAM...]"),
    ],
)
def test_mistakes_are_explained(fails, arguments, message):
    assert message in fails(*arguments)


STUDIES = [
    COVERAGE,
    ("goodness", XE, "mu_nu", "--toys", 80),
    ("significance", XE, "mu_e4", "--masses", "2 keV:200 keV:2:log", "--toys", 40),
]


@pytest.mark.parametrize("words", STUDIES, ids=lambda words: words[0])
def test_a_folder_keeps_the_toys_and_the_same_command_goes_on(run, run_json, tmp_path, words, monkeypatch):
    def stopped(_self, task, chunks):
        yield chunks[0], run_chunk(task, chunks[0])
        raise KeyboardInterrupt

    folder = tmp_path / "kept"
    with monkeypatch.context() as patch:
        patch.setattr(Serial, "run", stopped)
        result = run(*words, "--run", folder)
    assert result.exit_code == 130
    assert result.stderr == (
        f"nulight {words[0]}: interrupted; 1 finished chunk is kept in {folder}. Go on with the same command.\n"
    )
    first = next(folder.glob("chunks/*/000000.npz"))
    written = first.stat().st_mtime_ns
    assert run_json(*words, "--run", folder) == run_json(*words)
    assert first.stat().st_mtime_ns == written
    other = run(*words, "--run", folder, "--seed", 2)
    assert other.exit_code == 1
    assert "holds another run (what.seed is 1 there and 2 now)" in other.stderr


def test_an_interruption_before_anything_is_kept_stays_one(tmp_path):
    with pytest.raises(KeyboardInterrupt), told_how_to_go_on(tmp_path / "kept", "nulight coverage"):
        raise KeyboardInterrupt
