"""Standard Model charge radii and anapoles against closed identities and the printed values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import ALPHA, K_R2, M_E, M_MU
from nulight.conventions import PRESETS, Conventions
from nulight.models.standard_model import (
    anapole_from_r2,
    r2_from_anapole,
    standard_model_anapole,
    standard_model_r2,
)

EPS = np.finfo(float).eps


def test_charge_radii_have_the_printed_values():
    # Four printed digits; m_W and m_tau of another edition move them by less than 1e-4.
    np.testing.assert_allclose(standard_model_r2(), [-8.275e-33, -4.805e-33, -2.969e-33], rtol=2e-4)


def test_electron_muon_difference_is_the_radiative_logarithm():
    # An identity: G_F, m_W and the constant 3 cancel. Rounding: both radii are at most 2.4 times
    # their difference and each carries about five operations.
    r2 = standard_model_r2()
    expected = ALPHA / (3 * math.pi) * math.log(M_MU**2 / M_E**2)
    assert K_R2 * (r2[1] - r2[0]) == pytest.approx(expected, rel=50 * EPS, abs=0)
    assert expected == pytest.approx(0.00826, abs=5e-6)


def test_electron_muon_difference_agrees_with_published_radiative_couplings():
    # g_V^p = 0.0382 (nu_e) and 0.0300 (nu_mu), four decimals each: the difference is known to 1e-4.
    # Half the radius would give 0.0041.
    r2 = standard_model_r2()
    assert K_R2 * (r2[1] - r2[0]) == pytest.approx(0.0382 - 0.0300, abs=1e-4)


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("default", [1.379e-33, 8.01e-34, 4.948e-34]),
        ("herrera-huber-2024", [6.896e-34, 4.005e-34, 2.474e-34]),
        ("literature-half", [6.896e-34, 4.005e-34, 2.474e-34]),
    ],
)
def test_anapoles_of_each_convention(preset, expected):
    np.testing.assert_allclose(standard_model_anapole(preset), expected, rtol=3e-4)


def test_printed_anapoles_of_the_paper_are_truncated_to_two_digits():
    # 6.8, 4 and 2.5e-34 in print: 6.896 truncated, the others rounded.
    np.testing.assert_allclose(standard_model_anapole("herrera-huber-2024"), [6.8e-34, 4e-34, 2.5e-34], rtol=0.02)


def test_literature_half_is_only_another_unit():
    radii = r2_from_anapole(standard_model_anapole("literature-half"), "literature-half")
    np.testing.assert_allclose(radii, standard_model_r2(), rtol=4 * EPS)


def test_herrera_huber_quotes_half_the_physical_radius():
    radii = r2_from_anapole(standard_model_anapole("herrera-huber-2024"), "herrera-huber-2024")
    np.testing.assert_allclose(radii, standard_model_r2() / 2, rtol=4 * EPS)


@given(r2=st.floats(-1e-28, 1e-28), preset=st.sampled_from(sorted(PRESETS)))
def test_conversion_goes_there_and_back_and_flips_the_sign(r2, preset):
    a = anapole_from_r2(r2, preset)
    assert r2_from_anapole(a, preset) == pytest.approx(r2, rel=4 * EPS, abs=1e-300)
    assert a * r2 <= 0


def test_conversion_keeps_the_shape_and_takes_a_record():
    own = Conventions(name="own", anapole_per_r2=0.5)
    np.testing.assert_array_equal(anapole_from_r2([[2e-32, 4e-32]], own), [[1e-32, 2e-32]])


def test_unknown_convention_names_the_known_ones():
    with pytest.raises(ValueError, match="literature-half"):
        standard_model_anapole("half")
