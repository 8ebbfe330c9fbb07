"""Atomic schemes made in Python, and the spin factors of the shipped ones from angular momentum."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pytest

from nulight.renp import (
    AtomicScheme,
    NewPhysics,
    VectorMediator,
    atomic_scheme,
    element,
    neutrinos,
    spectral_parts,
)

MINE: dict[str, Any] = {"name": "mine", "E_eg": 2.1, "E_pg": 2.2, "gamma_pg": 1e6, "spin_factor": 2.0}


@pytest.mark.parametrize("key", ["E_eg", "E_pg", "gamma_pg", "spin_factor"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_numbers_of_a_scheme_are_positive(key: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"mine: {key} = .* must be positive and finite"):
        AtomicScheme(**{**MINE, key: value})


@pytest.mark.parametrize("E_pg", [2.0, 2.1])
def test_the_virtual_level_is_the_highest(E_pg: float) -> None:
    with pytest.raises(ValueError, match=rf"E_pg = {E_pg:g} eV is not above E_eg = 2.1 eV"):
        AtomicScheme(**{**MINE, "E_pg": E_pg})


def test_a_scheme_of_ones_own_has_no_hash_and_equals_its_twin() -> None:
    assert AtomicScheme(**MINE) == AtomicScheme(**MINE)
    assert AtomicScheme(**MINE).sha256 == ""


# --- spin matrix elements of two electrons, s and p -------------------------------------------------


def _angular(j: float) -> np.ndarray:
    """Matrices J_x, J_y, J_z, shape (3, 2j + 1, 2j + 1)."""
    m = j - np.arange(round(2 * j + 1))
    up = np.diag(np.sqrt(j * (j + 1) - m[1:] * (m[1:] + 1)), 1)
    return np.array([(up + up.T) / 2, (up - up.T) / 2j, np.diag(m)])


def _acting(operators: np.ndarray, place: int) -> np.ndarray:
    spaces = [np.eye(2), np.eye(2), np.eye(3)]
    return np.array([reduce(np.kron, [*spaces[:place], o, *spaces[place + 1 :]]) for o in operators])


S_S, S_P, L = _acting(_angular(0.5), 0), _acting(_angular(0.5), 1), _acting(_angular(1), 2)
SPIN = S_S + S_P


def _space(*conditions: tuple[np.ndarray, float]) -> np.ndarray:
    """Orthonormal vectors with the given j of every angular momentum, shape (12, n)."""
    excess = sum(
        (square - j * (j + 1) * np.eye(12)) @ (square - j * (j + 1) * np.eye(12))
        for square, j in ((sum(o @ o for o in operators), j) for operators, j in conditions)
    )
    values, vectors = np.linalg.eigh(excess)
    return vectors[:, np.abs(values) < 1e-9]


def _term(spin: float, j: float) -> np.ndarray:
    return _space((SPIN, spin), (SPIN + L, j))


def _strength(p: np.ndarray, e: np.ndarray) -> float:
    """Sum over the sublevels of p, average over those of e, of the squared matrix element of the spin."""
    return sum(float((np.abs(p.conj().T @ o @ e) ** 2).sum()) for o in SPIN) / e.shape[1]


def test_spin_factor_of_ytterbium_is_that_of_ls_coupling() -> None:
    assert _strength(_term(1, 1), _term(1, 0)) == pytest.approx(2.0, rel=1e-12)
    assert atomic_scheme("yb").spin_factor == 2.0


def test_spin_factor_of_xenon_is_not_what_the_card_recalls() -> None:
    """1/2 for one sublevel of 3P2, 5/2 for five, and a third of it in jj coupling, as the card's note says."""
    e, triplet = _term(1, 2), _term(1, 1)
    jj = _space((S_P + L, 1.5), (SPIN + L, 1))
    assert _strength(triplet, e) == pytest.approx(0.5, rel=1e-12)
    assert _strength(jj, e) == pytest.approx(0.5 / 3, rel=1e-12)
    share = float((np.abs(triplet.conj().T @ jj) ** 2).sum()) / 3
    assert share == pytest.approx(1 / 3, rel=1e-12)
    assert 5 * _strength(jj, e) < atomic_scheme("xe").spin_factor < 5 * _strength(triplet, e)


def test_the_atoms_magnetic_moment_is_half_of_the_spins_between_different_levels() -> None:
    """L + 2S = J + S; with sublevels of 3P0 and 3P1 built from L = 1 and S = 1 by hand."""
    ladder = np.diag([np.sqrt(2.0), np.sqrt(2.0)], 1)
    one = np.array([(ladder + ladder.T) / 2, (ladder - ladder.T) / 2j, np.diag([1.0, 0.0, -1.0])])
    L, S = np.array([np.kron(m, np.eye(3)) for m in one]), np.array([np.kron(np.eye(3), m) for m in one])
    _, levels = np.linalg.eigh(sum((L + S)[k] @ (L + S)[k] for k in range(3)))  # J = 0, then 1, then 2
    zero, triplet = levels[:, :1], levels[:, 1:4]

    def line_strength(moment: np.ndarray) -> float:
        return float(np.sum(np.abs(triplet.conj().T @ moment @ zero) ** 2))

    assert line_strength(L + 2 * S) == pytest.approx(2.0, rel=1e-12)
    assert line_strength(2 * S) == pytest.approx(8.0, rel=1e-12)


