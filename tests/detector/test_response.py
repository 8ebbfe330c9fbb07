"""The response: probability, exactness against quadrature, thresholds, errors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from nulight.data import read_package_table
from nulight.detector.response import Efficiency, GaussianResponse, PerfectResponse, gaussian_width

SIGMA = gaussian_width(0.310, 0.0037)
EDGES = np.arange(1.0, 31.0)
TRUE = np.geomspace(0.2, 60.0, 91)


def xenonnt() -> Efficiency:
    table = read_package_table("experiments/tables/xenonnt_er2022/efficiency.csv")
    return Efficiency(table.numbers("e_keV"), table.numbers("efficiency"))


def by_quadrature(response: GaussianResponse, low: float, high: float, T: float) -> float:
    sigma = float(response.sigma(np.array(T)))
    kinks = response.efficiency.energies
    points = np.unique(np.clip([low, high, *kinks, *(T + sigma * np.arange(-8, 9))], low, high))

    def density(E: float) -> float:
        return float(response.efficiency(E)) * norm.pdf(E, T, sigma)

    return sum(quad(density, a, b, epsabs=1e-14)[0] for a, b in pairwise(points))


@pytest.mark.parametrize("T", [0.4, 1.05, 2.0, 7.3, 29.9, 36.0])
def test_matrix_is_the_integral_of_efficiency_times_gaussian(T: float) -> None:
    response = GaussianResponse(EDGES, SIGMA, xenonnt())
    matrix = response.matrix(np.array([T]))[:, 0]
    for i in (0, 1, 5, 20, 28):
        truth = by_quadrature(response, EDGES[i], EDGES[i + 1], T)
        assert matrix[i] == pytest.approx(truth, rel=1e-9, abs=2e-14)


@pytest.mark.parametrize("beyond", ["hold", "zero"])
def test_efficiency_that_ends_inside_a_bin_is_cut_there(beyond: str) -> None:
    efficiency = Efficiency(np.array([2.0, 4.5]), np.array([0.2, 0.9]), beyond=beyond)
    response = GaussianResponse(np.array([1.0, 3.0, 5.0, 8.0]), SIGMA, efficiency)
    T = np.array([3.0, 4.4, 6.0])
    truth = [[by_quadrature(response, lo, hi, t) for t in T] for lo, hi in ((1.0, 3.0), (3.0, 5.0), (5.0, 8.0))]
    assert response.matrix(T) == pytest.approx(np.array(truth), rel=1e-9, abs=1e-14)


@settings(max_examples=50)
@given(
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=8),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.1),
    st.floats(1e-3, 1.0),
    st.sampled_from(["reconstructed", "true"]),
)
def test_probability_is_never_made(values: list[float], a: float, b: float, c: float, of: str) -> None:
    efficiency = Efficiency(np.linspace(0.0, 30.0, len(values)), np.array(values), of=of)
    total = GaussianResponse(EDGES, gaussian_width(a, b, c), efficiency).matrix(TRUE)
    assert np.all(total >= -1e-12)
    assert np.all(total.sum(axis=0) <= max(values) + 1e-12)


@pytest.mark.parametrize("of", ["reconstructed", "true"])
def test_wide_bins_catch_everything(of: str) -> None:
    response = GaussianResponse(np.array([0.0, 10.0, 200.0]), gaussian_width(0.1, 0.0), Efficiency.constant(0.7, of=of))
    # eight standard deviations from both ends
    assert response.matrix(np.array([1.0, 10.0, 100.0])).sum(axis=0) == pytest.approx(0.7, rel=1e-14)


def test_efficiency_of_true_energy_multiplies_the_gaussian() -> None:
    efficiency = Efficiency(np.array([1.0, 5.0, 20.0]), np.array([0.1, 0.5, 0.9]), of="true")
    response = GaussianResponse(EDGES, SIGMA, efficiency)
    gauss = norm.cdf(EDGES[:, None], TRUE, SIGMA(TRUE))
    assert response.matrix(TRUE) == pytest.approx(np.diff(gauss, axis=0) * efficiency(TRUE), rel=1e-12, abs=1e-15)
    assert response.breakpoints.tolist() == [1.0, 5.0, 20.0]


def test_threshold_of_reconstructed_energy_cuts_inside_a_bin() -> None:
    response = GaussianResponse(np.array([1.0, 2.0, 3.0]), SIGMA, Efficiency.constant(0.8, threshold=1.4))
    T = np.array([0.8, 1.5, 2.5])
    expected = 0.8 * (norm.cdf(2.0, T, SIGMA(T)) - norm.cdf(1.4, T, SIGMA(T)))
    assert response.matrix(T)[0] == pytest.approx(expected, rel=1e-13)


def test_result_does_not_depend_on_chunks_or_order() -> None:
    response = GaussianResponse(EDGES, SIGMA, xenonnt())
    T = np.random.default_rng(0).permutation(np.geomspace(0.2, 60.0, 501))
    single = np.stack([response.matrix(T[i : i + 1])[:, 0] for i in range(0, 501, 25)], axis=1)
    assert response.matrix(T)[:, ::25] == pytest.approx(single, rel=1e-12, abs=1e-15)


def test_merging_bins_adds_probabilities() -> None:
    fine = GaussianResponse(EDGES, SIGMA, xenonnt()).matrix(TRUE)
    coarse = GaussianResponse(EDGES[[0, 4, 29]], SIGMA, xenonnt()).matrix(TRUE)
    assert coarse == pytest.approx(np.add.reduceat(fine, [0, 4], axis=0), rel=1e-11, abs=1e-15)


def test_support_holds_every_energy_that_is_seen() -> None:
    response = GaussianResponse(EDGES, SIGMA, Efficiency.constant())
    low, high = response.support
    outside = np.concatenate([np.geomspace(1e-3, low, 50), np.linspace(high, 3 * high, 50)])
    assert response.matrix(outside).max() < 1e-14
    assert low < 1.0
    assert high > 30.0


def test_no_true_recoil_of_zero_energy() -> None:
    assert GaussianResponse(np.array([0.0, 5.0]), SIGMA, Efficiency.constant()).support[0] >= 1e-3
    assert PerfectResponse(np.array([0.0, 5.0]), Efficiency.constant()).support[0] >= 1e-3


def test_perfect_response_sorts_by_true_energy() -> None:
    response = PerfectResponse(np.array([1.0, 2.0, 4.0]), Efficiency(np.array([0.0, 4.0]), np.array([0.0, 1.0])))
    matrix = response.matrix(np.array([0.9, 1.0, 1.99, 2.0, 3.0, 4.0]))
    assert matrix == pytest.approx(np.array([[0, 0.25, 0.4975, 0, 0, 0], [0, 0, 0, 0.5, 0.75, 0]]))


def test_a_sharp_resolution_is_the_perfect_response() -> None:
    T = np.array([1.3, 1.9, 2.2, 17.5])
    sharp = GaussianResponse(EDGES, gaussian_width(0, 0, 1e-6), xenonnt()).matrix(T)
    assert sharp == pytest.approx(PerfectResponse(EDGES, xenonnt()).matrix(T), abs=1e-9)


def test_shipped_efficiency_has_the_values_of_its_header() -> None:
    efficiency = xenonnt()
    assert efficiency([1.0, 5.0, 29.9]) == pytest.approx([0.074, 0.799, 0.815], abs=1e-3)
    assert efficiency(100.0) == efficiency.values[-1]
    assert efficiency(0.1) == 0


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Efficiency(np.array([1.0, 2.0]), np.array([0.5, 1.2])), r"efficiency 1.2 is outside \[0, 1\]"),
        (lambda: Efficiency(np.array([1.0, 2.0]), np.array([0.5, np.nan])), "efficiency nan"),
        (lambda: Efficiency(np.array([2.0, 1.0]), np.array([0.5, 0.5])), "increasing energies"),
        (lambda: Efficiency(np.array([1.0, np.nan]), np.array([0.5, 0.5])), "increasing energies"),
        (lambda: gaussian_width(-0.1, 0.0), "none negative"),
        (lambda: gaussian_width(0.0, 0.0), "at least one positive"),
        (lambda: GaussianResponse(np.array([2.0, 1.0]), SIGMA, xenonnt()), "bin edges"),
        (lambda: GaussianResponse(np.array([1.0, np.nan]), SIGMA, xenonnt()), "bin edges"),
        (lambda: PerfectResponse(np.array([-1.0, 1.0]), xenonnt()), "bin edges"),
        (lambda: GaussianResponse(EDGES, lambda T: 0 * T, xenonnt()).support, "resolution at .* is 0.0 keV"),
    ],
)
def test_wrong_detectors_say_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()
