"""Gaussian response with curved efficiencies, noise floors and other widths."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from nulight.detector import (
    Efficiency,
    GaussianResponse,
    LogisticEfficiency,
    PerfectResponse,
    fano_width,
    gaussian_width,
    polynomial_width,
)

GERMANIUM = fano_width(0.0685, 0.00296, 0.11)
CUBIC = [0.073, 0.173, -0.0065, 0.00011]
PANDAX = polynomial_width(CUBIC, upto=30.0)
EDGES = np.linspace(0.2, 1.5, 27)


def by_quadrature(response: GaussianResponse, low: float, high: float, T: float) -> float:
    sigma = float(response.sigma(np.array(T)))
    cuts = [low, high, *response.efficiency.steps, *(T + sigma * np.linspace(-9, 9, 37))]

    def density(E: float) -> float:
        return float(response.efficiency(E)) * norm.pdf(E, T, sigma)

    points = np.unique(np.clip(cuts, low, high))
    return sum(quad(density, a, b, epsabs=1e-15, epsrel=1e-12)[0] for a, b in pairwise(points))


@pytest.mark.parametrize(
    "curve",
    [
        LogisticEfficiency(0.9, 12.0, 0.4),
        LogisticEfficiency(0.9, 500.0, 0.4),  # a step within a bin
        LogisticEfficiency(1.3, 6.0, 0.5, offset=-0.3, threshold=0.33),
    ],
)
@pytest.mark.parametrize("sigma", [GERMANIUM, gaussian_width(0, 0, 1e-3), gaussian_width(0.5, 0)])
def test_logistic_efficiency_is_integrated(curve: LogisticEfficiency, sigma) -> None:
    response = GaussianResponse(EDGES, sigma, curve)
    T = np.array([0.1, 0.25, 0.41, 0.7, 1.4, 1.8])
    matrix = response.matrix(T)
    for i in (0, 3, 4, 12, 25):
        truth = [by_quadrature(response, EDGES[i], EDGES[i + 1], t) for t in T]
        assert matrix[i] == pytest.approx(truth, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("edges", [EDGES, EDGES[[0, -1]], np.array([0.0, 40.0])])
def test_a_curve_that_is_one_leaves_the_closed_form(edges) -> None:
    """Bins of less than one up to five hundred standard deviations."""
    T = np.geomspace(1e-2, 3.0, 200)
    curved = GaussianResponse(edges, GERMANIUM, LogisticEfficiency(2.0, 1.0, -50.0)).matrix(T)
    assert curved == pytest.approx(GaussianResponse(edges, GERMANIUM, Efficiency.constant()).matrix(T), abs=1e-12)


def test_logistic_efficiency_is_the_limit_of_its_table() -> None:
    curve = LogisticEfficiency(0.9, 12.0, 0.4)
    E = np.linspace(0.0, 2.0, 4001)
    T = np.linspace(0.05, 1.6, 50)
    table = GaussianResponse(EDGES, GERMANIUM, Efficiency(E, curve(E))).matrix(T)
    # chord of a curve whose second derivative is at most 0.0963 height slope^2
    error = (E[1] - E[0]) ** 2 / 8 * 0.0963 * 0.9 * 12.0**2
    assert np.abs(table - GaussianResponse(EDGES, GERMANIUM, curve).matrix(T)).max() < error


def test_logistic_efficiency_of_true_energy_multiplies() -> None:
    curve = LogisticEfficiency(0.9, 12.0, 0.4, of="true")
    T = np.linspace(0.05, 1.6, 50)
    response = GaussianResponse(EDGES, GERMANIUM, curve)
    plain = GaussianResponse(EDGES, GERMANIUM, Efficiency.constant()).matrix(T)
    assert response.matrix(T) == pytest.approx(plain * curve(T), rel=1e-14)
    assert np.isin(curve.steps, response.breakpoints).all()


def test_logistic_efficiency_without_smearing() -> None:
    curve = LogisticEfficiency(0.9, 12.0, 0.4, threshold=0.3)
    perfect = PerfectResponse(np.array([0.0, 0.5, 1.0]), curve)
    assert perfect.matrix(np.array([0.0, 0.29, 0.45, 0.7, 1.0])) == pytest.approx(
        np.array([[0, 0, curve(0.45), 0, 0], [0, 0, 0, curve(0.7), 0]])
    )
    assert 0.3 in perfect.breakpoints


def test_noise_leaks_into_the_first_bin_without_any_energy() -> None:
    response = GaussianResponse(np.array([0.2, 0.21, 1.5]), GERMANIUM, Efficiency.constant())
    expected = norm.sf(0.2, scale=0.0685) - norm.sf([0.21, 1.5], scale=0.0685)
    assert np.cumsum(response.matrix(np.array([0.0]))[:, 0]) == pytest.approx(expected, rel=1e-10)
    assert response.support[0] == pytest.approx(1e-3)


def test_no_width_sees_nothing() -> None:
    response = GaussianResponse(np.array([0.0, 1.0]), gaussian_width(0.58, 0.0), Efficiency.constant())
    assert response.matrix(np.array([0.0, 1e-6]))[0] == pytest.approx([0.0, norm.cdf(1e-3 / 0.58)], rel=1e-8)


def test_width_of_germanium() -> None:
    E = np.array([0.0, 1.297, 10.37])
    assert GERMANIUM(E) == pytest.approx(np.sqrt([0.0685**2, 0.0051145532, 0.0685**2 + 0.0003256 * 10.37]), rel=1e-8)


def test_polynomial_is_the_width_and_not_its_ratio_to_the_energy() -> None:
    # sigma / E at 10 keV: 12.6 %; read as a ratio the polynomial would be 126 %.
    assert float(PANDAX(np.array(10.0))) / 10 == pytest.approx(0.1263, rel=1e-12)
    E = np.linspace(0, 30, 7)
    assert PANDAX(E) == pytest.approx(0.073 + 0.173 * E - 0.0065 * E**2 + 0.00011 * E**3, rel=1e-14)


def test_polynomial_that_runs_away_is_refused() -> None:
    """Its width would be 62 keV at 100 keV, so that 7 % of such recoils came back into 1-30 keV."""
    bins = np.array([1.0, 30.0])
    runaway = GaussianResponse(bins, polynomial_width(CUBIC), Efficiency.constant())
    assert runaway.matrix(np.array([100.0]))[0, 0] > 0.07
    with pytest.raises(ValueError, match=r"2706 keV at 310 keV, ten times the last edge.*`upto`"):
        _ = runaway.support
    assert GaussianResponse(bins, PANDAX, Efficiency.constant()).matrix(np.array([100.0]))[0, 0] < 1e-100


def test_polynomial_must_be_positive_where_it_is_needed() -> None:
    falling = polynomial_width([0.5, -0.01])  # negative above 50 keV
    assert GaussianResponse(np.array([1.0, 10.0]), falling, Efficiency.constant()).support[1] < 20
    with pytest.raises(ValueError, match=r"the resolution at 50\.\d* keV is -.* keV, not positive"):
        _ = GaussianResponse(np.array([1.0, 60.0]), falling, Efficiency.constant()).support


@pytest.mark.parametrize("sigma", [GERMANIUM, PANDAX])
def test_support_loses_nothing(sigma) -> None:
    response = GaussianResponse(np.array([1.0, 10.0, 30.0]), sigma, Efficiency.constant())
    low, high = response.support
    outside = np.concatenate([np.geomspace(1e-3, low, 50), np.linspace(high, 2 * high, 50)])
    assert response.matrix(outside).max() < 1e-14


@settings(max_examples=40)
@given(st.floats(0.05, 1.5), st.floats(0.1, 300.0), st.floats(0.0, 2.0), st.floats(-0.5, 0.5), st.floats(1e-3, 0.5))
def test_probability_is_never_made(height, slope, midpoint, offset, noise) -> None:
    curve = LogisticEfficiency(height, slope, midpoint, offset)
    total = GaussianResponse(EDGES, fano_width(noise, 0.003, 0.11), curve).matrix(np.geomspace(1e-3, 5, 60))
    assert np.all(total >= 0)
    assert np.all(total.sum(axis=0) <= min(max(height + offset, 0), 1) + 1e-12)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: fano_width(-0.1, 0.003, 0.1), "noise = -0.1 keV"),
        (lambda: fano_width(0.0, 0.003, 0.0), "noise or the other two positive"),
        (lambda: polynomial_width([]), "at least its constant"),
    ],
)
def test_wrong_widths_say_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize("curve", [Efficiency.constant(), LogisticEfficiency(0.9, 12.0, 0.4)])
def test_speed_is_printed(curve) -> None:
    response, T = GaussianResponse(np.linspace(0.2, 1.5, 131), GERMANIUM, curve), np.geomspace(0.01, 3, 2000)
    start = perf_counter()
    assert response.matrix(T).shape == (130, 2000)
    print(f"Gaussian, {type(curve).__name__}: {1e3 * (perf_counter() - start):.1f} ms for 130 bins x 2000 energies")