def test_photon_share_is_of_moments_and_charges_and_not_of_axial_couplings() -> None:
    atom = atomic_scheme("yb")
    vector = VectorMediator(mass=1.0, left=element("11", 1e-24))
    new = NewPhysics(mu=element("12", 1e-11), r2=element("11", 1e-25), vector=vector)
    whole, spin = (
        spectral_parts([1.0, 1.0716], replace(atom, photon_exchange=exchange), neutrinos(0.01), new)
        for exchange in ("atom", "spin")
    )
    for name in ("magnetic", "charge"):
        assert whole[name] == pytest.approx(spin[name] * atom.photon_share([1.0, 1.0716]), rel=1e-12)
    for name in ("weak", "vector"):
        assert whole[name] == pytest.approx(spin[name], rel=1e-12)


def test_unknown_exchange_is_refused() -> None:
    with pytest.raises(ValueError, match="photon_exchange 'L\\+2S'; use 'atom' or 'spin'"):
        replace(atomic_scheme("yb"), photon_exchange="L+2S")


@pytest.mark.parametrize("omega", [0.6, 1.0, 1.07164])
def test_both_orders_of_the_photons_from_their_fields(omega: float) -> None:
    """The products above are scalars, so that the amplitude is E . B of one photon with the other, both ways."""
    atom = replace(atomic_scheme("yb"), photon_exchange="atom")
    rng, q_0 = np.random.default_rng(1), atom.E_eg - omega
    k = np.array([0.0, 0.0, omega])
    trigger, virtual = (np.array([*rng.normal(size=2), 0.0]) for _ in range(2))  # polarisations; the pair has -k
    direct = (omega * trigger) @ np.cross(-k, virtual) * atom.amplitude(omega)  # trigger by E1 at the end
    crossed = np.cross(k, trigger) @ (q_0 * virtual) * atom.amplitude(q_0)
    spin = 2 * direct  # 2S in place of L + 2S
    assert ((direct + crossed) / spin) ** 2 == pytest.approx(float(atom.photon_share(omega)), rel=1e-12)


def test_both_orders_of_the_photons_are_equal_where_their_energies_are() -> None:
    one = AtomicScheme(**MINE)
    assert one.photon_share(one.E_eg / 2) == pytest.approx(1.0, rel=1e-15)
    assert replace(one, photon_exchange="spin").photon_share(0.3) == 1.0
    yb = replace(atomic_scheme("yb-dinh-2012"), photon_exchange="atom")
    # from explicit fields of the virtual photon, an own calculation of magnetic and electric moments alike
    full_over_direct = {1.07164: 4.0015, 1.0712: 4.0079, 1.069: 4.0398, 1.0: 5.264}
    for omega, ratio in full_over_direct.items():
        assert 4 * yb.photon_share(omega) == pytest.approx(ratio, rel=2e-4)


def products_of_an_sp_pair(spin_orbit: float, moment: str) -> np.ndarray:
    """<g|d_i|p><p|M_j|e>, shape (2, 3, 3), for the levels p of J = 1 of one s and one p electron, lowest first.

    The p electron has L = 1 in Cartesian components and the first spin; d makes it s and leaves the spins alone.
    """
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]]) / 2
    epsilon = np.zeros((3, 3, 3))
    epsilon[[0, 1, 2], [1, 2, 0], [2, 0, 1]] = 1
    epsilon[[0, 2, 1], [2, 1, 0], [1, 0, 2]] = -1
    orbital, two = -1j * epsilon, np.eye(2)
    L = np.array([np.kron(m, np.eye(4)) for m in orbital])
    first = np.array([reduce(np.kron, (np.eye(3), m, two)) for m in pauli])
    S = first + np.array([reduce(np.kron, (np.eye(3), two, m)) for m in pauli])
    J2 = sum((L + S)[k] @ (L + S)[k] for k in range(3))
    exchange = -sum(S[k] @ S[k] for k in range(3))  # triplet below singlet
    energies, states = np.linalg.eigh(exchange + spin_orbit * sum(L[k] @ first[k] for k in range(3)) + 1e3 * J2)
    singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    d = np.array([np.kron(axis, singlet) for axis in np.eye(3)])  # bras <g|d_i
    M = {"S": S, "L+2S": L + 2 * S}[moment]
    e, levels = states[:, 0], (states[:, 1:4], states[:, 4:7])  # J = 0, then the two of J = 1
    assert energies[4] - energies[3] > 0.1
    return np.array([[[(d[i] @ p) @ (p.conj().T @ M[j] @ e) for j in range(3)] for i in range(3)] for p in levels])


@pytest.mark.parametrize("spin_orbit", [0.05, 0.3, 2.0])
def test_levels_of_one_configuration_interfere_destructively(spin_orbit: float) -> None:
    """3P1 and 1P1 of a configuration, diagonalised with exchange and spin-orbit coupling of any size."""
    low, high = products_of_an_sp_pair(spin_orbit, "S")
    assert abs(low[0, 0]) > 0.01
    np.testing.assert_allclose(high, -low, atol=1e-12)
    np.testing.assert_allclose(low, low[0, 0] * np.eye(3), atol=1e-12)  # a scalar: J = 0, 1, 0
    whole = products_of_an_sp_pair(spin_orbit, "L+2S")
    np.testing.assert_allclose(np.abs(whole[0]), np.abs(low), atol=1e-12)  # half of 2S
    np.testing.assert_allclose(whole[1], -whole[0], atol=1e-12)


def test_what_1P1_leaves_in_ytterbium() -> None:
    yb = atomic_scheme("yb")
    assert yb.further_levels[0][1] == -1.0
    alone = replace(yb, further_levels=())
    assert (yb.amplitude(1.07) / alone.amplitude(1.07)) ** 2 == pytest.approx(0.185, rel=5e-3)
    # degenerate levels cancel altogether: nothing changes a triplet into a singlet
    assert replace(yb, further_levels=((yb.E_pg, -1.0),)).amplitude(1.0) == 0.0
