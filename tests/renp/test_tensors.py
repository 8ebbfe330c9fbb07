"""Pair tensors against quadrature of Dirac traces, electron operators against free spinors."""

import numpy as np
import pytest

from nulight.renp import tensors
from nulight.renp.kinematics import pair_kinematics
from oracles import GAMMA, GAMMA_5, METRIC, ONE, SIGMA, slash
from oracles_renp import (
    CHARGE_CONJUGATION,
    PAULI,
    magnetisation,
    pair_momentum,
    two_body,
)
from oracles_renp import (
    M_E as ELECTRON,
)

E_EG = 2.14349
MASSES = np.array([0.0, 0.03, 0.05])
PARITIES = ("vector", "axial")


def half_traces(omega, i, j, first, second):
    """Half the sum over spins of first times conjugate second, averaged over the pair, shape (n, n)."""
    q = pair_momentum(omega, E_EG)
    p_1, weights = two_body(q, MASSES[i], MASSES[j])
    bar = GAMMA[0] @ np.conj(np.swapaxes(second, -1, -2)) @ GAMMA[0]
    total = 0
    for p, weight in zip(p_1, weights / weights.sum(), strict=True):
        nu, nubar = slash(p) + MASSES[i] * ONE, slash(q - p) - MASSES[j] * ONE
        total = total + weight * np.einsum("ab,mbc,cd,nda->mn", nu, first, nubar, bar) / 2
    return total.astype(complex)


def dipole_current(omega):
    """i sigma^{mu nu} q_nu."""
    return 1j * np.einsum("mnab,n->mab", SIGMA, METRIC @ pair_momentum(omega, E_EG))


def vertex(parity, scalar=False):
    gamma_5 = ONE if parity == "vector" else GAMMA_5
    return (ONE if parity == "vector" else 1j * GAMMA_5)[None] if scalar else GAMMA @ gamma_5


@pytest.fixture(params=[0.3, 1.0, 1.069], ids="omega={}".format)
def omega(request):
    return request.param


PAIRS = pytest.mark.parametrize(("i", "j"), [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1)])


@PAIRS
@pytest.mark.parametrize("parity", PARITIES)
def test_current(omega, i, j, parity):
    k = pair_kinematics(omega, E_EG, MASSES)
    current = vertex(parity)
    found = half_traces(omega, i, j, current, current)
    across, along = (t(k, parity)[i, j] for t in (tensors.transverse, tensors.along))
    scale = abs(found).max()
    assert found[1, 1] == pytest.approx(across, rel=1e-12, abs=1e-13 * scale)
    assert found[2, 2] == pytest.approx(found[1, 1], rel=1e-12, abs=1e-13 * scale)
    assert found[3, 3] == pytest.approx(along, rel=1e-12)
    q = METRIC @ pair_momentum(omega, E_EG).astype(float)
    assert q @ found @ q == pytest.approx(tensors.divergence(k, parity)[i, j], abs=1e-12 * scale)


@PAIRS
def test_vector_and_axial_currents_do_not_interfere(omega, i, j):
    found = half_traces(omega, i, j, GAMMA, GAMMA @ GAMMA_5)
    assert abs(found[1:, 1:]).max() < 1e-13 * omega**2


@PAIRS
@pytest.mark.parametrize("parity", PARITIES)
def test_density(omega, i, j, parity):
    k = pair_kinematics(omega, E_EG, MASSES)
    found = half_traces(omega, i, j, vertex(parity, scalar=True), vertex(parity, scalar=True))
    assert found[0, 0] == pytest.approx(tensors.density(k, parity)[i, j], rel=1e-12)


@PAIRS
@pytest.mark.parametrize("parity", PARITIES)
def test_moment(omega, i, j, parity):
    k = pair_kinematics(omega, E_EG, MASSES)
    current = dipole_current(omega) @ (ONE if parity == "vector" else 1j * GAMMA_5)
    found = half_traces(omega, i, j, current, current)
    assert found[1, 1] == pytest.approx(tensors.dipole(k, parity)[i, j], rel=1e-11)
    q = METRIC @ pair_momentum(omega, E_EG).astype(float)
    assert abs(q @ found).max() < 1e-12 * abs(found).max()


@PAIRS
@pytest.mark.parametrize("parity", PARITIES)
def test_moment_between_currents(omega, i, j, parity):
    k = pair_kinematics(omega, E_EG, MASSES)
    gamma_5 = ONE if parity == "vector" else GAMMA_5
    found = half_traces(omega, i, j, GAMMA @ gamma_5, dipole_current(omega) @ gamma_5)
    expected = tensors.dipole_interference(k, parity)[i, j]
    assert found[1, 1] == pytest.approx(expected, rel=1e-11, abs=1e-12 * omega**2)
    crossed = half_traces(omega, i, j, GAMMA @ gamma_5, dipole_current(omega) @ gamma_5 @ GAMMA_5)
    assert abs(crossed[1, 1]) < 1e-12 * omega**2


def test_massless_limit():
    k = pair_kinematics(1.0, E_EG, np.zeros(3))
    q2 = k.q2.item()
    for parity in PARITIES:
        assert np.all(tensors.transverse(k, parity) == pytest.approx(2 * q2 / 3, rel=1e-15))
        assert np.all(tensors.along(k, parity) == pytest.approx(2 * q2 / 3 + 2 / 3, rel=1e-15))
        assert not tensors.divergence(k, parity).any()
        assert np.all(tensors.dipole(k, parity) == pytest.approx(q2**2 / 3, rel=1e-15))
        assert not tensors.dipole_interference(k, parity).any()


