"""`nulight literature`: bounds and curves in the terminal, as JSON and as files."""

from __future__ import annotations

import json

import pytest

from nulight.constants import MU_B
from nulight.data.reader import read_table
from nulight.literature.curves import published_curves


def test_json_is_a_list_of_records(run_json):
    records = run_json("literature", "--coupling", "mu_nu_e")
    assert [r["year"] for r in records] == sorted((r["year"] for r in records), reverse=True)
    (gemma,) = [r for r in records if r["name"] == "GEMMA" and r["year"] == 2012]
    assert (gemma["value"], gemma["unit"], gemma["cl"], gemma["kind"]) == (2.9e-11, "mu_B", 0.9, "laboratory")
    assert gemma["reference"].startswith("doi:")
    assert gemma["read_in"] == "slide+review+collection"
    assert gemma["convention"] == ""


def test_json_of_curves_at_a_mass(run_json):
    records = run_json("literature", "--coupling", "mu_tau4", "--m4", "10 MeV")
    (donut,) = [r for r in records if r["name"] == "DONUT"]
    assert donut["value"] == pytest.approx(3.9e-7, rel=0.02)
    assert (donut["m_4"], donut["convention"], donut["status"], donut["cl"]) == (1e4, "unit", "shown", 0.9)
    assert "points" not in donut
    assert records[-1]["record"] == "not available"
    assert records[-1]["value"] is None


def test_curves_carry_their_points(run_json):
    records = run_json("literature", "--flavour", "mu", "--curves")
    assert {r["record"] for r in records} == {"curve", "not available"}
    (nomad,) = [r for r in records if r["name"] == "NOMAD"]
    (curve,) = published_curves(names=["NOMAD"])
    assert nomad["points"]["mu"] == curve.mu.tolist()
    assert nomad["points"]["d"][0] == pytest.approx(MU_B * curve.mu[0])


def test_terminal_names_what_is_open_and_what_is_missing(run):
    text = " ".join(run("literature", "--coupling", "mu_mu4").stdout.split())
    assert "MiniBooNE 2018" in text
    assert "1.31e-09 mu_B" in text
    assert "line, excluded" in text
    assert "factor 2 of the coupling not known, mu may be twice as large: BBN, SN1987A" in text
    assert "IceCube double cascades (arXiv:1707.08573" in text
    assert "read in memory" not in text


@pytest.mark.parametrize("extra", [(), ("--coupling", "mu_mu4"), ("--flavour", "tau")])
def test_no_identifier_and_no_word_is_broken(run, run_json, extra):
    words = set(run("literature", *extra).stdout.split())
    listed = [r for r in run_json("literature", *extra) if r["record"] != "not available"]
    assert {r["reference"] for r in listed if r["reference"].startswith("arXiv:")} <= words
    assert {name for r in listed for name in r["coupling"].split(", ") if "," not in r["coupling"]} <= words
    assert words >= {"laboratory", "astrophysical", "(inferred)", "collection"}


def test_terminal_marks_memory_and_superseded_bounds(run):
    text = run("literature", "--coupling", "mu_nu_e").stdout
    assert "read in memory: not read anywhere" in text
    assert "superseded: GEMMA 2010, TEXONO_CsI 2008, GEMMA 2007" in text
    assert text.index("CONUS all 2026") < text.index("GEMMA 2012") < text.index("LAMPF 1992")


def test_a_coupling_without_entries_says_so(run, run_json):
    assert "lambda_14: no published bound or curve is shipped" in run("literature", "--coupling", "lambda_14").stdout
    assert run_json("literature", "--coupling", "lambda_14") == []
    assert "no published curve" in run("literature", "--coupling", "mu_nu_e", "--curves").stdout


def test_kind_selects(run_json):
    records = run_json("literature", "--kind", "cosmological")
    assert {r["name"] for r in records} == {"BBN", "N_eff_Dirac"}


def test_csv_of_curves_is_ready_to_overlay(run, tmp_path):
    out = tmp_path / "curves.csv"
    assert run("literature", "--coupling", "mu_tau4", "--curves", "--out", out).exit_code == 0
    table = read_table(out)
    assert (table.units["m_4"], table.units["mu"], table.units["d"]) == ("keV", "mu_B", "GeV^-1")
    donut = table.where(curve="DONUT")
    (curve,) = published_curves(names=["DONUT"])
    assert donut.numbers("mu").tolist() == curve.mu.tolist()
    assert set(table.text("curve")) == {c.name for c in published_curves("mu_tau4")}


def test_files_of_the_list(run, tmp_path):
    for suffix in ("csv", "json"):
        assert run("literature", "--coupling", "mu_nu_mu", "--out", tmp_path / f"x.{suffix}").exit_code == 0
    table = read_table(tmp_path / "x.csv")
    saved = json.loads((tmp_path / "x.json").read_text())
    assert list(table.text("name")) == [record["name"] for record in saved]
    assert "LSND" in table.text("name")


def test_mistakes_are_answered(fails, tmp_path):
    assert "mu_e4, mu_mu4" in fails("literature", "--coupling", "mu_nue")
    assert "energy" in fails("literature", "--m4", "10 kg")
    assert "positive mass" in fails("literature", "--m4", "0 MeV")
    assert "cannot write" in fails("literature", "--out", tmp_path / "x.png")
    out = tmp_path / "x.csv"
    assert "nothing published to write" in fails("literature", "--coupling", "lambda_14", "--out", out)
    assert not out.exists()
