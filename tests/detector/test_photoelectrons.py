"""Counters of photoelectrons: Poisson and gamma against scipy.stats and quadrature, limits, speed."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from nulight.detector import (
    Efficiency,
    GammaResponse,
    GaussianResponse,
    LogisticEfficiency,
    PoissonResponse,
    photoelectrons,
)

ALL = Efficiency.constant()
CSI_2021 = LogisticEfficiency(1.32045, 0.285979, 10.8646, offset=-0.333322)
CSI_2017 = LogisticEfficiency(0.6655, 0.4942, 10.8507, threshold=6.0, half_from=5.0)
EDGES_2021 = np.array([8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 38.0, 50.0, 60.0])
LIGHT, B = 13.35, 9.56
ENERGIES = np.array([1e-4, 0.02, 0.1, 0.3, 0.7, 1.5, 3.0, 5.0, 9.0])


def gamma(E, light=LIGHT, b=B):
    """The distribution of E15 in scipy's words."""
    return stats.gamma(1 + b * E, scale=light * E / (1 + b * E))


def by_quadrature(curve, density, lo, hi):
    cuts = [lo, hi, *curve.steps, *(density.mean() + density.std() * np.linspace(-8, 30, 20))]
    points = np.unique(np.clip(cuts, lo, hi))
    pieces = [quad(lambda x: float(curve(x)) * density.pdf(x), a, b, epsabs=1e-14)[0] for a, b in pairwise(points)]
    return sum(pieces)


def test_a_bin_holds_its_whole_numbers() -> None:
    matrix = PoissonResponse(np.array([0.0, 1.0, 6.0, 8.0, 8.5, 30.0]), 13.348, ALL).matrix(ENERGIES)
    pmf = stats.poisson.pmf
    mean = 13.348 * ENERGIES
    assert matrix[0] == pytest.approx(np.exp(-mean), rel=1e-13)
    assert matrix[2] == pytest.approx(pmf(6, mean) + pmf(7, mean), rel=1e-12)
    assert matrix[3] == pytest.approx(pmf(8, mean), rel=1e-12)
    assert matrix[4] == pytest.approx(stats.poisson.cdf(29, mean) - stats.poisson.cdf(8, mean), rel=1e-11, abs=1e-15)


@pytest.mark.parametrize(("at", "shift"), [("count", 0.0), ("centre", 0.5)])
def test_efficiency_of_a_number_is_taken_where_stated(at: str, shift: float) -> None:
    matrix = PoissonResponse(np.array([4.0, 8.0, 20.0]), 13.348, CSI_2017, at).matrix(ENERGIES)
    for row, numbers in zip(matrix, (range(4, 8), range(8, 20)), strict=True):
        truth = sum(CSI_2017(n + shift) * stats.poisson.pmf(n, 13.348 * ENERGIES) for n in numbers)
        assert row == pytest.approx(truth, rel=1e-12)


def test_acceptance_at_five_photoelectrons_is_half() -> None:
    curve = 0.6655 / (1 + np.exp(-0.4942 * (5 - 10.8507)))
    matrix = PoissonResponse(np.array([4.0, 5.0, 6.0]), 13.348, CSI_2017).matrix(np.array([0.4]))[:, 0]
    assert matrix == pytest.approx([0.0, 0.5 * curve * stats.poisson.pmf(5, 13.348 * 0.4)], rel=1e-12)


@pytest.mark.parametrize("light", [4e4, 1e6])
def test_much_light_is_a_gaussian(light: float) -> None:
    """Up to the skewness, 0.4 / (6 sqrt(n)) at each edge, with the half photoelectron between sum and integral."""
    E = np.array([0.995, 1.0, 1.004])
    n = light * np.array([0.99, 0.998, 1.0, 1.01])
    counted = PoissonResponse(n, light, ALL).matrix(E)
    smooth = GaussianResponse((n - 0.5) / light, lambda T: np.sqrt(T / light), ALL).matrix(E)
    assert counted == pytest.approx(smooth, abs=2 * 0.4 / (6 * np.sqrt(light)))


