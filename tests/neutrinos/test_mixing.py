"""Mixing matrix and parameter sets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.data.reader import read_package_table
from nulight.neutrinos.mixing import OSCILLATION, OscillationParameters, get_oscillation, pmns

SINE_SQUARED = st.floats(0, 1)
ANGLE = st.floats(-np.pi, np.pi)
# products of six 4x4 rotations: a few rounding errors each
ROUNDING = 1e-14


def parameters(s2_12: float, s2_13: float, s2_23: float, delta_cp: float) -> OscillationParameters:
    return OscillationParameters(
        s2_12=s2_12, s2_13=s2_13, s2_23=s2_23, delta_cp=delta_cp, dm2_21=7.5e-5, dm2_31=2.5e-3, source="test"
    )


@settings(max_examples=60, deadline=None)
@given(SINE_SQUARED, SINE_SQUARED, SINE_SQUARED, ANGLE, st.lists(ANGLE, min_size=8, max_size=8))
def test_mixing_matrix_is_unitary_for_three_and_four_neutrinos(s12, s13, s23, delta, more):
    p = parameters(s12, s13, s23, delta)
    three = pmns(p, majorana=tuple(more[:2]))
    four = pmns(
        p,
        n=4,
        theta_14=more[0],
        theta_24=more[1],
        theta_34=more[2],
        delta_14=more[3],
        delta_24=more[4],
        majorana=tuple(more[5:]),
    )
    for U in (three, four):
        np.testing.assert_allclose(U @ U.conj().T, np.eye(len(U)), atol=ROUNDING)


@pytest.mark.parametrize("name", OSCILLATION)
def test_four_neutrinos_without_sterile_mixing_are_three_and_one_alone(name):
    p = get_oscillation(name)
    four = pmns(p, n=4, majorana=(0.3, 0.4))
    np.testing.assert_allclose(four[:3, :3], pmns(p, majorana=(0.3, 0.4)), atol=ROUNDING)
    np.testing.assert_allclose(four[3], [0, 0, 0, 1], atol=ROUNDING)


@pytest.mark.parametrize("name", OSCILLATION)
def test_elements_match_the_written_out_standard_form(name):
    p = get_oscillation(name)
    s12, s13, s23 = np.sqrt([p.s2_12, p.s2_13, p.s2_23])
    c12, c13, c23 = np.sqrt([1 - p.s2_12, 1 - p.s2_13, 1 - p.s2_23])
    phase = np.exp(1j * p.delta_cp)
    expected = [
        [c12 * c13, s12 * c13, s13 / phase],
        [-s12 * c23 - c12 * s13 * s23 * phase, c12 * c23 - s12 * s13 * s23 * phase, c13 * s23],
        [s12 * s23 - c12 * s13 * c23 * phase, -c12 * s23 - s12 * s13 * c23 * phase, c13 * c23],
    ]
    np.testing.assert_allclose(pmns(p), expected, atol=ROUNDING)


def test_sterile_angles_scale_the_electron_row_by_their_cosine():
    p = get_oscillation("nufit-6.0-no")
    U = pmns(p, n=4, theta_14=0.3, theta_24=0.2, theta_34=0.1, delta_14=1.0)
    np.testing.assert_allclose(abs(U[0, :3]), np.cos(0.3) * abs(pmns(p)[0]), atol=ROUNDING)
    assert U[0, 3] == pytest.approx(np.sin(0.3) * np.exp(-1j), abs=ROUNDING)
    assert abs(U[1, 3]) == pytest.approx(np.cos(0.3) * np.sin(0.2), abs=ROUNDING)


def test_majorana_phases_drop_out_of_oscillations_and_cp_phase_gives_the_jarlskog_invariant():
    p = get_oscillation("nufit-5.2-no")
    plain, majorana = pmns(p), pmns(p, majorana=(0.7, -1.2))

    def jarlskog(U):
        return (U[0, 0] * U[1, 1] * U[0, 1].conj() * U[1, 0].conj()).imag

    # PDG: J = s12 c12 s23 c23 s13 c13^2 sin(delta)
    s12c12, s23c23 = (np.sqrt(s2 * (1 - s2)) for s2 in (p.s2_12, p.s2_23))
    expected = s12c12 * s23c23 * np.sqrt(p.s2_13) * (1 - p.s2_13) * np.sin(p.delta_cp)
    assert jarlskog(plain) == pytest.approx(expected, abs=ROUNDING)
    assert jarlskog(majorana) == pytest.approx(expected, abs=ROUNDING)
    np.testing.assert_allclose(np.angle(majorana[0] / plain[0]), [0, 0.35, -0.6], atol=ROUNDING)


def test_known_sets_hold_the_published_numbers():
    # NuFIT 6.0 (arXiv:2410.05380) prints 0.308, 0.02215, 0.470, 212 deg; the table rounds angles to 0.01 deg
    nufit = get_oscillation("nufit-6.0-no")
    assert nufit.s2_12 == pytest.approx(0.308, abs=1e-3)
    assert nufit.s2_13 == pytest.approx(0.02215, abs=2e-5)
    assert nufit.s2_23 == pytest.approx(0.470, abs=1e-3)
    assert np.degrees(nufit.delta_cp) == pytest.approx(212)
    assert nufit.table_sha256 == read_package_table("data/oscillation/nufit_bestfit.csv").sha256
    desalas = get_oscillation("desalas-2020-no")
    assert (desalas.s2_12, desalas.s2_13, desalas.s2_23, desalas.dm2_21) == (0.318, 0.022, 0.574, 7.5e-5)


def test_inverted_ordering_turns_the_tabulated_splitting_into_dm2_31():
    inverted = get_oscillation("nufit-6.0-io")
    assert inverted.dm2_31 == pytest.approx(-2.484e-3 + 7.49e-5)
    assert get_oscillation("nufit-6.0-no").dm2_31 == pytest.approx(2.513e-3)


def test_unknown_set_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'nufit-4'; use one of: nufit-6.0-no, .*desalas-2020-no"):
        get_oscillation("nufit-4")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"s2_13": 1.2}, "s2_13 = 1.2 is the square of a sine"),
        ({"dm2_21": -7e-5}, "dm2_21 = -7e-05 eV\\^2 must be positive"),
        ({"dm2_31": 0.0}, "its sign is the ordering"),
        ({"delta_cp": np.inf}, "finite angle in rad"),
    ],
)
def test_impossible_parameters_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(get_oscillation("desalas-2020-no"), **change)


def test_impossible_matrices_are_refused():
    p = get_oscillation("desalas-2020-no")
    with pytest.raises(ValueError, match="ask for n=4"):
        pmns(p, theta_14=0.1)
    with pytest.raises(ValueError, match="use 3 or 4"):
        pmns(p, n=5)
    with pytest.raises(ValueError, match="3 neutrinos have 2"):
        pmns(p, majorana=(0.1, 0.2, 0.3))
    with pytest.raises(ValueError, match="finite numbers in rad"):
        pmns(p, n=4, theta_24=np.nan)
