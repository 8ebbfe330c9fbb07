"""Shell sets and atomic masses against independent compilations."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.targets.atoms import get_element, known_elements, shell_table

Z = {"O": 8, "Na": 11, "Al": 13, "Si": 14, "Ar": 18, "Ca": 20, "Ge": 32, "I": 53, "Xe": 54, "Cs": 55, "W": 74}

# K, L1, L2, L3 of free atoms in eV: Carlson, Photoelectron and Auger Spectroscopy (1975), in Geant4 G4AtomicShells.cc
CARLSON_K_L = {
    "Na": (1075, 66, 34, 34),
    "Al": (1564, 121, 77, 77),
    "Si": (1844, 154, 104, 104),
    "Ar": (3206.3, 326.5, 250.6, 248.5),
    "Ca": (4041, 441, 353, 349),
    "Ge": (11103, 1413, 1251, 1220),
    "I": (33169, 5188, 4852, 4557),
    "Xe": (34570, 5460, 5110, 4790),
    "Cs": (35985, 5714, 5359, 5012),
    "W": (69525, 12100, 11544, 10207),
}
# First ionisation energies in eV, NIST Atomic Spectra Database (as in mendeleev 1.3.0)
FIRST_IONISATION = {
    "O": 13.618,
    "Na": 5.139,
    "Al": 5.986,
    "Si": 8.152,
    "Ar": 15.760,
    "Ca": 6.113,
    "Ge": 7.899,
    "I": 10.451,
    "Xe": 12.130,
    "Cs": 3.894,
    "W": 7.864,
}
# Standard atomic weights, IUPAC (abridged values of 2013, as in mendeleev 1.3.0) and their uncertainty
WEIGHT = {
    "O": (15.999, 1e-3),
    "Na": (22.98976928, 1e-5),
    "Al": (26.9815385, 1e-5),
    "Si": (28.085, 1e-3),
    "Ar": (39.948, 1e-3),
    "Ca": (40.078, 4e-3),
    "Ge": (72.630, 8e-3),
    "I": (126.90447, 1e-4),
    "Xe": (131.293, 6e-3),
    "Cs": (132.90545196, 1e-4),
    "W": (183.84, 1e-2),
}
SUBSHELL_SIZE = {"s": 2, "p": 6, "d": 10, "f": 14}


def test_the_elements_of_the_detectors_are_known() -> None:
    assert set(known_elements()) == set(Z)


@pytest.mark.parametrize("shells", ["hf", "xray"])
@pytest.mark.parametrize("symbol", Z)
def test_every_shell_set_sums_to_z(symbol: str, shells: str) -> None:
    element = get_element(symbol, shells)
    assert element.electrons.sum() == element.Z
    assert Z[symbol] == element.Z
    assert np.all(np.diff(element.binding) >= 0)
    assert element.binding[0] > 0


def test_no_subshell_holds_more_electrons_than_fit() -> None:
    table = shell_table()
    held: dict[tuple[str, str, str], float] = {}
    for element, shell_set, shell, n in zip(
        table.text("element"), table.text("set"), table.text("shell"), table.numbers("n_electrons"), strict=True
    ):
        key = (element, shell_set, shell[:2])
        held[key] = held.get(key, 0) + n
    assert all(n <= SUBSHELL_SIZE[shell[1]] for (_, _, shell), n in held.items())


@pytest.mark.parametrize("symbol", CARLSON_K_L)
def test_measured_k_and_l_edges_agree_with_carlson_within_the_spread_of_compilations(symbol: str) -> None:
    binding = get_element(symbol, "xray").binding[::-1][:4] * 1e3
    np.testing.assert_allclose(binding, CARLSON_K_L[symbol], rtol=0, atol=10.0)  # eV: chemical shift, Fermi level


@pytest.mark.parametrize("symbol", FIRST_IONISATION)
def test_the_outermost_electron_leaves_at_the_first_ionisation_energy(symbol: str) -> None:
    outermost = get_element(symbol, "xray").binding[0] * 1e3
    # the valence level of the edge tables of Ar, Xe is rounded to 0.1 eV; the free-atom 6s of W is given as 8.0 eV
    assert outermost == pytest.approx(FIRST_IONISATION[symbol], abs=0.15)


def test_hartree_fock_set_of_xenon_differs_from_the_edges_as_published() -> None:
    hf, xray = get_element("Xe", "hf"), get_element("Xe", "xray")
    assert (hf.binding[-1], xray.binding[-1]) == pytest.approx((34.759, 34.561))
    assert (hf.shell_set, xray.shell_set) == ("hf", "xray")


def test_elements_without_a_hartree_fock_set_use_their_edges_and_say_so() -> None:
    germanium = get_element("Ge", "hf")
    assert germanium.shell_set == "xray"
    np.testing.assert_array_equal(germanium.binding, get_element("Ge", "xray").binding)


@pytest.mark.parametrize("symbol", WEIGHT)
def test_atomic_mass_is_the_standard_atomic_weight(symbol: str) -> None:
    weight, uncertainty = WEIGHT[symbol]
    assert get_element(symbol).mass == pytest.approx(weight, abs=uncertainty)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no element 'Unobtainium'; known: Al, Ar, Ca"):
        get_element("Unobtainium")
    with pytest.raises(ValueError, match="no shell set 'dirac'; known: hf, xray"):
        get_element("Xe", "dirac")


def test_the_table_names_source_and_quality_of_both_sets() -> None:
    table = shell_table()
    assert "arXiv:1610.04177" in table.source
    assert "doi:10.1016/S0969-806X(01)00227-4" in table.source
    assert "hf:" in table.quality
    assert "xray:" in table.quality
