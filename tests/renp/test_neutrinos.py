"""Masses, mixing and nature of the three neutrinos."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.neutrinos.mixing import OscillationParameters, get_oscillation
from nulight.renp import Neutrinos, atomic_scheme, neutrinos, spectral_function, weak_couplings

YB = atomic_scheme("yb-dinh-2012")
NUFIT_5 = OscillationParameters(
    s2_12=0.304, s2_13=0.0222, s2_23=0.57, delta_cp=3.4, dm2_21=7.42e-5, dm2_31=2.515e-3, source="test"
)
NUFIT_5_INVERTED = OscillationParameters(
    s2_12=0.304, s2_13=0.0222, s2_23=0.57, delta_cp=3.4, dm2_21=7.42e-5, dm2_31=-2.424e-3, source="test", name="mine"
)
angles = st.floats(-10, 10)


def test_masses_of_the_normal_ordering():
    masses = neutrinos(0.01, oscillation=NUFIT_5).masses
    assert masses == pytest.approx([0.01, 0.01319848, 0.05113707], rel=1e-6)


def test_masses_of_the_inverted_ordering():
    """nu_3 is the lightest, m_1^2 = m_3^2 - dm2_31."""
    masses = neutrinos(0.01, oscillation=NUFIT_5_INVERTED).masses
    assert masses == pytest.approx([np.sqrt(1e-4 + 2.424e-3), np.sqrt(1e-4 + 2.4982e-3), 0.01], rel=1e-12)


def test_electron_row_of_the_mixing():
    row = np.abs(neutrinos(0.01, oscillation=NUFIT_5).mixing[0]) ** 2
    assert row == pytest.approx([0.696 * 0.9778, 0.304 * 0.9778, 0.0222], rel=1e-12)


def test_couplings_by_hand():
    a, v = weak_couplings(neutrinos(0.01, oscillation=NUFIT_5).mixing)
    assert np.abs(a[0, 1]) ** 2 == pytest.approx(0.696 * 0.304 * 0.9778**2, rel=1e-12)
    assert np.diag(a).real == pytest.approx([0.696 * 0.9778 - 0.5, 0.304 * 0.9778 - 0.5, 0.0222 - 0.5], rel=1e-12)
    assert np.trace(v).real == pytest.approx(1 + 3 * (2 * 0.2386 - 0.5), abs=0.01)  # sin^2 theta_W at low energy
    assert np.abs(v - a - (v - a)[0, 0] * np.eye(3)).max() < 1e-15


@given(angles, angles, st.floats(0, 1), st.floats(0, 1), angles)
def test_sum_rule_holds_for_any_mixing(alpha_21, alpha_31, s2_12, s2_13, delta):
    mixing = neutrinos(
        0.01,
        nature="majorana",
        alpha_21=alpha_21,
        alpha_31=alpha_31,
        oscillation=OscillationParameters(
            s2_12=s2_12, s2_13=s2_13, s2_23=0.5, delta_cp=delta, dm2_21=7e-5, dm2_31=2.5e-3, source=""
        ),
    ).mixing
    a = weak_couplings(mixing)[0]
    assert (np.abs(a) ** 2).sum() == pytest.approx(0.75, rel=1e-13)


def test_sum_rule_needs_unitarity():
    mixing = 0.9 * np.eye(3)
    assert (np.abs(weak_couplings(mixing)[0]) ** 2).sum() != pytest.approx(0.75, rel=1e-3)


@pytest.mark.parametrize("ordering", ["normal", "inverted"])
def test_defaults_are_nufit_6_of_the_ordering(ordering):
    made = neutrinos(0.02, ordering=ordering)
    known = get_oscillation({"normal": "nufit-6.0-no", "inverted": "nufit-6.0-io"}[ordering])
    assert made.inputs["ordering"] == ordering
    assert made.inputs["oscillation"] == known.name
    assert made.references == (known.source,)
    assert np.argmin(made.masses) == (0 if ordering == "normal" else 2)
    assert made.masses[2] ** 2 - made.masses[0] ** 2 == pytest.approx(known.dm2_31, rel=1e-12)


def test_oscillation_decides_the_ordering():
    assert neutrinos(0.01, oscillation="nufit-5.2-io").inputs["ordering"] == "inverted"
    assert neutrinos(0.01, oscillation=NUFIT_5_INVERTED, ordering="inverted").inputs["oscillation"] == "mine"


def test_majorana_phases_matter_only_for_majorana_neutrinos():
    omega = np.array([1.0, 1.07, 1.0716])

    def spectrum(nature, alpha_21):
        return spectral_function(omega, YB, neutrinos(0.01, nature=nature, alpha_21=alpha_21, oscillation=NUFIT_5))

    assert spectrum("dirac", 2.0) == pytest.approx(spectrum("dirac", 0.0), rel=1e-14)
    assert np.all(np.abs(spectrum("majorana", 2.0) / spectrum("majorana", 0.0) - 1) > 1e-5)


def test_phases_turn_the_squares_of_the_couplings():
    """Re a_ij^2 -> Re a_ij^2 exp[i (alpha_j - alpha_i)]; the weak rate shows it in m_i m_j."""
    straight = weak_couplings(neutrinos(0.01, nature="majorana", oscillation=NUFIT_5).mixing)[0]
    alpha = np.array([0.0, 0.7, 2.1])
    turned = weak_couplings(neutrinos(0.01, nature="majorana", alpha_21=0.7, alpha_31=2.1, oscillation=NUFIT_5).mixing)[
        0
    ]
    assert np.abs(turned**2 - straight**2 * np.exp(1j * (alpha[None] - alpha[:, None]))).max() < 1e-15


@given(angles, angles)
def test_phases_have_a_period_of_two_pi(alpha_21, alpha_31):
    def weak(a, b):
        made = neutrinos(0.01, nature="majorana", alpha_21=a, alpha_31=b, oscillation=NUFIT_5)
        return spectral_function(1.07, YB, made)

    assert weak(alpha_21, alpha_31) == pytest.approx(weak(alpha_21 + 2 * np.pi, alpha_31 - 2 * np.pi), rel=1e-12)


def test_arrays_broadcast_point_by_point():
    lightest, alpha_21 = np.array([0.0, 0.01, 0.1]), np.array([[0.3], [2.0]])
    made = neutrinos(lightest[:, None], nature="majorana", alpha_31=1.0)
    assert made.masses.shape == (3, 1, 3)
    assert made.mixing.shape == (3, 3)
    turned = neutrinos(lightest, nature="majorana", alpha_21=alpha_21)
    assert (turned.masses.shape, turned.mixing.shape) == ((3, 3), (2, 1, 3, 3))
    spectra = spectral_function(np.array([1.0, 1.05]), YB, made)
    assert spectra.shape == (3, 2)
    for n, mass in enumerate(lightest):
        one = neutrinos(mass, nature="majorana", alpha_31=1.0)
        assert spectra[n] == pytest.approx(spectral_function(np.array([1.0, 1.05]), YB, one), rel=1e-14)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"lightest": -0.01}, "lightest = -0.01 eV must be finite and not negative"),
        ({"lightest": np.nan}, "must be finite and not negative"),
        ({"ordering": "upside down"}, "ordering 'upside down'; use 'normal' or 'inverted'"),
        ({"oscillation": "nufit-6.0-no", "ordering": "inverted"}, "have the normal ordering, not the inverted one"),
        ({"oscillation": NUFIT_5_INVERTED, "ordering": "normal"}, "'mine' have the inverted ordering"),
        ({"oscillation": "nufit-4"}, "unknown oscillation parameters 'nufit-4'"),
        ({"nature": "weyl"}, "nature 'weyl'; use 'dirac' or 'majorana'"),
        ({"alpha_21": np.inf, "nature": "majorana"}, "Majorana phases alpha_21, alpha_31 must be finite"),
    ],
)
def test_wrong_inputs_say_what_would_be_right(keywords, message):
    with pytest.raises(ValueError, match=message):
        neutrinos(**keywords)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"masses": [0.1, 0.2, -0.3]}, "m_3 = -0.3 eV must be zero or positive"),
        ({"masses": [0.1, 0.2]}, "need three neutrino masses"),
        ({"mixing": 2 * np.eye(3)}, "not unitary"),
        ({"nature": "Dirac"}, "nature 'Dirac'"),
    ],
)
def test_own_neutrinos_are_checked(keywords, message):
    good = {"masses": np.array([0.1, 0.1, 0.1]), "mixing": np.eye(3), "nature": "dirac"}
    with pytest.raises(ValueError, match=message):
        Neutrinos(**(good | keywords))
