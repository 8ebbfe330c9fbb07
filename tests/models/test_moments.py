"""Named moments against effective moments of the whole matrix, element by element and in whole experiments."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles_moments import sterile_only, sterile_rows

import nulight as nl
from nulight.conventions import get_conventions
from nulight.data.reader import read_package_table
from nulight.models.effective_moments import moment_of_density, short_baseline_moment, solar_moment
from nulight.models.moments import moments, transition_matrix
from nulight.models.parameters import ParameterError
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.neutrinos.matter import averaged_mass_probabilities
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.sources.solar import solar_source

MAJORANA = get_conventions()
DIRAC = MAJORANA.with_changes(neutrinos="dirac")
FIT = get_oscillation(MAJORANA.oscillation)
LIGHT, HEAVY = (1, 2, 3), (4,)

POINT = {
    "lambda_12": 1.1e-10,
    "lambda_12_phase": 0.4,
    "lambda_13": 0.7e-10,
    "lambda_13_phase": -2.0,
    "lambda_23": 0.9e-10,
    "lambda_14": 1.3e-10,
    "lambda_14_phase": 1.0,
    "lambda_24": 0.8e-10,
    "lambda_34": 0.6e-10,
    "lambda_34_phase": 2.5,
}
MIXED = {"theta_14": 0.2, "theta_24": 0.3, "theta_34": 0.1, "delta_14": 0.5, "delta_24": -1.2, "delta_cp": 2.0}
DIRAC_POINT = {"lambda_11": 1e-10, "lambda_21": 0.5e-10, "lambda_21_phase": 1.5, "lambda_33": 2e-10, "lambda_42": 1e-10}


def arrays(values):
    return {name: np.asarray(value, dtype=float) for name, value in values.items()}


def found(values, conventions=MAJORANA):
    return {moment.label: moment for moment in moments(arrays(values), conventions)}


def matrix_of(values, conventions=MAJORANA):
    """The 4 x 4 matrix of named values, element by element."""
    lam = np.zeros((4, 4), complex)
    for k in range(4):
        for j in range(4):
            name = f"lambda_{k + 1}{j + 1}"
            element = values.get(name, 0.0) * np.exp(1j * values.get(f"{name}_phase", 0.0))
            lam[k, j] += element
            if conventions.neutrinos == "majorana":
                lam[j, k] -= element
    return lam


def mixing_of(values):
    return pmns(FIT, n=4, **{name: values[name] for name in MIXED if name in values})


@cache
def load(name, conventions="default"):
    return nl.load(name, conventions=conventions)


def beyond_standard(experiment, values):
    """Counts (n_bins,) of everything but the weak interaction."""
    parts = experiment.by_interaction(values)
    return sum(counts for label, counts in parts.items() if not label.startswith("weak"))


# --- the matrix ------------------------------------------------------------------------------------


def test_named_elements_fill_an_antisymmetric_matrix():
    lam = transition_matrix(arrays(POINT), MAJORANA)
    np.testing.assert_allclose(lam, matrix_of(POINT), rtol=1e-15)
    np.testing.assert_array_equal(lam, -lam.T)
    assert lam[0, 3] == pytest.approx(1.3e-10 * np.exp(1j), rel=1e-15)
    assert transition_matrix({}, MAJORANA) is None


def test_dirac_elements_stand_where_they_are_named():
    lam = transition_matrix(arrays(DIRAC_POINT), DIRAC)
    np.testing.assert_allclose(lam, matrix_of(DIRAC_POINT, DIRAC), rtol=1e-15)
    assert lam[0, 1] == 0
    assert lam[1, 0] == pytest.approx(0.5e-10 * np.exp(1.5j), rel=1e-15)


def test_values_of_many_points_broadcast():
    values = arrays({"lambda_12": np.linspace(0, 1e-10, 5), "lambda_14": 1e-10, "theta_14": np.linspace(0, 0.4, 5)})
    lam = transition_matrix(values, MAJORANA)
    assert lam.shape == (5, 4, 4)
    by_label = {moment.label: moment for moment in moments(values, MAJORANA)}
    assert by_label["transition"].matrix.shape == (5, 3, 3)
    assert by_label["dipole"].matrix.shape == (5, 1, 3)
    one = found({name: float(np.broadcast_to(value, 5)[3]) for name, value in values.items()})
    for label, moment in by_label.items():
        np.testing.assert_allclose(moment.matrix[3], one[label].matrix, rtol=1e-14)


# --- moments of flavours ---------------------------------------------------------------------------


@pytest.mark.parametrize("mixing", [{}, MIXED])
@pytest.mark.parametrize(("values", "conventions"), [(POINT, MAJORANA), (DIRAC_POINT, DIRAC)])
@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_strengths_in_flavour_are_the_effective_moments(values, conventions, mixing, helicity):
    lam, U = matrix_of(values, conventions), mixing_of(mixing)
    for label, final in (("transition", LIGHT), ("dipole", HEAVY)):
        C, in_mass = found(values | mixing, conventions)[label].strengths(helicity)
        for a, flavour in enumerate(("e", "mu", "tau")):
            expected = short_baseline_moment(lam, U, flavour, helicity=helicity, initial=LIGHT, final=final)
            assert C[a, a].real == pytest.approx(expected, rel=1e-12)
        shares = np.array([0.5, 0.3, 0.2])
        expected = solar_moment(lam, shares, final=final)
        assert np.trace(in_mass @ np.diag(shares)).real == pytest.approx(expected, rel=1e-12)


@given(
    angles=st.lists(st.floats(0, np.pi / 2), min_size=3, max_size=3),
    phases=st.lists(st.floats(-np.pi, np.pi), min_size=3, max_size=3),
)
def test_portal_of_mass_states_is_that_of_the_paper_at_any_mixing(angles, phases):
    names = dict(zip(MIXED, [*angles, *phases], strict=True))
    portal = found(POINT | names)["dipole"].matrix
    rows = sterile_rows(FIT.s2_12, FIT.s2_13, FIT.s2_23, names["delta_cp"], *angles, *phases[:2])
    lambda_j4 = matrix_of(POINT)[:3, 3]
    for a in range(3):
        np.testing.assert_allclose(abs(portal[0, a]) ** 2, sterile_only(lambda_j4, rows[a]), rtol=1e-10, atol=1e-34)


def test_heavy_state_is_apart_with_its_mass_and_its_mixing():
    parts = found(POINT | MIXED | {"m_4": 50.0})
    assert (parts["transition"].m_final, parts["dipole"].m_final) == (0.0, 50.0)
    assert parts["transition"].weak is None
    np.testing.assert_allclose(parts["dipole"].weak[0], mixing_of(MIXED)[:3, 3].conj(), rtol=1e-14)
    assert found(POINT)["dipole"].weak is None
    given_mixing = found(POINT | {"kappa": 0.1, "kappa_phase": 0.7})["dipole"].weak
    np.testing.assert_allclose(given_mixing, np.full((1, 3), 0.1 * np.exp(0.7j)), rtol=1e-14)


def test_moments_are_there_for_the_elements_that_are_set_whatever_their_values():
    assert set(found({"lambda_12": 1e-10})) == {"transition"}
    assert set(found({"lambda_14": 1e-10})) == {"dipole"}
    assert set(found({"lambda_14": 0.0, "lambda_23": 0.0})) == {"transition", "dipole"}
    assert set(found({"lambda_43": 1e-10}, DIRAC)) == {"dipole"}
    assert found({"theta_14": 0.1, "lambda_12_phase": 1.0}) == {}


def test_portal_of_flavours_stands_beside_light_moments_of_mass_states():
    parts = found({"mu_e4": 2e-10, "m_4": 30.0, "lambda_12": 1e-10, "mu_nu_mu": 3e-10})
    assert set(parts) == {"magnetic", "dipole", "transition"}
    np.testing.assert_array_equal(parts["dipole"].matrix, [[2e-10, 0, 0]])
    assert parts["dipole"].mass_matrix is None
    np.testing.assert_array_equal(np.diagonal(parts["magnetic"].matrix), [0, 3e-10, 0])


# --- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lambda_11": 1e-10}, "lambda_11: a Majorana neutrino has no diagonal moment; set lambda_12"),
        ({"lambda_21": 1e-10}, "for Majorana neutrinos lambda_21 is -lambda_12; set that one"),
        ({"lambda_12": 1e-10, "lambda_21_phase": 1.0}, "lambda_21_phase: for Majorana"),
        ({"lambda_41": 0.0}, "lambda_41 is -lambda_14"),
        ({"mu_e4": 1e-10, "lambda_14": 1e-10}, "lead to the same sterile neutrino; set one"),
        ({"mu_tau4": 1e-10, "lambda_24": 0.0}, "lead to the same sterile neutrino; set one"),
        ({"lambda_14": 1e-10, "kappa": 0.1, "theta_14": 0.1}, "kappa is the mixing that theta_14"),
        ({"mu_e4": 1e-10, "kappa": 0.1, "theta_34": 0.1}, "kappa is the mixing that theta_14"),
        ({"lambda_14": 1e-10, "m_4": [1.0, 2.0]}, "m_4 must be one value a call"),
    ],
)
def test_what_excludes_itself_is_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        moments(arrays(values), MAJORANA)


def test_dirac_moment_that_starts_from_the_sterile_state_alone_is_refused():
    with pytest.raises(ParameterError, match=r"lambda_14, lambda_44: .*no source makes; .* is lambda_41, lambda_42"):
        moments(arrays({"lambda_14": 1e-10, "lambda_44": 1e-10}), DIRAC)
    # beside others it is part of a matrix, and has no effect
    beside, alone = (
        found(values, DIRAC)["dipole"] for values in ({"lambda_41": 1e-10, "lambda_14": 1.0}, {"lambda_41": 1e-10})
    )
    np.testing.assert_array_equal(beside.matrix, alone.matrix)


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "coherent-csi-2017"])
def test_experiments_refuse_unknown_spellings(name):
    with pytest.raises(ParameterError, match="unknown parameter 'lambda_14_abs'; did you mean"):
        load(name).expected({"lambda_14_abs": 1e-10})
    with pytest.raises(ParameterError, match=r"theta_14 = 2\.0 rad is outside its domain"):
        load(name).expected({"lambda_14": 1e-10, "theta_14": 2.0})


# --- whole experiments, pure flavours --------------------------------------------------------------


@pytest.mark.parametrize("mixing", [{}, MIXED])
@pytest.mark.parametrize("nature", ["majorana", "dirac"])
def test_reactor_counts_are_those_of_the_effective_moment(nature, mixing):
    conventions = MAJORANA if nature == "majorana" else DIRAC
    values, experiment = (POINT if nature == "majorana" else DIRAC_POINT), load("texono-csi-2010", conventions)
    lam, U, m_4 = matrix_of(values, conventions), mixing_of(mixing), {"m_4": 200.0}
    parts = experiment.by_interaction(values | mixing | m_4)
    unit = {"transition": {"mu_nu": 1e-10}, "dipole": {"mu_e4": 1e-10, **m_4}}
    for (label, reference), final in zip(unit.items(), (LIGHT, HEAVY), strict=True):
        moment = short_baseline_moment(lam, U, "e", helicity="nubar", initial=LIGHT, final=final, nature=nature)
        expected = beyond_standard(experiment, reference) * moment / 1e-20
        assert expected.sum() > 1
        np.testing.assert_allclose(parts[label], expected, rtol=1e-12)


@pytest.mark.parametrize("mixing", [{}, MIXED])
def test_pion_decay_counts_are_those_of_the_effective_moments(mixing):
    experiment, U, lam = load("coherent-csi-2017"), mixing_of(mixing), matrix_of(POINT)
    light = {name: value for name, value in POINT.items() if "4" not in name}
    heavy = {name: value for name, value in POINT.items() if "4" in name}
    for values, final, fixed, names in (
        (light, LIGHT, {}, ("mu_nu_e", "mu_nu_mu")),
        (heavy, HEAVY, {"m_4": 5e3}, ("mu_e4", "mu_mu4")),
    ):
        moment = [short_baseline_moment(lam, U, a, initial=LIGHT, final=final) / 1e-20 for a in ("e", "mu")]
        alone = [beyond_standard(experiment, {name: 1e-10, **fixed}) for name in names]
        assert min(counts.sum() for counts in alone) > 0.01
        counts = beyond_standard(experiment, values | mixing | fixed)
        np.testing.assert_allclose(counts, moment[0] * alone[0] + moment[1] * alone[1], rtol=1e-12)


def test_cp_phases_are_seen_at_a_short_baseline_and_not_from_the_sun():
    turned = POINT | {"lambda_24_phase": 1.0, "lambda_23_phase": 0.7, "delta_cp": 0.3}
    for name, seen in (("texono-csi-2010", True), ("coherent-csi-2017", True), ("xenonnt-2022-er", False)):
        old, new = (load(name).expected(values).sum() for values in (POINT, turned))
        standard = load(name).expected({}).sum()
        assert (abs(new - old) > 1e-3 * (old - standard)) == seen


def test_moments_of_flavours_and_of_mass_states_add_up():
    experiment, portal = load("texono-csi-2010"), {"mu_e4": 2e-10, "m_4": 100.0}
    light = {"lambda_12": 1e-10, "lambda_23": 2e-10}
    total = beyond_standard(experiment, portal | light)
    np.testing.assert_allclose(
        total, beyond_standard(experiment, portal) + beyond_standard(experiment, light), rtol=1e-13
    )


# --- whole experiments, the Sun --------------------------------------------------------------------


@pytest.mark.parametrize("component", ["pp", "Be7", "B8"])
def test_solar_counts_follow_the_energy_dependent_moment(component):
    experiment, lam = load("xenonnt-2022-er"), matrix_of(POINT)
    region = read_package_table("data/solar/production_region_b16_gs98.csv")
    n_e, shares = 10 ** region.numbers("log10_ne"), region.numbers(component.lower())
    born = solar_source(oscillation=FIT, p_ee=1.0, components=[component]).flux(component)

    def moment(E):
        P = averaged_mass_probabilities(E, shares, n_e, FIT)
        return solar_moment(lam, P, final=LIGHT) / 1e-20

    def density(E):
        return born.density(E) * moment(E)

    if component == "Be7":
        lines = born.spectrum
        weights = lines.weights * moment(lines.energies)[:, None]
        weighted = Flux.from_lines(component, lines.energies, weights, matrices=pure_flavour("e"))
    else:
        weighted = Flux.from_density(component, born.spectrum.edges, density, matrices=pure_flavour("e"))
    folder = replace(experiment.folder, fluxes=(weighted,), labels=(component,))
    signal = replace(experiment.signal, folders={"electron-recoil": folder}, labels=(component,))
    expected = signal.by_interaction({"mu_nu_e": 1e-10})["magnetic"]
    values = {name: value for name, value in POINT.items() if "4" not in name}
    row = experiment.components.index(component)
    counts = experiment.expected(values)[0, row] - experiment.expected({})[0, row]
    np.testing.assert_allclose(counts, expected, rtol=1e-6, atol=1e-9 * expected.max())


def test_solar_counts_to_a_heavy_state_are_those_of_each_mass_state():
    # |lambda_j4|^2 P_ej with one cross section: elements add up, mixing and phases have no say
    experiment, m_4 = load("xenonnt-2022-er"), {"m_4": 100.0}
    alone = [beyond_standard(experiment, {f"lambda_{j}4": 1e-10, **m_4}) for j in LIGHT]
    heavy = {name: value for name, value in POINT.items() if "4" in name} | m_4
    expected = sum((POINT[f"lambda_{j}4"] / 1e-10) ** 2 * counts for j, counts in zip(LIGHT, alone, strict=True))
    np.testing.assert_allclose(beyond_standard(experiment, heavy), expected, rtol=1e-12)
    np.testing.assert_allclose(beyond_standard(experiment, heavy | MIXED), expected, rtol=1e-12)
    # the trace of a density matrix, whose states may be those of mass or of flavour
    flavours = [beyond_standard(experiment, {f"mu_{a}4": 1e-10, **m_4}) for a in ("e", "mu", "tau")]
    np.testing.assert_allclose(sum(alone), sum(flavours), rtol=1e-12)


def test_solar_counts_of_a_constant_survival_probability_are_those_of_a_mixture_of_flavours():
    experiment = load("xenonnt-2022-er", "herrera-huber-2024")
    conventions = experiment.conventions
    rho = np.diag([conventions.solar_p_ee, conventions.solar_p_emu, 0.0])
    U, light = pmns(get_oscillation(conventions.oscillation)), {n: v for n, v in POINT.items() if "4" not in n}
    moment = moment_of_density(matrix_of(light)[:3, :3], rho, basis="flavour", mixing=U, nature="majorana")
    expected = beyond_standard(experiment, {"mu_nu": 1e-10}) * moment / 1e-20
    np.testing.assert_allclose(beyond_standard(experiment, light), expected, rtol=1e-12)


# --- whole experiments, many points and heavy states -------------------------------------------------


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "coherent-csi-2017", "texono-csi-2010"])
def test_a_sterile_neutrino_beyond_the_kinematics_adds_nothing(name):
    experiment = load(name)
    heavy = {"lambda_14": 1e-9, "lambda_24": 1e-9, "theta_14": 0.3, "m_4": 1e5}
    np.testing.assert_array_equal(beyond_standard(experiment, heavy), 0)
    np.testing.assert_array_equal(experiment.expected(heavy), experiment.expected({}))


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "coherent-csi-2017"])
def test_points_are_what_they_are_one_by_one(name):
    experiment, n = load(name), 4
    points = {
        "lambda_12": np.linspace(0, 1e-10, n),
        "lambda_14": np.linspace(1e-10, 0, n),
        "lambda_14_phase": np.linspace(0, 3, n),
        "theta_24": np.linspace(0.3, 0, n),
        "lambda_34": 0.5e-10,
        "m_4": np.array([0.0, 100.0, 100.0, 300.0]),
    }
    counts = experiment.expected(points)
    assert counts.shape[0] == n
    for i in range(n):
        one = experiment.expected({name: float(np.broadcast_to(value, n)[i]) for name, value in points.items()})
        np.testing.assert_allclose(counts[i], one[0], rtol=1e-12)