def test_gamma_without_efficiency_is_the_incomplete_gamma_function() -> None:
    edges = np.array([0.0, 0.5, 8.0, 12.0, 60.0, 200.0])
    matrix = GammaResponse(edges, LIGHT, B, ALL).matrix(ENERGIES)
    truth = np.diff([gamma(ENERGIES).cdf(x) for x in edges], axis=0)
    assert matrix == pytest.approx(truth, rel=1e-9, abs=1e-10)


def test_gamma_has_its_mean_and_its_variance() -> None:
    fine = np.linspace(0.0, 400.0, 8001)
    x = (fine[1:] + fine[:-1]) / 2
    E = np.array([0.3, 1.5, 5.0])
    matrix = GammaResponse(fine, LIGHT, B, ALL).matrix(E)
    mean = x @ matrix
    assert mean == pytest.approx(LIGHT * E, rel=1e-5)
    assert x**2 @ matrix - mean**2 == pytest.approx((LIGHT * E) ** 2 / (1 + B * E), rel=1e-4)


@pytest.mark.parametrize(
    "curve", [CSI_2021, CSI_2017, Efficiency(np.array([5.0, 9.0, 30.0]), np.array([0.1, 0.6, 0.9]))]
)
@pytest.mark.parametrize("edges", [EDGES_2021, np.array([0.0, 6.0, 60.0])])
def test_gamma_with_an_efficiency_is_integrated(curve, edges) -> None:
    matrix = GammaResponse(edges, LIGHT, B, curve).matrix(ENERGIES)
    truth = [[by_quadrature(curve, gamma(E), lo, hi) for E in ENERGIES] for lo, hi in pairwise(edges)]
    assert matrix == pytest.approx(np.array(truth), rel=1e-9, abs=1e-12)


def test_linear_efficiency_of_a_gamma_is_a_closed_form() -> None:
    """The integral of x pdf is the mean times the distribution of shape one larger."""
    line = Efficiency(np.array([0.0, 100.0]), np.array([0.0, 1.0]))
    matrix = GammaResponse(EDGES_2021, LIGHT, B, line).matrix(ENERGIES)
    larger = stats.gamma(2 + B * ENERGIES, scale=LIGHT * ENERGIES / (1 + B * ENERGIES))
    truth = LIGHT * ENERGIES / 100 * np.diff([larger.cdf(x) for x in EDGES_2021], axis=0)
    assert matrix == pytest.approx(truth, rel=1e-9, abs=1e-12)


def test_nodes_have_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    E = np.geomspace(1e-3, 20, 200)
    matrix = GammaResponse(np.array([0.0, *EDGES_2021]), LIGHT, B, CSI_2021).matrix(E)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    monkeypatch.setattr(photoelectrons, "_NODES", nodes)
    monkeypatch.setattr(photoelectrons, "_WEIGHTS", weights)
    monkeypatch.setattr(photoelectrons, "_STEP", 0.5)
    finer = GammaResponse(np.array([0.0, *EDGES_2021]), LIGHT, B, CSI_2021).matrix(E)
    assert np.abs(finer - matrix).max() < 1e-9


@pytest.mark.parametrize("b", [1e3, 1e5])
def test_large_b_is_a_gaussian_of_that_width(b: float) -> None:
    E = np.array([0.5, 0.7, 1.0, 1.4])
    edges = np.array([8.0, 12.0, 16.0])
    smooth = GaussianResponse(edges, lambda x: x / np.sqrt(1 + b * x / LIGHT), ALL).matrix(LIGHT * E)
    # Skewness 2 / sqrt(1 + b E), a sixth of it times at most 0.4, at both edges of a bin.
    assert GammaResponse(edges, LIGHT, b, ALL).matrix(E) == pytest.approx(smooth, abs=2 * 0.4 / (3 * np.sqrt(b * 0.5)))


@pytest.mark.parametrize(
    "response",
    [PoissonResponse(np.array([0.0, 4.0, 9.0]), LIGHT, ALL), GammaResponse(np.array([0.0, 9.0]), LIGHT, B, ALL)],
)
def test_no_light_is_no_event(response) -> None:
    assert response.matrix(np.array([0.0, 5e-324, 0.0])).max() == 0.0
    assert response.matrix(np.array([1e-5]))[0, 0] == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("curve", [ALL, LogisticEfficiency(0.9, 3.0, 2.0)])
