"""Confidence levels as numbers."""

from __future__ import annotations

import pytest

from nulight.inference.levels import confidence, interval_threshold, region_threshold


def test_published_thresholds():
    """PDG review of statistics, table of Delta chi2."""
    assert interval_threshold(0.90, "two-sided") == pytest.approx(2.7055, abs=1e-4)
    assert interval_threshold(0.90, "upper") == pytest.approx(1.6424, abs=1e-4)
    assert interval_threshold(0.95, "two-sided") == pytest.approx(3.8415, abs=1e-4)
    assert [region_threshold(confidence(x), 2) for x in ("1 sigma", "2 sigma", "3 sigma", "90 %")] == pytest.approx(
        [2.2957, 6.1801, 11.8292, 4.6052], abs=1e-4
    )
    assert [region_threshold(confidence(f"{n} sigma"), 1) for n in (1, 2, 3)] == pytest.approx([1, 4, 9])


@pytest.mark.parametrize("level", ["two sigma", "120 %", 1.5, "0 %"])
def test_nonsense_levels_are_refused(level):
    with pytest.raises(ValueError, match="level"):
        confidence(level)


def test_unknown_interval_lists_the_known():
    with pytest.raises(ValueError, match="use one of: two-sided, upper"):
        interval_threshold(0.9, "bayes")
    with pytest.raises(ValueError, match="below the best fit"):
        interval_threshold(0.4, "upper")
