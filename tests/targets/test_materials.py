"""Compounds as targets: composition, masses, effective electrons."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nulight
from nulight.targets import COMMON_MATERIALS, ELECTRON_KINDS, get_element, get_material, known_elements
from nulight.targets.materials import parse_formula
from nulight.targets.rrpa import rrpa_range, rrpa_ratio

# g/mol, from the standard atomic weights of the elements (IUPAC), and the sum of their uncertainties
MOLAR_MASS = {
    "Xe": (131.293, 0.006),
    "Ar": (39.948, 0.001),
    "Ge": (72.630, 0.008),
    "Si": (28.0855, 0.001),
    "NaI": (149.894, 0.001),
    "CsI": (259.810, 0.001),
    "Al2O3": (101.961, 0.003),
    "CaWO4": (287.914, 0.018),
}
formulas = st.lists(st.tuples(st.sampled_from(known_elements()), st.integers(1, 9)), min_size=1, max_size=4)


@pytest.mark.parametrize("name", COMMON_MATERIALS)
def test_molar_mass_is_that_of_the_standard_atomic_weights(name: str) -> None:
    value, uncertainty = MOLAR_MASS[name]
    assert get_material(name).molar_mass == pytest.approx(value, abs=uncertainty)


def test_a_kilogram_of_xenon_has_4_587e24_atoms() -> None:
    assert get_material("Xe").units_per_kg == pytest.approx(4.587e24, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "electrons"), [("Xe", 54), ("NaI", 64), ("CsI", 108), ("Al2O3", 50), ("CaWO4", 126), ("Ge", 32)]
)
def test_electrons_of_a_formula_unit(name: str, electrons: int) -> None:
    assert get_material(name).electrons == electrons


@pytest.mark.parametrize(
    ("formula", "composition"),
    [
        ("CsI", {"Cs": 1, "I": 1}),
        ("CaWO4", {"Ca": 1, "W": 1, "O": 4}),
        ("Al2(WO4)3", {"Al": 2, "W": 3, "O": 12}),
        ("((SiO2)2O)3", {"Si": 6, "O": 15}),
        ("O2SiO", {"O": 3, "Si": 1}),
    ],
)
def test_formulas_are_read_as_chemists_write_them(formula: str, composition: dict[str, int]) -> None:
    assert parse_formula(formula) == composition


@pytest.mark.parametrize(
    "text", ["", "xe", "Pb", "CO2", "Xe0", "Xe-1", "Xe 2", "2Xe", "Al2O3)", "()", "Xe1000", "((((Xe999)999)999)999)999"]
)
def test_what_is_no_formula_of_known_elements_lists_them(text: str) -> None:
    with pytest.raises(ValueError, match=r"no material .*; known: Xe, Ar.* any compound of Al, Ar, Ca"):
        get_material(text)


def test_unknown_shell_set_lists_the_sets() -> None:
    with pytest.raises(ValueError, match="known: hf, xray"):
        get_material("Xe", shells="dirac")


@given(formulas)
def test_a_compound_is_the_sum_of_its_elements(parts: list[tuple[str, int]]) -> None:
    compound = get_material("".join(f"{symbol}{count}" for symbol, count in parts))
    T_e = np.geomspace(1e-3, 100, 300)
    total = sum(count * get_material(symbol).electron_factor(T_e) for symbol, count in parts)
    np.testing.assert_array_equal(compound.electron_factor(T_e), total)
    assert compound.molar_mass == pytest.approx(sum(count * get_element(symbol).mass for symbol, count in parts))


@given(formulas, st.sampled_from(["hf", "xray"]))
def test_stepping_grows_with_energy_from_nothing_to_all_electrons(parts: list[tuple[str, int]], shells: str) -> None:
    material = get_material("".join(f"{symbol}{count}" for symbol, count in parts), shells)
    T_e = np.concatenate([[0.0], np.sort(np.concatenate([material.shell_energies, np.geomspace(1e-4, 1e3, 200)]))])
    factor = material.electron_factor(T_e, "stepping")
    assert np.all(np.diff(factor) >= 0)
    assert factor[0] == 0
    assert factor[-1] == material.electrons
    np.testing.assert_array_equal(material.electron_factor(T_e, "free"), material.electrons)


@given(st.floats(0, 200))
def test_stepping_counts_the_electrons_bound_by_at_most_the_energy(T_e: float) -> None:
    xenon = get_element("Xe")
    assert get_material("Xe").electron_factor(T_e) == xenon.electrons[xenon.binding <= T_e].sum()


def test_every_shell_opens_exactly_at_its_energy() -> None:
    material = get_material("CsI", "xray")
    below = material.electron_factor(np.nextafter(material.shell_energies, 0))
    at = material.electron_factor(material.shell_energies)
    assert np.all(np.diff(material.shell_energies) > 0)
    assert np.all(at > below)
    assert at[-1] == 108


def test_steps_of_xenon_and_germanium_known_by_hand() -> None:
    # between the M and L edges K and L electrons stay bound: Z - 10; between L and K: Z - 2
    assert list(get_material("Xe").electron_factor([2.0, 10.0, 34.7, 34.8])) == [44, 52, 52, 54]
    assert list(get_material("Ge").electron_factor([0.5, 5.0, 11.2])) == [22, 30, 32]


def test_shape_is_that_of_the_energies() -> None:
    for kind in ELECTRON_KINDS:
        for shape in [(), (3,), (2, 3), (0,)]:
            assert get_material("Xe").electron_factor(np.full(shape, 5.0), kind).shape == shape  # type: ignore[arg-type]


def test_rrpa_is_stepping_times_the_ratio_of_the_flavour() -> None:
    xenon, T_e = get_material("Xe"), np.linspace(*rrpa_range(), 100)
    stepping = xenon.electron_factor(T_e)
    np.testing.assert_array_equal(xenon.electron_factor(T_e, "rrpa_e"), stepping * rrpa_ratio(T_e, "e"))
    np.testing.assert_array_equal(xenon.electron_factor(T_e, "rrpa_x"), stepping * rrpa_ratio(T_e, "x"))


def test_rrpa_outside_the_table_or_for_another_element_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"T_e = 30 keV is outside .*0\.265-28\.9137 keV"):
        get_material("Xe").electron_factor([5.0, 30.0], "rrpa_e")
    with pytest.raises(ValueError, match="Xe only, not for CsI"):
        get_material("CsI").electron_factor(5.0, "rrpa_x")


def test_unknown_kind_and_nan_are_errors() -> None:
    with pytest.raises(ValueError, match="known: free, stepping, rrpa_e, rrpa_x"):
        get_material("Xe").electron_factor(5.0, "bound")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="NaN"):
        get_material("Xe").electron_factor([1.0, np.nan])


def test_a_material_cannot_be_changed() -> None:
    xenon = get_material("Xe")
    with pytest.raises(ValueError, match="read-only"):
        xenon.shell_energies[0] = 1.0
    with pytest.raises(AttributeError):
        xenon.name = "Ar"  # type: ignore[misc]


def test_hashes_are_those_of_the_files_and_sources_follow_the_shells() -> None:
    folder = Path(nulight.__file__).parent / "data" / "atomic"
    xenon, argon = get_material("Xe"), get_material("Ar")
    for name, digest in xenon.hashes.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert set(xenon.hashes) == {"shells.csv", "isotopes.csv", "xe_rrpa_scaling_by_flavour.csv"}
    assert set(argon.hashes) == {"shells.csv", "isotopes.csv"}
    assert xenon.citations == ("arXiv:1610.04177",)
    assert "doi:10.1016/S0969-806X(01)00227-4" in argon.citations