@pytest.mark.parametrize(
    "make", [lambda c: PoissonResponse(EDGES_2021, LIGHT, c), lambda c: GammaResponse(EDGES_2021, LIGHT, B, c)]
)
def test_efficiency_of_the_visible_energy_multiplies(make, curve) -> None:
    of_true = LogisticEfficiency(0.9, 3.0, 2.0, of="true")
    response = make(of_true)
    assert response.matrix(ENERGIES) == pytest.approx(make(ALL).matrix(ENERGIES) * of_true(ENERGIES), rel=1e-13)
    assert np.isin(of_true.steps, response.breakpoints).all()
    assert len(make(curve).breakpoints) == 0


@settings(max_examples=40)
@given(
    st.floats(1.0, 50.0),
    st.floats(0.3, 50.0),
    st.floats(-0.5, 0.5),
    st.lists(st.floats(1e-4, 10.0), min_size=1, max_size=9),
)
def test_probability_is_never_made(light: float, b: float, offset: float, energies: list[float]) -> None:
    curve = LogisticEfficiency(1.0, 0.3, 10.0, offset)
    edges = np.array([0.0, 3.0, 10.0, 40.0, 100.0])
    for response in (PoissonResponse(edges, light, curve), GammaResponse(edges, light, b, curve)):
        total = response.matrix(np.array(energies))
        assert np.all(total >= 0)
        assert np.all(total.sum(axis=0) <= 1 + 1e-9)


@settings(max_examples=40)
@given(st.floats(1.0, 50.0), st.floats(0.3, 50.0), st.floats(1e-3, 5.0))
def test_bins_that_hold_everything_hold_it_all(light: float, b: float, E: float) -> None:
    edges = np.array([0.0, 5.0, 40.0, 20000.0])
    assert PoissonResponse(edges, light, ALL).matrix(np.array([E])).sum() == pytest.approx(1, abs=1e-10)
    assert GammaResponse(edges, light, b, ALL).matrix(np.array([E])).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    "response",
    [
        PoissonResponse(np.arange(6.0, 31.0, 2.0), 13.348, ALL),
        PoissonResponse(np.array([0.0, 4.0]), 13.348, ALL),
        GammaResponse(EDGES_2021, LIGHT, B, ALL),
        GammaResponse(np.array([0.0, 4.0]), LIGHT, 0.05, ALL),
    ],
)
def test_support_loses_nothing(response) -> None:
    low, high = response.support
    outside = np.concatenate([np.geomspace(1e-3, low, 40), np.linspace(high, 3 * high, 40)])
    assert response.matrix(outside[(outside < low) | (outside > high)]).max() < 1e-14
    inside = np.geomspace(low, high, 400)
    assert response.matrix(inside).sum(axis=0).min() > 0


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: PoissonResponse(np.array([6.2, 6.8]), 13.0, ALL), "the bin 6.2 to 6.8 PE holds no whole number"),
        (lambda: PoissonResponse(np.array([6.0, 8.0]), 0.0, ALL), "light yield 0.0 PE/keVee must be positive"),
        (lambda: PoissonResponse(np.array([8.0, 6.0]), 13.0, ALL), "bin edges"),
        (lambda: GammaResponse(EDGES_2021, np.inf, B, ALL), "light yield inf"),
        (lambda: GammaResponse(EDGES_2021, LIGHT, 0.0, ALL), "b = 0.0 per keVee must be positive"),
    ],
)
def test_wrong_counters_say_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize(
    "response",
    [PoissonResponse(np.arange(6.0, 31.0, 2.0), 13.348, CSI_2017), GammaResponse(EDGES_2021, LIGHT, B, CSI_2021)],
)
def test_speed_is_printed(response) -> None:
    T = np.geomspace(0.01, 10, 2000)
    start = perf_counter()
    assert response.matrix(T).shape[1] == 2000
    print(f"{type(response).__name__}: {1e3 * (perf_counter() - start):.1f} ms for 2000 energies")
