"""Records of trigger frequencies."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nulight as nl
from nulight.data.reader import read_table
from nulight.renp import load_scheme, neutrinos

CARD = load_scheme("yb")
PLACED = nl.renp_placement(CARD.scheme, neutrinos(0.01), CARD.triggers, goal="published")


def test_triggers_know_their_pairs_and_the_next_thresholds():
    ends = np.array(sorted(PLACED.thresholds.values()))
    assert [len(pairs) for pairs in PLACED.open_pairs] == [6, 5, 4, 3, 2, 1]
    assert PLACED.triggers + PLACED.to_closing == pytest.approx(ends, rel=1e-12)
    assert np.isinf(PLACED.to_opening[0])
    assert PLACED.triggers[1:] - PLACED.to_opening[1:] == pytest.approx(ends[:-1], rel=1e-12)


def test_pairs_that_are_never_emitted_are_no_threshold_below():
    low = load_scheme("generic").scheme
    placed = nl.renp_placement(low, neutrinos(0.12), [0.004])
    assert placed.thresholds["33"] < 0
    assert placed.open_pairs == (("11", "12", "22"),)
    assert np.isinf(placed.to_opening[0])


def test_spectra_of_the_record_vanish_above_their_thresholds():
    for name, signal in zip(PLACED.elements, PLACED.signals, strict=True):
        end = PLACED.thresholds[name[-2:]]
        assert np.all(signal[PLACED.omega >= end] == 0)
        assert np.all(signal[PLACED.omega < end] > 0)
    assert set(PLACED.triggers) <= set(PLACED.omega)
    assert PLACED.omega.min() < PLACED.triggers.min()


def test_placement_is_written_with_its_distances(tmp_path):
    record = json.loads(PLACED.save(tmp_path / "placed.json").read_text())
    assert record["open_pairs"][-1] == ["11"]
    assert record["to_opening"][0] is None
    table = read_table(PLACED.save(tmp_path / "placed.csv"))
    assert table.numbers("trigger").tolist() == PLACED.triggers.tolist()
    assert "published" in repr(PLACED)
    assert PLACED.closest("mu_33") == ("eps_33", 0.0)
    alone = nl.renp_placement(CARD.scheme, neutrinos(0.01), [1.07], elements=["mu_11"])
    assert alone.closest("mu_11") is None


def test_elements_not_in_the_record_are_refused():
    with pytest.raises(ValueError, match="no element 'mu_14'"):
        PLACED.closest("mu_14")
