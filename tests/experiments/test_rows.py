"""Rows of a table in bins of several observables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.data.reader import Table
from nulight.experiments.faults import ContentError
from nulight.experiments.rows import Dimension, binned_rows, normalised_rows, row_edges
from oracles_cards import make_table

PAIRS = [("lo", "hi"), ("t_lo", "t_hi")]
edges = st.lists(st.integers(0, 12), min_size=3, max_size=6, unique=True).map(sorted)


def grid(energies: list[int], times: list[int], values: np.ndarray) -> Table:
    """A table with one row for each cell of the grid, times in us."""
    cells = [(i, j) for i in range(len(energies) - 1) for j in range(len(times) - 1)]
    return make_table(
        {
            "lo": ("keVee", [energies[i] for i, _ in cells]),
            "hi": ("keVee", [energies[i + 1] for i, _ in cells]),
            "t_lo": ("us", [times[j] for _, j in cells]),
            "t_hi": ("us", [times[j + 1] for _, j in cells]),
            "n": ("", [float(values[i, j]) for i, j in cells]),
        }
    )


def plane(energies: list[int], times: list[int]) -> list[Dimension]:
    return [
        Dimension("energy", np.array(energies, float), ("keVee",)),
        Dimension("time", 1e-6 * np.array(times, float), ("time",)),
    ]


@given(edges, edges, st.data())
def test_wider_bins_hold_the_sums_of_their_cells(energies: list[int], times: list[int], data: st.DataObject) -> None:
    fine = np.arange(1.0, 1 + (len(energies) - 1) * (len(times) - 1)).reshape(len(energies) - 1, len(times) - 1)
    table = grid(energies, times, fine)
    wide = [data.draw(st.lists(st.sampled_from(e), min_size=2, unique=True).map(sorted)) for e in (energies, times)]
    found = binned_rows(table, PAIRS, table.numbers("n"), plane(*wide), label="n")
    mids = [np.add(e[1:], e[:-1]) / 2 for e in (energies, times)]
    expected, *_ = np.histogram2d(
        *(m.ravel() for m in np.meshgrid(*mids, indexing="ij")), bins=wide, weights=fine.ravel()
    )
    np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_a_missing_cell_a_double_one_and_one_across_an_edge_are_faults() -> None:
    values = np.ones((2, 3))
    table = grid([0, 1, 2], [0, 1, 2, 3], values)
    dims = plane([0, 1, 2], [0, 1, 3])
    assert binned_rows(table, PAIRS, table.numbers("n"), dims, label="n").tolist() == [[1, 2], [1, 2]]
    holed = make_table({name: (table.units[name], table.numbers(name)[:-1].tolist()) for name in table.columns})
    with pytest.raises(ContentError, match="fills 50 % of the bin energy 1 to 2 keVee, time 1e-06 to 3e-06 s"):
        binned_rows(holed, PAIRS, holed.numbers("n"), dims, label="n")
    rows = [*range(5), 0]  # the last cell is missing, the first one stands there twice
    double = make_table({name: (table.units[name], table.numbers(name)[rows].tolist()) for name in table.columns})
    with pytest.raises(ContentError, match="two rows that start at energy 0 keVee, time 0 s"):
        binned_rows(double, PAIRS, double.numbers("n"), dims, label="n")
    halves = Dimension("time", 1e-6 * np.array([0.0, 1.5, 3.0]), ("time",))
    with pytest.raises(ContentError, match="across an edge of the bins of time"):
        binned_rows(table, PAIRS, table.numbers("n"), [dims[0], halves], label="n")


def test_rows_outside_in_any_observable_are_left_out() -> None:
    table = grid([0, 1, 2], [0, 1, 2, 3], np.arange(6.0).reshape(2, 3))
    found = binned_rows(table, PAIRS, table.numbers("n"), plane([1, 2], [1, 2, 3]), label="n")
    assert found.tolist() == [[4.0, 5.0]]


def test_a_column_of_a_larger_table_is_added_up_over_the_other_observables() -> None:
    table = grid([0, 1, 2], [0, 1, 2, 3], np.arange(6.0).reshape(2, 3))
    energy = plane([0, 1, 2], [0, 3])[0]
    share = normalised_rows(table, ("lo", "hi"), "n", energy)
    np.testing.assert_allclose(share, [3 / 15, 12 / 15], rtol=1e-15)
    with pytest.raises(ContentError, match="two rows"):
        binned_rows(table, PAIRS[:1], table.numbers("n"), [energy], label="n")


def test_a_factor_is_normalised_over_all_rows_and_loses_what_lies_outside() -> None:
    table = grid([0, 1, 2, 4], [0, 1], np.array([[1.0], [2.0], [5.0]]))
    inside = plane([0, 2], [0, 1])[0]
    assert normalised_rows(table, ("lo", "hi"), "n", inside).tolist() == [0.375]


def test_a_row_has_a_width_and_a_unit() -> None:
    flat = make_table({"lo": ("keVee", [0, 1]), "hi": ("keVee", [1, 1]), "t": ("us", [0, 1])})
    with pytest.raises(ContentError, match="ends at 1 a row that starts at 1"):
        row_edges(flat, "lo", "hi")
    with pytest.raises(ContentError, match="has the unit 'us'"):
        row_edges(flat, "lo", "t")
