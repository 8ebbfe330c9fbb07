"""Atmospheric neutrinos: totals, unit, flavours."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.data.reader import read_package_table
from nulight.sources import atmospheric_source

COLUMNS = {"nu_e": "nue", "nubar_e": "nuebar", "nu_mu": "numu", "nubar_mu": "numubar"}


def table():
    return read_package_table("data/atmospheric/fluka_battistoni2005_superk.csv")


def test_total_flux_is_the_one_stated_with_the_table():
    total = sum(float(flux.total()[0]) for flux in atmospheric_source().fluxes)
    assert total == pytest.approx(7.34, abs=0.006)


def test_straight_lines_hold_what_the_bins_hold():
    # the rows are centres of bins, 20 in a decade above 100 MeV
    E = table().numbers("e_GeV")
    inner = (E > 0.1) & (E < 0.9)
    width = E[inner] * (10 ** (1 / 40) - 10 ** (-1 / 40))
    edges = E[inner][[0, -1]] * 10 ** (np.array([-1, 1]) / 40) * 1e6
    for name, column in COLUMNS.items():
        content = np.sum(table().numbers(column)[inner] * width) * 1e-4
        above = atmospheric_source().flux(name).moments(edges)[0, 0]
        assert above[0] - above[1] == pytest.approx(content, rel=3e-3)


# independent transcription of Table 3 of the paper, in 1e-4 cm^-2 s^-1 MeV^-1
@pytest.mark.parametrize(
    ("name", "E", "value"),
    [
        ("nubar_e", 13, 63.7),
        ("nubar_e", 33, 104.0),
        ("nubar_e", 106, 37.2),
        ("nubar_e", 944, 0.800),
        ("nubar_mu", 13, 116.0),
        ("nubar_mu", 30, 196.0),
        ("nubar_mu", 53, 155.0),
        ("nubar_mu", 473, 8.15),
    ],
)
def test_flux_has_the_unit_of_the_paper(name, E, value):
    density = atmospheric_source().flux(name).density(np.array([E * 1e3]))[0, 0]
    assert density * 1e3 == pytest.approx(value * 1e-4, rel=1e-9)


def test_two_muon_neutrinos_for_each_electron_neutrino():
    # pi -> mu nu_mu, mu -> e nu_e nu_mu: 2 to 1, and nothing else below a GeV
    totals = {flux.name: float(flux.total()[0]) for flux in atmospheric_source().fluxes}
    ratio = (totals["nu_mu"] + totals["nubar_mu"]) / (totals["nu_e"] + totals["nubar_e"])
    assert ratio == pytest.approx(2, rel=0.02)


def test_flux_is_linear_between_the_rows_and_zero_outside():
    flux = atmospheric_source().flux("nu_mu")
    E, values = table().numbers("e_GeV") * 1e6, table().numbers("numu") * 1e-10
    middle = (E[1:] + E[:-1]) / 2
    np.testing.assert_allclose(flux.density(middle)[0], (values[1:] + values[:-1]) / 2, rtol=1e-10)
    np.testing.assert_array_equal(flux.density(np.array([12.9e3, 945e3]))[0], [0, 0])
    assert flux.E_max == 944e3


def test_flavours_helicities_and_provenance():
    source = atmospheric_source(name="atm")
    assert source.name == "atm"
    assert source.components == tuple(COLUMNS)
    assert [flux.helicity for flux in source.fluxes] == ["nu", "nubar", "nu", "nubar"]
    assert [int(np.argmax(np.diag(flux.matrices[0]).real)) for flux in source.fluxes] == [0, 0, 1, 1]
    assert source.hashes == {"fluka_battistoni2005_superk.csv": table().sha256}
    assert source.time_profiles == {}
    (nuisance,) = source.nuisances
    assert (nuisance.name, nuisance.width, nuisance.components) == ("flux_atmospheric", 0.2, source.components)


def test_width_may_be_left_out_but_not_negative():
    assert atmospheric_source(width=0.0).nuisances == ()
    with pytest.raises(ValueError, match=r"width = -0.2 must not be negative; it is relative, 0.2 for 20 %"):
        atmospheric_source(width=-0.2)
