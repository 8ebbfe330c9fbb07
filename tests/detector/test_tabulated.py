"""Tabulated responses: interpolation, ends, errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.detector import Efficiency, GaussianResponse, MatrixResponse, gaussian_width
from oracles_detector import fold, fold_finely

EDGES = np.array([120.0, 200.0, 500.0])
ENERGIES = np.array([0.4, 1.0, 3.0, 10.0])
TABLE = np.array([[0.0, 0.001], [0.02, 0.01], [0.03, 0.05], [0.0, 0.06]])
RESPONSE = MatrixResponse(EDGES, ENERGIES, TABLE)


def test_table_is_returned_at_its_energies() -> None:
    assert RESPONSE.matrix(ENERGIES) == pytest.approx(TABLE.T, abs=1e-17)


def test_straight_lines_between_them() -> None:
    T = np.array([0.7, 2.5, 9.0])
    truth = [np.interp(T, ENERGIES, column) for column in TABLE.T]
    assert RESPONSE.matrix(T) == pytest.approx(np.array(truth), rel=1e-14)


def test_nothing_below_and_the_last_row_above() -> None:
    assert RESPONSE.matrix(np.array([0.0, 0.399])).max() == 0
    assert RESPONSE.matrix(np.array([10.0, 300.0])).T.tolist() == [[0.0, 0.06], [0.0, 0.06]]


def test_trust_ends_with_the_table_but_the_support_does_not() -> None:
    """Counts from above must be seen before they can be refused."""
    assert RESPONSE.trusted == (0.0, 10.0)
    assert RESPONSE.support == (0.4, 1e4)
    ended = MatrixResponse(EDGES, ENERGIES, TABLE * np.array([[1], [1], [1], [0]]))
    assert ended.support == (0.4, 10.0)


def test_fold_is_exact_between_points() -> None:
    truth = fold_finely(RESPONSE, lambda T: np.exp(-T / 5) / T, 0.4, 100.0, ENERGIES)
    assert fold(RESPONSE, lambda T: np.exp(-T / 5) / T, top=100.0) == pytest.approx(truth, rel=1e-9)


def test_table_of_a_formula_converges_to_it() -> None:
    formula = GaussianResponse(np.array([1.0, 2.0, 5.0]), gaussian_width(0.3, 0.0), Efficiency.constant(0.6))
    T = np.linspace(0.5, 8.0, 333)
    errors = []
    for n in (100, 200, 400):
        E = np.linspace(0.1, 10.0, n)
        errors.append(
            np.abs(MatrixResponse(formula.bin_edges, E, formula.matrix(E).T).matrix(T) - formula.matrix(T)).max()
        )
    assert errors[1] < errors[0] / 3
    assert errors[2] < errors[1] / 3


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), min_size=2, max_size=9), st.floats(0.0, 30.0))
def test_no_more_than_the_neighbours(rows: list[tuple[float, float]], T: float) -> None:
    E = 1.0 + 2.0 * np.arange(len(rows))
    P = MatrixResponse(EDGES, E, np.array(rows)).matrix(np.array([T]))[:, 0]
    assert np.all(P <= np.max(rows, axis=0) + 1e-15)
    assert np.all(P >= (np.min(rows, axis=0) if T >= 1.0 else 0.0) - 1e-15)


@pytest.mark.parametrize(
    ("energies", "table", "match"),
    [
        ([1.0], [[0.1, 0.1]], "at least two increasing true energies"),
        ([2.0, 1.0], [[0.1, 0.1], [0.1, 0.1]], "increasing true energies"),
        ([1.0, 2.0], [[0.1], [0.1]], r"probabilities of shape \(2, 1\): 2 energies times 2 bins"),
        ([1.0, 2.0], [[0.1, 0.1], [0.1, -0.2]], r"P = -0.2 in bin 1 at 2 keV is outside \[0, 1\]"),
        ([1.0, 2.0], [[0.1, np.nan], [0.1, 0.2]], "P = nan in bin 1 at 1 keV"),
        ([1.0, 2.0], [[0.1, 0.1], [0.6, 0.6]], "probabilities at 2 keV add up to 1.2, more than 1: are they densities"),
    ],
)
def test_wrong_tables_say_what_is_wrong(energies, table, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        MatrixResponse(EDGES, np.array(energies), np.array(table))
