"""`nulight renp identify`."""

from __future__ import annotations

import json

import pytest

import nulight as nl


def test_it_is_the_record_of_the_library(run_json):
    record = run_json("identify", "yb", "--strength", "3", "--days", "100", "--with", "rate_error=10 %")
    ours = nl.renp_identify(nl.renp_experiment("yb", days=100, rate_error=0.1), strength=3.0)
    assert record == json.loads(json.dumps(ours.to_dict()))


def test_people_see_the_matrix_and_the_times(run):
    text = run("identify", "yb").stdout
    found = nl.renp_identify(nl.renp_experiment("yb"))
    assert f"{found.separation('mu_11', 'mu_12'):.1f}" in text
    assert f"{found.days_to_separate('mu_11', 'eps_11') / 365.25:.3g} yr" in text
    for words in (
        "never",
        "not told",
        "3 sigma",
        "Gamma_0",
        "masses and mixing known",
        "1/6 of these",
        "renp joint yb",
    ):
        assert words in " ".join(text.split())


def test_shares_of_the_frequencies_are_said_where_they_differ(run):
    text = run(
        "identify", "yb", "--elements", "mu_12,eps_12", "--triggers", "1.06,1.069 eV", "--days", "30,10 d"
    ).stdout
    assert "shares of the frequencies, as --days has them: 75, 25 %" in text
    text = run("identify", "yb", "--elements", "mu_12,eps_12", "--triggers", "1.06 eV").stdout
    assert "one frequency: the whole scan is the time at it" in text


def test_options_reach_the_study(run_json):
    record = run_json(
        *("identify", "yb", "--elements", "mu_12,eps_12", "--truth", "5e-11", "--cl", "0.95"),
        *("--neutrinos", "majorana", "--ordering", "inverted", "--triggers", "1.06,1.069 eV"),
    )
    assert record["elements"] == ["mu_12", "eps_12"]
    assert (record["truth"], record["cl"]) == (5e-11, 0.95)
    assert record["threshold"] == pytest.approx(3.841, rel=1e-3)
    assert record["conventions"]["nature"] == "majorana"


def test_elements_not_seen_are_said(run):
    text = run("identify", "yb", "--triggers", "1.07163 eV").stdout
    assert "unseen" in text
    assert "warning: mu_12" in text


def test_files_are_written(run, tmp_path):
    for name in ("found.json", "found.csv", "found.png"):
        assert run("identify", "yb", "--out", tmp_path / name).exit_code == 0
        assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--strength", "0"], "strength = 0 sigma must be positive"),
        (["--truth", "-1"], "truth = -1 mu_B must be positive"),
        (["--elements", "mu_14"], "no element 'mu_14'"),
    ],
)
def test_mistakes_are_explained(fails, options, message):
    assert message in fails("identify", "yb", *options)
