"""Blind spots: polygons in closed form, closed forms of three neutrinos, and random phases that never do better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.conventions import Conventions
from nulight.models.moment_range import moment_range
from nulight.models.moments import moments
from nulight.models.parameters import ParameterError
from nulight.neutrinos.mixing import get_oscillation, pmns

NUFIT = get_oscillation("nufit-6.0-no")
U3 = pmns(NUFIT)
U4 = pmns(NUFIT, n=4, theta_14=0.2, theta_24=0.3, theta_34=0.25, delta_14=1.0, delta_24=2.0)
PAIRS = ("12", "13", "14", "23", "24", "34")
STERILE = ("14", "24", "34")
sizes = st.just(0.0) | st.floats(1e-6, 5)
flavours = st.sampled_from(["e", "mu", "tau"])


def named(pairs, values):
    return {f"lambda_{pair}": value for pair, value in zip(pairs, values, strict=True)}


def effective(moduli, phases, U, flavour):
    """The formula, term by term."""
    lam = np.zeros((4, 4), dtype=complex)
    for name, size in moduli.items():
        k, j = int(name[-2]) - 1, int(name[-1]) - 1
        lam[k, j] = size * np.exp(1j * phases.get(f"{name}_phase", 0.0))
        lam[j, k] = -lam[k, j]
    row = U[("e", "mu", "tau").index(flavour)]
    return np.sqrt(sum(abs(sum(lam[k, j] * np.conj(row[j]) for j in range(U.shape[1]))) ** 2 for k in range(4)))


@given(values=st.tuples(sizes, sizes, sizes), flavour=flavours)
def test_a_sterile_neutrino_makes_a_triangle(values, flavour):
    moduli = named(STERILE, values)
    found = moment_range(moduli, U3, flavour)
    sides = np.sort(np.array(values) * np.abs(U3[("e", "mu", "tau").index(flavour)]))
    scale = 1e-12 * sides.sum()
    assert found.maximum == pytest.approx(sides.sum(), abs=scale)
    assert found.minimum == pytest.approx(max(2 * sides[-1] - sides.sum(), 0.0), abs=1e-7 * sides.sum())
    for phases, moment in (
        (found.phases_at_minimum, found.minimum),
        (found.phases_at_maximum, found.maximum),
    ):
        assert effective(moduli, phases, U3, flavour) == pytest.approx(moment, abs=scale)
        assert phases["lambda_14_phase"] == pytest.approx(0.0, abs=1e-12) or sum(s > 0 for s in sides) < 3
        assert all(-np.pi < phase <= np.pi for phase in phases.values())


def test_equal_moments_leave_electron_neutrinos_a_twelfth_and_the_others_nothing():
    moduli = named(STERILE, (1e-11, 1e-11, 1e-11))
    by_flavour = {flavour: moment_range(moduli, U3, flavour) for flavour in ("e", "mu", "tau")}
    c12, s12, c13, s13 = np.sqrt([1 - NUFIT.s2_12, NUFIT.s2_12, 1 - NUFIT.s2_13, NUFIT.s2_13])
    left = (c12 * c13 - s12 * c13 - s13) / (c12 * c13 + s12 * c13 + s13)
    assert by_flavour["e"].suppression == pytest.approx(left, rel=1e-12)
    assert 0.08 < left < 0.085
    for flavour in ("mu", "tau"):
        assert by_flavour[flavour].suppression < 1e-14


@given(values=st.tuples(sizes, sizes, sizes), flavour=flavours)
@settings(max_examples=25)
def test_three_neutrinos_have_the_range_of_the_projection(values, flavour):
    """mu^2 = sum |Lambda|^2 - |sum_k U_ak Lambda_k|^2 with lambda_jk = eps_jkl Lambda_l."""
    found = moment_range(named(("23", "13", "12"), values), U3, flavour)
    L = np.array(values)
    sides = L * np.abs(U3[("e", "mu", "tau").index(flavour)])
    longest = max(2 * sides.max() - sides.sum(), 0.0)
    scale = np.sum(L**2)
    assert found.minimum**2 == pytest.approx(scale - sides.sum() ** 2, abs=1e-9 * scale)
    assert found.maximum**2 == pytest.approx(scale - longest**2, abs=1e-9 * scale)


def test_three_neutrinos_are_blind_where_the_moments_point_along_the_flavour():
    found = moment_range(named(("23", "13", "12"), np.abs(U3[0]) * 1e-11), U3, "e")
    assert found.suppression < 1e-7


@pytest.mark.parametrize("U", [U3, U4], ids=["light arrive", "all arrive"])
@pytest.mark.parametrize("flavour", ["e", "mu", "tau"])
def test_no_random_phases_do_better_than_the_search(U, flavour):
    rng = np.random.default_rng(11)
    moduli = named(PAIRS, rng.uniform(0.1, 2.0, 6))
    found = moment_range(moduli, U, flavour)
    assert effective(moduli, found.phases_at_minimum, U, flavour) == pytest.approx(found.minimum, rel=1e-9)
    assert effective(moduli, found.phases_at_maximum, U, flavour) == pytest.approx(found.maximum, rel=1e-9)
    drawn = [
        effective(moduli, named([f"{pair}_phase" for pair in PAIRS], phases), U, flavour)
        for phases in rng.uniform(0, 2 * np.pi, (4000, 6))
    ]
    assert found.minimum < min(drawn)
    assert found.maximum > max(drawn)
    # and nearby phases are worse
    for best, sign in ((found.phases_at_minimum, 1), (found.phases_at_maximum, -1)):
        for name in best:
            for step in (-1e-3, 1e-3):
                moved = effective(moduli, best | {name: best[name] + step}, U, flavour)
                assert sign * (moved - effective(moduli, best, U, flavour)) > -1e-12


def test_light_mixing_of_the_fourth_state_adds_what_no_phase_removes():
    """Sterile only, all four arrive: |U_a4|^2 sum_j |lambda_j4|^2 goes to the light states."""
    moduli = named(STERILE, (1.0, 1.0, 1.0))
    found = moment_range(moduli, U4, "mu")
    assert found.minimum**2 == pytest.approx(3 * np.abs(U4[1, 3]) ** 2, rel=1e-9)


@given(values=st.lists(sizes, min_size=9, max_size=9), flavour=flavours)
@settings(max_examples=25)
def test_rows_of_a_dirac_matrix_are_polygons_of_their_own(values, flavour):
    pairs = [f"{k}{j}" for k in (1, 2, 3) for j in (1, 2, 3)]
    found = moment_range(named(pairs, values), U3, flavour, "dirac")
    sides = np.array(values).reshape(3, 3) * np.abs(U3[("e", "mu", "tau").index(flavour)])
    lowest = np.maximum(2 * sides.max(axis=1) - sides.sum(axis=1), 0.0)
    scale = sides.sum()
    assert found.maximum == pytest.approx(np.linalg.norm(sides.sum(axis=1)), abs=1e-12 * scale)
    assert found.minimum == pytest.approx(np.linalg.norm(lowest), abs=1e-7 * scale)


@given(sides=st.lists(st.floats(0.1, 5), min_size=2, max_size=4))
def test_polygons_of_any_number_of_sides_close_if_they_can(sides):
    moduli = named([f"1{j + 1}" for j in range(len(sides))], sides)
    equal = np.full((3, len(sides)), 0.5)
    found = moment_range(moduli, equal, "e", "dirac")
    assert found.minimum == pytest.approx(0.5 * max(2 * max(sides) - sum(sides), 0.0), abs=1e-7 * sum(sides))


def test_range_is_of_the_moments_that_experiments_see():
    moduli = named(PAIRS, (1e-11, 2e-11, 1e-11, 5e-12, 2e-11, 1.5e-11))
    found = moment_range(moduli, U3, "mu")
    for phases, moment in ((found.phases_at_minimum, found.minimum), (found.phases_at_maximum, found.maximum)):
        values = {name: np.asarray(value) for name, value in (moduli | phases).items()}
        seen = sum(np.sum(np.abs(m.matrix[..., 1]) ** 2) for m in moments(values, Conventions()))
        assert np.sqrt(seen) == pytest.approx(moment, rel=1e-9)


def test_no_moments_give_no_range():
    assert moment_range({}, U3, "e").maximum == 0
    assert moment_range({"lambda_14": 0.0}, U3, "nubar_e").suppression == 1


@pytest.mark.parametrize(
    ("moduli", "message"),
    [
        ({"lambda_41": 1e-11}, "lambda_41 is no modulus of a majorana transition moment; use lambda_12"),
        ({"lambda_14_phase": 1.0}, "lambda_14_phase is no modulus"),
        ({"mu_nu": 1e-11}, "mu_nu is no modulus"),
        ({"lambda_15": 1e-11}, "unknown parameter 'lambda_15'"),
        ({"lambda_14": -1e-11}, "lambda_14 = -1e-11 mu_B is a modulus"),
    ],
)
def test_what_is_no_modulus_is_refused(moduli, message):
    with pytest.raises(ParameterError, match=message):
        moment_range(moduli, U3, "e")
