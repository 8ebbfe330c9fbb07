import re
from pathlib import Path

import pytest

from nulight.validation import COLUMNS, report, to_table
from nulight.validation.page import number_text

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


@pytest.fixture(scope="module")
def page(results):
    return report(results)


def test_a_row_has_a_cell_under_each_header(results):
    rows = to_table(results)
    assert len(rows) == len(results)
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_page_states_how_many_are_met(results, page):
    met = sum(r.verdict == "met" for r in results)
    assert f"{met} of {len(results)} targets are met" in page


def test_page_has_every_case(results, page):
    for r in results:
        assert f"| {r.id.rpartition('.')[2]} | {number_text(r.ours)} |" in page
        assert r.because in page


def test_tables_have_seven_cells_a_row(page):
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {8}


def test_the_shipped_page_is_what_the_code_says(page):
    shipped = _PAGE.read_text(encoding="utf-8")
    assert _NUMBER.sub("#", shipped) == _NUMBER.sub("#", page)
    numbers = [[float(x) for x in _NUMBER.findall(text)] for text in (shipped, page)]
    assert numbers[0] == pytest.approx(numbers[1], rel=6e-3, abs=1e-12)


def test_a_pair_of_numbers_is_a_range():
    assert number_text((1.23456, 2.0), 3) == "1.23 to 2"
