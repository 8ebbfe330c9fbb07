"""`nulight workspace` writes what the library says, and explains what a format cannot hold."""

from __future__ import annotations

import json

import pytest

import nulight as nl


def test_a_workspace_for_pyhf_with_its_metadata(run, tmp_path):
    result = run("workspace", "xenonnt-2022-er", "mu_nu", "--out", tmp_path / "xenon.json")
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(tmp_path / "xenon.json"), str(tmp_path / "xenon-metadata.json")]
    made = json.loads((tmp_path / "xenon.json").read_text(encoding="utf-8"))
    assert made == nl.to_pyhf(nl.load("xenonnt-2022-er"), "mu_nu")


def test_hs3_holds_interference_and_several_couplings(run, tmp_path):
    words = ("coherent-csi-2017", "r2_nu_ee", "--and", "mu_nu_mu", "--format", "hs3")
    result = run("workspace", *words, "--out", tmp_path / "csi.json")
    assert result.exit_code == 0, result.output
    made = json.loads((tmp_path / "csi.json").read_text(encoding="utf-8"))
    assert made["analyses"][0]["parameters_of_interest"] == ["r2_nu_ee", "mu_nu_mu"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("xenonnt-2022-er", "r2_nu_ee"), "HS3"),
        (("coherent-csi-2017", "mu_nu_mu"), "Gaussian"),
        (("xenonnt-2022-er", "mu_nu", "--and", "mu_xx"), "unknown parameter"),
    ],
)
def test_what_cannot_be_said_is_explained(fails, tmp_path, words, message):
    assert message in fails("workspace", *words, "--out", tmp_path / "x.json")
    assert not list(tmp_path.iterdir())


def test_the_tolerance_that_a_message_speaks_of_can_be_raised(run, fails, tmp_path):
    words = ("workspace", "coherent-lar-2020", "mu_nu_mu", "--out", tmp_path / "x.json")
    assert "raise the tolerance" in fails(*words)
    assert run(*words, "--tolerance", 2).exit_code == 0


def test_only_json_is_written(fails, tmp_path):
    assert "written as .json" in fails("workspace", "xenonnt-2022-er", "mu_nu", "--out", tmp_path / "x.yaml")
