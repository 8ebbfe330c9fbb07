"""Solar fluxes: normalisation, shapes, channels."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.constants import ALPHA, M_E
from nulight.data.reader import read_package_table
from nulight.neutrinos.matter import averaged_mass_probabilities, electron_neutrino_survival
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.sources import solar_source
from nulight.sources.solar import SOLAR_COMPONENTS

NUFIT = get_oscillation("nufit-6.0-no")
# arXiv:1611.09867, Table 6, cm^-2 s^-1 and relative error
GS98 = {
    "pp": (5.98e10, 0.006),
    "Be7": (4.93e9, 0.06),
    "pep": (1.44e8, 0.01),
    "hep": (7.98e3, 0.30),
    "B8": (5.46e6, 0.12),
    "N13": (2.78e8, 0.15),
    "O15": (2.05e8, 0.17),
    "F17": (5.29e6, 0.20),
}
AGSS09 = {
    "pp": (6.03e10, 0.005),
    "Be7": (4.50e9, 0.06),
    "pep": (1.46e8, 0.009),
    "hep": (8.25e3, 0.30),
    "B8": (4.50e6, 0.12),
    "N13": (2.04e8, 0.14),
    "O15": (1.44e8, 0.16),
    "F17": (3.26e6, 0.18),
}


@pytest.fixture(scope="module")
def gs98():
    return solar_source(oscillation=NUFIT)


@pytest.mark.parametrize(("model", "published"), [("B16-GS98", GS98), ("B16-AGSS09met", AGSS09)])
def test_totals_and_uncertainties_are_those_of_the_solar_model(model, published):
    source = solar_source(oscillation=NUFIT, model=model)
    assert source.components == SOLAR_COMPONENTS
    for flux, nuisance in zip(source.fluxes, source.nuisances, strict=True):
        total, width = published[flux.name]
        assert flux.total().sum() == pytest.approx(total, rel=1e-9)
        assert (nuisance.name, nuisance.components) == (f"flux_solar_{flux.name}", (flux.name,))
        assert nuisance.width == width


def test_total_flux_does_not_depend_on_the_propagation(gs98):
    constant = solar_source(oscillation=NUFIT, p_ee=0.553)
    for name in SOLAR_COMPONENTS:
        assert constant.flux(name).total()[0] == pytest.approx(gs98.flux(name).total().sum(), rel=1e-9)


def test_constant_survival_is_one_flavour_mixture():
    flux = solar_source(oscillation=NUFIT, p_ee=0.553, components=["pp"]).flux("pp")
    assert flux.basis == "flavour"
    np.testing.assert_allclose(flux.flavour_matrices(pmns(NUFIT))[0], np.diag([0.553, 0.2235, 0.2235]), atol=1e-15)


def test_channels_are_the_mass_states_times_their_averaged_probabilities(gs98):
    table = read_package_table("data/solar/production_region_b16_gs98.csv")
    n_e = 10 ** table.numbers("log10_ne")
    E = np.linspace(1000, 14000, 40)
    flux = gs98.flux("B8")
    assert flux.basis == "mass"
    np.testing.assert_array_equal(flux.matrices, [np.diag(row) for row in np.eye(3)])
    density = flux.density(E)
    expected = averaged_mass_probabilities(E, table.numbers("b8"), n_e, NUFIT)
    # the panels hold polynomials of degree 5
    np.testing.assert_allclose(density / density.sum(axis=0), expected, rtol=1e-8)


def test_flavour_diagonal_at_the_earth_is_the_survival_probability(gs98):
    E = 862.0
    weights = gs98.flux("Be7").spectrum.weights[-1]
    probabilities = weights / weights.sum()
    rho = np.einsum("j,jab->ab", probabilities, gs98.flux("Be7").flavour_matrices(pmns(NUFIT)))
    assert rho[0, 0].real == pytest.approx(electron_neutrino_survival(probabilities, NUFIT), rel=1e-13)
    # 7Be in the LMA solution: near the vacuum value, P_ee = 0.53 +- 0.05 measured by Borexino
    assert 0.48 < rho[0, 0].real < 0.58
    assert np.trace(rho).real == pytest.approx(1, rel=1e-13)
    assert gs98.flux("Be7").edge_energies[-1] == pytest.approx(E, abs=1)


def test_beryllium_has_both_lines_and_pep_one(gs98):
    be7, pep = gs98.flux("Be7"), gs98.flux("pep")
    np.testing.assert_allclose(be7.edge_energies, [384.3, 861.3], rtol=1e-15)
    shares = be7.spectrum.weights.sum(axis=1) / be7.total().sum()
    np.testing.assert_allclose(shares, [0.103, 0.897], rtol=1e-12)
    np.testing.assert_array_equal(pep.edge_energies, [1442.0])


# mean energies in MeV written in the header of each table; hep: the table's 9.6331 counts a padded tail to 20 MeV,
# Bahcall 1997 gives 9.628
@pytest.mark.parametrize(
    ("name", "mean", "end_point"),
    [
        ("pp", 0.2667, 0.42341),
        ("B8", 6.7700, 15.3),
        ("N13", 0.7067, 1.199),
        ("O15", 0.9965, 1.732),
        ("F17", 0.9996, 1.740),
        ("hep", 9.6302, 18.784),
    ],
)
def test_spectra_have_the_mean_energy_of_their_table_and_the_right_end_point(gs98, name, mean, end_point):
    flux = gs98.flux(name)
    energy = flux.integrate(lambda E: E, np.array(0.0)).sum() / flux.total().sum()
    assert energy / 1e3 == pytest.approx(mean, abs=1e-4)
    assert flux.E_max == pytest.approx(end_point * 1e3)


# allowed spectrum of a positron in the Coulomb field of the daughter (charge Z); relativistic corrections to the
# Coulomb factor are (alpha Z)^2 = 0.3 % at most
@pytest.mark.parametrize(
    ("name", "Q", "Z"), [("pp", 423.4, 1), ("N13", 1199.0, 6), ("O15", 1732.0, 7), ("F17", 1740.0, 8)]
)
def test_shapes_follow_the_allowed_beta_spectrum(gs98, name, Q, Z):
    def allowed(E):
        energy = Q + M_E - E
        momentum = np.sqrt(energy**2 - M_E**2)
        x = -2 * np.pi * ALPHA * Z * energy / momentum
        return E**2 * energy * momentum * x / -np.expm1(-x)

    grid = np.linspace(0, Q, 20001)[1:-1]
    norm = allowed(grid).sum() * (grid[1] - grid[0])
    flux = gs98.flux(name)
    # at the tabulated points, not on the straight lines between them
    E = flux.spectrum.edges[(flux.spectrum.edges > 0.02 * Q) & (flux.spectrum.edges < 0.9 * Q)]
    np.testing.assert_allclose(flux.density(E).sum(axis=0) / flux.total().sum(), allowed(E) / norm, rtol=3e-3)


# mean energies (MeV) in the headers of the tables
@pytest.mark.parametrize(("shape", "mean"), [("winter", 6.7700), ("ortiz", 6.7832), ("bahcall96", 6.7354)])
def test_b8_tables_have_their_mean_energy_and_one_total(shape, mean):
    flux = solar_source(oscillation=NUFIT, components=["B8"], b8_shape=shape).flux("B8")
    assert flux.total().sum() == pytest.approx(5.46e6, rel=1e-9)
    energy = flux.integrate(lambda E: E, np.array(0.0)).sum() / flux.total().sum()
    assert energy / 1e3 == pytest.approx(mean, abs=1e-3)


def test_spectrum_goes_as_energy_squared_below_the_table(gs98):
    density = gs98.flux("pp").density(np.array([1.0, 2.0, 4.0])).sum(axis=0)
    np.testing.assert_allclose(density[1:] / density[:-1], 4.0, rtol=1e-9)


def test_selected_components_come_in_the_order_asked():
    source = solar_source(oscillation=NUFIT, components=["Be7", "pp"])
    assert source.components == ("Be7", "pp")
    assert [n.name for n in source.nuisances] == ["flux_solar_Be7", "flux_solar_pp"]


def test_provenance_lists_exactly_the_tables_and_papers_used(gs98):
    assert gs98.hashes["spectrum_pp.csv"] == read_package_table("data/solar/spectrum_pp.csv").sha256
    assert {"normalisation_b16.csv", "lines.csv", "production_region_b16_gs98.csv", "nufit_bestfit.csv"} <= set(
        gs98.hashes
    )
    assert gs98.citations == ("Vinyoles:2016djt", "Winter:2004kf", "Esteban:2024eli")
    constant = solar_source(oscillation=NUFIT, p_ee=0.5, components=["pp"])
    assert set(constant.hashes) == {"normalisation_b16.csv", "spectrum_pp.csv"}
    assert constant.citations == ("Vinyoles:2016djt",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "BP2000"}, "'BP2000'; use one of: B16-GS98, B16-AGSS09met"),
        ({"components": ["pp", "be7"]}, "unknown solar component be7; use some of: pp, Be7"),
        ({"b8_shape": "flat"}, "'flat'; use one of: winter, ortiz, bahcall96"),
        ({"p_ee": 1.2}, "p_ee = 1.2 is a probability"),
    ],
)
def test_wrong_requests_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        solar_source(oscillation=NUFIT, **change)
