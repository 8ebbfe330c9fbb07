"""Radiative decay of the sterile neutrino: the trace, the known width, lengths and their limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import MU_B
from nulight.interactions.decay import decay_length, decay_probability, decay_width
from nulight.units import GeV
from oracles_dipole import dipole_width

moments, masses = st.floats(1e-12, 1e-5), st.floats(1e-3, 1e6)


@given(moments, masses, st.floats(-np.pi, np.pi))
def test_dirac_width_is_the_trace(mu: float, m: float, phase: float) -> None:
    expected = dipole_width(mu * np.exp(1j * phase), m)
    assert decay_width(mu, m, neutrinos="dirac") == pytest.approx(expected, rel=1e-12, abs=0)


def test_width_in_natural_units_and_in_the_convention_without_a_half() -> None:
    mu, m = 1e-8, 20e3
    d = mu * MU_B  # GeV^-1
    width = float(decay_width(mu, m, neutrinos="dirac")) / GeV
    assert d == pytest.approx(296.304e-8, rel=1e-5, abs=0)
    assert width == pytest.approx(d**2 * 0.020**3 / (16 * np.pi), rel=1e-12, abs=0)
    # L = d' nubar sigma N F has d' = mu / 2 and the width d'^2 m^3 / (4 pi) (arXiv:1803.03262)
    assert width == pytest.approx((d / 2) ** 2 * 0.020**3 / (4 * np.pi), rel=1e-12, abs=0)


@given(moments, masses)
def test_width_of_mass_states_with_one_chirality(mu: float, m: float) -> None:
    # (|mu_ij|^2 + |eps_ij|^2) m^3 / (8 pi) for mubar sigma (mu + eps gamma5), one chirality: mu_ij = eps_ij = mu / 2
    half = mu * MU_B / GeV / 2
    assert decay_width(mu, m, neutrinos="dirac") == pytest.approx(2 * half**2 * m**3 / (8 * np.pi), rel=1e-12, abs=0)


@given(moments, masses)
def test_majorana_neutrinos_decay_twice_as_fast(mu: float, m: float) -> None:
    assert decay_width(mu, m) == pytest.approx(2 * decay_width(mu, m, neutrinos="dirac"), rel=1e-14, abs=0)
    assert decay_length(mu, m, 3 * m, neutrinos="dirac") == pytest.approx(
        2 * decay_length(mu, m, 3 * m), rel=1e-14, abs=0
    )


def test_flavours_are_channels_of_one_width() -> None:
    row = np.array([1e-9, 2e-9, 3e-9])
    assert decay_width(np.linalg.norm(row), 1e3) == pytest.approx(decay_width(row, 1e3).sum(), rel=1e-14, abs=0)


def test_length_is_the_lifetime_at_the_speed_of_flight() -> None:
    mu, m, E = 1e-9, 10e3, 30e3
    hbar, c = 6.582119569e-19, 2.99792458e10  # keV s, cm/s
    lifetime = hbar / float(decay_width(mu, m)) * E / m
    speed = c * np.sqrt(1 - (m / E) ** 2)
    assert decay_length(mu, m, E) == pytest.approx(speed * lifetime, rel=1e-9, abs=0)


@given(moments, masses, st.floats(1.01, 1e4), st.floats(1.1, 10.0))
def test_length_falls_with_the_fourth_power_of_the_mass_at_high_energy(mu, m, boost, factor) -> None:
    E = 1e4 * boost * m * factor
    assert decay_length(mu, m, E) == pytest.approx(factor**4 * decay_length(mu, factor * m, E), rel=1e-6, abs=0)
    assert decay_length(factor * mu, m, E) == pytest.approx(decay_length(mu, m, E) / factor**2, rel=1e-12, abs=0)


def test_what_does_not_decay_flies_for_ever() -> None:
    assert decay_length(0.0, 10e3, 30e3) == decay_length(1e-9, 0.0, 30e3) == np.inf
    assert decay_width(0.0, 10e3) == decay_width(1e-9, 0.0) == 0
    assert decay_probability(1e9, 0.0, 10e3, 30e3) == 0


def test_at_rest_it_decays_where_it_is() -> None:
    assert decay_length(1e-9, 10e3, 10e3) == 0
    assert decay_probability(1e-3, 1e-9, 10e3, 10e3) == 1


@given(moments, st.floats(1e2, 1e6), st.floats(1.001, 1e3), st.floats(-6, 1.5))
def test_probability_to_decay(mu, m, boost, depth) -> None:
    length = float(decay_length(mu, m, boost * m))
    x = 10.0**depth
    survived = 1 - decay_probability(x * length, mu, m, boost * m)
    assert survived == pytest.approx(np.exp(-x), rel=1e-9, abs=1e-15)
    # two flights one after the other
    half = 1 - decay_probability(x * length / 2, mu, m, boost * m)
    assert survived == pytest.approx(half**2, rel=1e-9, abs=1e-15)


def test_a_small_probability_keeps_its_digits() -> None:
    length = float(decay_length(1e-11, 100.0, 747.0))
    assert decay_probability(100.0, 1e-11, 100.0, 747.0) == pytest.approx(100.0 / length, rel=1e-12, abs=0)
    assert 100.0 / length < 1e-12


def test_arrays_broadcast() -> None:
    lengths = decay_length(np.array([1e-10, 1e-9])[:, None], np.array([1e3, 2e3, 5e3]), 6e3)
    assert lengths.shape == (2, 3)
    assert lengths[1, 2] == decay_length(1e-9, 5e3, 6e3)
    assert decay_probability(np.ones((4, 1, 1)), 1e-9, np.full((2, 1), 1e3), np.full(3, 2e3)).shape == (4, 2, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1e-9, 10e3, 5e3), "E_4 = 5000 keV is below the mass m_4 = 10000 keV"),
        ((1e-9, [10e3, 1e3], [20e3, 500.0]), "E_4 = 500 keV is below the mass m_4 = 1000 keV"),
        ((-1e-9, 10e3, 30e3), "mu_nu"),
        ((1e-9, np.nan, 30e3), "m_4"),
        ((1e-9, 10e3, np.inf), "E_4"),
    ],
)
def test_impossible_flights_are_refused(arguments, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decay_length(*arguments)


def test_nature_must_be_known() -> None:
    with pytest.raises(ValueError, match="majorana, dirac"):
        decay_width(1e-9, 1e3, neutrinos="both")
    with pytest.raises(ValueError, match="distance"):
        decay_probability(-1.0, 1e-9, 1e3, 2e3)
