"""Nuclear recoils: probabilities at the visible energy, panels on every branch, darkness, trust."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import exp1

from nulight.detector import (
    Efficiency,
    GammaResponse,
    GaussianResponse,
    LogisticEfficiency,
    MatrixResponse,
    PerfectResponse,
    PoissonResponse,
    QuenchedResponse,
    Quenching,
    fano_width,
    gaussian_width,
)
from oracles_detector import fold, fold_finely, panels

KEVEE = np.array([0.3, 0.5, 1.0, 2.0, 3.0])
PE = np.array([2.0, 6.0, 12.0, 24.0, 40.0])
ALL = Efficiency.constant()
CURVE = LogisticEfficiency(1.32045, 0.285979, 10.8646, offset=-0.333322)

INNER = {
    "perfect": PerfectResponse(KEVEE, ALL),
    "gaussian": GaussianResponse(KEVEE, gaussian_width(0.2, 0.01), ALL),
    "noise": GaussianResponse(KEVEE, fano_width(0.09, 0.003, 0.1), Efficiency.constant(0.8, 0.35)),
    "poisson": PoissonResponse(PE, 13.35, CURVE),
    "gamma": GammaResponse(PE, 13.35, 9.56, CURVE),
}
QUENCHING = {
    "constant": Quenching.constant(0.0878, range=(0.0, 60.0)),
    "dark below": Quenching.table([3.4, 8.0, 16.0, 64.0], [0.086, 0.094, 0.1, 0.088]),
    "lindhard": Quenching.lindhard(32, k=0.157),
    "polynomial": Quenching.polynomial([0.0554628, 4.30681, -111.707, 840.384], unit=1000.0, range=(0.0, 60.0)),
    "turns over": Quenching.polynomial([0.2, -0.004], range=(0.0, 45.0)),  # highest, 2.5 keVee, at 25 keVnr
}
every_inner = pytest.mark.parametrize("inner", INNER.values(), ids=INNER.keys())
every_quenching = pytest.mark.parametrize("quenching", QUENCHING.values(), ids=QUENCHING.keys())


def falling(T):
    """A recoil spectrum as steep as that of a magnetic moment."""
    return np.exp(-T / 8) / T


@every_inner
@every_quenching
def test_probability_is_the_one_of_the_visible_energy(inner, quenching) -> None:
    T = np.geomspace(1e-3, 100, 60)
    response = QuenchedResponse(inner, quenching)
    assert response.matrix(T).tolist() == inner.matrix(quenching.visible(T)).tolist()
    assert response.bin_edges is inner.bin_edges


@every_inner
@every_quenching
def test_panels_resolve_every_branch(inner, quenching) -> None:
    """The rule of the rate integration against thousands of panels, over all recoils up to 90 keVnr."""
    response = QuenchedResponse(inner, quenching)
    counts = fold(response, falling, top=90.0)
    truth = fold_finely(response, falling, 1e-3, 90.0, response.breakpoints)
    assert counts == pytest.approx(truth, rel=1e-7, abs=1e-12)


@every_inner
@every_quenching
def test_support_loses_nothing(inner, quenching) -> None:
    response = QuenchedResponse(inner, quenching)
    low, high = response.support
    assert 1e-3 <= low < high
    outside = np.concatenate([np.geomspace(1e-3, low, 40), np.linspace(high, 3 * high, 40)])
    assert response.matrix(outside[(outside < low) | (outside > high)]).max() < 1e-13


@every_inner
@every_quenching
def test_no_light_gives_no_event_but_noise(inner, quenching) -> None:
    dark = QuenchedResponse(inner, quenching).matrix(np.array([0.0]))[:, 0]
    assert np.all(np.isfinite(dark))
    if inner is INNER["noise"]:
        assert dark[0] > 1e-5
    else:
        assert dark.tolist() == [0.0] * 4


@every_inner
@every_quenching
def test_panels_are_few_and_positive(inner, quenching) -> None:
    edges = panels(QuenchedResponse(inner, quenching))
    assert np.all(np.diff(edges) > 0)
    assert len(edges) < 600


def test_noise_of_dark_recoils_is_kept() -> None:
    """Recoils below the first point of the table make no light, and are still counted as noise."""
    response = QuenchedResponse(INNER["noise"], QUENCHING["dark below"])
    assert response.support[0] == pytest.approx(1e-3)
    leak = response.matrix(np.array([0.01, 3.3]))
    assert leak[:, 0].tolist() == leak[:, 1].tolist()
    share = fold(response, falling, top=3.4)[0] / leak[0, 0]
    assert share == pytest.approx(exp1(1e-3 / 8) - exp1(3.4 / 8), rel=1e-9)


def test_perfect_bins_of_a_curve_that_turns_over_hold_both_branches() -> None:
    quenching = QUENCHING["turns over"]
    response = QuenchedResponse(PerfectResponse(np.array([1.0, 2.0]), ALL), quenching)
    cuts = [(0.2 - s * np.sqrt(0.04 - 0.016 * E)) / 0.008 for s in (1, -1) for E in (1.0, 2.0)]
    held = [1.0 / 0.02, 2.0 / 0.02]  # above 45 keVnr
    assert np.isin(np.round([*cuts, *held], 6), np.round(response.breakpoints, 6)).all()
    a, b, d, c = cuts
    expected = (b - a) + (d - c) + (held[1] - held[0])
    assert fold(response, np.ones_like)[0] == pytest.approx(expected, rel=1e-12)


def test_width_is_bounded_where_the_curve_is_flat() -> None:
    response = QuenchedResponse(INNER["gaussian"], QUENCHING["turns over"])
    width = response.width(np.array([10.0, 25.0, 40.0]))
    sigma = INNER["gaussian"].sigma(np.array([2.5]))[0]
    assert width[1] == pytest.approx(sigma / (2.5 / 25), rel=1e-9)
    assert width[0] < 10


def test_width_ends_a_dark_stretch_at_the_first_light() -> None:
    response = QuenchedResponse(INNER["gaussian"], QUENCHING["dark below"])
    T = np.array([2.0, 3.0, 3.39])
    step = T + 2 * response.width(T)
    assert np.all(step <= 3.4 + 2 * response.width(np.array(3.4)) + 1e-12)


def test_trust_ends_with_the_quenching() -> None:
    assert QuenchedResponse(INNER["poisson"], QUENCHING["constant"]).trusted == (0.0, 60.0)
    assert QuenchedResponse(INNER["poisson"], QUENCHING["lindhard"]).trusted == (0.0, np.inf)


def test_trust_ends_with_the_inner_table() -> None:
    table = MatrixResponse(np.array([0.0, 1.0]), np.array([0.5, 4.0]), np.array([[0.1], [0.9]]))
    assert QuenchedResponse(table, QUENCHING["constant"]).trusted == pytest.approx((0.0, 4.0 / 0.0878))
    assert QuenchedResponse(table, Quenching.constant(0.1, range=(0.0, 20.0))).trusted == (0.0, 20.0)


def test_efficiency_of_the_recoil_energy_multiplies() -> None:
    curve = Efficiency(np.array([5.0, 15.0]), np.array([0.1, 0.9]), of="true")
    plain = QuenchedResponse(INNER["gamma"], QUENCHING["constant"])
    response = QuenchedResponse(INNER["gamma"], QUENCHING["constant"], curve)
    T = np.array([4.0, 10.0, 30.0])
    assert response.matrix(T) == pytest.approx(plain.matrix(T) * [0.0, 0.5, 0.9])
    assert {5.0, 15.0} <= set(response.breakpoints.tolist())


@settings(max_examples=40)
@given(st.floats(0.05, 1.0), st.floats(0.5, 2.0))
def test_constant_quenching_only_rescales_the_energy(Q: float, factor: float) -> None:
    if not 0 < Q * factor <= 1.5:
        return
    response = QuenchedResponse(INNER["gaussian"], Quenching.constant(Q, factor=factor))
    T = np.geomspace(0.01, 100, 30)
    assert response.matrix(T) == pytest.approx(INNER["gaussian"].matrix(Q * factor * T), rel=1e-9, abs=1e-13)
    inner_low, inner_high = INNER["gaussian"].support
    assert response.support == pytest.approx((inner_low / (Q * factor), inner_high / (Q * factor)), rel=1e-9)


@settings(max_examples=40)
@given(st.floats(0.06, 0.3), st.floats(1.0, 92.0))
def test_more_recoil_is_more_likely_above_any_edge(k: float, Z: float) -> None:
    bins = np.array([5.0, 1e4])
    T = np.geomspace(0.1, 100, 40)
    for inner in (PoissonResponse(bins, 13.0, ALL), GammaResponse(bins, 13.0, 9.56, ALL)):
        seen = QuenchedResponse(inner, Quenching.lindhard(Z, k=k)).matrix(T)[0]
        # Exponents of up to 1e4 are rounded at 1e-12.
        assert np.all(np.diff(seen) >= -1e-11)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: QuenchedResponse(INNER["poisson"], QUENCHING["constant"], ALL), "of the true recoil energy"),
        (
            lambda: QuenchedResponse(PerfectResponse(np.array([0.1, 0.2]), ALL), QUENCHING["dark below"]).support,
            "no nuclear recoil has a visible energy of 0.1 to 0.2 keVee",
        ),
    ],
)
def test_wrong_responses_say_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()
