"""The table of limits as a record."""

from __future__ import annotations

import json

import pytest

from nulight.data.reader import read_table
from nulight.results import LimitsRow, LimitsTable


@pytest.fixture
def table():
    common = {"coupling": "q_nu_ee", "unit": "e", "flavour": "e"}
    regions = ((-2e-13, -1e-13), (1e-13, 3e-13))
    return LimitsTable(
        couplings=("q_nu_ee", "q_nu"),
        experiments=("toy", "blind"),
        cl=0.9,
        interval="two-sided",
        rows=(
            LimitsRow(**common, kind="ours", experiment="toy", lower=-2e-13, upper=3e-13, regions=regions, ratio=1.5),
            LimitsRow(**common, kind="ours", experiment="blind", note="no sensitivity"),
            LimitsRow(**common, kind="published", experiment="them", upper=1e-12, regions=((None, 1e-12),), year=2014),
            LimitsRow(coupling="q_nu", unit="e", flavour="", kind="published", experiment="they", upper=1e-13),
        ),
        definition="as told",
        citations=("arXiv:1405.7168",),
    )


def test_rows_are_selected_by_coupling_and_kind(table):
    assert [row.experiment for row in table.select("q_nu_ee")] == ["toy", "blind", "them"]
    assert [row.experiment for row in table.select("q_nu_ee", "ours", "combined")] == ["toy", "blind"]
    assert table.select("mu_nu") == ()


def test_csv_has_a_line_a_row_and_keeps_every_digit(table, tmp_path):
    saved = read_table(table.save(tmp_path / "x.csv"))
    assert len(saved) == len(table.rows)
    assert saved.text("upper")[0] == repr(3e-13)
    assert saved.text("regions")[0] == "-2e-13:-1e-13 1e-13:3e-13"
    assert saved.text("regions")[2] == ":1e-12"
    assert (saved.text("lower")[1], saved.text("note")[1]) == ("", "no sensitivity")
    assert saved.source == "arXiv:1405.7168"


def test_json_says_what_it_is_and_round_trips_through_text(table):
    record = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert record["result"] == "limits"
    assert record["rows"][0]["regions"] == [[-2e-13, -1e-13], [1e-13, 3e-13]]
    assert record["rows"][1]["lower"] is None


def test_text_counts_the_rows_and_says_what_has_no_sensitivity(table):
    text = repr(table)
    assert text.startswith("2 limits (two-sided, 90 % CL) beside 2 published, on q_nu_ee, q_nu")
    assert "toy [-2e-13, 3e-13] e; blind no sensitivity" in text
    assert "q_nu: published bounds only" in text
