"""Efficiencies: the logistic curves of COHERENT, thresholds, clipping, errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.detector import Efficiency, LogisticEfficiency

CSI_2021 = LogisticEfficiency(1.32045, 0.285979, 10.8646, offset=-0.333322)
CSI_2017 = LogisticEfficiency(0.6655, 0.4942, 10.8507, threshold=6.0, half_from=5.0)


def bare(x: float) -> float:
    return 1.32045 / (1 + math.exp(-0.285979 * (x - 10.8646))) - 0.333322


def test_curve_is_the_formula_where_it_is_an_efficiency() -> None:
    x = [8.0, 10.8646, 20.0, 60.0]
    assert CSI_2021(x) == pytest.approx([bare(v) for v in x], rel=1e-14)


def test_negative_curve_is_no_efficiency() -> None:
    assert bare(7.0) < 0 < bare(7.1)
    assert CSI_2021([0.0, 3.0, 7.0]).tolist() == [0.0, 0.0, 0.0]
    assert CSI_2021(7.1) > 0


def test_curve_above_one_is_one() -> None:
    curve = LogisticEfficiency(1.2, 1.0, 5.0)
    assert curve(100.0) == 1.0
    top = curve.steps[(curve.steps > 5) & (curve.steps < 9)]
    assert top[0] == pytest.approx(5 + math.log(1 / 0.2), rel=1e-12)  # 1.2 s = 1


def test_zero_crossing_is_a_step() -> None:
    crossing = 10.8646 - math.log(1.32045 / 0.333322 - 1) / 0.285979
    assert np.min(np.abs(CSI_2021.steps - crossing)) < 1e-12


def test_acceptance_of_2017_has_half_weight_between_five_and_six() -> None:
    curve = LogisticEfficiency(0.6655, 0.4942, 10.8507)
    x = np.array([4.99, 5.0, 5.5, 5.99, 6.0, 12.0])
    assert CSI_2017(x) == pytest.approx(curve(x) * [0, 0.5, 0.5, 0.5, 1, 1], rel=1e-15)
    assert {5.0, 6.0} <= set(CSI_2017.steps.tolist())


def test_threshold_alone_cuts() -> None:
    curve = LogisticEfficiency(0.9, 1.0, 3.0, threshold=2.0)
    assert curve(1.999) == 0
    assert curve(2.0) > 0.2


@given(
    st.floats(0.01, 2.0),
    st.floats(0.01, 1e3),
    st.floats(-100.0, 100.0),
    st.floats(-1.0, 1.0),
    st.lists(st.floats(0.0, 1e4), min_size=2, max_size=20),
)
def test_any_curve_is_an_increasing_probability(height, slope, midpoint, offset, energies) -> None:
    values = LogisticEfficiency(height, slope, midpoint, offset)(np.sort(energies))
    assert np.all((values >= 0) & (values <= 1))
    assert np.all(np.diff(values) >= 0)


@pytest.mark.parametrize("of", ["reconstructed", "true"])
def test_constant_is_above_its_threshold_only(of: str) -> None:
    efficiency = Efficiency.constant(0.4, 2.0, of=of)
    assert efficiency([1.9, 2.0, 50.0]).tolist() == [0.0, 0.4, 0.4]
    assert efficiency.of == of


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: LogisticEfficiency(-1.0, 1.0, 1.0), "height = -1.0, slope = 1.0: both must be positive"),
        (lambda: LogisticEfficiency(1.0, 0.0, 1.0), "slope = 0.0"),
        (lambda: LogisticEfficiency(1.0, 1.0, 1.0, half_from=5.0), "half_from = 5.0 needs a threshold above it"),
        (lambda: LogisticEfficiency(1.0, 1.0, 1.0, threshold=4.0, half_from=5.0), "threshold = 4.0"),
    ],
)
def test_wrong_curves_say_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()
