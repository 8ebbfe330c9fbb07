"""`nulight limits`: the table in the terminal, as JSON, CSV and figure."""

from __future__ import annotations

import pytest

import nulight as nl
from nulight.data.reader import read_table

XENON, SOURCE = "xenonnt-2022-er", "xenonnt-51cr"


@pytest.fixture(scope="module")
def record(run_json):
    words = ("--coupling", "mu_nu,mu_nu_mu", "--combined", "--conventions", "default")
    return run_json("limits", XENON, SOURCE, *words)


def test_json_holds_ours_and_the_literature(record):
    assert record["result"] == "limits"
    assert record["couplings"] == ["mu_nu", "mu_nu_mu"]
    rows = {(row["coupling"], row["experiment"]): row for row in record["rows"]}
    assert rows["mu_nu", XENON]["upper"] == nl.limit(nl.load(XENON), "mu_nu").upper
    assert rows["mu_nu_mu", SOURCE]["note"] == "no sensitivity"
    assert rows["mu_nu_mu", "LSND"]["upper"] == 6.8e-10
    assert rows["mu_nu", f"{XENON}+{SOURCE}"]["kind"] == "combined"


def test_terminal_shows_both_and_what_is_blind(run):
    text = run("limits", XENON, SOURCE, "--coupling", "mu_nu", "--coupling", "mu_nu_mu", "--combined").stdout
    assert "[0, 7.44e-12]" in text
    assert "no sensitivity" in text
    assert "LSND 2001" in text
    assert "slide+abstract" in text
    assert "herrera-huber-2024" in text  # the source's own conventions, in a column of their own
    assert "not combined" in text
    assert "from memory" in text


def test_flavour_selects(run_json):
    found = run_json("limits", XENON, "--flavour", "mu", "--coupling", "mu_nu_e,mu_nu_mu,r2_nu_mumu")
    assert found["couplings"] == ["mu_nu_mu", "r2_nu_mumu"]


def test_files_hold_the_table_or_the_figure(run, tmp_path):
    for suffix in ("csv", "png"):
        assert run("limits", XENON, "--coupling", "mu_nu_mu", "--out", tmp_path / f"x.{suffix}").exit_code == 0
    saved = read_table(tmp_path / "x.csv")
    assert saved.text("experiment")[0] == XENON
    assert float(saved.text("upper")[0]) == nl.limit(nl.load(XENON), "mu_nu_mu").upper
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_mistakes_are_answered(fails, tmp_path):
    assert "did you mean" in fails("limits", XENON, "--coupling", "mu_nue")
    assert "no shipped experiment" in fails("limits", "nowhere")
    assert "cannot write" in fails("limits", XENON, "--out", tmp_path / "x.txt")


@pytest.mark.slow
def test_defaults_cover_every_shipped_data_set(run_json):
    found = run_json("limits")
    shipped = {e.name for e in nl.list_experiments() if e.status == "data" and e.quality != "proxy"}
    assert set(found["experiments"]) <= shipped
    assert {XENON, "xenon1t-2020-er"} <= set(found["experiments"])
    computed = [row for row in found["rows"] if row["kind"] == "ours"]
    assert all(row["regions"] or row["note"] for row in computed)
