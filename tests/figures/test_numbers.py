from __future__ import annotations

import numpy as np
import pytest

from nulight.data.reader import read_table
from nulight.figures.numbers import Curves


def _table():
    curves = Curves({"a": "cm^2", "b": ""})
    curves.add("left", "one", a=np.array([1e-33, 1 / 3]), b=2.0)
    curves.add("right", "one", a=5.0)
    curves.add("right", "two", b=np.array([0.1 + 0.2]))
    return curves.numbers("A title", "a source", "a note")


def test_csv_gives_back_every_number_exactly(tmp_path):
    numbers = _table()
    path = tmp_path / "a.csv"
    path.write_text(numbers.to_csv())
    table = read_table(path)
    assert (table.title, table.source, table.notes) == ("A title", "a source", ("a note",))
    assert table.units["a"] == "cm^2"
    assert tuple(None if cell == "" else float(cell) for cell in table.text("a")) == numbers.columns["a"]
    assert tuple(None if cell == "" else float(cell) for cell in table.text("b")) == numbers.columns["b"]


def test_curve_broadcasts_and_leaves_other_columns_empty():
    numbers = _table()
    assert len(numbers) == 4
    np.testing.assert_array_equal(numbers.curve("one", "left")["b"], [2.0, 2.0])
    assert np.isnan(numbers.curve("one", "right")["b"]).all()


def test_unknown_names_list_the_known_ones():
    with pytest.raises(KeyError, match="one, two"):
        _table().curve("three")
    with pytest.raises(ValueError, match="no column c; there are a"):
        Curves({"a": ""}).add("", "x", c=1.0)
