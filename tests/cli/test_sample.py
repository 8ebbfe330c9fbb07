"""`nulight sample`: priors as text, the table, and the files."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.cli.sample import read_priors
from nulight.results import Posterior

QUICK = ("sample", "51cr-cevns-ge", "mu_nu=0:5e-11", "--steps", "100", "--walkers", "16")


def test_priors_are_read():
    words = ["a-card", "mu_nu=0:1e-11 mu_B", "b", "mu_e4=1e-13:1e-9:log", "m_4=1 keV:1 MeV:log", "delta_cp"]
    experiments, priors = read_priors([*words, "sin2_theta_w = 0.2386+-0.001"])
    assert experiments == ["a-card", "b"]
    assert priors == {
        "mu_nu": (0.0, 1e-11),
        "mu_e4": nl.LogUniform(1e-13, 1e-9),
        "m_4": nl.LogUniform(1.0, 1000.0),
        "delta_cp": None,
        "sin2_theta_w": nl.Prior(0.2386, 0.001),
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mu_nu=0:1"], "give EXPERIMENT... and parameters"),
        (["xenonnt-2022-er"], "give EXPERIMENT... and parameters"),
        (["x", "mu_nu=1e-11"], "mu_nu='1e-11': write NAME=LOW:HIGH"),
        (["x", "mu_nu=0:1:sqrt"], "write NAME=LOW:HIGH"),
        (["x", "mu_nuu=0:1"], "unknown parameter 'mu_nuu'; did you mean: .*mu_nu"),
        (["x", "mu_nu=0:1", "mu_nu=0:2"], "mu_nu is given twice"),
        (["x", "mu_nu=zero:1"], "mu_nu = 'zero' is not a number in mu_B"),
        (["x", "mu_e4=0:1e-10:log"], "both ends must be positive"),
        (["x", "m_4=1:10"], "m_4|unit|keV"),
    ],
)
def test_malformed_priors_are_told(words, message):
    with pytest.raises(ValueError, match=message):
        read_priors(words)


def test_table_says_intervals_priors_and_diagnostics(run):
    result = run(*QUICK)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    text = " ".join(result.stdout.split())
    assert text.startswith("posterior of 51cr-cevns-ge")
    for part in ("mu_nu [mu_B]", "cr51_cevns_ge_signal", "R-hat", "tau", "emcee, seed 1: n_walkers 16, n_steps 100"):
        assert part in text
    assert "not converged: the chains have " in text
    assert "given the priors and are no confidence intervals; priors: mu_nu: flat from 0 to 5e-11 mu_B" in text


def test_json_is_the_summary_and_files_hold_the_rest(run_json, tmp_path):
    names = [tmp_path / f"posterior.{suffix}" for suffix in ("json", "npz", "csv", "png")]
    printed = run_json(*QUICK, "--seed", 7, *(word for name in names for word in ("--out", name)))
    assert printed == json.loads(names[0].read_text())
    assert printed["result"] == "posterior"
    assert printed["seed"] == 7
    again = nl.sample(nl.load("51cr-cevns-ge"), {"mu_nu": (0, 5e-11)}, seed=7, n_steps=100, n_walkers=16)
    np.testing.assert_array_equal(Posterior.read(names[1]).samples, again.samples)
    assert names[2].read_text().startswith("# title: posterior of mu_nu (51cr-cevns-ge, emcee, seed 7)")
    assert names[3].read_bytes().startswith(b"\x89PNG")


def test_nested_sampling_prints_the_evidence(run):
    words = ("51cr-cevns-ge", "mu_nu=0:5e-11", "--sampler", "dynesty", "--live", 20, "--nuisances", "fixed")
    text = run("sample", *words).stdout
    assert "ln evidence -" in text
    assert "cr51_cevns_ge_signal" not in text.partition("dynesty, seed 1")[0]


def test_faults_are_one_line_without_work(fails, tmp_path):
    assert "mu_nu: give" not in fails("sample", "51cr-cevns-ge")
    assert "cannot write .txt here" in fails(*QUICK, "--out", tmp_path / "x.txt")
    message = fails("sample", "51cr-cevns-ge", "mu_nu")
    assert "mu_nu: a prior flat from 0 to inf mu_B cannot be normalised" in message
    assert "n_live: no option of emcee" in fails(*QUICK, "--live", 100)
    assert "m_4" in fails("sample", "51cr-cevns-ge", "m_4=1 keV:1 MeV")
