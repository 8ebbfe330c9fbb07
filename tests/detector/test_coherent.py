"""Quenching, photoelectrons and acceptance together: the two CsI[Na] predictions of COHERENT.

The reference counts were computed with another code from the inputs of arXiv:1804.09459 and arXiv:2110.07730
(Helm form factors, radiatively corrected couplings) and are compared to their last printed digit.
"""

from __future__ import annotations

import numpy as np
import pytest

from nulight.detector import GammaResponse, LogisticEfficiency, PoissonResponse, QuenchedResponse, Quenching
from oracles_detector import CSI, fold, pion_decay_recoils

ACCEPTANCE = LogisticEfficiency(0.6655, 0.4942, 10.8507, threshold=6.0, half_from=5.0)
BINS_2017 = np.arange(6.0, 31.0, 2.0)
CONSTANT = Quenching.constant(0.0878, range=(0.0, 60.0))
POLYNOMIAL = Quenching.polynomial([0.0554628, 4.30681, -111.707, 840.384], unit=1000.0, range=(0.0, 60.0))


def recoils_2017(T):
    return pion_decay_recoils(T, CSI, 14.57, 259.81, 19.3, 1.76e23, 0.08)


def recoils_2021(T):
    return pion_decay_recoils(T, CSI, 14.6, 259.81, 19.3, 3.198e23, 0.0848)


def test_csi_2017_bins() -> None:
    counts = fold(QuenchedResponse(PoissonResponse(BINS_2017, 13.348, ACCEPTANCE), CONSTANT), recoils_2017)
    reference = [8.7, 15.3, 22.4, 25.7, 23.8, 19.4, 15.0, 11.4, 8.6, 6.5, 5.0, 3.7]
    assert counts == pytest.approx(reference, abs=0.06)
    assert counts.sum() == pytest.approx(165.6, abs=0.1)


@pytest.mark.parametrize(("at", "events"), [("count", 165.6), ("centre", 176.8)])
def test_place_of_the_acceptance_is_seven_percent(at: str, events: float) -> None:
    """Both lie within the published 173 +- 48."""
    counts = fold(QuenchedResponse(PoissonResponse(BINS_2017, 13.348, ACCEPTANCE, at), CONSTANT), recoils_2017)
    assert counts.sum() == pytest.approx(events, abs=0.1)
    assert abs(counts.sum() - 173) < 48


@pytest.mark.parametrize(
    ("bins", "quenching", "events"),
    [([0.0, 200.0], CONSTANT, 177), ([6.0, 30.0], POLYNOMIAL, 148), ([0.0, 200.0], POLYNOMIAL, 168)],
)
def test_csi_2017_with_other_bins_and_quenching(bins, quenching, events: float) -> None:
    response = QuenchedResponse(PoissonResponse(np.array(bins), 13.348, ACCEPTANCE), quenching)
    assert fold(response, recoils_2017).sum() == pytest.approx(events, abs=0.65)


def test_csi_2021_bins() -> None:
    edges = np.array([8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 38.0, 50.0, 60.0])
    efficiency = LogisticEfficiency(1.32045, 0.285979, 10.8646, offset=-0.333322)
    counts = fold(QuenchedResponse(GammaResponse(edges, 1 / 0.0749, 9.56, efficiency), POLYNOMIAL), recoils_2021)
    reference = [56.3, 84.6, 72.3, 51.6, 35.3, 24.1, 22.2, 17.3, 3.2]
    assert counts == pytest.approx(reference, abs=0.1)
    assert counts.sum() == pytest.approx(367, abs=0.5)


def test_nothing_comes_from_where_the_quenching_is_not_trusted() -> None:
    """The largest recoil of cesium and iodine is below 60 keVnr."""
    assert recoils_2017(np.array([48.0, 59.0])) == pytest.approx(0.0, abs=1e-30)
