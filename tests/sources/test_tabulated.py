"""Own fluxes from CSV: units, interpolation, teaching errors."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.data.reader import TableError, read_package_table
from nulight.sources import tabulated_source

GOOD = """# title: triangle
# source: arXiv:0000.00000
# columns: E [MeV]; flux [cm^-2 s^-1 MeV^-1]
E,flux
1,0
2,10
4,0
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text: str, name: str = "mine.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return to_file


def test_flux_is_linear_between_rows_and_zero_outside(write):
    source = tabulated_source(write(GOOD), flavour="nu_mu")
    flux = source.flux("mine")
    E = np.array([500.0, 1000.0, 1500.0, 2000.0, 3000.0, 4000.0, 5000.0])
    np.testing.assert_allclose(flux.density(E)[0], [0, 0, 5e-3, 1e-2, 5e-3, 0, 0], atol=1e-16)
    assert flux.total()[0] == pytest.approx(15.0, rel=1e-13)
    # closed form of the triangle: int E^-1 = 10 [1 - ln 2] + 5 [4 ln 2 - 2], per keV
    expected = (10 * (1 - np.log(2)) + 5 * (4 * np.log(2) - 2)) / 1e3
    assert flux.moments(np.array(0.0))[1, 0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("energy", "flux", "factor"),
    [
        ("keV", "cm^-2 s^-1 keV^-1", 1.0),
        ("MeV", "cm^-2 s^-1 MeV^-1", 1.0),
        ("MeV", "m^-2 s^-1 MeV^-1", 1e-4),
        ("MeV", "1/(cm^2 s MeV)", 1.0),
        ("MeV", "1/(cm2 s MeV)", 1.0),
        ("MeV", "1/(m2 s keV)", 1e-1),
        ("GeV", "cm-2 s-1 GeV-1", 1.0),
    ],
)
def test_units_of_the_header_are_honoured(write, energy, flux, factor):
    text = GOOD.replace("[MeV]", f"[{energy}]").replace("[cm^-2 s^-1 MeV^-1]", f"[{flux}]")
    source = tabulated_source(write(text), flavour="nu_e")
    assert source.fluxes[0].total()[0] == pytest.approx(15.0 * factor, rel=1e-12)


@pytest.mark.parametrize("short", ["e", "mu", "tau"])
@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_flavour_sets_matrix_and_helicity(write, short, helicity):
    flux = tabulated_source(write(GOOD), flavour=f"{helicity}_{short}").fluxes[0]
    assert flux.helicity == helicity
    expected = np.zeros(3)
    expected[("e", "mu", "tau").index(short)] = 1
    np.testing.assert_array_equal(flux.matrices[0], np.diag(expected))


def test_name_width_and_provenance(write):
    source = tabulated_source(write(GOOD), flavour="nu_e", name="beam", width=0.1)
    assert (source.name, source.components, source.citations) == ("beam", ("beam",), ("arXiv:0000.00000",))
    (nuisance,) = source.nuisances
    assert (nuisance.name, nuisance.width) == ("flux_beam", 0.1)
    assert set(source.hashes) == {"mine.csv"}
    assert tabulated_source(write(GOOD), flavour="nu_e").nuisances == ()


def test_a_shipped_table_is_read_like_an_own_one():
    table = read_package_table("data/solar/spectrum_pp.csv")
    with pytest.raises(TableError, match=r"spectrum_pp.csv: column 'shape': unit '1/MeV, .*' is not a flux per area"):
        tabulated_source(table, flavour="nu_e", energy="e_MeV", flux="shape")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2,10", "1,10", r"mine.csv: column 'E', row 2: 1 MeV: energies must increase from row to row"),
        ("1,0", "0,0", r"mine.csv: column 'E', row 1: 0 MeV: energies must be positive; leave the row out"),
        ("4,0", "4,-3", r"mine.csv: column 'flux', row 3: -3 cm\^-2 s\^-1 MeV\^-1: a flux is not negative"),
        ("2,10", "2,many", r"mine.csv: column 'flux': could not convert string to float: 'many'"),
        ("2,10", "2,nan", r"mine.csv: column 'flux' has a value that is not finite"),
        ("E [MeV]; ", "", r"mine.csv: column 'E' has no unit; add a header line '# columns: E \[MeV\]'"),
        ("[MeV]", "[MeVee]", r"mine.csv: column 'E': unit 'MeVee' is not an energy; use one of: eV, keV"),
        ("[MeV]", "[fm]", r"mine.csv: column 'E': unit 'fm' is not an energy"),
        ("cm^-2 s^-1 MeV^-1", "cm^-2 s^-1", r"unit 'cm\^-2 s\^-1' is not a flux per area, time and energy; write for"),
        ("cm^-2 s^-1 MeV^-1", "cm^-2 s^-1 kg^-1", r"column 'flux': unit 'cm\^-2 s\^-1 kg\^-1': unit 'kg' is not an en"),
        ("E,flux", "E,phi", r"mine.csv: no column 'flux'; it has E, phi"),
        ("2,10\n4,0\n", "", r"mine.csv: has 1 row; a spectrum needs at least two"),
    ],
)
def test_each_fault_names_file_column_value_and_remedy(write, old, new, message):
    assert old in GOOD
    with pytest.raises(TableError, match=message):
        tabulated_source(write(GOOD.replace(old, new, 1)), flavour="nu_e")


def test_missing_file_unknown_flavour_and_negative_width_are_refused(write, tmp_path):
    with pytest.raises(TableError, match="no such table"):
        tabulated_source(tmp_path / "absent.csv", flavour="nu_e")
    with pytest.raises(ValueError, match="'electron'; use one of: nu_e, nu_mu, nu_tau, nubar_e"):
        tabulated_source(write(GOOD), flavour="electron")
    with pytest.raises(ValueError, match="width = -1 must not be negative"):
        tabulated_source(write(GOOD), flavour="nu_e", width=-1)
