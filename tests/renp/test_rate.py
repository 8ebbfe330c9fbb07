"""Gamma_0: its number, its scalings, an evaluation in SI units, and Fermi's golden rule done by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants as si

from nulight.renp import AtomicScheme, Neutrinos, Target, atomic_scheme, rate_scale, spectral_function

YB = atomic_scheme("yb-dinh-2012")
G_F = 1.1663788e-5 * 1e-18 / si.e**2  # J^-2


def test_ytterbium_with_the_inputs_of_the_literature() -> None:
    assert rate_scale(YB, Target()) == pytest.approx(5.12e-4, rel=2e-3)


def test_gamma_0_in_si_units() -> None:
    """n^3 V is m^-6, the contact squared J^2 m^6, and the line a rate over the square of an energy."""
    density, volume = 1e21 * 1e6, 100 * 1e-6
    contact = G_F * (si.hbar * si.c) ** 3  # J m^3
    line = YB.gamma_pg * (YB.E_eg * si.e) / (YB.E_pg * si.e) ** 3  # s^-1 J^-2
    gamma_0 = 1.5 * density**3 * volume * contact**2 * line * YB.spin_factor
    assert rate_scale(YB, Target()) == pytest.approx(gamma_0, rel=1e-6)


@given(
    factor=st.floats(0.01, 100),
    case=st.sampled_from(
        [
            ("volume", "target", 1),
            ("n_atoms", "target", 2),
            ("n_photons", "target", 1),
            ("gamma_pg", "scheme", 1),
            ("spin_factor", "scheme", 1),
        ]
    ),
)
def test_gamma_0_scales_with_every_input(factor: float, case: tuple[str, str, int]) -> None:
    name, where, power = case
    scheme, target = YB, Target()
    if where == "scheme":
        scheme = replace(YB, **{name: factor * getattr(YB, name)})
    else:
        target = replace(target, **{name: factor * getattr(target, name)})
    assert rate_scale(scheme, target) == pytest.approx(factor**power * rate_scale(YB, Target()), rel=1e-12)


@given(factor=st.floats(0.1, 10))
def test_gamma_0_falls_with_the_square_of_all_energies(factor: float) -> None:
    scheme = replace(YB, E_eg=factor * YB.E_eg, E_pg=factor * YB.E_pg)
    assert rate_scale(scheme, Target()) == pytest.approx(rate_scale(YB, Target()) / factor**2, rel=1e-12)


def test_the_dynamical_factor_is_in_the_rate() -> None:
    assert rate_scale(YB, Target(eta=0.25)) == pytest.approx(rate_scale(YB, Target()) / 4, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [("volume", 0.0, "cm^3"), ("n_atoms", -1e21, "cm^-3"), ("n_photons", np.nan, "cm^-3"), ("volume", np.inf, "cm^3")],
)
def test_targets_have_positive_numbers(name: str, value: float, unit: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} = .*{unit.replace('^', '.')} must be positive"):
        Target(**{name: value})


@pytest.mark.parametrize("eta", [0.0, 1.2])
def test_the_dynamical_factor_is_a_share(eta: float) -> None:
    with pytest.raises(ValueError, match="eta"):
        Target(eta=eta)


def _golden_rule(scheme: AtomicScheme, target: Target, omega: float, coherence: float) -> float:
    """Rate in SI units, s^-1, of massless neutrinos with sum |a|^2 = 3/4, photon polarised along z.

    Second order: <g|-d E|p> <p|H_W|e> / (E_pg - omega), the same phase in all atoms, which fixes p_1 + p_2.
    """
    frequency = scheme.E_pg * si.e / si.hbar
    dipole2 = 3 * np.pi * si.epsilon_0 * si.hbar * si.c**3 * scheme.gamma_pg / frequency**3
    photon = omega * si.e
    amplitude2 = 2 * target.n_photons * 1e6 * photon / si.epsilon_0  # (V/m)^2 of E cos(omega t)
    stimulated = dipole2 * amplitude2 / 4
    spin2 = scheme.spin_factor / 3  # |<p_z|S_z|e>|^2, alike for the three directions
    weak = 0.75 * (G_F * (si.hbar * si.c) ** 3) ** 2 / 2 * 4 * spin2  # G_F/sqrt2, sigma = 2 S
    vertex = stimulated * weak / ((scheme.E_pg - omega) * si.e) ** 2  # J^2 m^6
    pairs = _pair_states((scheme.E_eg - omega) * si.e, photon)  # J^-1 m^-3
    atoms = (target.n_atoms * 1e6 * coherence) ** 2 * target.volume * 1e-6
    return 2 * np.pi / si.hbar * atoms * vertex * pairs


def _pair_states(energy: float, momentum: float) -> float:
    """Integral over p_1 of delta(q_0 - E_1 - E_2) |j_z|^2 / (2 pi hbar c)^3, p_2 = q - p_1, q along x."""
    cosine, weight = np.polynomial.legendre.leggauss(60)
    phi = np.arange(24) * 2 * np.pi / 24
    c, phi = np.meshgrid(cosine, phi, indexing="ij")
    s = np.sqrt(1 - c**2)
    direction = np.stack([c, s * np.cos(phi), s * np.sin(phi)], axis=-1)
    first = (energy**2 - momentum**2) / (2 * (energy - momentum * c))
    second = energy - first
    other = np.array([momentum, 0, 0]) - first[..., None] * direction
    j_z = 2 * np.einsum(
        "...a,ab,...b->...", _left(direction).conj(), np.diag([1, -1]), _left(other / second[..., None])
    )
    slope = 1 + (first - momentum * c) / second
    integrand = first**2 / slope * np.abs(j_z) ** 2
    return float((weight[:, None] * integrand).sum() * (2 * np.pi / 24) / (2 * np.pi * si.hbar * si.c) ** 3)


def _left(n: np.ndarray) -> np.ndarray:
    """Spinor with sigma . n = -1: of a left-handed neutrino, and of the antineutrino in its left-handed field."""
    spinor = np.stack([-(n[..., 0] - 1j * n[..., 1]), 1 + n[..., 2]], axis=-1)
    return spinor / np.linalg.norm(spinor, axis=-1, keepdims=True)


@pytest.mark.parametrize("omega", [0.3, 0.8, 1.05])
def test_golden_rule_gives_the_same_rate_up_to_coherence_and_field(omega: float) -> None:
    """Everything but 2/3 |rho|^2 omega / E_eg, which the docstring names."""
    states = Neutrinos(masses=np.zeros(3), mixing=np.eye(3, dtype=complex))
    density = float(spectral_function(omega, YB, states, spin_sum="coherent"))
    coherence = 0.5
    expected = 2 / 3 * coherence**2 * omega / YB.E_eg * rate_scale(YB, Target()) * density
    assert _golden_rule(YB, Target(), omega, coherence) == pytest.approx(expected, rel=1e-6)
