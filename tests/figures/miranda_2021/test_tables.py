"""Tables 1 and 2: the formulas, evaluated as they stand, against the numbers and the effective moment."""

from __future__ import annotations

import re

import numpy as np
import pytest

from nulight.figures.miranda_2021.tables import S2_STERILE, mixing, table_1, table_2
from nulight.models.effective_moments import short_baseline_moment
from nulight.neutrinos.mixing import get_oscillation

TABLES = {"e": table_1, "mu": table_2}


@pytest.fixture(scope="module", params=TABLES)
def table(request):
    return request.param, *TABLES[request.param]()


def _rows(numbers):
    names = list(numbers.columns)
    return [dict(zip(names, cells, strict=True)) for cells in zip(*numbers.columns.values(), strict=True)]


def _angles(s2_sterile):
    fit = get_oscillation("desalas-2020-no")
    s2 = {"12": fit.s2_12, "13": fit.s2_13, "23": fit.s2_23, "14": s2_sterile, "24": s2_sterile}
    sines = {f"s{ij}": np.sqrt(v) for ij, v in s2.items()} | {f"c{ij}": np.sqrt(1 - v) for ij, v in s2.items()}
    return sines | {"d": fit.delta_cp, "d14": 0.0, "d24": 0.0, "exp": np.exp, "i": 1j}


def _in_angles(formula, names):
    """Evaluate a formula whose products are written with spaces."""
    text = re.sub(r"(?<=[\w)]) +(?=[\w(])", "*", formula)
    return complex(eval(text, {"__builtins__": {}}, names))


def _in_elements(formula, elements):
    """Evaluate a formula such as ``-U_e1 U*_e2`` or ``|U_e1|^2 + |U_e3|^2``."""
    text = re.sub(r"\|(U_\w+)\|\^2", r"abs(\1)**2", formula)
    text = re.sub(r"U\*_(\w+)", r"U_\1.conjugate()", text)
    text = re.sub(r"(U_\w+) (U_\w+)", r"\1*\2", text)
    return complex(eval(text, {"__builtins__": {"abs": abs}}, elements))


@pytest.mark.parametrize(
    ("columns", "s2"), [(("real", "imaginary"), 0.0), (("real_mixed", "imaginary_mixed"), S2_STERILE)]
)
def test_formulas_give_the_numbers(table, columns, s2):
    rows = _rows(table[2])
    value = {row["name"]: complex(row[columns[0]], row[columns[1]]) for row in rows}
    elements = {row["name"]: _in_angles(row["formula"], _angles(s2)) for row in rows if row["kind"] == "element"}
    assert len(elements) == 4
    assert sum(abs(u) ** 2 for u in elements.values()) == pytest.approx(1, rel=1e-12)
    for row in rows:
        wanted = elements[row["name"]] if row["kind"] == "element" else _in_elements(row["formula"], elements)
        assert value[row["name"]] == pytest.approx(wanted, rel=1e-12, abs=1e-15), row["name"]


@pytest.mark.parametrize("s2", [0.0, S2_STERILE])
def test_sum_over_the_rows_is_the_effective_moment(table, s2):
    rng = np.random.default_rng(3)
    upper = np.triu(rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)), 1)
    moments, columns = upper - upper.T, ("real_mixed", "imaginary_mixed") if s2 else ("real", "imaginary")
    total = 0.0
    for row in _rows(table[2])[:21]:
        first, second = (re.findall(r"\d\d", row["name"]) * 2)[:2]
        a, b = (moments[int(pair[0]) - 1, int(pair[1]) - 1] for pair in (first, second))
        part = (complex(row[columns[0]], row[columns[1]]) * np.conj(a) * b).real
        total += part if row["kind"] == "square" else 2 * part
    assert total == pytest.approx(short_baseline_moment(moments, mixing(s2), table[0]), rel=1e-12)


def test_three_products_vanish_with_any_mixing_and_the_note_leaves_open_whether_the_paper_lists_them(table):
    rows = _rows(table[2])
    assert [row["kind"] for row in rows].count("square") == 6
    assert [row["kind"] for row in rows].count("product") == 15
    empty = [row["name"] for row in rows if row["formula"] == "0"]
    assert [re.findall(r"\d\d", name) for name in empty] == [["12", "34"], ["13", "24"], ["14", "23"]]
    assert all(row["real"] == row["real_mixed"] == 0 for row in rows if row["formula"] == "0")
    assert "not known" in table[2].note


def test_eq_9_and_10_without_sterile_mixing(table):
    # Only lambda_j4: |sum_j U*_aj lambda_j4|^2, so its squares have |U_aj|^2.
    rows = {row["name"]: row["real"] for row in _rows(table[2])}
    U = mixing()
    row = U[("e", "mu").index(table[0])]
    for j in range(3):
        assert rows[f"|lambda_{j + 1}4|^2"] == pytest.approx(abs(row[j]) ** 2, rel=1e-12)


def test_drawn_table_has_every_row(table):
    texts = [text.get_text() for text in table[1].axes[0].texts]
    assert [f"{i}" for i in range(1, 22)] == [text for text in texts if re.fullmatch(r"[1-9]\d?", text)]
    assert sum(text.startswith("$U_") and "=" in text for text in texts) == 4
