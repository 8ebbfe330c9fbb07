"""Record of the reach: shapes, files, what it says."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from nulight.results.renp.reach import RenpReach


def record(**changes):
    values = {
        "experiment": "toy",
        "vary": "mass",
        "values": np.array([0.1, 1.0, 10.0]),
        "vary_unit": "eV",
        "couplings": ("gg_axial", "yy_scalar"),
        "unit": "",
        "lower": np.array([[-1.0, -2.0, -30.0], [-5.0, -6.0, -np.inf]]) * 1e-24,
        "upper": np.array([[1.5, 1.0, 20.0], [5.0, 6.0, np.inf]]) * 1e-24,
        "outer_lower": np.array([[-9.0, -2.0, -30.0], [-5.0, -6.0, -np.inf]]) * 1e-24,
        "outer_upper": np.array([[1.5, 1.0, 20.0], [5.0, 6.0, np.inf]]) * 1e-24,
        "further_regions": np.array([[True, False, False], [False, False, False]]),
        "masked": np.array([1, 0, 0]),
        "cl": 0.9,
        "interval": "two-sided",
        "threshold": 2.706,
    }
    return RenpReach(**values | changes)


def test_reach_is_the_weaker_end():
    assert record().reach("gg_axial") == pytest.approx([1.5e-24, 2e-24, 3e-23], rel=1e-12)
    assert record().reach("yy_scalar")[2] == np.inf


def test_reach_of_an_upper_limit_is_the_upper_end():
    lower = np.full((2, 3), -np.inf)
    assert record(interval="upper", lower=lower).reach("gg_axial") == pytest.approx([1.5e-24, 1e-24, 2e-23], rel=1e-12)


def test_unknown_coupling_lists_those_there_are():
    with pytest.raises(KeyError, match="there are gg_axial, yy_scalar"):
        record().reach("mu_11")


def test_json_has_units_and_no_infinite_numbers():
    text = json.dumps(record().to_dict(), allow_nan=False)
    found = json.loads(text)
    assert found["result"] == "renp-reach"
    assert found["upper"][1] == [pytest.approx(5e-24), pytest.approx(6e-24), None]
    assert found["lower"][1][2] is None
    assert found["units"]["values"] == "eV"
    assert found["further_regions"][0] == [True, False, False]
    assert found["masked"] == [1, 0, 0]


def test_csv_has_a_column_for_every_end(tmp_path):
    path = record(unit="mu_B").save(tmp_path / "reach.csv")
    lines = path.read_text().splitlines()
    table = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert list(table[0]) == [
        "mass",
        "lower_gg_axial",
        "upper_gg_axial",
        "outer_lower_gg_axial",
        "outer_upper_gg_axial",
        "lower_yy_scalar",
        "upper_yy_scalar",
        "masked_triggers",
    ]
    assert float(table[0]["outer_lower_gg_axial"]) == -9e-24
    assert table[2]["upper_yy_scalar"] == ""
    header = "\n".join(line for line in lines if line.startswith("#"))
    assert "mass [eV]" in header
    assert "upper_gg_axial [mu_B]" in header
    assert "masked_triggers []" in header


def test_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        record().upper[0, 0] = 0.0


def test_repr_says_what_it_is():
    text = repr(record())
    assert text.startswith("expected reach against mass of the mediator (two-sided, 90 % CL, toy)")
    assert "gg_axial: 1.5e-24 at 0.1 eV, 3e-23 at 10 eV" in text
    days = repr(record(vary="days", vary_unit="d", unit="mu_B"))
    assert "days at each trigger frequency" in days
    assert "3e-23 at 10 d [mu_B]" in days


def test_a_single_value_is_said_once():
    one = {
        name: getattr(record(), name)[:, :1]
        for name in ("lower", "upper", "outer_lower", "outer_upper", "further_regions")
    }
    text = repr(record(values=np.array([10.0]), vary="days", vary_unit="d", masked=np.array([0]), **one))
    assert text.count("at 10 d") == 2
    assert "1.5e-24 at 10 d" in text
