"""Dark-sector loops against Feynman-parameter integrals, 50-digit closed forms and known physics."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import G_F, HBAR_C, M_LEPTON, M_W
from nulight.models.dark_sector import (
    anapole_band,
    scalar_loop_anapole,
    scalar_loop_function,
    vector_loop_anapole,
    vector_loop_function,
)
from nulight.models.standard_model import standard_model_anapole
from nulight.units import MeV

SCALAR_ZERO, VECTOR_ZERO = 8.577356792598679, 34.82632717220013


def exact_scalar(x):
    return (3 * (1 - x) + (2 + x) * mp.log(x)) / (1 - x) ** 2


def exact_vector(x):
    return (3 * (x - 1) * (x - 2) - (x * x - 8 * x + 4) * mp.log(x)) / (1 - x) ** 2


def integrals(x):
    """Photon on the fermion and on the boson: (scalar loop), (vector loop without its Goldstone part)."""

    def over_s(integrand):
        return mp.quad(integrand, [0, 0.5, 1])

    def d_f(s):
        return 1 - s + s * x

    def d_b(s):
        return s + (1 - s) * x

    scalar = (
        over_s(lambda s: -(s**3) * (2 / d_f(s) + x / d_f(s) ** 2)),
        over_s(lambda s: s**3 / d_b(s)),
    )
    vector = (
        over_s(lambda s: 2 * s**3 * (2 / d_f(s) + x / d_f(s) ** 2) + 12 * s * (1 - s) / d_f(s)),
        over_s(lambda s: (12 * s**2 - 2 * s**3) / d_b(s)),
    )
    return scalar, vector


X_CHECKED = ["1e-3", "0.03", "0.5", "0.99", "1", "1.2", "4", "30", "1000"]


@pytest.mark.parametrize("x", X_CHECKED)
def test_loop_functions_equal_their_feynman_parameter_integrals(x):
    # The quadrature is good to 1e-12 or better; the tolerance is that of a double.
    x = mp.mpf(x)
    with mp.workdps(30):
        scalar, vector = integrals(x)
        goldstone = -x * sum(scalar)
    assert float(scalar_loop_function(float(x))) == pytest.approx(float(sum(scalar)), rel=1e-12, abs=0)
    assert float(vector_loop_function(float(x))) == pytest.approx(float(sum(vector) + goldstone), rel=1e-12, abs=0)


@pytest.mark.parametrize("x", ["0.01", "0.4", "3", "50"])
def test_vector_loop_halves_are_the_inami_lim_penguins(x):
    # F_gamma: photon on the W, zero at x = 0 (light neutrinos). D_0: b -> s photon penguin, with
    # charge 2/3 on the quark and -1 on the outgoing W. Both are textbook functions.
    x = mp.mpf(x)
    with mp.workdps(40):
        (scalar_f, scalar_b), (vector_f, vector_b) = integrals(x)
        on_fermion, on_boson = vector_f - x * scalar_f, vector_b - x * scalar_b
        log = mp.log(x)
        f_gamma = x * (7 * x**2 - x - 12) / (12 * (1 - x) ** 3)
        f_gamma -= x**2 * (x**2 - 10 * x + 12) / (6 * (1 - x) ** 4) * log
        d_0 = -4 * log / 9 + (-19 * x**3 + 25 * x**2) / (36 * (x - 1) ** 3)
        d_0 += x**2 * (5 * x**2 - 2 * x - 6) / (18 * (x - 1) ** 4) * log
        assert mp.almosteq(on_boson, mp.mpf(16) / 3 + 6 * f_gamma, rel_eps=mp.mpf("1e-15"))
        assert mp.almosteq(on_fermion / 9 + f_gamma - mp.mpf(2) / 27, d_0, rel_eps=mp.mpf("1e-15"))


@pytest.mark.parametrize("x", ["0.01", "0.5", "3", "50"])
def test_scalar_loop_is_the_light_limit_of_the_dark_matter_anapole(x):
    # arXiv:1401.6457 in mu = m_phi^2/m^2, eps = m_chi^2/m^2; corrections are of order 1/mu.
    with mp.workdps(60):
        mu = mp.mpf(10) ** 12
        eps = mp.mpf(x) * mu
        root = mp.sqrt((mu - 1 - eps) ** 2 - 4 * eps)
        bracket = 1.5 * mp.log(mu / eps) - (1 + 3 * mu - 3 * eps) / root * mp.atanh(root / (mu - 1 + eps))
        expected = float(bracket * mu)
    assert float(scalar_loop_function(float(x))) == pytest.approx(expected, rel=1e-11, abs=0)


def mass_ratios():
    wide = np.logspace(-12, 12, 601)
    near = np.logspace(-15.6, -0.05, 300)
    x = np.concatenate([wide, 1 + near, 1 - near, 1 + 10.0 ** np.arange(-15, -1), 1 - 10.0 ** np.arange(-15, -1)])
    return x[x != 1]


@pytest.mark.parametrize(
    ("function", "exact", "zero"),
    [(scalar_loop_function, exact_scalar, SCALAR_ZERO), (vector_loop_function, exact_vector, VECTOR_ZERO)],
)
def test_loop_functions_are_accurate_to_1e12_through_equal_masses(function, exact, zero):
    # Relative to the value; within 10 % of the zero, where that means nothing, to the value 10 % away.
    x = mass_ratios()
    with mp.workdps(50):
        reference = np.array([float(exact(mp.mpf(v))) for v in x])
        beside_zero = abs(float(exact(mp.mpf(1.1 * zero))))
    scale = np.where(np.abs(x / zero - 1) < 0.1, beside_zero, np.abs(reference))
    assert np.all(np.abs(function(x) - reference) < 1e-12 * scale)


def test_loop_functions_have_their_limits():
    assert float(scalar_loop_function(1.0)) == -0.5
    assert float(vector_loop_function(1.0)) == 7.5
    small, large = 1e-12, 1e12  # corrections of order x ln x and ln(x)/x
    assert float(scalar_loop_function(small)) == pytest.approx(3 + 2 * np.log(small), rel=1e-11, abs=0)
    assert float(vector_loop_function(small)) == pytest.approx(6 - 4 * np.log(small), rel=1e-10, abs=0)
    assert float(scalar_loop_function(large)) == pytest.approx((np.log(large) - 3) / large, rel=1e-10, abs=0)
    assert float(vector_loop_function(large)) == pytest.approx(3 - np.log(large), rel=1e-10, abs=0)


def test_loop_functions_stay_finite_at_extreme_mass_ratios():
    x = np.array([1e-300, 1e-160, 1e160, 1e300])
    assert np.all(np.isfinite(scalar_loop_function(x)))
    assert np.all(np.isfinite(vector_loop_function(x)))


def test_scalar_loop_changes_sign_at_its_single_zero():
    assert SCALAR_ZERO == pytest.approx(8.5774, abs=5e-5)
    x = np.logspace(-12, 12, 4801)
    np.testing.assert_array_equal(np.sign(scalar_loop_function(x)), np.where(x < SCALAR_ZERO, -1, 1))
    # f has slope f'(x0) of order 0.01: the value at the rounded zero is below 1e-16.
    assert abs(float(scalar_loop_function(SCALAR_ZERO))) < 1e-16


@given(x=st.floats(1e-10, 1e10))
def test_scalar_loop_with_exchanged_masses_obeys_its_reflection(x):
    # f(x) + f(1/x)/x = [(2 + x) - (2x + 1)] ln x / (1 - x)^2: the polynomial parts cancel.
    total = float(scalar_loop_function(x)) + float(scalar_loop_function(1 / x)) / x
    assert total == pytest.approx(-1.0 if x == 1 else -np.log(x) / (x - 1), rel=1e-12, abs=0)


def test_w_loop_gives_the_standard_model_anapole():
    # |v_L|^2 = g^2/2 = 2 sqrt2 G_F m_W^2. The exact mass dependence adds 3x + 3 x^2 ln x to
    # 6 - 4 ln x: 4e-5 relative for the tau, less for the others.
    v_left = np.sqrt(2 * np.sqrt(2) * G_F) * M_W
    ours = vector_loop_anapole(np.array(M_LEPTON), M_W, epsilon=1.0, v_left=v_left)
    assert ours[0] == pytest.approx(1.379e-33, rel=2e-4, abs=0)
    x = (np.array(M_LEPTON) / M_W) ** 2
    correction = (3 * x + 3 * x**2 * np.log(x)) / (6 - 4 * np.log(x))
    # Next order x^2, below 3e-7; rounding 1e-14.
    np.testing.assert_allclose(ours / standard_model_anapole() - 1, correction, atol=1e-14 + float(x.max()) ** 2)


def test_light_fermion_vector_loop_has_twice_the_logarithm_of_the_scalar_loop():
    ratio = vector_loop_function(1e-8) - vector_loop_function(1e-10)
    assert ratio / (scalar_loop_function(1e-8) - scalar_loop_function(1e-10)) == pytest.approx(-2, rel=1e-6, abs=0)


def test_scalar_anapole_at_equal_masses_by_hand():
    # -eps / (192 pi^2 m^2), m = 10 MeV, in (hbar c)^2 = 3.893794e-22 MeV^2 cm^2.
    by_hand = -1e-3 / (192 * np.pi**2 * 100) * 3.893794e-22
    assert float(scalar_loop_anapole(10 * MeV, 10 * MeV, epsilon=1e-3)) == pytest.approx(by_hand, rel=1e-6, abs=0)


@given(
    m=st.floats(1e2, 1e7),
    ratio=st.floats(0.01, 100),
    scale=st.floats(0.1, 10),
    epsilon=st.floats(1e-8, 1e-2),
    left=st.floats(0, 2),
    right=st.floats(0, 2),
)
def test_anapole_scales_with_masses_mixing_and_chirality(m, ratio, scale, epsilon, left, right):
    one = float(scalar_loop_anapole(m * ratio, m, epsilon=1.0))
    scaled = float(scalar_loop_anapole(scale * m * ratio, scale * m, epsilon=epsilon, c_left=left, c_right=right))
    # x of the scaled masses may differ by rounding, which f amplifies near its zero only.
    slack = 1e-13 / float(m) ** 2 * HBAR_C**2
    expected = one * epsilon * (left**2 - right**2) / scale**2
    assert scaled == pytest.approx(expected, rel=1e-10, abs=epsilon * slack)


def test_band_spans_its_curves():
    m_chi = np.geomspace(1 * MeV, 1e3 * MeV, 61)
    band = anapole_band(m_chi)
    assert band.curves.shape == (3, 2, 61)
    np.testing.assert_array_equal(band.upper, np.abs(band.curves).max(axis=(0, 1)))
    inside = np.abs(scalar_loop_anapole(m_chi, 100 * MeV, epsilon=3e-5))
    assert np.all((inside > band.lower) & (inside < band.upper))


def test_band_of_the_paper_encloses_the_standard_model():
    # The paper's claim: enhanced or reduced against the Standard Model over MeV-scale masses.
    band = anapole_band(np.geomspace(1 * MeV, 1e3 * MeV, 301))
    a_sm = standard_model_anapole("herrera-huber-2024")[0]
    assert np.all(band.lower < a_sm)
    assert np.all(band.upper > a_sm)


def test_anapole_dips_where_the_fermion_is_three_times_heavier():
    m_chi = np.geomspace(10 * MeV, 100 * MeV, 2001)
    curve = np.abs(anapole_band(m_chi, m_phi=10 * MeV, epsilon=1e-4).curves[0, 0])
    step = m_chi[1] / m_chi[0]
    assert m_chi[curve.argmin()] / (10 * MeV) == pytest.approx(2.9287, rel=step - 1, abs=0)


@pytest.mark.parametrize("x", [0.0, -1.0, np.nan, np.inf])
def test_impossible_mass_ratio_is_refused(x):
    with pytest.raises(ValueError, match="positive"):
        scalar_loop_function(x)


def test_impossible_mass_is_refused():
    with pytest.raises(ValueError, match="m_chi"):
        scalar_loop_anapole(0.0, 1e4, epsilon=1e-3)
