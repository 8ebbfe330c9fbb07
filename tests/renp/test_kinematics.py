"""Thresholds and phase space, down to the last floating-point number below a threshold."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.renp.kinematics import (
    PAIRS,
    check_masses,
    check_trigger,
    momentum_transfer_squared,
    pair_kinematics,
    pair_thresholds,
    thresholds,
)
from oracles_renp import two_body

E_EG = 2.14349
# m_1 = 0.01 eV with NuFIT 5 splittings
MASSES = np.sqrt(1e-4 + np.array([0.0, 7.42e-5, 2.515e-3]))
PUBLISHED_ORDER = {
    "11": 1.0716517,
    "12": 1.0716195,
    "22": 1.0715825,
    "13": 1.0708731,
    "23": 1.0707795,
    "33": 1.0693051,
}
SETS = {
    "normal": MASSES,
    "massless lightest": np.array([0.0, 0.0086, 0.0503]),
    "degenerate": np.full(3, 0.05),
    "heavy": np.array([0.3, 0.4, 0.5]),
    "one massive": np.array([0.0, 0.0, 0.3]),
}


def below(edge, n=24):
    """Frequencies from one unit in the last place to 1e-3 eV below an edge."""
    steps = np.concatenate([[0.0], np.geomspace(1e-15, 1e-3, n)])
    return np.minimum(np.nextafter(edge, 0), edge - steps)


@pytest.mark.parametrize("pair", PAIRS)
def test_thresholds_of_ytterbium(pair):
    i, j = PAIRS[pair]
    found = thresholds(E_EG, MASSES)
    assert found[i, j] == pytest.approx(PUBLISHED_ORDER[pair], abs=0.6e-7)
    assert found[j, i] == found[i, j]


@given(st.floats(0.01, 3.0), st.tuples(*[st.floats(0.0, 0.5)] * 3))
def test_thresholds_by_name_are_those_of_the_matrix_in_falling_order(E_eg, masses):
    matrix, named = thresholds(E_eg, masses), pair_thresholds(E_eg, masses)
    assert set(named) == set(PAIRS)
    assert all(named[pair] == matrix[index] for pair, index in PAIRS.items())
    assert list(named.values()) == sorted(named.values(), reverse=True)


def test_triggers_of_the_paper_interleave_with_thresholds():
    triggers = np.array([1.069, 1.07, 1.0708, 1.0712, 1.0716, 1.07164])
    edges = np.sort([thresholds(E_EG, MASSES)[PAIRS[pair]] for pair in PAIRS])
    assert np.searchsorted(edges, triggers).tolist() == [0, 1, 2, 3, 4, 5]


@given(st.floats(0.5, 20), st.lists(st.floats(0, 0.2), min_size=3, max_size=3))
def test_thresholds_are_where_the_pair_is_at_rest_in_its_own_frame(E_eg, masses):
    edges = thresholds(E_eg, masses)
    q2 = E_eg * (E_eg - 2 * edges)
    total = np.add.outer(masses, masses)
    assert np.abs(q2 - total**2).max() <= 4e-16 * E_eg**2
    assert np.all(edges <= E_eg / 2)


@pytest.mark.parametrize("masses", SETS.values(), ids=SETS)
def test_phase_space_to_1e_13_at_every_threshold(masses):
    mp.mp.dps = 50
    edges = thresholds(E_EG, masses)
    worst = {"delta": 0.0, "above": 0.0, "room": 0.0}
    for i in range(3):
        for j in range(3):
            omegas = below(edges[i, j])
            k = pair_kinematics(omegas, E_EG, masses)
            for n, omega in enumerate(omegas):
                q2 = mp.mpf(E_EG) * (mp.mpf(E_EG) - 2 * mp.mpf(omega))
                total, difference = (mp.mpf(masses[i]) + s * mp.mpf(masses[j]) for s in (1, -1))
                above, room = q2 - total**2, q2 - difference**2
                if above <= 0:  # the edge itself is rounded
                    assert k.delta[n, i, j] == 0
                    continue
                exact = {"delta": mp.sqrt(above * room) / q2, "above": above, "room": room}
                for name, value in exact.items():
                    error = abs(mp.mpf(float(getattr(k, name)[n, i, j])) / value - 1)
                    worst[name] = max(worst[name], float(error))
    assert max(worst.values()) < 2e-15


@pytest.mark.parametrize("masses", SETS.values(), ids=SETS)
def test_pairs_open_at_the_very_last_number_below_the_edge_and_are_exactly_zero_above(masses):
    edges = thresholds(E_EG, masses)
    for i in range(3):
        for j in range(3):
            steps = np.concatenate([[0.0], np.geomspace(2.3e-16, 1e-5, 15)])
            omegas = np.append(np.concatenate([edges[i, j] - steps, edges[i, j] + steps]), np.nextafter(E_EG / 2, 0))
            omegas = omegas[omegas < E_EG / 2]
            k = pair_kinematics(omegas, E_EG, masses)
            total = Fraction(masses[i]) + Fraction(masses[j])
            open_ = np.array([Fraction(E_EG) * (Fraction(E_EG) - 2 * Fraction(w)) > total**2 for w in omegas])
            assert np.array_equal(k.delta[:, i, j] > 0, open_)
            assert np.array_equal(k.above[:, i, j] > 0, open_)


@given(
    st.floats(0.01, 0.49),
    st.lists(st.floats(0, 0.2), min_size=3, max_size=3),
)
def test_phase_space_is_the_momentum_in_the_rest_frame(share, masses):
    omega = share * E_EG
    k = pair_kinematics(omega, E_EG, masses)
    for i in range(3):
        for j in range(3):
            q = np.array([E_EG - omega, 0, 0, omega])
            weights = two_body(q, masses[i], masses[j])[1]
            assert k.delta[i, j] == pytest.approx(weights.sum(), abs=1e-12, rel=1e-9)


@given(st.floats(1e-6, E_EG / 2, exclude_max=True), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_phase_space_lies_between_zero_and_one_and_is_symmetric(omega, masses):
    k = pair_kinematics(omega, E_EG, masses)
    assert np.all((k.delta >= 0) & (k.delta <= 1 + 4e-16))
    assert np.array_equal(k.delta, k.delta.T)
    assert np.all((k.above <= k.room) | (k.delta == 0))


def test_massless_pair_has_all_the_phase_space_up_to_the_end():
    omegas = np.array([0.1, 1.0, np.nextafter(E_EG / 2, 0)])
    k = pair_kinematics(omegas, E_EG, np.zeros(3))
    assert np.abs(k.delta - 1).max() < 4e-16
    assert np.all(k.q2 > 0)


def test_a_degenerate_pair_has_the_velocity_as_phase_space():
    k = pair_kinematics(1.0, E_EG, np.full(3, 0.05))
    q2 = momentum_transfer_squared(1.0, E_EG)
    assert np.all(k.delta == pytest.approx(np.sqrt(1 - 4 * 0.05**2 / q2), rel=1e-15))


def test_momentum_transfer_at_the_triggers():
    roots = np.sqrt(momentum_transfer_squared([1.069, 1.07, 1.0708, 1.0712, 1.0716, 1.07164], E_EG))
    assert roots == pytest.approx([0.1085, 0.0865, 0.0637, 0.0483, 0.0249, 0.0212], abs=5.1e-5)


def test_masses_and_frequencies_broadcast():
    masses = MASSES * np.array([1.0, 1.5])[:, None, None]
    omegas = np.array([1.0, 1.05, 1.071])
    k = pair_kinematics(omegas, E_EG, masses)
    assert k.delta.shape == (2, 3, 3, 3)
    for a in range(2):
        for b in range(3):
            assert np.array_equal(k.delta[a, b], pair_kinematics(omegas[b], E_EG, masses[a, 0]).delta)
    assert thresholds(E_EG, masses[:, 0]).shape == (2, 3, 3)


@pytest.mark.parametrize("omega", [0.0, -1.0, 1.0718, 3.0, np.nan, np.inf, [1.0, 1.08]])
def test_frequencies_outside_are_refused(omega):
    for function in (check_trigger, momentum_transfer_squared):
        with pytest.raises(ValueError, match=r"is not between 0 and E_eg/2 = 1\.071745 eV"):
            function(omega, E_EG)
    with pytest.raises(ValueError, match="trigger frequency"):
        pair_kinematics(omega, E_EG, MASSES)


@pytest.mark.parametrize("E_eg", [0.0, -2.0, np.nan, np.inf])
def test_energy_of_the_transition_must_be_positive(E_eg):
    with pytest.raises(ValueError, match="excited level must lie above"):
        thresholds(E_eg, MASSES)
    with pytest.raises(ValueError, match="excited level must lie above"):
        check_trigger(1.0, E_eg)


@pytest.mark.parametrize(
    ("masses", "message"),
    [
        ([0.1, -0.1, 0.2], r"m_2 = -0\.1 eV must be zero or positive"),
        ([0.1, 0.1, np.nan], "m_3 = nan eV"),
        ([[0.1, 0.1, 0.1], [np.inf, 0.1, 0.1]], "m_1 = inf eV"),
        (0.1, r"need three neutrino masses in eV, not an array of shape \(\)"),
        ([0.1, 0.2], r"not an array of shape \(2,\)"),
    ],
)
def test_wrong_masses_are_refused(masses, message):
    for function in (check_masses, lambda m: thresholds(E_EG, m), lambda m: pair_kinematics(1.0, E_EG, m)):
        with pytest.raises(ValueError, match=message):
            function(masses)
