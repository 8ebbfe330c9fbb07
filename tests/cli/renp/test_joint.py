"""`nulight renp joint`."""

from __future__ import annotations

import pytest

import nulight as nl

SMALL = ("joint", "yb-dinh-2012", "--recoil", "texono-csi-2010")


@pytest.fixture(scope="module")
def table(run):
    result = run(*SMALL, "--neutrinos", "majorana", "--days", "100,1000")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_moment_has_its_limit_reach_and_days(table):
    names = [line.split()[0] for line in table.splitlines() if line[:3] in ("mu_", "eps")]
    assert names == ["mu_12", "eps_12", "mu_13", "eps_13", "mu_23", "eps_23"]
    for text in ("texono-csi-2010", "RENP 100 d", "RENP 1000 d", "< 0.1 d", "reached", "told apart"):
        assert text in table


def test_hidden_moments_have_no_limit_from_a_reactor(table):
    hidden = next(line for line in table.splitlines() if line.startswith("lambda_23 *")).split()
    assert hidden[2] == "none"
    assert 1e-12 < float(hidden[3]) < 1e-10
    assert "* together with a lambda_13 that is 0.666 times as large as lambda_23" in " ".join(table.split())


def test_json_has_the_numbers_of_the_function(run_json):
    found = run_json(*SMALL, "--neutrinos", "majorana", "--days", "1 yr", "--with", "efficiency=0.5")
    experiment = nl.renp_experiment("yb-dinh-2012", nature="majorana", efficiency=0.5)
    reach = nl.renp_reach(experiment, "mu_12", days=365.25).reach("mu_12")
    assert found["days"] == pytest.approx([365.25])
    assert found["reach_mu"][0] == pytest.approx(reach, rel=1e-9)
    assert found["planes"][0]["along"]["texono-csi-2010"] is None
    assert found["recoils"] == ["texono-csi-2010"]


def test_figure_and_table_are_written(run, tmp_path):
    for name in ("joint.png", "joint.csv"):
        result = run(*SMALL, "--neutrinos", "majorana", "--days", "100", "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
        assert (tmp_path / name).stat().st_size > 300


def test_unknown_recoil_experiment_fails_with_a_hint(fails):
    assert "texono-csi-2010" in fails("joint", "yb", "--recoil", "texono-csi-201")