def test_sum_of_parities_is_four_times_what_left_handed_currents_have():
    """The literature's expressions for left-left currents, and m_i m_j between left and right."""
    k = pair_kinematics(1.0, E_EG, MASSES)
    s, d2 = k.m_i**2 + k.m_j**2, (k.m_i**2 - k.m_j**2) ** 2
    across = (2 * k.q2 - s - d2 / k.q2) / 6
    along = across + k.omega**2 / 3 * (1 + s / k.q2 - 2 * d2 / k.q2**2)
    for function, left_left in ((tensors.transverse, across), (tensors.along, along)):
        vector, axial = (function(k, parity) for parity in PARITIES)
        assert np.all((vector + axial) / 4 == pytest.approx(left_left, rel=1e-14))
        assert np.all(abs((vector - axial) / 4 - k.m_i * k.m_j) < 1e-15)


def test_spin_takes_a_third_of_every_component_or_a_transverse_one():
    across, along = np.array([1.0, 2.0]), np.array([5.0, 11.0])
    assert tensors.axial_weight(across, along, "trace").tolist() == [7 / 3, 5.0]
    assert tensors.axial_weight(across, along, "coherent") is across
    q = np.array([0, 0, 1.0])
    operator = magnetisation(pair_momentum(1.0, E_EG)) * 2 * ELECTRON
    felt = np.einsum("kst,nst->kn", operator, operator.conj()) / 2
    transverse = np.diag(1 - q**2)
    assert np.abs(felt - transverse).max() < 1e-15
    assert tensors.magnetisation_weight("trace") == pytest.approx(np.trace(transverse) / 3)
    assert tensors.magnetisation_weight("coherent") == 1
    assert (tensors.scalar_weight("trace"), tensors.scalar_weight("coherent")) == (1 / 3, 0)


@pytest.mark.parametrize("spin_sum", ["", "Trace", "spins"])
def test_unknown_spin_sum_is_refused(spin_sum):
    with pytest.raises(ValueError, match=f"spin_sum '{spin_sum}'; use 'trace'"):
        tensors.check_spin_sum(spin_sum)


# --- what the oracle itself rests on -----------------------------------------------------------------


def spinors(momentum):
    """u(p) of spin up and down, (4, 2), Dirac representation, u-dagger u = 1."""
    energy = np.sqrt(ELECTRON**2 + momentum @ momentum)
    lower = np.einsum("k,kst->st", momentum, PAULI) / (energy + ELECTRON)
    u = np.vstack([np.eye(2), lower])
    return u * np.sqrt((energy + ELECTRON) / (2 * energy))


def test_electron_operators_are_the_leading_order_of_free_spinors():
    rng = np.random.default_rng(3)
    before, q = 5.0 * rng.normal(size=3), 3.0 * rng.normal(size=3)
    after = before - q
    u, ubar = spinors(before), spinors(after).conj().T @ GAMMA[0]
    small = (abs(before).max() / ELECTRON) ** 2
    sigma_q = np.einsum("k,kst->st", q, PAULI)
    assert np.abs(ubar @ (1j * GAMMA_5) @ u - 1j * sigma_q / (2 * ELECTRON)).max() < 10 * small * 1e-4
    for k in range(3):
        assert np.abs(ubar @ GAMMA[k + 1] @ GAMMA_5 @ u - PAULI[k]).max() < 10 * small
        vector = ubar @ GAMMA[k + 1] @ u
        spin = vector - np.eye(2) * (before + after)[k] / (2 * ELECTRON)
        expected = 1j * np.cross(q, PAULI, axisb=0, axisc=0)[k] / (2 * ELECTRON)
        assert np.abs(spin - expected).max() < 10 * small * 1e-4
        assert np.abs(magnetisation(np.array([0.0, *q]))[k] - expected).max() < 1e-18


def test_axial_current_and_pseudoscalar_density_of_the_electron_have_one_sign():
    """d_mu (ebar gamma^mu gamma_5 e) = 2 m_e ebar i gamma_5 e, with d_mu -> -i q_mu and q lost by the electron."""
    q = np.array([0.2, -0.7, 1.1])
    axial, pseudoscalar = PAULI, 1j * np.einsum("k,kst->st", q, PAULI) / (2 * ELECTRON)
    divergence = 1j * np.einsum("k,kst->st", q, axial)  # -i q_mu J^mu with small J^0
    assert np.abs(divergence - 2 * ELECTRON * pseudoscalar).max() < 1e-15


def test_charge_conjugation_turns_currents_and_dipoles_but_not_axial_currents_and_densities():
    C = CHARGE_CONJUGATION
    inverse = np.linalg.inv(C)
    assert np.array_equal(inverse, -C)

    def turned(M):
        return C @ M.T @ inverse

    for mu in range(4):
        assert np.abs(turned(GAMMA[mu]) + GAMMA[mu]).max() == 0
        assert np.abs(turned(GAMMA[mu] @ GAMMA_5) - GAMMA[mu] @ GAMMA_5).max() == 0
        for nu in range(4):
            assert np.abs(turned(SIGMA[mu, nu]) + SIGMA[mu, nu]).max() == 0
    for density in (ONE, GAMMA_5):
        assert np.abs(turned(density) - density).max() == 0


def test_two_body_phase_space_conserves_momentum_and_keeps_masses():
    q = pair_momentum(1.0, E_EG)
    p_1, weights = two_body(q, 0.03, 0.05)
    p_2 = q - p_1
    for p, m in ((p_1, 0.03), (p_2, 0.05)):
        assert np.abs(np.einsum("nm,mk,nk->n", p, METRIC, p) - m**2).max() < 1e-15
        assert np.all(p[:, 0] > m)
    assert len(two_body(q, 0.3, 0.3)[0]) == 0
    assert weights.sum() < 1
