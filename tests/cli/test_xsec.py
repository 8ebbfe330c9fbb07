"""`nulight xsec` and the library function behind it."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nulight as nl
from nulight.studies.cross_sections import NEUTRINOS, cross_section
from nulight.targets.nuclei import get_nuclear_target
from nulight.targets.photoabsorption import photo_absorption

POINT = ("--nu", "nu_e", "--E", "0.747 MeV", "--T", "100 keV")
G_F, M_E, ALPHA = 1.1663788e-11, 510.99895, 1 / 137.035999  # MeV^-2, keV
HBAR_C = 1.973269804e-11  # MeV cm


def weak_by_hand(E, T, g_L, g_R):
    """Textbook formula in MeV, cm^2/keV."""
    m = M_E / 1000
    y = T / E
    return 2 * G_F**2 * m / math.pi * HBAR_C**2 * (g_L**2 + g_R**2 * (1 - y) ** 2 - g_L * g_R * m * T / E**2) / 1000


def test_json_has_total_terms_and_conventions(run_json):
    record = run_json("xsec", "electron", *POINT, "--set", "a_nu_ee=3e-33")
    assert record["total"] == {
        "value": pytest.approx(sum(record["terms"].values()), rel=1e-14, abs=0),
        "unit": "cm^2/keV",
    }
    assert set(record["terms"]) == {"weak", "charge_radius"}
    assert record["conventions"]["name"] == "default"
    assert record["citations"]


def test_tree_cross_section_is_the_textbook_formula(run_json):
    record = run_json("xsec", "electron", *POINT, "--conventions", "tree", "--set", "sin2_theta_w=0.231")
    # the same constants to nine digits
    assert record["total"]["value"] == pytest.approx(weak_by_hand(0.747, 0.1, 0.731, 0.231), rel=1e-7, abs=0)


def test_anapole_is_a_shift_of_the_weak_angle_in_the_preset_of_the_paper():
    a, s2w, m_W = 3e-33, 0.231, 80.3692e3 / HBAR_C  # cm^-1
    moved = s2w * (1 - 2 * m_W**2 * a)
    ours = cross_section("electron", "nu_e", 747.0, 100.0, {"a_nu_ee": a}, conventions="herrera-huber-2024")
    # m_W in other digits moves the shift by 1e-5 of itself
    assert ours.total[0] == pytest.approx(weak_by_hand(0.747, 0.1, moved + 0.5, moved), rel=1e-6, abs=0)


def test_magnetic_term_is_that_of_vogel_and_engel(run_json):
    record = run_json("xsec", "electron", *POINT, "--set", "mu_nu_e=1e-11")
    by_hand = math.pi * ALPHA**2 / (M_E / 1000) ** 2 * HBAR_C**2 * (1 / 100 - 1 / 747) * 1e-22
    assert record["terms"]["magnetic"] == pytest.approx(by_hand, rel=1e-7, abs=0)


@given(
    nu=st.sampled_from(NEUTRINOS),
    E=st.floats(10, 1e4),
    share=st.floats(0.01, 0.99),
    mu=st.floats(0, 1e-10),
    q=st.floats(-1e-12, 1e-12),
    r2=st.floats(-1e-31, 1e-31),
)
def test_terms_add_up_to_a_total_that_is_never_negative(nu, E, share, mu, q, r2):
    T = share * 2 * E**2 / (M_E + 2 * E)
    values = {"mu_nu_mu": mu, "q_nu_ee": q, "r2_nu_emu": r2}
    result = cross_section("electron", nu, E, T, values)
    size = sum(abs(term[0]) for term in result.terms.values())
    assert result.total[0] == pytest.approx(sum(t[0] for t in result.terms.values()), abs=1e-14 * size)
    assert result.total[0] >= -1e-12 * size


def test_material_counts_its_electrons_with_their_binding(run_json):
    free = run_json("xsec", "electron", *POINT)["total"]["value"]
    assert run_json("xsec", "Xe", *POINT)["total"]["value"] == pytest.approx(54 * free, rel=1e-12, abs=0)
    assert run_json("xsec", "CsI", *POINT)["total"]["value"] == pytest.approx(108 * free, rel=1e-12, abs=0)
    low = cross_section("Xe", "nu_e", 747.0, [1.0, 10.0]).total
    per_electron = cross_section("electron", "nu_e", 747.0, [1.0, 10.0]).total
    assert low / per_electron == pytest.approx(nl.get_material("Xe").electron_factor([1.0, 10.0]), rel=1e-12, abs=0)


CEVNS = ("--nu", "nu_mu", "--E", "30 MeV", "--T", "5 keV")


def test_a_nuclide_recoils_as_a_whole(run_json):
    record = run_json("xsec", "Cs133", *CEVNS, "--conventions", "tree")
    M, E, T, Z, N = 132.905452 * 0.93149410242 - 55 * 0.51099895e-3, 0.030, 5e-6, 55, 78  # GeV
    nucleus = get_nuclear_target("Cs133").nuclides[0]
    q = math.sqrt(2 * M * T + T**2) / 0.1973269804
    charge = (0.5 - 2 * 0.23857) * Z * helm(q, nucleus.R_p) - 0.5 * N * helm(q, nucleus.R_n)
    by_hand = 1.1663788e-5**2 * M / math.pi * charge**2 * (1 - T / E - (M - T) * T / (2 * E**2)) * 3.893794e-28 * 1e-6
    # the same constants to eight digits, the spin of the nucleus is worth T^2 / (2 E^2)
    assert record["total"]["value"] == pytest.approx(by_hand, rel=2e-7, abs=0)
    assert set(record["terms"]) == {"weak"}


def helm(q, R, s=0.9):
    x = q * math.sqrt(5 / 3 * (R**2 - 3 * s**2))
    return 3 * (math.sin(x) - x * math.cos(x)) / x**3 * math.exp(-((q * s) ** 2) / 2)


def test_a_material_has_electrons_by_default_and_nuclei_on_request(run_json):
    xenon = run_json("xsec", "Xe", *CEVNS, "--channel", "nuclear-recoil")["total"]["value"]
    one = run_json("xsec", "Xe132", *CEVNS)["total"]["value"]
    assert xenon == pytest.approx(one, rel=0.02, abs=0)  # A = 124 to 136 around it
    electrons = run_json("xsec", "Xe", *CEVNS)
    assert electrons["total"]["value"] < 1e-3 * xenon
    assert "electrons" in electrons["definition"]
    assert electrons == run_json("xsec", "Xe", *CEVNS, "--channel", "electron-recoil")


def test_a_compound_is_the_sum_of_its_nuclei():
    parts = [cross_section(name, "nu_e", 30e3, [1.0, 10.0]).total for name in ("Cs133", "I127")]
    both = cross_section("CsI", "nu_e", 30e3, [1.0, 10.0], channel="nuclear-recoil").total
    assert both == pytest.approx(sum(parts), rel=1e-12, abs=0)


def test_every_interaction_reaches_the_nuclei(run_json):
    settings = ["mu_nu_mu=1e-9", "r2_nu_mumu=1e-31", "q_nu_emu=1e-9", "eps_u_mumu=0.1", "mu_mu4=1e-9", "R_n=4.9"]
    arguments = [word for setting in settings for word in ("--set", setting)]
    record = run_json("xsec", "Xe131", *CEVNS, *arguments, "--m4", "5 MeV")
    assert {"weak", "charge_radius", "millicharge", "nsi", "magnetic", "dipole"} <= set(record["terms"])
    assert record["total"]["value"] == pytest.approx(sum(record["terms"].values()), rel=1e-12, abs=0)
    assert record["total"]["value"] > 0


def test_a_heavy_final_state_is_reached_on_nuclei_only(run_json):
    arguments = ("--set", "mu_mu4=1e-9", "--m4", "20 MeV")
    assert run_json("xsec", "Xe131", *CEVNS, *arguments)["terms"]["dipole"] > 0
    electrons = run_json("xsec", "Xe", *CEVNS, *arguments)
    assert electrons["terms"]["dipole"] == 0
    assert any("threshold" in text for text in electrons["warnings"])


def test_equivalent_photons_take_the_place_of_the_charge_on_electrons():
    epa = nl.Conventions(name="epa", millicharge="epa")
    result = cross_section("Xe", "nu_e", 300.0, [1.0, 5.0], {"q_nu_ee": 1e-12}, conventions=epa)
    assert set(result.terms) == {"weak", "millicharge"}
    sigma = photo_absorption(nl.get_material("Xe")).cross_section([1.0, 5.0])
    by_hand = 2 * ALPHA / math.pi * 1e-24 * sigma / np.array([1.0, 5.0]) * math.log(300e3)
    assert result.terms["millicharge"] == pytest.approx(by_hand, rel=1e-8, abs=0)
    assert "equivalent photons" in result.definition
    with pytest.raises(ValueError, match="needs the atoms"):
        cross_section("electron", "nu_e", 300.0, 1.0, {"q_nu_ee": 1e-12}, conventions=epa)


def test_dipole_to_a_massless_state_is_the_magnetic_moment(run_json):
    dipole = run_json("xsec", "Xe", *POINT, "--set", "mu_e4=1e-11")["terms"]["dipole"]
    magnetic = run_json("xsec", "Xe", *POINT, "--set", "mu_nu_e=1e-11")["terms"]["magnetic"]
    assert dipole == pytest.approx(magnetic, rel=1e-12, abs=0)


def test_heavy_final_state_has_its_threshold(run_json):
    record = run_json("xsec", "Xe", *POINT, "--set", "mu_e4=1e-11", "--m4", "700 keV")
    assert record["terms"]["dipole"] == 0
    assert any("threshold" in text for text in record["warnings"])


PORTAL = (*POINT, "--set", "mu_e4=1e-11", "--m4", "10 keV")


def test_mixing_with_the_sterile_neutrino_shows_its_interference(run_json):
    record = run_json("xsec", "electron", *PORTAL, "--kappa", "0.01")
    assert set(record["terms"]) == {"weak", "dipole", "weak*dipole"}
    assert record["total"]["value"] == pytest.approx(sum(record["terms"].values()), rel=1e-12, abs=0)
    assert "arXiv:hep-ph/9708279" in record["citations"]
    assert "first order in the mixing" in record["definition"]
    assert record["warnings"] == []
    assert record == run_json("xsec", "electron", *PORTAL, "--set", "kappa=0.01")


def test_interference_is_the_formula_of_the_physics_page(run_json):
    # GeV; 3.893794e-28 cm^2 GeV^2, and keV in a GeV
    T, E, M, b = 1e-4, 747e-6, 0.51099895e-3, (10e-6) ** 2
    g_V, g_A = 0.5 + 2 * 0.23857, 0.5
    bracket = -g_V * (M - T + b / (2 * T) - b / (2 * M)) + g_A * (2 * E - T - b / (2 * M))
    by_hand = ALPHA * 1.1663788e-5 * 10e-6 / (math.sqrt(2) * M * E**2) * 0.01e-11 * bracket * 3.893794e-28 * 1e-6
    record = run_json("xsec", "electron", *PORTAL, "--kappa", "0.01", "--conventions", "tree")
    # the bracket is a quarter of its pieces, the constants have seven digits
    assert record["terms"]["weak*dipole"] == pytest.approx(by_hand, rel=1e-6, abs=0)


def test_interference_on_nuclei_has_the_sign_of_the_weak_charge_and_of_the_phase(run_json):
    arguments = (*CEVNS, "--set", "mu_mu4=1e-9", "--m4", "5 MeV", "--kappa", "0.01")
    plain = run_json("xsec", "Xe131", *arguments)["terms"]
    turned = run_json("xsec", "Xe131", *arguments, "--set", f"kappa_phase={math.pi}")["terms"]
    assert plain["weak*dipole"] < 0  # neutrons outweigh protons
    assert turned["weak*dipole"] == pytest.approx(-plain["weak*dipole"], rel=1e-12, abs=0)
    assert turned["dipole"] == plain["dipole"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "mu_e4=1e-11", "--kappa", "0.01"), ["kappa = 0.01 has no effect: its interference goes with m_4"]),
        (
            ("--set", "mu_nu_e=1e-11", "--kappa", "0.01", "--m4", "10 keV"),
            ["m_4 = 10 keV has no effect: no moment", "kappa = 0.01 has no effect: no moment"],
        ),
        (("--m4", "10 keV"), ["m_4 = 10 keV has no effect"]),
        (("--m4", "10 keV", "--set", "lambda_12=1e-11"), ["m_4 = 10 keV has no effect"]),
        (("--m4", "10 keV", "--set", "lambda_14=1e-11"), []),
    ],
)
def test_what_is_set_in_vain_is_said(run_json, arguments, words):
    for target in ("electron", "Xe131"):
        T = ("--T", "0.001 keV") if target == "Xe131" else ()
        warnings = run_json("xsec", target, *POINT, *T, *arguments)["warnings"]
        assert len(warnings) == len(words)
        assert all(word in warning for word, warning in zip(words, warnings, strict=True))


def test_recoils_outside_the_kinematic_limits_are_zero_and_said_so():
    result = cross_section("electron", "nu_e", 747.0, [100.0, 600.0])
    assert result.total[1] == 0
    assert any("556.618" in text for text in result.warnings)


def test_antineutrinos_swap_the_couplings():
    ours = cross_section("electron", "nubar_e", 747.0, 100.0, {"sin2_theta_w": 0.231}, conventions="tree")
    assert ours.total[0] == pytest.approx(weak_by_hand(0.747, 0.1, 0.231, 0.731), rel=1e-7, abs=0)


def test_comparison_has_one_row_a_preset_and_says_why_one_cannot_answer(run_json):
    rows = run_json("xsec", "Xe", *POINT, "--compare-conventions")
    assert [row["conventions"] for row in rows] == list(nl.PRESETS)
    by_name = {row["conventions"]: row for row in rows}
    assert by_name["tree"]["T = 100 keV"] == pytest.approx(
        54 * weak_by_hand(0.747, 0.1, 0.73857, 0.23857), rel=1e-7, abs=0
    )
    assert "RRPA" in by_name["corona-2022"]["error"]


def test_files_carry_the_suffix_that_was_asked_for(run, tmp_path):
    for name in ("x.csv", "x.json"):
        assert run("xsec", "electron", *POINT, "--out", tmp_path / name).exit_code == 0
    lines = [line for line in (tmp_path / "x.csv").read_text().splitlines() if not line.startswith("#")]
    assert next(csv.DictReader(lines)).keys() == {"T", "total", "weak"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("xsec", "Xe131", *POINT, "--channel", "electron-recoil"), "without electrons"),
        (("xsec", "electron", *POINT, "--channel", "nuclear-recoil"), "no nucleus"),
        (("xsec", "Xe", *POINT, "--channel", "nuclear"), "nuclear-recoil"),
        (("xsec", "Xe150", *POINT), "Xe136"),
        (("xsec", "Xx", *POINT), "Xe"),
        (("xsec", "electron", "--nu", "nu_x", "--E", "1 MeV", "--T", "1 keV"), "nubar_tau"),
        (("xsec", "electron", "--nu", "nu_e", "--E", "747", "--T", "1 keV"), "has no unit"),
        (("xsec", "electron", "--nu", "nu_e", "--E", "1 MeV", "--T", "1 keVnr"), "not an energy"),
        (("xsec", "electron", "--nu", "nu_e", "--E", "1 MeV", "--T", "0 keV"), "positive"),
        (("xsec", "electron", *POINT, "--set", "mu_nu=-1e-11"), "domain"),
        (("xsec", "electron", *POINT, "--set", "a_nu_ee=1e-33", "--set", "r2_nu_ee=1e-33"), "same quantity"),
        (("xsec", "electron", *POINT, "--conventions", "nowhere"), "presets"),
        (("xsec", "electron", *PORTAL, "--kappa", "2"), "kappa"),
        (("xsec", "electron", *PORTAL, "--kappa", "0.1", "--set", "kappa=0.1"), "set twice"),
        (("xsec", "electron", *PORTAL, "--kappa", "0.1", "--set", "theta_14=0.1"), "one of the two"),
    ],
)
def test_mistakes_are_answered_and_nothing_is_written(fails, tmp_path, arguments, words):
    assert words in fails(*arguments, "--out", tmp_path / "x.json")
    assert not list(tmp_path.iterdir())


def test_unknown_suffix_is_refused_before_anything_is_computed(fails, tmp_path):
    assert ".csv" in fails("xsec", "electron", *POINT, "--out", tmp_path / "x.txt")


def test_energies_of_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="one list"):
        cross_section("electron", "nu_e", 747.0, np.ones((2, 2)))
