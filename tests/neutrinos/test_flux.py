"""Moments of fluxes against closed forms and adaptive quadrature; density matrices between bases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import unitary_group

from nulight.data import read_package_table
from nulight.neutrinos.flux import Flux, pure_flavour

ELECTRON = pure_flavour("nu_e")


def parabola(E: np.ndarray) -> np.ndarray:
    return (1e6 * E**2 * (420.0 - E))[None]


def parabola_moment(E_min: float, k: int) -> float:
    """Closed form of the integral of E^(2-k) (420 - E) from E_min to 420."""

    def primitive(E: float) -> float:
        return 420.0 * E ** (3 - k) / (3 - k) - E ** (4 - k) / (4 - k)

    return 1e6 * (primitive(420.0) - primitive(E_min))


@pytest.fixture
def spectrum() -> Flux:
    return Flux.from_density("pp", [1.0, 100.0, 420.0], parabola, matrices=ELECTRON)


@pytest.fixture
def lines() -> Flux:
    return Flux.from_lines("Cr51", [747.0, 427.0], [[0.9], [0.1]], matrices=ELECTRON)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_moments_of_a_polynomial_are_its_integrals(spectrum: Flux, k: int) -> None:
    for E_min in (1.0, 3.3, 57.0, 100.0, 250.0, 400.0):
        assert spectrum.moments(E_min)[k, 0] == pytest.approx(parabola_moment(E_min, k), rel=1e-12, abs=0)


def parabola_log_moment(E_min: float) -> float:
    """Closed form of the integral of E^2 (420 - E) ln E from E_min to 420, by parts."""

    def primitive(E: float) -> float:
        return (420.0 * E**3 / 3 - E**4 / 4) * np.log(E) - 420.0 * E**3 / 9 + E**4 / 16

    return 1e6 * (primitive(420.0) - primitive(E_min))


def test_logarithmic_moment_is_its_integral(spectrum: Flux) -> None:
    for E_min in (1.0, 3.3, 57.0, 100.0, 250.0):
        assert spectrum.moments(E_min, log=True)[3, 0] == pytest.approx(parabola_log_moment(E_min), rel=1e-12, abs=0)
    assert np.array_equal(spectrum.moments([3.3, 57.0], log=True)[:3], spectrum.moments([3.3, 57.0]))


def test_logarithmic_moment_of_lines_counts_each_line_with_its_logarithm(lines: Flux) -> None:
    log = lines.moments([100.0, 500.0, 800.0], log=True)[3, 0]
    assert log == pytest.approx([0.9 * np.log(747.0) + 0.1 * np.log(427.0), 0.9 * np.log(747.0), 0.0], rel=1e-14, abs=0)


@settings(max_examples=30)
@given(st.floats(0.5, 430.0), st.floats(0.5, 1e3))
def test_logarithmic_moment_changes_with_the_unit_by_the_plain_one(E_min: float, unit: float) -> None:
    plain, log = Flux.from_density("pp", [1.0, 420.0], parabola, matrices=ELECTRON).moments(E_min, log=True)[[0, 3], 0]

    def scaled(E: np.ndarray) -> np.ndarray:
        return parabola(E * unit) * unit

    other = Flux.from_density("pp", [1.0 / unit, 420.0 / unit], scaled, matrices=ELECTRON)
    moved = other.moments(E_min / unit, log=True)[3, 0]
    assert moved == pytest.approx(log - np.log(unit) * plain, rel=1e-10, abs=1e-10 * abs(log))


def test_moments_keep_their_digits_at_the_end_point(spectrum: Flux) -> None:
    # phi = a E^2 d with d = 420 - E: the integral above E is a E^2 d^2 / 2 to first order in d
    d = 1e-4
    assert spectrum.moments(420.0 - d)[0, 0] == pytest.approx(1e6 * 420.0**2 * d**2 / 2, rel=1e-6, abs=0)


def test_moments_vanish_above_the_spectrum_and_saturate_below(spectrum: Flux) -> None:
    assert np.all(spectrum.moments([420.0, 1e4, np.inf]) == 0)
    assert np.array_equal(spectrum.moments(0.0), spectrum.moments(1.0))
    assert spectrum.total()[0] == pytest.approx(parabola_moment(1.0, 0), rel=1e-13, abs=0)


@given(st.lists(st.floats(1.0, 430.0), min_size=2, max_size=20))
def test_moments_fall_with_the_lower_limit(energies: list[float]) -> None:
    flux = Flux.from_density("pp", [1.0, 420.0], parabola, matrices=ELECTRON)
    moments = flux.moments(np.sort(energies))
    assert np.all(np.diff(moments, axis=-1) <= 1e-13 * moments[..., :1])


def test_a_kinked_table_is_integrated_exactly() -> None:
    table = read_package_table("data/solar/spectrum_b8_winter.csv")
    E, shape = table.numbers("e_MeV")[1:160] * 1e3, table.numbers("shape")[1:160]

    def density(x: np.ndarray) -> np.ndarray:
        return np.interp(x, E, shape)[None]

    flux = Flux.from_density("B8", E, density, matrices=ELECTRON)
    for k, E_min in ((0, 120.0), (1, 5123.0), (2, 10000.0), (0, 14950.0)):
        pieces = np.concatenate([[E_min], E[E_min < E]])
        truth = sum(
            quad(lambda x: density(x)[0] / x**k, a, b, epsabs=0, epsrel=1e-12)[0]  # noqa: B023
            for a, b in pairwise(pieces)
        )
        assert flux.moments(E_min)[k, 0] == pytest.approx(truth, rel=1e-11, abs=0)


def test_density_returns_the_function_and_zero_outside(spectrum: Flux) -> None:
    E = np.array([[2.0, 50.0], [300.0, 419.0]])
    assert spectrum.density(E)[0] == pytest.approx(parabola(E)[0], rel=1e-12, abs=0)
    assert np.all(spectrum.density([0.5, 421.0]) == 0)


def test_a_line_counts_at_exactly_its_energy(lines: Flux) -> None:
    above = lines.moments([426.9, 427.0, 427.1, 747.0, 747.1])
    assert above[0, 0] == pytest.approx([1.0, 1.0, 0.9, 0.9, 0.0])
    assert above[1, 0, -2] == pytest.approx(0.9 / 747.0)
    assert above[2, 0, -2] == pytest.approx(0.9 / 747.0**2)


def test_lines_are_sorted_and_have_no_density(lines: Flux) -> None:
    assert lines.edge_energies.tolist() == [427.0, 747.0]
    assert lines.E_max == 747.0
    assert np.all(lines.density([427.0, 500.0]) == 0)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_direct_integration_equals_the_moments(spectrum: Flux, lines: Flux, power: int) -> None:
    E_min = np.array([[0.5, 20.0, 77.0], [333.0, 419.0, 800.0]])
    for flux in (spectrum, lines):
        direct = flux.integrate(lambda E: E**-power, E_min)
        assert direct == pytest.approx(flux.moments(E_min)[power], rel=1e-12, abs=0)


def test_direct_integration_ignores_what_a_function_says_below_the_limit(spectrum: Flux, lines: Flux) -> None:
    E_min = np.array([50.0, 430.0, 760.0])
    for flux in (spectrum, lines):
        values = flux.integrate(lambda E: np.where(E >= E_min, 1.0, np.nan), E_min)
        assert values == pytest.approx(flux.moments(E_min)[0], rel=1e-12, abs=0)


def test_scaling_scales_everything(spectrum: Flux, lines: Flux) -> None:
    for flux in (spectrum, lines):
        assert flux.scaled(2.5).moments(30.0) == pytest.approx(2.5 * flux.moments(30.0), rel=1e-15, abs=0)
        assert flux.scaled(2.5).density(30.0) == pytest.approx(2.5 * flux.density(30.0), rel=1e-15, abs=0)


@settings(max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from(["nu", "nubar"]))
def test_flavour_matrices_keep_trace_and_hermiticity(seed: int, helicity: str) -> None:
    rng = np.random.default_rng(seed)
    U = unitary_group.rvs(3, random_state=rng)
    P = np.stack([np.diag(row) for row in np.eye(3)]).astype(complex)
    flux = Flux.from_lines("x", [1.0], [[0.2, 0.3, 0.5]], matrices=P, basis="mass", helicity=helicity)
    R = flux.flavour_matrices(U)
    assert np.trace(R, axis1=1, axis2=2) == pytest.approx(np.ones(3))
    assert np.swapaxes(R, 1, 2).conj() == pytest.approx(R)
    # probability of flavour a in mass state j is |U_aj|^2 for both helicities
    assert np.einsum("jaa->aj", R) == pytest.approx(np.abs(U) ** 2)


def test_antineutrinos_have_the_conjugate_density_matrix() -> None:
    U = unitary_group.rvs(3, random_state=np.random.default_rng(3))
    P = np.diag([1.0, 0, 0])[None].astype(complex)
    nu, nubar = (
        Flux.from_lines("x", [1.0], [[1.0]], matrices=P, basis="mass", helicity=h).flavour_matrices(U)
        for h in ("nu", "nubar")
    )
    # <nu_a|nu_1> = U_a1, so rho_ab = U_a1 conj(U_b1)
    assert nu[0] == pytest.approx(np.outer(U[:, 0], U[:, 0].conj()))
    assert nubar == pytest.approx(nu.conj())


@pytest.mark.parametrize("name", ["e", "nu_e", "nubar_e"])
def test_pure_flavour_is_a_projector(name: str) -> None:
    assert pure_flavour(name)[0].real.tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert pure_flavour(name, n=4).shape == (1, 4, 4)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: pure_flavour("nu_x"), "unknown flavour 'nu_x'"),
        (lambda: Flux.from_density("pp", [0.0, 1.0], parabola, matrices=ELECTRON), "increasing from above zero"),
        (lambda: Flux.from_density("pp", [2.0, 1.0], parabola, matrices=ELECTRON), "increasing from above zero"),
        (lambda: Flux.from_density("pp", [1.0, 2.0], lambda E: E[None] * np.nan, matrices=ELECTRON), "not finite"),
        (lambda: Flux.from_density("pp", [1.0, 2.0], parabola, matrices=np.eye(3)), "shape"),
        (lambda: Flux.from_lines("Cr", [-1.0], [[1.0]], matrices=ELECTRON), "positive energies"),
        (lambda: Flux.from_lines("Cr", [1.0], [[1.0], [2.0]], matrices=ELECTRON), "one row of weights"),
        (lambda: Flux.from_lines("Cr", [1.0], [[1.0]], matrices=[[[0, 1], [0, 0]]]), "Hermitian"),
        (lambda: Flux.from_lines("Cr", [1.0], [[1.0]], matrices=ELECTRON).scaled(-1.0), "cannot scale"),
    ],
)
def test_wrong_fluxes_say_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()
