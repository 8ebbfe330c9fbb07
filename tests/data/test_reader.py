"""The reader of number tables: header, numbers, hash, errors."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

import nulight
from nulight.data import Table, TableError, read_package_table, read_table

TEXT = """# title: A flux
# source: arXiv:0000.00000
# source: second part
# columns: E_keV [keV]; flux [cm^-2 s^-1 keV^-1]; line []
# quality: exact
# notes: first note
# check: sums to one
# no key here
E_keV,flux,line
1, 0.5 ,a
2,1e-3,b

3,-4,a
"""
PACKAGE = Path(nulight.__file__).parent
SHIPPED = sorted(p.relative_to(PACKAGE).as_posix() for p in (PACKAGE / "data").rglob("*.csv"))


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return read_table(_write(tmp_path, TEXT))


def _write(folder: Path, text: str | bytes) -> Path:
    path = folder / "flux.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_header_lines_become_fields(table: Table) -> None:
    assert table.name == "flux.csv"
    assert table.title == "A flux"
    assert table.source == "arXiv:0000.00000; second part"
    assert table.quality == "exact"
    assert table.notes == ("first note", "sums to one")
    assert table.units == {"E_keV": "keV", "flux": "cm^-2 s^-1 keV^-1", "line": ""}


def test_cells_are_text_or_numbers_as_asked(table: Table) -> None:
    assert len(table) == 3
    np.testing.assert_array_equal(table.numbers("flux"), [0.5, 1e-3, -4])
    assert table.text("line") == ("a", "b", "a")


def test_hash_is_that_of_the_bytes(tmp_path: Path, table: Table) -> None:
    assert table.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert read_table(_write(tmp_path, TEXT + "4,1,c\n")).sha256 != table.sha256


def test_where_keeps_matching_rows_and_the_provenance(table: Table) -> None:
    rows = table.where(line="a")
    np.testing.assert_array_equal(rows.numbers("E_keV"), [1, 3])
    assert (rows.sha256, rows.source) == (table.sha256, table.source)
    assert len(table.where(line="a", E_keV="3")) == 1
    assert len(table.where(line="z")) == 0
    assert len(table.where()) == 3
    with pytest.raises(TableError, match="no column 'shape'"):
        table.where(shape="a")


def test_a_missing_column_lists_those_there_are(table: Table) -> None:
    with pytest.raises(TableError, match=r"flux\.csv: no column 'energy'; it has E_keV, flux, line"):
        table.numbers("energy")


def test_text_is_no_number(table: Table) -> None:
    with pytest.raises(TableError, match="column 'line': could not convert"):
        table.numbers("line")


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf"])
def test_numbers_must_be_finite(tmp_path: Path, cell: str) -> None:
    with pytest.raises(TableError, match="column 'x' has a value that is not finite"):
        read_table(_write(tmp_path, f"x\n1\n{cell}\n")).numbers("x")


def test_the_header_is_optional(tmp_path: Path) -> None:
    plain = read_table(_write(tmp_path, "x,y\n1,2\n"))
    assert (plain.title, plain.source, plain.quality, plain.notes, plain.units) == ("", "", "", (), {})
    assert plain.numbers("y") == [2.0]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    table = read_table(_write(tmp_path, b"\xef\xbb\xbfx,y\r\n1,2\r\n"))
    assert table.numbers("x") == [1.0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one row"),
        ("# title: only a header\n", "at least one row"),
        ("x,y\n", "at least one row"),
        ("x,y\n1,2\n3\n", "row 2 has 1 cells, the header names 2 columns"),
        ("x,y\n1,2,3\n", "row 1 has 3 cells"),
        ("x, y,x\n1,2,3\n", "column named more than once: x"),
        (b"x\n\xff\n", "not UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_says_why_and_where(tmp_path: Path, text: str | bytes, says: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(TableError, match=says) as caught:
        read_table(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nowhere\.csv: no such table"):
        read_table(tmp_path / "nowhere.csv")


def test_package_tables_are_read_once() -> None:
    assert read_package_table("data/atomic/shells.csv") is read_package_table("data/atomic/shells.csv")


@pytest.mark.parametrize("path", SHIPPED)
def test_every_shipped_table_states_title_source_quality_and_units(path: str) -> None:
    table = read_package_table(path)
    assert table.title
    assert table.source
    assert table.quality
    assert set(table.units) == set(table.columns)
