"""`nulight moments`: from a file or from elements to the table, JSON, CSV and figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from nulight.data.reader import read_table
from nulight.studies.moments import effective_moments

XENON, LINE, REACTOR = "xenonnt-2022-er", "51cr-lxe-a", "texono-csi-2010"
ONLY = ("--experiments", f"{XENON},{LINE}")
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "transition_moments.yaml"


def test_json_is_the_record_of_the_library(run_json):
    found = run_json("moments", "--set", "lambda_12=1e-11", "--set", "lambda_12_phase=0.5", *ONLY)
    expected = effective_moments({"lambda_12": 1e-11, "lambda_12_phase": 0.5}, [XENON, LINE])
    assert found == expected.to_dict()


@pytest.mark.parametrize("text", ["3e-12+4e-12j", "5e-12 exp(0.9272952180016122j)", "-3e-12-4e-12j"])
def test_elements_may_be_complex(run_json, text):
    values = run_json("moments", "--set", f"lambda_12={text}", "--experiments", LINE)["values"]
    assert values["lambda_12"] == pytest.approx(5e-12, rel=1e-12)
    assert set(values) == {"lambda_12", "lambda_12_phase"}


def test_table_has_one_line_an_experiment(run):
    text = run("moments", "--set", "lambda_12=1e-11", *ONLY).stdout
    assert text.startswith("lambda_12 = 1e-11 mu_B; Majorana neutrinos\n")
    lines = {line.split()[0]: line for line in text.splitlines() if line.startswith((XENON, LINE))}
    assert all(word in lines[XENON] for word in ("solar", "9.89e-12", "30.1", "excluded", "< 0.752"))
    assert all(word in lines[LINE] for word in ("cr51", "would be excluded", "< 0.261"))
    assert "to nu_4" not in text
    assert "7.35e-12" in text  # nu_mu at a short baseline
    assert "conventions: default" in text


def test_table_tells_light_and_heavy_states_apart(run):
    text = run("moments", EXAMPLE, "--set", "m_4=600 keV", *ONLY).stdout
    assert "too heavy: m_4 = 600 keV, at most 503.7 keV can be made" in text
    assert text.count("to nu_4") == 2
    assert "with nu_4" in text


def test_two_ended_limits_are_shown(run):
    text = run("moments", "--set", "lambda_12=1e-11", "--experiments", "xenon1t-2020-er").stdout
    assert "too small" in text
    assert "1.45 to 2.79" in text


def test_dirac_neutrinos_and_conventions_are_chosen(run_json):
    found = run_json(
        "moments",
        "--set",
        "lambda_11=1e-11",
        "--neutrinos",
        "dirac",
        "--conventions",
        "miranda-2021",
        "--experiments",
        LINE,
    )
    assert found["neutrinos"] == "dirac"
    assert found["conventions"]["oscillation"] == "desalas-2020-no"


def test_file_and_settings_go_together(run_json, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("neutrinos: dirac\nmoments: {11: 1e-11}\n", encoding="utf-8")
    found = run_json("moments", path, "--set", "lambda_22=2e-11", "--experiments", LINE)
    assert found["values"] == {"lambda_11": 1e-11, "lambda_22": 2e-11}
    assert found["neutrinos"] == "dirac"


def test_files_hold_the_table_or_the_figure(run, tmp_path):
    for suffix in ("csv", "json", "png"):
        arguments = ("--set", "lambda_12=1e-11", *ONLY, "--out", tmp_path / f"a.{suffix}")
        assert run("moments", *arguments).exit_code == 0
    table = read_table(tmp_path / "a.csv").where(component="all")
    assert list(table.text("verdict")) == ["excluded", "excluded"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_mistakes_are_answered(fails, tmp_path):
    assert "give a FILE with the matrix, or elements" in fails("moments")
    assert "did you mean: lambda_12" in fails("moments", "--set", "lamda_12=1")
    assert "is no finite moment" in fails("moments", "--set", "lambda_12=big")
    assert "lambda_12 is set twice" in fails("moments", "--set", "lambda_12=1", "--set", "lambda_12=2")
    twice = fails("moments", "--set", "lambda_12=1j", "--set", "lambda_12_phase=1")
    assert "lambda_12_phase is set twice: the moment has a phase already" in twice
    assert "no diagonal moment" in fails("moments", "--set", "lambda_11=1e-11", *ONLY)
    assert "no moment is set" in fails("moments", "--set", "m_4=10", *ONLY)
    assert "no shipped experiment" in fails("moments", "--set", "lambda_12=1e-11", "--experiments", "nowhere")
    assert "cannot write" in fails("moments", "--set", "lambda_12=1e-11", "--out", tmp_path / "a.txt")


def test_faults_of_a_file_are_listed(fails, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("m_4: 10\nmoments: {11: 1e-11, 14: 1e-11}\n", encoding="utf-8")
    text = fails("moments", path)
    assert "a.yaml: 2 faults" in text
    assert "moments.11: 1e-11 is diagonal" in text
    assert "missing.yaml: No such file" in fails("moments", tmp_path / "missing.yaml")
    path.write_text("basis: flavour\nmoments: {emu: 1e-11}\n", encoding="utf-8")
    assert "set delta_cp there" in fails("moments", path, "--set", "delta_cp=1")
    assert "is of Majorana neutrinos, not dirac" in fails("moments", path, "--neutrinos", "dirac")
