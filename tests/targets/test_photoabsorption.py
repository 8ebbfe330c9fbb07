"""Photo-absorption of atoms: values of the sources, an independent compilation, sum rule, edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import ALPHA, HBAR_C, M_E
from nulight.targets import get_element, get_material, known_elements, photo_absorption
from nulight.targets.photoabsorption import photo_absorption_table

R_E = ALPHA * HBAR_C / M_E  # cm
HC = 2 * math.pi * HBAR_C  # keV cm

# energy / keV and f2 of the Henke tables (f2 files of periodictable 2.1.0)
HENKE = [
    ("Xe", 0.0497528, 0.97968),
    ("Xe", 0.10242, 39.104),
    ("Xe", 0.999695, 29.5656),
    ("Xe", 10.0759, 5.2965),
    ("Ge", 0.0489609, 3.15118),
    ("Ge", 0.400573, 11.058),
    ("Ge", 2.97648, 5.08564),
    ("Ge", 20.0871, 1.4592),
    ("Ar", 0.300092, 13.3049),
    ("Ar", 10.0759, 0.596163),
    ("Cs", 0.10079, 39.2258),
    ("Cs", 1.99296, 14.241),
    ("I", 0.0297739, 1.87619),
    ("I", 1.99296, 12.0579),
]
# energy / keV and cm^2 per atom of xraydb 4.5.8: mu_elam(kind="photo"), mu_chantler(photo=True)
XRAYDB = [
    ("Xe", 50, 2.6752e-21, 2.6391e-21),
    ("Xe", 100, 3.9098e-22, 3.8632e-22),
    ("Xe", 200, 5.4296e-23, 5.4128e-23),
    ("Cs", 50, 2.8532e-21, 2.8184e-21),
    ("I", 100, 3.6347e-22, 3.5939e-22),
    ("W", 50, 1.615e-21, 1.5808e-21),
    ("W", 100, 1.2678e-21, 1.2515e-21),
    ("Ge", 100, 4.6262e-23, 4.5758e-23),
    ("Ar", 50, 3.2812e-23, 3.2125e-23),
    ("O", 100, 8.2631e-26, 8.1638e-26),
]
# energy / keV and cm^2 per atom of mu_chantler(photo=True), a calculation independent of both sources
CHANTLER = [
    ("Xe", 2, 4.244e-19),
    ("Xe", 20, 5.317e-21),
    ("Cs", 2, 4.631e-19),
    ("Cs", 20, 5.737e-21),
    ("I", 2, 3.914e-19),
    ("I", 20, 4.936e-21),
    ("W", 20, 1.902e-20),
    ("Ge", 2, 3.165e-19),
    ("Ge", 20, 4.959e-21),
    ("Ar", 20, 5.313e-22),
    ("O", 20, 1.556e-23),
    ("Si", 20, 1.836e-22),
    ("Na", 20, 6.488e-23),
    ("Al", 20, 1.336e-22),
    ("Ca", 20, 8.198e-22),
]


def atom(symbol):
    return photo_absorption(get_material(symbol))


@pytest.mark.parametrize(("symbol", "energy", "f2"), HENKE)
def test_low_energies_are_the_imaginary_scattering_factors(symbol, energy, f2):
    # sigma = 2 r_e lambda f2; 0.6 % is the stated tolerance of the thinned table
    assert atom(symbol).cross_section(energy) == pytest.approx(2 * R_E * HC / energy * f2, rel=0.006)


@pytest.mark.parametrize(("symbol", "energy", "elam", "chantler"), XRAYDB)
def test_high_energies_are_those_of_the_source_and_near_another(symbol, energy, elam, chantler):
    assert atom(symbol).cross_section(energy) == pytest.approx(elam, rel=0.006)
    assert atom(symbol).cross_section(energy) == pytest.approx(chantler, rel=0.04)


@pytest.mark.parametrize(("symbol", "energy", "chantler"), CHANTLER)
def test_an_independent_calculation_is_as_near_as_compilations_are(symbol, energy, chantler):
    assert atom(symbol).cross_section(energy) == pytest.approx(chantler, rel=0.10)


@pytest.mark.parametrize("symbol", known_elements())
def test_thomas_reiche_kuhn_sum_rule(symbol):
    """int sigma dE = 2 pi^2 alpha hbar^2 Z / m_e; below 10 eV the solids keep some of it."""
    photo = atom(symbol)
    low, high = photo.range
    log_E = np.linspace(math.log(low), math.log(high), 40001)
    E = np.exp(log_E)
    total = np.trapezoid(photo.cross_section(E) * E, log_E)
    expected = 2 * math.pi**2 * ALPHA * HBAR_C**2 / M_E * get_element(symbol).Z
    assert 0.8 < total / expected < 1.05


@given(st.sampled_from(known_elements()), st.floats(0.02, 800))
def test_positive_where_tabulated(symbol, energy):
    sigma = atom(symbol).cross_section(energy)
    assert np.isfinite(sigma)
    assert sigma > 0


@pytest.mark.parametrize("symbol", known_elements())
def test_absorption_jumps_up_at_every_edge(symbol):
    photo = atom(symbol)
    begin, *inner = photo.edges
    assert begin == photo.range[0]
    assert inner
    for edge in inner:
        assert photo.cross_section(edge) / photo.cross_section(edge * (1 - 1e-9)) > 1.03
        assert photo.cross_section(edge) == pytest.approx(photo.cross_section(edge * (1 + 1e-9)), rel=1e-6)


@pytest.mark.parametrize("symbol", known_elements())
def test_the_last_edge_is_the_k_shell_and_jumps_most_in_heavy_atoms(symbol):
    photo = atom(symbol)
    edge = photo.edges[-1]
    assert edge == pytest.approx(get_element(symbol, "xray").binding[-1], rel=1e-3)
    assert photo.cross_section(edge) / photo.cross_section(edge * (1 - 1e-9)) > 5


def test_xenon_has_its_l_edges_where_they_are_measured():
    binding = get_element("Xe", "xray").binding
    np.testing.assert_allclose(atom("Xe").edges[-4:], binding[-4:], rtol=3e-4)


def test_falls_as_a_power_between_the_edges():
    photo = atom("Ge")
    index = np.log(photo.cross_section(100.0) / photo.cross_section(50.0)) / math.log(2)
    assert -3.3 < index < -2.7


@pytest.mark.parametrize("name", ["CsI", "NaI", "Al2O3", "CaWO4"])
def test_compounds_are_the_sum_of_their_atoms(name):
    material, E = get_material(name), np.geomspace(0.011, 700, 500)
    pairs = list(zip(material.elements, material.counts, strict=True))
    total = sum(count * atom(element.symbol).cross_section(E) for element, count in pairs)
    photo = photo_absorption(material)
    np.testing.assert_allclose(photo.cross_section(E), total, rtol=1e-13)
    union = np.unique(np.concatenate([atom(element.symbol).edges for element, _ in pairs]))
    np.testing.assert_array_equal(photo.edges, union)


def test_table_is_met_at_its_points():
    rows = photo_absorption_table().where(element="Cs")
    energy, sigma = rows.numbers("e_keV"), rows.numbers("sigma_cm2")
    upper = np.r_[np.diff(energy) > 0, True]
    np.testing.assert_allclose(atom("Cs").cross_section(energy[upper]), sigma[upper], rtol=1e-12)


def test_nothing_below_the_threshold_and_an_error_above_the_table():
    photo = atom("Xe")
    assert photo.range == (0.0123193, 800.0)
    np.testing.assert_array_equal(photo.cross_section([0.0, 1e-3, 0.0123]), np.zeros(3))
    assert photo.cross_section(800.0) > 0
    for bad in (801.0, np.nan):
        with pytest.raises(ValueError, match=r"photo-absorption table of Xe, which ends at 800 keV"):
            photo.cross_section([1.0, bad])


def test_range_of_a_compound_is_that_of_all_its_atoms():
    assert photo_absorption(get_material("NaI")).range == (0.01, 800.0)
    assert photo_absorption(get_material("XeO3")).range[0] == 0.0123193


def test_shape_follows_the_energies():
    E = np.geomspace(0.1, 100, 24).reshape(2, 3, 4)
    photo = photo_absorption(get_material("CaWO4"))
    assert photo.cross_section(E).shape == (2, 3, 4)
    assert photo.cross_section(5.0).shape == ()


def test_every_element_with_shells_is_tabulated_with_its_source():
    assert set(photo_absorption_table().text("element")) == set(known_elements())
    photo = atom("Xe")
    assert photo.hashes == {"photoabsorption.csv": photo_absorption_table().sha256}
    assert photo.citations == ("doi:10.1006/adnd.1993.1013", "doi:10.1016/S0969-806X(01)00227-4")
    assert hash(photo) == hash(atom("Xe"))
