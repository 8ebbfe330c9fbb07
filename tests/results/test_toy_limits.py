"""The record of a limit from pseudo-experiments: read, written and shown."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.inference.toys.intervals import toy_limit
from nulight.results.reading import read_result


@pytest.fixture(scope="module")
def result():
    return toy_limit(nl.load("51cr-cevns-ge"), "mu_nu_e", interval="cls", n_toys=50, impacts="all")


def test_it_comes_back_from_its_file(result, tmp_path):
    back = read_result(result.save(tmp_path / "limit.json"))
    assert type(back) is type(result)
    assert back.to_dict() == result.to_dict()
    assert isinstance(back.impacts[0].interval, type(result.impacts[0].interval))
    assert np.array_equal(back.value, result.value)


def test_it_says_toys_and_asymptotic_with_errors(result):
    text = repr(result)
    for word in ("50 toys per value", "upper +- ", "asymptotic: < ", "expected upper end: median", "held cr51"):
        assert word in text


def test_json_has_no_infinity(result, tmp_path):
    json.loads(result.save(tmp_path / "limit.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)


def test_citations_name_the_method(result):
    assert {"Read:2002hq", "Cowan:2010js"} <= set(result.citations)


def test_table_has_a_row_per_value(result):
    rows = [line for line in result.to_csv().splitlines() if not line.startswith("#")]
    assert len(rows) == 1 + len(result.value)
    assert rows[0].count(",") == 12
