"""Adiabatic solar conversion: limits, reference numbers, average over production regions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.data.reader import read_package_table
from nulight.neutrinos.matter import (
    averaged_mass_probabilities,
    electron_neutrino_survival,
    solar_mass_probabilities,
)
from nulight.neutrinos.mixing import OSCILLATION, get_oscillation, pmns

DESALAS = get_oscillation("desalas-2020-no")
REGIONS = ("gs98", "agss09")
COMPONENTS = ("pp", "pep", "hep", "be7", "b8", "n13", "o15", "f17")


def region(name: str, component: str):
    table = read_package_table(f"data/solar/production_region_b16_{name}.csv")
    return table.numbers(component), 10 ** table.numbers("log10_ne")


# Reference numbers computed independently for these parameters and effective densities, printed to three digits.
@pytest.mark.parametrize(
    ("E", "n_e", "p_ee", "p_1", "p_2"),
    [
        (300, 68, 0.536, 0.649, 0.329),
        (861.3, 81, 0.520, 0.604, 0.374),
        (1442, 70, 0.509, 0.573, 0.405),
        (10e3, 93, 0.331, 0.075, 0.903),
    ],
)
def test_reference_points_are_reproduced_to_their_digits(E, n_e, p_ee, p_1, p_2):
    P = solar_mass_probabilities(E, n_e, DESALAS)
    np.testing.assert_allclose(P, [p_1, p_2, 0.022], atol=0.6e-3)
    assert electron_neutrino_survival(P, DESALAS) == pytest.approx(p_ee, abs=0.6e-3)


@pytest.mark.parametrize("name", OSCILLATION)
def test_survival_has_the_vacuum_and_the_matter_limit(name):
    p = get_oscillation(name)
    c4, s4 = (1 - p.s2_13) ** 2, p.s2_13**2
    vacuum = c4 * (1 - 2 * p.s2_12 * (1 - p.s2_12)) + s4
    matter = c4 * p.s2_12 + s4
    assert electron_neutrino_survival(solar_mass_probabilities(0, 100, p), p) == pytest.approx(vacuum, rel=1e-14, abs=0)
    # the approach is 1 / beta^2 with beta = 2e8 here
    assert electron_neutrino_survival(solar_mass_probabilities(1e12, 100, p), p) == pytest.approx(
        matter, rel=1e-14, abs=0
    )


@pytest.mark.parametrize("name", OSCILLATION)
def test_vacuum_probabilities_are_squares_of_the_mixing_matrix(name):
    p = get_oscillation(name)
    expected = abs(pmns(p)[0]) ** 2
    np.testing.assert_allclose(solar_mass_probabilities(500, 0, p), expected, rtol=1e-13)
    assert electron_neutrino_survival(expected, p) == pytest.approx(np.sum(expected**2), rel=1e-13, abs=0)


def test_probabilities_follow_the_eigenvectors_of_the_two_flavour_hamiltonian():
    E, n_e, p = 3e3, 80.0, DESALAS
    beta = 1.5265e-4 * (E / 1e6) * n_e * (1 - p.s2_13) / p.dm2_21  # potential in eV^2 as printed, E in GeV
    angle = np.arcsin(np.sqrt(p.s2_12))
    hamiltonian = np.array([[-np.cos(2 * angle) + 2 * beta, np.sin(2 * angle)], [np.sin(2 * angle), np.cos(2 * angle)]])
    _, vectors = np.linalg.eigh(hamiltonian)  # ascending: the first is nu_1 in matter
    P = solar_mass_probabilities(E, n_e, p)
    np.testing.assert_allclose(P[:2], (1 - p.s2_13) * vectors[0] ** 2, rtol=3e-5)  # the potential has five digits


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 2e4), st.floats(0, 150), st.sampled_from(sorted(OSCILLATION)))
def test_probabilities_are_positive_and_add_up_to_one(E, n_e, name):
    P = solar_mass_probabilities(E, n_e, get_oscillation(name))
    assert np.all(P >= 0)
    assert P.sum() == pytest.approx(1, abs=1e-15)


def test_shapes_broadcast():
    P = solar_mass_probabilities(np.ones((4, 1)), np.ones(5), DESALAS)
    assert P.shape == (3, 4, 5)
    assert averaged_mass_probabilities(np.ones((2, 3)), [1.0], [50.0], DESALAS).shape == (3, 2, 3)


@pytest.mark.parametrize("model", REGIONS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_compressed_average_equals_the_sum_over_all_zones(model, component):
    weights, n_e = region(model, component)
    E = np.geomspace(1, 20e3, 300)
    for name in ("nufit-6.0-no", "desalas-2020-no"):
        p = get_oscillation(name)
        full = solar_mass_probabilities(E[:, None], n_e, p) @ (weights / weights.sum())
        np.testing.assert_allclose(averaged_mass_probabilities(E, weights, n_e, p), full, atol=1e-10, rtol=0)


def test_average_over_one_density_is_the_point_value():
    E = np.array([100.0, 1e3, 1e4])
    averaged = averaged_mass_probabilities(E, [0.2, 0.5, 0.3], [70.0, 70.0, 70.0], DESALAS)
    np.testing.assert_allclose(averaged, solar_mass_probabilities(E, 70.0, DESALAS), rtol=1e-13)


def test_survival_falls_with_energy_and_b8_is_made_in_denser_matter_than_pp():
    E = np.linspace(100, 15e3, 50)
    survival = {}
    for component in ("pp", "b8"):
        P = averaged_mass_probabilities(E, *region("gs98", component), DESALAS)
        survival[component] = electron_neutrino_survival(P, DESALAS)
        assert np.all(np.diff(survival[component]) < 0)
    assert np.all(survival["b8"] < survival["pp"])


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match=r"E_nu = -1\.0 must be finite and not negative, in keV"):
        solar_mass_probabilities(-1.0, 50, DESALAS)
    with pytest.raises(ValueError, match="n_e = not finite must be finite"):
        solar_mass_probabilities(1.0, np.nan, DESALAS)
    with pytest.raises(ValueError, match="lists of the same length"):
        averaged_mass_probabilities(1.0, [1.0, 2.0], [50.0], DESALAS)
    with pytest.raises(ValueError, match="all zero"):
        averaged_mass_probabilities(1.0, [0.0], [50.0], DESALAS)
