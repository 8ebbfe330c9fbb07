"""Plain values, JSON and CSV."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.data.reader import read_table
from nulight.io.text import csv_text, json_text, plain


@dataclass(frozen=True)
class _Record:
    x: float
    values: tuple[float, ...]


def test_everything_a_record_holds_becomes_plain():
    value = {"a": np.array([[1.0, np.nan]]), "b": (np.float64(2), np.int64(3), np.bool_(True)), "c": 1 + 2j, 4: None}
    assert plain(value) == {"a": [[1.0, None]], "b": [2.0, 3, True], "c": {"re": 1.0, "im": 2.0}, "4": None}
    assert plain(_Record(math.inf, (1.0,))) == {"x": None, "values": [1.0]}


def test_what_cannot_be_written_is_refused():
    with pytest.raises(TypeError, match="cannot write a object"):
        plain(object())


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_is_strict(value):
    def refuse(name):
        raise AssertionError(name)

    assert json.loads(json_text(value), parse_constant=refuse) == plain(value)


def test_csv_is_read_back_by_the_table_reader(tmp_path):
    columns = {"mu_nu": np.array([1e-11, 0.1 + 0.2]), "label": ["a, b", "c"]}
    text = csv_text(columns, header={"title": "two\nlines", "source": "us"}, units={"mu_nu": "mu_B"})
    (tmp_path / "t.csv").write_text(text)
    table = read_table(tmp_path / "t.csv")
    np.testing.assert_array_equal(table.numbers("mu_nu"), columns["mu_nu"])
    assert table.text("label") == ("a, b", "c")
    assert table.units["mu_nu"] == "mu_B"
    assert (table.title, table.source) == ("two lines", "us")


def test_missing_values_are_empty_cells_and_columns_have_one_length():
    assert csv_text({"x": [None, 1], "y": [2, 3]}, header={}, units={}).splitlines()[-2:] == [",2", "1,3"]
    with pytest.raises(ValueError, match="shorter"):
        csv_text({"x": [1, 2], "y": [1]}, header={}, units={})
