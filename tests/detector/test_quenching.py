"""Quenching curves: published values, the unit trap, ranges, branches, errors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from nulight.detector import Quenching

CSI_2021 = [0.0554628, 4.30681, -111.707, 840.384]
VARIANTS = [
    CSI_2021,
    [0.0613632, 3.51547, -85.5548, 595.562],
    [0.0495624, 5.09815, -137.858, 1085.2],
    [0.055413, 3.93597, -93.1045, 630.092],
    [0.0555126, 4.67765, -130.309, 1050.68],
]
FEF = ([0.0, 0.5, 1.0, 2.0], [0.4361, 0.33, 0.244, 0.21])

CURVES = {
    "constant": Quenching.constant(0.0878, range=(0.0, 60.0)),
    "table": Quenching.table(*FEF),
    "table, dark below": Quenching.table([3.4, 8.0, 16.0, 64.0], [0.086, 0.094, 0.1, 0.088]),
    "table, held below": Quenching.table([3.4, 8.0, 16.0, 64.0], [0.086, 0.094, 0.1, 0.088], below="hold"),
    "polynomial": Quenching.polynomial(CSI_2021, unit=1000.0, range=(0.0, 60.0)),
    "argon": Quenching.polynomial([0.246, 0.00078], range=(0.0, 200.0)),
    "lindhard": Quenching.lindhard(32, k=0.157),
    "turns over": Quenching.polynomial([0.4, -0.01], range=(0.0, 30.0)),  # highest at 20 keVnr
    "scaled": Quenching.lindhard(54, 131.3, range=(0.5, 80.0), below="hold", factor=0.9),
}
each = pytest.mark.parametrize("quenching", CURVES.values(), ids=CURVES.keys())


def test_constant() -> None:
    T = np.array([0.0, 1.0, 20.0])
    assert CURVES["constant"].visible(T) == pytest.approx(0.0878 * T, rel=1e-15)


def test_polynomial_takes_and_returns_mega_electronvolts() -> None:
    x = 0.020
    in_MeV = 0.0554628 * x + 4.30681 * x**2 - 111.707 * x**3 + 840.384 * x**4
    assert CURVES["polynomial"].visible(20.0) == pytest.approx(1000 * in_MeV, rel=1e-13)
    assert CURVES["polynomial"].visible(20.0) / 20 == pytest.approx(0.10364, abs=1e-5)  # Q_f near 10 %


def test_polynomial_in_the_wrong_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="check the unit of the coefficients"):
        Quenching.polynomial(CSI_2021, range=(0.0, 60.0))


def test_polynomial_of_cesium_iodide_beyond_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a recoil of 16\d\.\d keVnr would be seen as 25\d\.?\d* keVee, Q_f = 1.5"):
        Quenching.polynomial(CSI_2021, unit=1000.0)


@pytest.mark.parametrize("coefficients", VARIANTS)
def test_visible_energy_of_cesium_iodide_rises_up_to_60_kevnr(coefficients) -> None:
    """Q_f itself is highest near 25 keVnr and falls after that."""
    quenching = Quenching.polynomial(coefficients, unit=1000.0, range=(0.0, 60.0))
    assert len(quenching.turning_points) == 0
    Q = quenching.visible(np.array([5.0, 25.0, 55.0])) / [5.0, 25.0, 55.0]
    assert Q[1] > Q[0]
    assert Q[1] > Q[2]


def test_argon_is_linear_in_the_quenching_factor() -> None:
    T = np.array([1.0, 20.0, 125.0])
    assert CURVES["argon"].visible(T) / T == pytest.approx(0.246 + 0.00078 * T, rel=1e-14)


@pytest.mark.parametrize(("Z", "A", "k"), [(32, 72.63, 0.157), (54, 131.29, 0.166), (14, 28.09, 0.146)])
def test_default_of_lindhard_is_the_known_k(Z, A, k) -> None:
    given_k = Quenching.lindhard(Z, k=0.133 * Z ** (2 / 3) / math.sqrt(A)).visible(1.0)
    assert Quenching.lindhard(Z, A).visible(1.0) == pytest.approx(float(given_k), rel=1e-14)
    assert float(Quenching.lindhard(Z, A).visible(1.0)) == pytest.approx(
        float(Quenching.lindhard(Z, k=k).visible(1.0)), rel=5e-3
    )


def test_lindhard_in_germanium() -> None:
    """0.171 at 1 keVnr for k = 0.157, as in comparisons with the Dresden-II curves."""
    eps = 11.5 * 32 ** (-7 / 3)
    kg = 0.157 * (3 * eps**0.15 + 0.7 * eps**0.6 + eps)
    assert CURVES["lindhard"].visible(1.0) == pytest.approx(kg / (1 + kg), rel=1e-14)
    assert CURVES["lindhard"].visible(1.0) == pytest.approx(0.171, abs=5e-4)


def test_table_is_linear_in_the_quenching_factor() -> None:
    T = np.array([0.25, 0.75, 1.5])
    assert CURVES["table"].visible(T) / T == pytest.approx([(0.4361 + 0.33) / 2, (0.33 + 0.244) / 2, 0.227], rel=1e-14)


@each
def test_slope_is_the_derivative(quenching: Quenching) -> None:
    T = np.array([0.3, 0.9, 3.0, 5.0, 12.0, 29.0, 59.0, 75.0, 150.0])
    h = 1e-5 * T
    numeric = (quenching.visible(T + h) - quenching.visible(T - h)) / (2 * h)
    assert quenching.slope(T) == pytest.approx(numeric, rel=1e-7, abs=1e-9)


@each
def test_last_value_is_held_and_not_trusted(quenching: Quenching) -> None:
    end = quenching.range[1]
    assert quenching.trusted == (0.0, end)
    if np.isfinite(end):
        held = quenching.visible(end) / end
        assert quenching.visible(np.array([1.5, 10.0]) * end) == pytest.approx(held * np.array([1.5, 10.0]) * end)


def test_below_the_range_there_is_no_light_or_the_first_value() -> None:
    dark, held = CURVES["table, dark below"], CURVES["table, held below"]
    T = np.array([0.0, 1e-3, 3.39, 3.4, 5.0])
    assert dark.visible(T)[:3].tolist() == [0.0, 0.0, 0.0]
    assert held.visible(T)[:3] == pytest.approx(0.086 * T[:3], rel=1e-13)
    assert dark.visible(T)[3:] == pytest.approx(held.visible(T)[3:], rel=1e-15)
    assert dark.slope(1.0) == 0
    assert held.slope(1.0) == pytest.approx(0.086)


def test_factor_multiplies() -> None:
    T = np.geomspace(0.1, 200, 50)
    full = Quenching.lindhard(54, 131.3, range=(0.5, 80.0), below="hold")
    assert CURVES["scaled"].visible(T) == pytest.approx(0.9 * full.visible(T), rel=1e-14)


@each
def test_zero_energy_is_dark_without_warnings(quenching: Quenching) -> None:
    assert quenching.visible(0.0) == 0.0
    assert np.all(np.isfinite(quenching.slope(np.array([0.0, 1e-12]))))


@each
def test_preimages_are_preimages(quenching: Quenching) -> None:
    E = np.array([0.05, 0.31, 1.7, 3.0])
    T = quenching.preimages(E)
    assert np.min(np.abs(quenching.visible(T)[:, None] / E - 1), axis=1) == pytest.approx(0, abs=1e-9)
    for target in E[E > 0.4]:  # every curve passes these without a jump
        assert np.min(np.abs(quenching.visible(T) / target - 1)) < 1e-9


def test_every_branch_of_a_curve_that_turns_over_is_found() -> None:
    quenching = CURVES["turns over"]
    assert quenching.turning_points == pytest.approx([20.0], rel=1e-12)
    root = math.sqrt(0.4**2 - 4 * 0.01 * 3.9)
    third = 3.9 / 0.1  # above 30 keVnr Q_f = 0.1 is held
    expected = [(0.4 - root) / 0.02, (0.4 + root) / 0.02, third]
    assert quenching.preimages(3.9) == pytest.approx(expected, rel=1e-12)
    assert quenching.preimages(5.0) == pytest.approx([50.0])


def test_energies_that_are_jumped_over_have_no_preimage() -> None:
    quenching = CURVES["table, dark below"]  # the first light is 0.2924 keVee
    assert len(quenching.preimages([0.1, 0.29])) == 0
    assert len(quenching.preimages(0.3)) == 1
    assert len(quenching.preimages(0.0)) == 0


@settings(max_examples=50)
@given(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=8), st.floats(0.05, 20.0))
def test_preimages_of_any_table(values: list[float], E: float) -> None:
    """As many as sign changes on a much finer grid, each where bracketing puts it."""
    quenching = Quenching.table(np.linspace(0.0, 40.0, len(values)), values)
    T = np.linspace(1e-3, E / values[-1] + 40.0, 400_001)
    difference = quenching.visible(T) - E
    cells = np.flatnonzero(np.diff(difference > 0))
    roots = [brentq(lambda t: float(quenching.visible(t)) - E, T[i], T[i + 1], xtol=1e-14) for i in cells]
    found = quenching.preimages(E)
    for root in roots:
        assert np.min(np.abs(found / root - 1)) < 1e-6
    assert np.all(np.abs(quenching.visible(found) / E - 1) < 1e-9)


@settings(max_examples=50)
@given(st.floats(1.0, 92.0), st.floats(0.05, 0.3), st.floats(0.01, 1e4))
def test_lindhard_is_a_quenching_factor_that_rises(Z: float, k: float, T: float) -> None:
    Q = Quenching.lindhard(Z, k=k).visible(np.array([T, 1.1 * T])) / [T, 1.1 * T]
    assert 0 < Q[0] < Q[1] < 1


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Quenching.constant(8.78), "Q_f = 8.78, outside 0 to 1.5"),
        (lambda: Quenching.constant(0.0), "Q_f is zero at the end of the quenching range"),
        (lambda: Quenching.constant(0.1, range=(5.0, 5.0)), "quenching range 5 to 5 keVnr must increase"),
        (lambda: Quenching.constant(0.1, range=(-1.0, 5.0)), "not be negative"),
        (lambda: Quenching.constant(0.1, factor=0.0), "factor of scale 0.0 must be positive"),
        (lambda: Quenching.table([1.0], [0.1]), "at least two points"),
        (lambda: Quenching.table([2.0, 1.0], [0.1, 0.1]), "increasing recoil energies"),
        (lambda: Quenching.table([1.0, 2.0], [0.1, -0.1]), "a recoil of 1.* keVnr would be seen as -.* keVee"),
        (lambda: Quenching.polynomial([0.4, -0.01], range=(0.0, 50.0)), "a recoil of 40.* keVnr would be seen as -"),
        (lambda: Quenching.polynomial([]), "needs at least the coefficient of x"),
        (lambda: Quenching.lindhard(32), "needs k, or the mass number A"),
        (lambda: Quenching.lindhard(-32, k=0.1), "Z = -32 and k = 0.1 must be positive"),
    ],
)
def test_wrong_quenching_says_what_is_wrong(make, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()
