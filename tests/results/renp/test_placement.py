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


@pytest.mark.parametrize("ordering", ["normal", "inverted"])
@pytest.mark.parametrize("lightest", [0.0, 0.003, 0.05])
def test_thresholds_move_with_the_mass_as_the_record_says(lightest, ordering):
    def ends(mass):
        return nl.renp_placement("yb", neutrinos(mass, ordering=ordering), CARD.triggers[:1]).thresholds

    record = nl.renp_placement("yb", neutrinos(lightest, ordering=ordering), CARD.triggers)
    step = 1e-6
    below = ends(lightest - step) if lightest else ends(0.0)
    above, width = ends(lightest + step), 2 * step if lightest else step
    for pair, slope in record.threshold_slopes.items():
        assert slope == pytest.approx(
            (above[pair] - below[pair]) / width, rel=1e-4, abs=1e-5 if lightest == 0 else 1e-8
        )
    assert record.to_dict()["threshold_slopes"] == record.threshold_slopes


def test_mass_margin_is_where_a_threshold_meets_a_frequency():
    record = nl.renp_placement("yb", neutrinos(0.01), CARD.triggers)
    before, after = (
        nl.renp_placement("yb", neutrinos(0.01 + sign * record.mass_margin), CARD.triggers) for sign in (-1.05, 1.05)
    )
    assert before.open_pairs != record.open_pairs or after.open_pairs != record.open_pairs
    inside = nl.renp_placement("yb", neutrinos(0.01 + 0.9 * record.mass_margin), CARD.triggers)
    assert inside.open_pairs == record.open_pairs


def test_elements_not_in_the_record_are_refused():
    with pytest.raises(ValueError, match="no element 'mu_14'"):
        PLACED.closest("mu_14")
