"""Nuclides and nuclear targets: masses, abundances, radii, options, and rates of recoil momentum."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import HBAR_C, M_E, M_U
from nulight.data import read_package_table
from nulight.targets import COMMON_MATERIALS, get_material, get_nuclear_target, klein_nystrand
from nulight.targets.form_factors import helm, momentum_transfer
from nulight.units import fm

RADII = read_package_table("data/nuclei/radii.csv")
ISOTOPES = read_package_table("data/atomic/isotopes.csv")
T = np.array([1.0, 5.0, 10.0, 30.0, 50.0])

# helm_form_factor_squared of wimprates 0.5.0 (Lewin and Smith, mass A u, q^2 = 2 M T) at T
WIMPRATES = {
    "Xe132": [0.9526541499111246, 0.7824725374895843, 0.6077565039903742, 0.20154444596308801, 0.053198479761512395],
    "Ar40": [0.9926625458188287, 0.9638004249127973, 0.9287977398889342, 0.8000411583390203, 0.6876945648146012],
}
MOLAR_MASS = {"Xe": 131.293, "Ar": 39.948, "Ge": 72.630, "Si": 28.0855, "CsI": 259.81, "Al2O3": 101.961}


@pytest.mark.parametrize(("nuclide", "squared"), WIMPRATES.items())
def test_form_factor_of_lewin_and_smith_is_that_of_wimprates(nuclide, squared):
    target = get_nuclear_target(nuclide, radii="lewin-smith", masses="a-u")
    # 2e-6: T^2 beside 2 M T, and five digits of the atomic mass unit there
    np.testing.assert_allclose(target.F_charge(0, T) ** 2, squared, rtol=2e-6)
    np.testing.assert_array_equal(target.F_charge(0, T), target.F_weak_neutron(0, T))


@pytest.mark.parametrize(("name", "mass"), MOLAR_MASS.items())
def test_molar_mass_is_the_standard_atomic_weight_and_that_of_the_material(name, mass):
    target, material = get_nuclear_target(name), get_material(name)
    assert target.molar_mass == pytest.approx(mass, rel=2e-5)
    assert target.molar_mass == pytest.approx(material.molar_mass, rel=1e-14)
    assert target.units_per_kg == pytest.approx(material.units_per_kg, rel=1e-14)


@pytest.mark.parametrize("name", [*COMMON_MATERIALS, "Al2(WO4)3"])
def test_nuclei_add_up_to_the_atoms_and_their_mass(name):
    target, material = get_nuclear_target(name), get_material(name)
    assert sum(target.numbers) == pytest.approx(sum(material.counts), rel=1e-12)
    protons = sum(n * nuclide.Z for n, nuclide in zip(target.numbers, target.nuclides, strict=True))
    assert protons == pytest.approx(material.electrons, rel=1e-12)
    atoms = sum(n * (x.mass + x.Z * M_E) / M_U for n, x in zip(target.numbers, target.nuclides, strict=True))
    assert atoms == pytest.approx(material.molar_mass, rel=1e-12)


def test_isotopes_stand_in_the_order_of_formula_and_mass_number():
    names = " ".join(nuclide.name for nuclide in get_nuclear_target("CaWO4").nuclides)
    assert names == "Ca40 Ca42 Ca43 Ca44 Ca46 Ca48 W180 W182 W183 W184 W186 O16 O17 O18"


def test_nuclide_has_the_mass_of_the_atom_less_its_electrons():
    (xenon,) = get_nuclear_target("Xe132").nuclides
    assert (xenon.Z, xenon.N, xenon.A, xenon.spin) == (54, 78, 132, 0)
    # AME2020: 131.90415508346 u; the shipped table has seven digits
    assert xenon.mass == pytest.approx(131.90415508346 * M_U - 54 * M_E, rel=1e-6)
    assert xenon.mass == pytest.approx(1.2284e8, rel=1e-4)
    assert get_nuclear_target("Xe132", masses="a-u").nuclides[0].mass == 132 * M_U
    assert get_nuclear_target("Xe131").nuclides[0].spin == 1.5


def test_a_nuclide_is_an_enriched_target():
    target = get_nuclear_target("Ge76")
    assert target.numbers == (1.0,)
    assert target.molar_mass == 75.9214
    assert get_nuclear_target("Ge76", isotopes="Ge74").nuclides == target.nuclides


def test_one_nuclide_may_stand_for_its_element():
    natural, single = get_nuclear_target("CsI"), get_nuclear_target("CsI", isotopes="Xe132")
    assert natural.nuclides == single.nuclides
    xenon = get_nuclear_target("Xe", isotopes="Xe132")
    assert [nuclide.name for nuclide in xenon.nuclides] == ["Xe132"]
    assert xenon.numbers == (1.0,)
    assert xenon.units_per_kg == get_nuclear_target("Xe").units_per_kg
    tungstate = get_nuclear_target("CaWO4", isotopes="O16")
    assert len(tungstate.nuclides) == 12
    assert tungstate.numbers[-1] == 4.0


def test_every_isotope_has_radii_and_no_other():
    key = [f"{e}{A}" for e, A in zip(ISOTOPES.text("element"), ISOTOPES.text("A"), strict=True)]
    assert [f"{e}{A}" for e, A in zip(RADII.text("element"), RADII.text("A"), strict=True)] == key


def test_radii_follow_the_rules_of_the_header():
    Z, A, rule = ISOTOPES.numbers("Z"), ISOTOPES.numbers("A"), np.array(RADII.text("basis")) == "rule"
    R_p = np.sqrt(RADII.numbers("R_ch_fm") ** 2 + 0.1161 * (A - Z) / Z)
    # the rule also gives the proton radii of the literature, published with three decimals
    assert np.all(np.abs(RADII.numbers("R_p_fm") - R_p) < np.where(rule, 6e-5, 1.5e-3))
    skin = np.maximum(0, -0.04 + 1.01 * (A - 2 * Z) / A)
    np.testing.assert_allclose(RADII.numbers("R_n_fm")[rule], (R_p + skin)[rule], rtol=0, atol=2e-4)
    assert [RADII.text("element")[i] for i in np.flatnonzero(~rule)] == ["Ar", "I", "Cs"]


@pytest.mark.parametrize(
    ("symbol", "A", "R_ch"),
    [("O", 16, 2.6991), ("Si", 28, 3.1224), ("Ca", 40, 3.4776), ("Ca", 48, 3.4771), ("Xe", 132, 4.7859)],
)
def test_charge_radii_are_those_of_the_compilation(symbol, A, R_ch):
    # Angeli and Marinova 2013, as other public tables quote it
    assert RADII.where(element=symbol, A=str(A)).numbers("R_ch_fm")[0] == R_ch


def test_protons_and_neutrons_have_their_own_radius():
    target = get_nuclear_target("CsI")
    cesium, iodine = target.nuclides
    assert (cesium.R_p, cesium.R_n, iodine.R_p, iodine.R_n) == (4.821, 5.09, 4.766, 5.03)
    q = momentum_transfer(T, iodine.mass)
    np.testing.assert_array_equal(target.F_charge(1, T), helm(q, 4.766))
    np.testing.assert_array_equal(target.F_weak_neutron(1, T), helm(q, 5.03))


def test_klein_nystrand_brings_its_radius_until_a_neutron_radius_is_set():
    target = get_nuclear_target("Xe132", form_factor="klein-nystrand")
    q, R_A = momentum_transfer(T, target.nuclides[0].mass), 1.23 * 132 ** (1 / 3)
    np.testing.assert_allclose(target.F_charge(0, T), klein_nystrand(q, R_A), rtol=1e-12)
    np.testing.assert_allclose(target.F_weak_neutron(0, T), klein_nystrand(q, R_A), rtol=1e-12)
    changed = target.with_neutron_radius(5.0)
    np.testing.assert_allclose(changed.F_charge(0, T), klein_nystrand(q, R_A), rtol=1e-12)
    R_n = math.sqrt(5 / 3 * (25 - 6 * 0.49))
    np.testing.assert_allclose(changed.F_weak_neutron(0, T), klein_nystrand(q, R_n), rtol=1e-12)


def test_a_neutron_radius_holds_for_every_nuclide_and_leaves_the_protons():
    target = get_nuclear_target("CsI")
    changed = target.with_neutron_radius(5.5)
    assert [nuclide.R_n for nuclide in changed.nuclides] == [5.5, 5.5]
    assert [nuclide.R_p for nuclide in changed.nuclides] == [4.821, 4.766]
    assert (changed.numbers, changed.molar_mass) == (target.numbers, target.molar_mass)


def test_equal_targets_are_one_cache_key():
    target = get_nuclear_target("CsI")
    assert target.with_neutron_radius(5.5) == get_nuclear_target("CsI").with_neutron_radius(5.5)
    assert len({target, target.with_neutron_radius(5.0), target.with_neutron_radius(5.0)}) == 2
    assert hash(target) != hash(get_nuclear_target("CsI", form_factor="fermi"))


def test_unity_ignores_every_radius():
    target = get_nuclear_target("Xe", form_factor="unity").with_neutron_radius(0.1)
    np.testing.assert_array_equal(target.F_weak_neutron(0, T), np.ones(5))
    assert target.citations == ()


@given(st.sampled_from(["helm", "klein-nystrand", "fermi"]), st.sampled_from(["Xe132", "Ge74", "Ar40", "O16", "W184"]))
def test_form_factors_agree_while_coherence_is_full(form_factor, nuclide):
    target = get_nuclear_target(nuclide, form_factor=form_factor)
    small = np.geomspace(1e-6, 0.05, 20)
    q = momentum_transfer(small, target.nuclides[0].mass)
    expected = 1 - (q * target.nuclides[0].R_n) ** 2 / 6
    np.testing.assert_allclose(target.F_weak_neutron(0, small), expected, rtol=0, atol=(q[-1] * 6) ** 4 / 60)


@given(st.floats(0, 1e5), st.floats(1e6, 2e8))
def test_momentum_is_that_of_a_relativistic_recoil(recoil, mass):
    p = momentum_transfer(recoil, mass) * (HBAR_C / fm)
    assert p**2 + mass**2 == pytest.approx((mass + recoil) ** 2, rel=1e-12)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_a_recoil_below_zero_is_refused(bad):
    with pytest.raises(ValueError, match=r"keV is no recoil energy; zero or more keV is needed"):
        get_nuclear_target("Xe").F_charge(0, [1.0, bad])


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("Xe133", {}, "no nuclide 'Xe133'; known: Xe124, .*Xe136"),
        ("O12", {}, "no nuclide 'O12'; known: O16, O17, O18"),
        ("C60", {}, "no nuclide 'C60'; known: isotopes of O, .*such as Xe132"),
        ("PbWO4", {}, "no material 'PbWO4'; known: Xe"),
        ("Xe", {"isotopes": "132Xe"}, "no nuclide '132Xe'; known: isotopes of"),
        ("CsI", {"isotopes": "Xe133"}, "no nuclide 'Xe133'"),
        ("Xe", {"form_factor": "gauss"}, "no form_factor 'gauss'; known: helm, klein-nystrand, fermi, unity"),
        ("Xe", {"radii": "mine"}, "no radii 'mine'; known: measured, lewin-smith"),
        ("Xe", {"masses": "u"}, "no masses 'u'; known: ame, a-u"),
    ],
)
def test_what_is_unknown_is_named_with_what_is_known(name, options, says):
    with pytest.raises(ValueError, match=says):
        get_nuclear_target(name, **options)


@pytest.mark.parametrize("R_n", [0.0, -5.0, np.nan, np.inf])
def test_a_neutron_radius_is_a_positive_length(R_n):
    with pytest.raises(ValueError, match=r"fm is no neutron radius; a positive number of fm is needed"):
        get_nuclear_target("CsI").with_neutron_radius(R_n)


def test_a_neutron_radius_smaller_than_the_surface_is_refused():
    with pytest.raises(ValueError, match="R = 1 fm is too small for the form factor 'helm'"):
        get_nuclear_target("CsI").with_neutron_radius(1.0)


def test_provenance_names_tables_and_papers():
    target = get_nuclear_target("Xe")
    assert target.hashes == {"isotopes.csv": ISOTOPES.sha256, "radii.csv": RADII.sha256}
    assert target.citations == ("doi:10.1103/PhysRev.104.1466", "doi:10.1016/j.adt.2011.12.006")
    lewin_smith = get_nuclear_target("Xe", radii="lewin-smith")
    assert lewin_smith.citations[-1] == "doi:10.1016/S0927-6505(96)00047-3"
