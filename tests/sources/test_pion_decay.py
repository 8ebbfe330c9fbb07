"""Pion decay at rest: kinematics, spectra from the matrix element, normalisation, times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import M_MU
from nulight.sources import gaussian_pulse_times, pion_decay_source, tabulated_times
from nulight.sources.pion_decay import E_END_MICHEL, E_NU_MU
from nulight.units import MeV, yr

CSI = {"protons": 3.198e23, "run_time": 1.0 * yr, "yield_per_flavour": 0.0848, "distance": 1930.0}
M = M_MU / MeV


def unit_source(**changes):
    """Source with one neutrino of each kind per area and time."""
    return pion_decay_source(
        **({"protons": 4 * np.pi, "run_time": 1.0, "yield_per_flavour": 1.0, "distance": 1.0} | changes)
    )


def test_line_and_end_point_are_those_of_the_masses():
    assert E_NU_MU / MeV == pytest.approx(29.79214, abs=1e-5)
    assert E_END_MICHEL / MeV == pytest.approx(52.82919, abs=1e-5)
    source = unit_source()
    np.testing.assert_allclose(source.flux("nu_mu").edge_energies, [E_NU_MU])
    assert source.flux("nu_e").E_max == source.flux("nubar_mu").E_max == E_END_MICHEL
    # energy and momentum: the muon recoils with E_nu and carries the rest
    assert np.hypot(M_MU, E_NU_MU) + E_NU_MU == pytest.approx(139.57039 * MeV, rel=1e-12)


def test_flux_is_that_of_the_protons_over_the_sphere():
    source = pion_decay_source(**CSI)
    expected = 3.198e23 / 31557600 * 0.0848 / (4 * np.pi * 1930**2)
    assert source.components == ("nu_mu", "nubar_mu", "nu_e")
    for flux in source.fluxes:
        assert flux.total()[0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("name", "mean"), [("nu_mu", E_NU_MU), ("nubar_mu", 0.35 * M_MU), ("nu_e", 0.3 * M_MU)])
def test_mean_energies(name, mean):
    flux = unit_source().flux(name)
    assert flux.total()[0] == pytest.approx(1, rel=1e-13)
    assert flux.integrate(lambda E: E, np.array(0.0))[0] == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("name", ["nubar_mu", "nu_e"])
def test_spectra_follow_from_the_matrix_element_of_muon_decay(name):
    # |M|^2 ~ (p_mu . k_nu_e)(k_e . k_nubar_mu) ~ E_nu_e (m_mu / 2 - E_nu_e), uniform in the Dalitz plane
    def integrated(E):
        nodes, weights = np.polynomial.legendre.leggauss(6)
        low = M / 2 - E  # energies of the other two: at least m_mu / 2 in all with E
        other = low + E * (1 + nodes) / 2
        E_nu_e = E if name == "nu_e" else other
        return float(np.sum(weights * E_nu_e * (M / 2 - E_nu_e)) * E / 2)

    energies = np.linspace(1, 52, 18)
    shape = np.array([integrated(E) for E in energies])
    nodes, weights = np.polynomial.legendre.leggauss(8)
    norm = np.sum(weights * [integrated(M / 4 * (1 + x)) for x in nodes]) * M / 4
    density = unit_source().flux(name).density(energies * MeV)[0] * MeV
    np.testing.assert_allclose(density, shape / norm, rtol=1e-12)


# values of the table of the standard forms, per MeV, m_mu = 105.6583755 MeV
@pytest.mark.parametrize(
    ("E", "nu_e", "nubar_mu"), [(0.5, 2.015438e-05, 1.010929e-05), (1.0, 7.984724e-05, 4.018038e-05)]
)
def test_spectra_agree_with_tabulated_values(E, nu_e, nubar_mu):
    source = unit_source()
    assert source.flux("nu_e").density(np.array([E * MeV]))[0, 0] * MeV == pytest.approx(nu_e, rel=1e-6)
    assert source.flux("nubar_mu").density(np.array([E * MeV]))[0, 0] * MeV == pytest.approx(nubar_mu, rel=1e-6)


@given(st.floats(0.01, 0.4999))
def test_moments_are_exact(x):
    # closed forms of the integrals above E = x m_mu of (a E^2 - b E^3) / E^k
    source = unit_source()
    for name, scale, edge in (("nubar_mu", 64, 0.75), ("nu_e", 192, 0.5)):
        moments = source.flux(name).moments(np.array(x * M_MU))[:, 0]
        for k in range(3):
            powers = [edge / (3 - k), -1 / (4 - k)]
            exact = scale * sum(c * (0.5 ** (p - k) - x ** (p - k)) for c, p in zip(powers, (3, 4), strict=True))
            assert moments[k] * M_MU**k == pytest.approx(exact, rel=1e-9, abs=1e-14)


def test_end_points_and_helicities():
    source = unit_source()
    end = np.array([E_END_MICHEL * (1 - 1e-12), E_END_MICHEL * 1.001])
    np.testing.assert_allclose(source.flux("nu_e").density(end)[0] * M_MU, [0, 0], atol=1e-9)
    np.testing.assert_allclose(source.flux("nubar_mu").density(end)[0] * M_MU, [4, 0], rtol=1e-9)
    assert [flux.helicity for flux in source.fluxes] == ["nu", "nubar", "nu"]
    flavours = [int(np.argmax(np.diag(flux.matrices[0]).real)) for flux in source.fluxes]
    assert flavours == [1, 1, 0]


@given(st.floats(1e20, 1e25), st.floats(1e3, 1e9), st.floats(1e-3, 1), st.floats(10, 1e6))
def test_flux_scales_with_protons_per_time_and_inverse_square(protons, run_time, yield_per_flavour, distance):
    source = pion_decay_source(
        protons=protons, run_time=run_time, yield_per_flavour=yield_per_flavour, distance=distance
    )
    per_proton = source.flux("nu_e").total()[0] * 4 * np.pi * distance**2 * run_time / protons
    assert per_proton == pytest.approx(yield_per_flavour, rel=1e-12)


def test_nuisance_scales_all_three_under_the_name_of_the_source():
    source = pion_decay_source(**CSI, width=0.1, name="ess")
    (nuisance,) = source.nuisances
    assert (source.name, nuisance.name, nuisance.width) == ("ess", "flux_ess", 0.1)
    assert nuisance.components == source.components
    assert pion_decay_source(**CSI).nuisances == ()


def test_muon_neutrinos_are_prompt_the_others_delayed():
    times = gaussian_pulse_times(0.44e-6, 0.15e-6)
    source = pion_decay_source(**CSI, time=times)
    assert source.time_profiles == {"nu_mu": times.prompt, "nubar_mu": times.delayed, "nu_e": times.delayed}
    assert set(source.hashes) == {"lifetimes.csv"}
    steady = pion_decay_source(**CSI)
    assert steady.time_profiles == {}
    assert steady.hashes == {}
    table = tabulated_times([0], [1e-6], prompt=[1], delayed=[0.4])
    assert pion_decay_source(**CSI, time=table).hashes == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"protons": 0.0}, "protons = 0.0 on target must be positive"),
        ({"run_time": -1.0}, "run_time = -1.0 s must be positive"),
        ({"yield_per_flavour": np.nan}, "yield_per_flavour = nan neutrinos per proton must be positive"),
        ({"distance": np.inf}, "distance = inf cm must be positive"),
        ({"width": -0.1}, "width = -0.1 must not be negative; it is relative, 0.1 for 10 %"),
    ],
)
def test_wrong_sources_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        pion_decay_source(**(CSI | change))
