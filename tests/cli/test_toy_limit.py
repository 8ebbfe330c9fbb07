"""`nulight limit` with pseudo-experiments."""

from __future__ import annotations

import json

import pytest

import nulight as nl
from nulight.runs import Serial, run_chunk

CHROMIUM = ("limit", "51cr-cevns-ge", "mu_nu_e")


@pytest.fixture(scope="module")
def record(run_json):
    return run_json(*CHROMIUM, "--interval", "feldman-cousins", "--toys", "60", "--seed", "3")


def test_json_is_the_library_result_with_published_limits_beside(record):
    ours = nl.toy_limit(nl.load("51cr-cevns-ge"), "mu_nu_e", n_toys=60, seed=3)
    assert record["result"] == "toy-limit"
    assert record["upper"] == ours.upper
    assert record["asymptotic"]["upper"] == pytest.approx(nl.limit(nl.load("51cr-cevns-ge"), "mu_nu_e").upper, rel=1e-9)
    assert record["n_toys"] == 60
    assert record["seed"] == 3
    assert record["published"]


def test_table_shows_toys_and_asymptotic_formulas_side_by_side(run, tmp_path):
    files = tmp_path / "limit.png"
    result = run(*CHROMIUM, "--interval", "cls", "--toys", "40", "--impacts", "--out", str(files))
    assert result.exit_code == 0, result.output
    for word in ("toys", "asymptotic, CLs", "toys, statistics only", "+2 sigma", "cr51_cevns_ge_signal held", "seed 1"):
        assert word in result.stdout
    assert files.read_bytes()[:4] == b"\x89PNG"


def test_upper_limits_come_from_toys_if_their_number_is_given(run_json):
    found = run_json(*CHROMIUM, "--interval", "upper", "--toys", "40")
    assert (found["result"], found["interval"], found["lower"]) == ("toy-limit", "upper", None)


def test_values_are_written_as_a_table(run, tmp_path):
    path = tmp_path / "limit.csv"
    assert run(*CHROMIUM, "--interval", "cls", "--toys", "20", "--out", str(path)).exit_code == 0
    heads = next(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    for name in ("mu_nu_e", "critical_value", "p_value", "asymptotic_p_value", "background_p_value"):
        assert name in heads


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--toys", "100"), "--interval feldman-cousins"),
        (("--impacts",), "--impacts: for toys"),
        (("--dask", "local:2"), "--dask: for toys"),
        (("--run", "kept"), "--run: for toys"),
        (("--interval", "cls", "--run", "kept", "--compare-conventions"), "--run keeps the toys of one limit"),
        (("--interval", "cls", "--m4", "1 keV:1 MeV:5"), "one mass only"),
        (("--interval", "bayes"), "feldman-cousins"),
        (("--interval", "cls", "--toys", "3"), "20"),
    ],
)
def test_what_does_not_go_together_is_refused(run, options, text):
    result = run(*CHROMIUM, *options)
    assert result.exit_code != 0
    assert text in result.stderr


def test_asymptotic_limits_are_what_they_were(run):
    result = run(*CHROMIUM, "--json")
    assert json.loads(result.stdout)["result"] == "limit"


def test_a_folder_keeps_the_toys_through_interruptions(run, run_json, record, tmp_path, monkeypatch):
    words = (*CHROMIUM, "--interval", "feldman-cousins", "--toys", "60", "--run", tmp_path / "kept")

    def stopped(_self, task, chunks):
        for chunk in chunks[:3]:
            yield chunk, run_chunk(task, chunk)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Serial, "run", stopped)
        result = run(*words, "--seed", "3")
    assert result.exit_code == 130
    assert f"nulight limit: interrupted; 3 finished chunks are kept in {tmp_path / 'kept'}" in result.stderr
    assert run_json(*words, "--seed", "3") == record
    other = run(*words, "--seed", "4")
    assert other.exit_code == 1
    assert "holds another run (what.seed is 3 there and 4 now)" in other.stderr
