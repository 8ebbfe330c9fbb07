"""Numbers behind the gap between limits and the minimal model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nulight.figures.li_2024 import fig5, figure_5
from nulight.figures.li_2024.profiles import interval
from nulight.literature.limits import published_limits
from nulight.studies.minimal import minimal_predictions

XENON = {"mu_nu": {"XENONnT": ("xenonnt-2022-er",)}}


@pytest.fixture(scope="module")
def made():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fig5, "OURS", XENON)  # the other two take seconds and are tested with their own figures
        return figure_5()


def test_published_bounds_are_those_of_the_table_and_marked_if_indirect(monkeypatch):
    monkeypatch.setattr(fig5, "OURS", {})
    chosen = fig5.bounds()
    for bound in chosen:
        row = next(b for b in published_limits(bound.parameter) if b.experiment == bound.experiment)
        assert (bound.upper, bound.kind) == (row.upper, "laboratory" if row.direct else "indirect")
    assert [b.kind for b in chosen].count("indirect") == 3


def test_our_limit_is_computed(made):
    _, numbers = made
    curve = numbers.curve("mu_nu, xenonnt-2022-er (ours: nulight)", "limits")
    assert curve["upper"][0] == interval(("xenonnt-2022-er",), "mu_nu").upper
    assert curve["upper"][0] == pytest.approx(7.4e-12, rel=0.02)


def test_orders_are_those_between_the_numbers_of_the_table(made):
    _, numbers = made
    gemma = numbers.curve("mu_nu_e, GEMMA (laboratory: doi:10.1134/S1547477113020027)", "limits")
    for column, kind in (("orders_dirac", "dirac diagonal"), ("orders_majorana", "majorana transition")):
        largest = max(
            numbers.curve(f"{kind}, {ordering} ordering")["high"].max() for ordering in ("normal", "inverted")
        )
        assert gemma[column][0] == pytest.approx(math.log10(2.9e-11 / largest), rel=1e-12)
    assert 7.5 < gemma["orders_dirac"][0] < 8.5


def test_numbers_hold_every_band(made):
    _, numbers = made
    prediction = minimal_predictions()
    for band in prediction.bands:
        curve = numbers.curve(f"{band.nature} {band.quantity}, {band.ordering} ordering", "predictions")
        np.testing.assert_array_equal(curve["low"], band.low)
        np.testing.assert_array_equal(curve["lightest"], prediction.lightest)


def test_arrows_end_at_the_largest_prediction_and_the_bounds(made):
    figure, numbers = made
    above, below = figure.axes
    arrows = [text for text in above.texts if text.arrow_patch is not None]
    uppers = np.array(numbers.columns["upper"][: len(arrows)], float)
    np.testing.assert_array_equal([arrow.xyann[0] for arrow in arrows], uppers)
    largest = minimal_predictions().band("dirac", "diagonal")[1].max()
    assert {arrow.xy[0] for arrow in arrows} == {largest}
    assert above.get_xlim() == below.get_xlim()
