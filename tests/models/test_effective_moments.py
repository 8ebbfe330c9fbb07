"""Effective moments against loops, the closed forms of the literature and the symmetries they must have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles_moments import (
    electron_expansion,
    moment_by_loops,
    random_matrix,
    random_moments,
    random_unitary,
    sterile_only,
    sterile_rows,
)

from nulight.models.effective_moments import (
    averaged_moment,
    lambda_from_vector,
    moment_of_density,
    short_baseline_moment,
    solar_moment,
    vector_from_lambda,
)
from nulight.models.mass_basis import dirac_moment_to_mass, majorana_moment_to_flavour, moment_strength
from nulight.neutrinos.matter import solar_mass_probabilities
from nulight.neutrinos.mixing import get_oscillation, pmns

FLAVOURS = ("e", "mu", "tau", "s")
FIT = get_oscillation("nufit-6.0-no")
FIT_ANGLES = {"s2_12": FIT.s2_12, "s2_13": FIT.s2_13, "s2_23": FIT.s2_23, "delta": FIT.delta_cp}

rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)
sizes = st.sampled_from([3, 4])
natures = st.sampled_from(["majorana", "dirac"])
helicities = st.sampled_from(["nu", "nubar"])
angles = st.floats(0, np.pi / 2)
turns = st.floats(-np.pi, np.pi)


def close(actual, expected, rel=1e-12):
    np.testing.assert_allclose(actual, expected, rtol=rel, atol=rel)  # moments here are of order one


def cyclic(rng, n):
    return rng.uniform(0, 2 * np.pi, n)


# --- the formula -----------------------------------------------------------------------------------


@given(rng=rngs, n=sizes, nature=natures, helicity=helicities, data=st.data())
def test_short_baseline_moment_is_the_sum_of_amplitudes(rng, n, nature, helicity, data):
    lam, U, phases = random_moments(rng, n, nature), random_unitary(rng, n), cyclic(rng, n)
    a = data.draw(st.integers(0, n - 1))
    chosen = st.none() | st.sets(st.integers(1, n), min_size=1).map(sorted)
    options = {"initial": data.draw(chosen), "final": data.draw(chosen), "helicity": helicity, "phases": phases}
    actual = short_baseline_moment(lam, U, FLAVOURS[a], nature=nature, **options)
    close(actual, moment_by_loops(lam, U, a, **options))


def test_moments_need_not_be_square():
    rng = np.random.default_rng(5)
    portal, U = random_matrix(rng, 1, 4), random_unitary(rng, 4)
    close(short_baseline_moment(portal, U, "nu_mu"), moment_by_loops(portal, U, 1))
    close(averaged_moment(portal, U, "mu"), np.sum(np.abs(portal[0]) ** 2 * np.abs(U[1]) ** 2))


def test_everything_broadcasts_over_leading_axes():
    rng = np.random.default_rng(2)
    lam = np.stack([random_moments(rng, 4) for _ in range(5)])[:, None, None]
    U = np.stack([random_unitary(rng, 4) for _ in range(3)])[:, None]
    phases = rng.uniform(0, 6, size=(2, 4))
    moments = short_baseline_moment(lam, U, "tau", phases=phases)
    assert moments.shape == (5, 3, 2)
    close(moments[4, 1, 1], moment_by_loops(lam[4, 0, 0], U[1, 0], 2, phases=phases[1]))
    assert averaged_moment(lam, U, "tau").shape == (5, 3, 1)
    assert solar_moment(lam[..., 0, :, :], rng.uniform(size=(4, 7))).shape == (5, 7)
    rho = np.eye(4) * rng.uniform(size=(2, 1, 1))
    assert moment_of_density(lam, rho, basis="flavour", mixing=U).shape == (5, 3, 2)


# --- the general form and its cases ----------------------------------------------------------------


@given(rng=rngs, n=sizes, helicity=helicities)
def test_short_baseline_is_a_pure_state(rng, n, helicity):
    lam, U, phases = random_moments(rng, n), random_unitary(rng, n), cyclic(rng, n)
    state = (U[0].conj() if helicity == "nu" else U[0]) * np.exp(-1j * phases)
    rho = np.outer(state, state.conj())
    close(
        moment_of_density(lam, rho, helicity=helicity),
        short_baseline_moment(lam, U, "e", helicity=helicity, phases=phases),
    )


@given(rng=rngs, n=sizes, helicity=helicities)
def test_density_matrix_has_the_same_moment_in_both_bases(rng, n, helicity):
    lam, U, root = random_moments(rng, n), random_unitary(rng, n), random_matrix(rng, n)
    rho = root @ root.conj().T
    turned = U if helicity == "nu" else U.conj()
    flavour = turned @ rho @ turned.conj().T
    close(
        moment_of_density(lam, flavour, basis="flavour", mixing=U, helicity=helicity),
        moment_of_density(lam, rho, helicity=helicity),
        1e-11,
    )


@given(rng=rngs, n=sizes)
def test_diagonal_of_the_strength_in_flavour_is_the_short_baseline_moment(rng, n):
    lam, U = random_moments(rng, n), random_unitary(rng, n)
    moments = [short_baseline_moment(lam, U, flavour) for flavour in FLAVOURS[:n]]
    close(np.diagonal(moment_strength(lam, U)).real, moments)
    close(moment_of_density(lam, np.eye(n), basis="flavour", mixing=U), np.sum(moments))


@given(rng=rngs, n=sizes, data=st.data())
def test_averaged_moment_is_the_mean_over_all_phases(rng, n, data):
    lam, U = random_moments(rng, n), random_unitary(rng, n)
    chosen = {
        "initial": data.draw(st.sampled_from([None, (1, 2), (1, 2, 3)])),
        "final": data.draw(st.sampled_from([None, (3,)])),
    }
    # trapezoids are exact for the harmonics e^{i(phi_i - phi_j)}
    grid = np.meshgrid(*[2 * np.pi * np.arange(4) / 4] * n)
    phases = np.stack(grid, axis=-1).reshape(-1, n)
    mean = short_baseline_moment(lam, U, "mu", phases=phases, **chosen).mean()
    close(averaged_moment(lam, U, "mu", **chosen), mean)


@given(rng=rngs, n=sizes)
def test_incoherent_cases_agree(rng, n):
    lam, U = random_moments(rng, n), random_unitary(rng, n)
    shares = np.abs(U[1]) ** 2
    close(solar_moment(lam, shares), averaged_moment(lam, U, "mu"))
    close(moment_of_density(lam, np.diag(shares)), averaged_moment(lam, U, "mu"))
    alone = np.eye(n)[:, :, None]  # each mass state for certain, at one energy
    close([solar_moment(lam, p)[0] for p in alone], [solar_moment(lam, np.eye(n)[j]) for j in range(n)])
    close(short_baseline_moment(lam, np.eye(n), "e"), solar_moment(lam, np.eye(n)[0]))


@given(rng=rngs)
def test_states_that_do_not_arrive_may_be_left_out(rng):
    lam, U, P = random_moments(rng, 4), random_unitary(rng, 4), rng.uniform(size=(3, 6))
    close(solar_moment(lam, P), solar_moment(lam, np.concatenate([P, np.zeros((1, 6))])))
    rho = np.zeros((4, 4), complex)
    root = random_matrix(rng, 3)
    rho[:3, :3] = root @ root.conj().T
    close(moment_of_density(lam, rho[:3, :3]), moment_of_density(lam, rho))
    flavour = {"basis": "flavour", "mixing": U}
    close(moment_of_density(lam, rho[:3, :3], **flavour), moment_of_density(lam, rho, **flavour))


@given(rng=rngs, nature=natures)
def test_final_states_add_up(rng, nature):
    lam, U, P = random_moments(rng, 4, nature), random_unitary(rng, 4), rng.uniform(size=(4, 3))
    root = random_matrix(rng, 4)
    rho = root @ root.conj().T
    for moment in (
        lambda final: short_baseline_moment(lam, U, "e", final=final),
        lambda final: averaged_moment(lam, U, "e", final=final),
        lambda final: solar_moment(lam, P, final=final),
        lambda final: moment_of_density(lam, rho, final=final),
    ):
        close(moment((1, 2, 3)) + moment((4,)), moment(None))


# --- three Majorana neutrinos ----------------------------------------------------------------------


def test_vector_names_the_elements():
    lam = lambda_from_vector([1, 2j, 3])
    assert (lam[1, 2], lam[2, 0], lam[0, 1]) == (1, 2j, 3)
    np.testing.assert_array_equal(lam, -lam.T)
    assert lam[0, 2] == -2j


@given(rng=rngs)
def test_vector_and_matrix_go_there_and_back(rng):
    vectors = random_matrix(rng, 4, 3)
    np.testing.assert_array_equal(vector_from_lambda(lambda_from_vector(vectors)), vectors)
    np.testing.assert_array_equal(lambda_from_vector(vectors)[2], lambda_from_vector(vectors[2]))


@given(rng=rngs)
def test_three_majorana_neutrinos_have_the_moment_of_a_cross_product(rng):
    x, U, phases = random_matrix(rng, 1, 3)[0], random_unitary(rng, 3), cyclic(rng, 3)
    for a, flavour in enumerate(FLAVOURS[:3]):
        expected = np.sum(np.abs(x) ** 2) - abs(U[a] @ x) ** 2
        close(short_baseline_moment(lambda_from_vector(x), U, flavour), expected)
        expected = np.sum(np.abs(x) ** 2) - abs((U[a] * np.exp(1j * phases)) @ x) ** 2
        close(short_baseline_moment(lambda_from_vector(x), U, flavour, phases=phases), expected)


def test_cross_product_takes_u_and_not_its_conjugate():
    x, U = np.array([1, 1j, 0]), np.linalg.qr([[1, 1j, 0], [1j, 2, 1], [0, 1, 1j]])[0]
    conjugate = np.sum(np.abs(x) ** 2) - abs(U[0].conj() @ x) ** 2
    assert abs(short_baseline_moment(lambda_from_vector(x), U, "e") - conjugate) > 0.1


@given(rng=rngs, delta=turns)
def test_expansion_for_the_electron_neutrino(rng, delta):
    x = random_matrix(rng, 1, 3)[0]
    moment = short_baseline_moment(lambda_from_vector(x), pmns(FIT, delta_cp=delta), "e", nature="majorana")
    close(moment, electron_expansion(x, FIT.s2_12, FIT.s2_13, delta))


@given(rng=rngs)
def test_solar_moment_of_three_majorana_neutrinos(rng):
    x, P = random_matrix(rng, 1, 3)[0], rng.dirichlet([1, 1, 1], size=5).T
    close(solar_moment(lambda_from_vector(x), P), np.abs(x) ** 2 @ (1 - P))


def test_solar_moment_follows_the_energy():
    E = np.array([300.0, 10e3])  # pp and 8B
    P = solar_mass_probabilities(E, np.array([68.0, 93.0]), get_oscillation("desalas-2020-no"))
    moment = solar_moment(lambda_from_vector([1, 0, 0]), P)  # lambda_23: nu_1 has none
    # P_e1 of the text: 0.649 and 0.075
    np.testing.assert_allclose(moment, [1 - 0.649, 1 - 0.075], atol=1e-3)


# --- four neutrinos --------------------------------------------------------------------------------


@given(rng=rngs)
def test_solar_moment_of_four_majorana_neutrinos(rng):
    lam, P = random_moments(rng, 4, "majorana"), rng.dirichlet([1, 1, 1, 1], size=5).T
    pairs = [(j, k) for j in range(4) for k in range(j + 1, 4)]
    close(solar_moment(lam, P, nature="majorana"), sum(abs(lam[j, k]) ** 2 * (P[j] + P[k]) for j, k in pairs))
    sterile = np.zeros((4, 4), complex)
    sterile[:3, 3], sterile[3, :3] = lam[:3, 3], -lam[:3, 3]
    close(solar_moment(sterile, P[:3]), np.abs(lam[:3, 3]) ** 2 @ P[:3])


@given(rng=rngs, mixing=st.tuples(angles, angles, angles, turns, turns), delta=turns)
def test_sterile_only_moments_with_all_mixing_angles(rng, mixing, delta):
    lam = random_moments(rng, 4, "majorana")
    names = dict(zip(("theta_14", "theta_24", "theta_34", "delta_14", "delta_24"), mixing, strict=True))
    U = pmns(FIT, n=4, delta_cp=delta, **names)
    rows = sterile_rows(**FIT_ANGLES | {"delta": delta}, **names)
    np.testing.assert_allclose(U[:3, :3], rows, atol=1e-15)
    for a, flavour in enumerate(FLAVOURS[:3]):
        moment = short_baseline_moment(lam, U, flavour, initial=(1, 2, 3), final=(4,))
        close(moment, sterile_only(lam[:3, 3], rows[a]))


@given(rng=rngs)
def test_part_of_the_fourth_state_itself_goes_to_light_neutrinos(rng):
    U, sterile = random_unitary(rng, 4), np.zeros((4, 4), complex)
    sterile[:3, 3] = random_matrix(rng, 1, 3)[0]
    sterile -= sterile.T
    for a, flavour in enumerate(FLAVOURS):
        expected = abs(U[a, 3]) ** 2 * np.sum(np.abs(sterile[:3, 3]) ** 2)
        close(short_baseline_moment(sterile, U, flavour, final=(1, 2, 3)), expected)


@given(rng=rngs)
def test_sterile_only_moments_without_active_sterile_mixing(rng):
    # Eqs. (9) and (10) of arXiv:2109.09545
    lam, U = random_moments(rng, 4, "majorana"), pmns(FIT, n=4)
    s12, s13, c12, c13 = np.sqrt([FIT.s2_12, FIT.s2_13, 1 - FIT.s2_12, 1 - FIT.s2_13])
    phase = np.exp(1j * FIT.delta_cp)
    x1, x2, x3 = lam[:3, 3]
    expected = abs(c12 * c13 * x1 + s12 * c13 * x2 + s13 * phase * x3) ** 2
    close(short_baseline_moment(lam, U, "e", final=(4,)), expected)
    rows = sterile_rows(**FIT_ANGLES)
    close(short_baseline_moment(lam, U, "mu", final=(4,)), abs(rows[1].conj() @ lam[:3, 3]) ** 2)


@given(rng=rngs)
def test_mixing_changes_the_moment_of_muon_neutrinos_to_second_order(rng):
    lam = random_moments(rng, 4, "majorana")
    limit = short_baseline_moment(lam, pmns(FIT, n=4), "mu", initial=(1, 2, 3), final=(4,))
    near = short_baseline_moment(
        lam, pmns(FIT, n=4, theta_14=1e-4, theta_24=1e-4, theta_34=1e-4), "mu", initial=(1, 2, 3), final=(4,)
    )
    np.testing.assert_allclose(near, limit, atol=1e-7 * np.abs(lam).max() ** 2)  # c_24 and s_14 s_24: second order


@given(rng=rngs)
def test_moments_of_flavours_to_a_sterile_state_come_out_again(rng):
    portal = random_matrix(rng, 1, 3)  # mu_e4, mu_mu4, mu_tau4
    U = random_unitary(rng, 3)
    lam = dirac_moment_to_mass(portal, U)
    for a, flavour in enumerate(FLAVOURS[:3]):
        close(short_baseline_moment(lam, U, flavour), abs(portal[0, a]) ** 2)
    P = rng.dirichlet([1, 1, 1])
    rho = U @ np.diag(P) @ U.conj().T
    close(moment_of_density(lam, rho, basis="flavour", mixing=U), solar_moment(lam, P))
    close(solar_moment(lam, P), (portal @ rho @ portal.conj().T)[0, 0].real)


def test_one_moment_of_mass_states_is_not_that_of_one_flavour():
    lam = np.zeros((4, 4))
    lam[0, 3], lam[3, 0] = 1, -1
    moments = [short_baseline_moment(lam, pmns(FIT, n=4), a, initial=(1, 2, 3), final=(4,)) for a in FLAVOURS[:3]]
    close(moments, np.abs(pmns(FIT)[:, 0]) ** 2)
    assert min(moments) > 0.05


# --- symmetries ------------------------------------------------------------------------------------


@given(rng=rngs, n=sizes, helicity=helicities)
def test_majorana_moments_may_be_given_in_flavour(rng, n, helicity):
    lam, U = random_moments(rng, n, "majorana"), random_unitary(rng, n)
    flavour = majorana_moment_to_flavour(lam, U)
    for name in FLAVOURS[:n]:
        turned = short_baseline_moment(flavour, np.eye(n), name, helicity=helicity, nature="majorana")
        close(turned, short_baseline_moment(lam, U, name, helicity=helicity))


@given(rng=rngs, n=sizes, nature=natures, helicity=helicities)
def test_phases_of_the_fields_cannot_be_seen(rng, n, nature, helicity):
    lam, U, phases = random_moments(rng, n, nature), random_unitary(rng, n), cyclic(rng, n)
    initial, lepton = np.exp(1j * cyclic(rng, n)), np.exp(1j * cyclic(rng, n))
    final = initial if nature == "majorana" else np.exp(1j * cyclic(rng, n))  # right-handed partners have their own
    U_new, lam_new = lepton[:, None] * U * initial, final[:, None] * lam * initial
    for name in FLAVOURS[:n]:
        old, new = (
            short_baseline_moment(a, b, name, helicity=helicity, phases=phases, nature=nature)
            for a, b in ((lam, U), (lam_new, U_new))
        )
        close(new, old)
        close(averaged_moment(lam_new, U_new, name), averaged_moment(lam, U, name))


@given(rng=rngs)
def test_majorana_phases_of_the_mixing_are_phases_of_the_moments(rng):
    lam, alpha = random_moments(rng, 3, "majorana"), cyclic(rng, 2)
    half = np.exp(0.5j * np.array([0, *alpha]))
    with_phases = short_baseline_moment(lam, pmns(FIT, majorana=tuple(alpha)), "mu")
    close(short_baseline_moment(lam / np.outer(half, half), pmns(FIT), "mu"), with_phases)


@given(rng=rngs, n=sizes, nature=natures)
def test_dirac_partners_may_be_turned(rng, n, nature):
    lam, U, W = random_moments(rng, n, nature), random_unitary(rng, n), random_unitary(rng, n)
    close(short_baseline_moment(W @ lam, U, "e"), short_baseline_moment(lam, U, "e"))


@given(rng=rngs, n=sizes)
def test_neutrinos_and_antineutrinos_differ_only_by_the_phases_of_the_way(rng, n):
    lam, U, phases = random_moments(rng, n), random_unitary(rng, n), cyclic(rng, n)
    antineutrino = {"helicity": "nubar"}
    close(short_baseline_moment(lam, U, "e", **antineutrino), short_baseline_moment(lam, U, "e"))
    conjugated = short_baseline_moment(lam.conj(), U.conj(), "e", phases=phases)
    close(short_baseline_moment(lam, U, "e", phases=phases, **antineutrino), conjugated)


@given(rng=rngs, delta=turns, mixing=st.tuples(angles, angles, angles, turns, turns))
def test_antineutrino_is_the_neutrino_with_all_cp_phases_turned_round(rng, delta, mixing):
    lam, way = random_moments(rng, 4, "majorana"), cyclic(rng, 4)
    theta, (d_14, d_24) = dict(zip(("theta_14", "theta_24", "theta_34"), mixing, strict=False)), mixing[3:]
    U = pmns(FIT, n=4, delta_cp=delta, delta_14=d_14, delta_24=d_24, **theta)
    turned = pmns(FIT, n=4, delta_cp=-delta, delta_14=-d_14, delta_24=-d_24, **theta)
    antineutrino = short_baseline_moment(lam, U, "mu", helicity="nubar", phases=way)
    close(short_baseline_moment(np.abs(lam) * np.exp(-1j * np.angle(lam)), turned, "mu", phases=way), antineutrino)


def test_on_the_way_neutrinos_and_antineutrinos_part():
    rng = np.random.default_rng(3)
    lam, U, way = random_moments(rng, 3), random_unitary(rng, 3), {"phases": cyclic(rng, 3)}
    difference = short_baseline_moment(lam, U, "e", **way) - short_baseline_moment(lam, U, "e", helicity="nubar", **way)
    assert abs(difference) > 0.01


@given(rng=rngs, n=sizes, nature=natures)
def test_moments_are_positive_and_no_larger_than_the_largest_singular_value(rng, n, nature):
    lam, U, phases = random_moments(rng, n, nature), random_unitary(rng, n), cyclic(rng, n)
    bound = np.linalg.norm(lam, 2) ** 2 * (1 + 1e-12)
    for name in FLAVOURS[:n]:
        assert 0 <= short_baseline_moment(lam, U, name, phases=phases) <= bound
        assert 0 <= averaged_moment(lam, U, name) <= bound
    assert np.all((0 <= solar_moment(lam, np.eye(n))) & (solar_moment(lam, np.eye(n)) <= bound))


@given(rng=rngs, n=sizes)
def test_diagonal_dirac_moments_never_interfere(rng, n):
    mu, U, phases = random_matrix(rng, 1, n)[0], random_unitary(rng, n), cyclic(rng, n)
    expected = np.abs(U[0]) ** 2 @ np.abs(mu) ** 2
    close(short_baseline_moment(np.diag(mu), U, "e", phases=phases, nature="dirac"), expected)
    close(averaged_moment(np.diag(mu), U, "e"), expected)
    universal = [short_baseline_moment(3.0 * np.eye(n), U, name) for name in FLAVOURS[:n]]
    close(universal, 9.0)


@given(rng=rngs)
def test_values_scale_to_moments_of_physical_size(rng):
    lam, U = random_moments(rng, 4), random_unitary(rng, 4)
    assert short_baseline_moment(1e-11 * lam, U, "e") == pytest.approx(1e-22 * moment_by_loops(lam, U, 0), rel=1e-12)


# --- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", [short_baseline_moment, averaged_moment])
def test_wrong_flavours_states_and_shapes_are_refused(moment):
    lam = np.zeros((3, 3))
    with pytest.raises(ValueError, match="unknown flavour 's'; use one of: e, mu, tau"):
        moment(lam, np.eye(3), "s")
    with pytest.raises(ValueError, match=r'nubar_e.*helicity="nubar"'):
        moment(lam, np.eye(3), "nubar_e")
    with pytest.raises(ValueError, match="not unitary"):
        moment(lam, 1.1 * np.eye(3), "e")
    with pytest.raises(ValueError, match=r"\(3, 3\) do not fit a mixing matrix of 4 neutrinos"):
        moment(lam, np.eye(4), "e")
    with pytest.raises(ValueError, match="final state 4: states are numbered from 1 to 3"):
        moment(lam, np.eye(3), "e", final=(4,))
    with pytest.raises(ValueError, match="initial state 0: states are numbered from 1"):
        moment(lam, np.eye(3), "e", initial=(0, 1))
    with pytest.raises(ValueError, match="a matrix"):
        moment([1, 2, 3], np.eye(3), "e")


def test_majorana_matrix_must_be_one():
    diagonal = 1e-11 * np.eye(3)
    for moment in (
        lambda nature: short_baseline_moment(diagonal, np.eye(3), "e", nature=nature),
        lambda nature: averaged_moment(diagonal, np.eye(3), "e", nature=nature),
        lambda nature: solar_moment(diagonal, [1, 0, 0], nature=nature),
        lambda nature: moment_of_density(diagonal, np.diag([1, 0, 0]), nature=nature),
    ):
        assert moment("dirac") == moment(None) == pytest.approx(1e-22, rel=1e-12)
        with pytest.raises(ValueError, match="no diagonal moment, but element 11 is 1e-11"):
            moment("majorana")


def test_impossible_mixtures_are_refused():
    with pytest.raises(ValueError, match=r"negative, the smallest is -0\.1"):
        solar_moment(np.eye(3), [1.1, -0.1, 0])
    with pytest.raises(ValueError, match="n at most 3"):
        solar_moment(np.eye(3), np.ones((4, 2)))
    with pytest.raises(ValueError, match="hermitian, but element 12 is 1, not 0"):
        moment_of_density(np.eye(2), [[1, 1], [0, 1]])
    with pytest.raises(ValueError, match="more states than the 3 columns"):
        moment_of_density(np.eye(3), np.eye(4))
    with pytest.raises(ValueError, match="needs the mixing matrix"):
        moment_of_density(np.eye(3), np.eye(3), basis="flavour")


def test_only_three_majorana_neutrinos_have_a_vector():
    with pytest.raises(ValueError, match="three components"):
        lambda_from_vector([1, 2])
    with pytest.raises(ValueError, match="only three neutrinos"):
        vector_from_lambda(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="antisymmetric"):
        vector_from_lambda([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
