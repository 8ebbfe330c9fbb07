"""Files of moments: both bases, both natures, round trip, and every fault at once."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nulight.conventions import get_conventions
from nulight.models.mass_basis import majorana_moment_to_flavour
from nulight.models.moment_file import (
    MomentFileError,
    element_values,
    moment_point,
    read_moment_file,
    transition_values,
    write_moment_file,
)
from nulight.models.moments import moments
from nulight.models.products import checked
from nulight.neutrinos.mixing import get_oscillation, pmns

ANGLES = {"theta_14": 0.2, "theta_24": 0.1, "theta_34": 0.3, "delta_14": 0.7, "delta_24": -0.4, "delta_cp": 3.7}
NAMES = ("e", "mu", "tau", "s")


def four(angles):
    return pmns(get_oscillation("nufit-6.0-no"), n=4, **angles)


def element(values, k, j):
    return values.get(f"lambda_{k}{j}", 0.0) * np.exp(1j * values.get(f"lambda_{k}{j}_phase", 0.0))


def matrix_of(values):
    return np.array([[element(values, k, j) for j in range(1, 5)] for k in range(1, 5)])


def faults(document):
    with pytest.raises(MomentFileError) as error:
        moment_point(document)
    count, *lines = str(error.value).splitlines()
    assert count == f"{len(lines)} fault{'s' if len(lines) > 1 else ''}"
    return [line.strip() for line in lines]


# --- what stands in a file ----------------------------------------------------------------------------


def test_elements_of_the_mass_basis_are_the_parameters():
    point = moment_point(
        {
            "m_4": "10 keV",
            "moments": {12: 1e-11, "14": "2e-11 exp(0.5j)"},
            "mixing": {"theta_14": 0.1, "delta_cp": "3.7 rad"},
        }
    )
    assert point.values == {
        "lambda_12": 1e-11,
        "lambda_14": pytest.approx(2e-11, rel=1e-15),
        "lambda_14_phase": pytest.approx(0.5, rel=1e-15),
        "m_4": 10.0,
        "theta_14": 0.1,
        "delta_cp": 3.7,
    }
    assert (point.neutrinos, point.oscillation) == ("majorana", "")


def test_lower_order_of_a_pair_is_minus_the_upper_one():
    assert moment_point({"moments": {21: 1e-11}}).values == element_values("lambda_12", -1e-11)
    both = {"moments": {12: "1e-11+1e-12j", 21: "-1e-11-1e-12j"}}
    assert moment_point(both) == moment_point({"moments": {12: "1e-11+1e-12j"}})


def test_rounding_of_a_matrix_is_no_fault():
    rows = [[3e-28, 1e-11, 0], [-1.0000000000001e-11, -1e-27, 2e-20], [0, -2e-20, 0]]
    assert moment_point({"matrix": rows}).values == {"lambda_12": 1e-11, "lambda_23": 2e-20}


def test_matrix_and_elements_say_the_same():
    rows = [[0, "1e-11", [2e-12, 0.5]], [-1e-11, 0, 0], ["-2e-12 exp(0.5j)", 0, 0]]
    assert moment_point({"matrix": rows}) == moment_point({"moments": {12: 1e-11, 13: [2e-12, 0.5]}})


def test_dirac_matrix_is_taken_as_it_is():
    rows = [[1e-11, 2e-11, 0, 0], [3e-11, 0, 0, 0], [0, 0, 0, 0], [4e-11, 0, 0, 5e-11]]
    point = moment_point({"neutrinos": "dirac", "m_4": "1 MeV", "matrix": rows})
    expected = {"lambda_11": 1e-11, "lambda_12": 2e-11, "lambda_21": 3e-11, "lambda_41": 4e-11, "lambda_44": 5e-11}
    assert point.values == expected | {"m_4": 1000.0}


@pytest.mark.parametrize("angles", [{}, ANGLES])
@given(st.lists(st.complex_numbers(min_magnitude=1e-13, max_magnitude=1e-9), min_size=6, max_size=6))
def test_majorana_flavour_basis_is_the_mass_basis_turned(angles, given_elements):
    flavoured = np.zeros((4, 4), complex)
    flavoured[np.triu_indices(4, 1)] = given_elements
    flavoured -= flavoured.T
    pairs = zip(*np.triu_indices(4, 1), strict=True)
    document = {
        "basis": "flavour",
        "m_4": "10 keV",
        "moments": {NAMES[a] + NAMES[b]: complex(flavoured[a, b]) for a, b in pairs},
        "mixing": angles,
    }
    upper = matrix_of(moment_point(document).values)
    back = majorana_moment_to_flavour(upper - upper.T, four(angles))
    assert np.allclose(back, flavoured, rtol=0, atol=1e-13 * np.abs(flavoured).max())


def test_majorana_flavour_basis_by_hand():
    """lambda_kj = sum over flavours of U_ak lambda_ab U_bj, written out for one element lambda_emu."""
    U = four({})
    found = matrix_of(moment_point({"basis": "flavour", "moments": {"emu": 1e-11}}).values)
    by_hand = 1e-11 * (U[0, 0] * U[1, 1] - U[1, 0] * U[0, 1])
    assert found[0, 1] == pytest.approx(by_hand, rel=1e-13)


def test_moment_of_a_sterile_flavour_is_one_of_the_fourth_state_without_mixing():
    values = moment_point({"basis": "flavour", "m_4": "10 keV", "moments": {"es": 1e-11}}).values
    U = four({})
    for j in range(1, 4):
        assert element(values, j, 4) == pytest.approx(1e-11 * U[0, j - 1], rel=1e-13)
    (coupling,) = moments(checked(values, ()), get_conventions())
    assert (coupling.label, coupling.m_final) == ("dipole", 10.0)
    assert np.abs(coupling.matrix) == pytest.approx(np.array([[1e-11, 0, 0]]), rel=1e-12, abs=1e-26)


@pytest.mark.parametrize("pair", ["es", "mus", "taus", "emu", "etau", "mutau"])
def test_turning_the_basis_leaves_no_rounding_behind(pair):
    """Without active-sterile mixing elements among active flavours stay there, those to the sterile lead to nu_4."""
    values = moment_point({"basis": "flavour", "m_4": "10 keV", "moments": {pair: 1e-11}}).values
    elements = {name for name in values if name.startswith("lambda") and not name.endswith("phase")}
    heavy = {"lambda_14", "lambda_24", "lambda_34"}
    assert elements == (heavy if pair.endswith("s") else {"lambda_12", "lambda_13", "lambda_23"})
    assert all(values[name] > 1e-13 for name in elements)
    phases = [value for name, value in values.items() if name.endswith("phase")]
    assert all(abs(phase) > 1e-3 for phase in phases)
    if pair == "es":  # U_e1 and U_e2 are real
        assert "lambda_14_phase" not in values
        assert values["lambda_34_phase"] == pytest.approx(-get_oscillation("nufit-6.0-no").delta_cp + 2 * np.pi)


def test_small_elements_that_are_no_rounding_stay():
    values = moment_point({"basis": "flavour", "m_4": "10 keV", "moments": {"emu": 1e-8, "es": 1e-20}}).values
    assert values["lambda_14"] == pytest.approx(1e-20 * abs(four({})[0, 0]), rel=1e-12)


def test_dirac_flavour_basis_turns_the_columns_only():
    """A moment of nu_mu alone, whatever the right-handed final state, is seen by nu_mu alone."""
    document = {"neutrinos": "dirac", "basis": "flavour", "moments": {"1mu": 1e-11, "2mu": "2e-11j"}}
    values = moment_point(document).values
    assert all(name[7] in "12" for name in values)
    conventions = get_conventions().with_changes(neutrinos="dirac")
    (coupling,) = moments(checked(values, ()), conventions)
    expected = np.zeros((3, 3))
    expected[0, 1], expected[1, 1] = 1e-11, 2e-11
    assert np.abs(coupling.matrix) == pytest.approx(expected, rel=1e-12, abs=1e-26)


def test_oscillation_parameters_of_the_conventions_turn_the_flavour_basis():
    document = {"basis": "flavour", "moments": {"emu": 1e-11}}
    ours, theirs = moment_point(document), moment_point(document, "miranda-2021")
    assert (ours.oscillation, theirs.oscillation) == ("nufit-6.0-no", "desalas-2020-no")
    assert ours.values["lambda_12"] != theirs.values["lambda_12"]


# --- files --------------------------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from(["12", "13", "14", "23", "24", "34"]), st.floats(1e-15, 1e-8), min_size=1),
    st.floats(-3.1, 3.1),
)
def test_values_written_are_read_back(tmp_path_factory, moduli, phase):
    values = {f"lambda_{pair}": size for pair, size in moduli.items()} | {"m_4": 12.5, "theta_24": 0.1}
    values |= {f"lambda_{pair}_phase": phase for pair in moduli}
    path = write_moment_file(tmp_path_factory.mktemp("moments") / "a.yaml", values)
    found = read_moment_file(path)
    assert found.neutrinos == "majorana"
    assert matrix_of(found.values) == pytest.approx(matrix_of(values), rel=1e-13)
    assert (found.values["m_4"], found.values["theta_24"]) == (12.5, 0.1)


def test_dirac_values_written_are_read_back(tmp_path):
    values = {"lambda_11": 1e-11, "lambda_21": 2e-11, "lambda_43": 3e-11, "m_4": 0.0}
    assert read_moment_file(write_moment_file(tmp_path / "a.yaml", values, "dirac")).values == values


def test_only_moments_go_into_a_file(tmp_path):
    with pytest.raises(ValueError, match=r"q_nu: a moment file holds lambda_kj with phases, m_4 and mixing"):
        write_moment_file(tmp_path / "a.yaml", {"lambda_12": 1e-11, "q_nu": 1e-13})


def test_example_is_read():
    from pathlib import Path

    path = Path(__file__).resolve().parents[2] / "examples" / "transition_moments.yaml"
    point = read_moment_file(path)
    assert {name for name in point.values if not name.endswith("phase")} == {
        *("lambda_12", "lambda_13", "lambda_14", "lambda_23", "m_4", "theta_14", "delta_cp")
    }
    assert set(yaml.safe_load(path.read_text(encoding="utf-8"))["moments"]) == {12, 13, 14, 23}


def test_parameters_of_a_matrix_leave_out_what_is_zero():
    matrix = np.zeros((4, 4), complex)
    matrix[0, 1], matrix[1, 0] = 1e-11, -1e-11
    assert transition_values(matrix, "majorana") == {"lambda_12": 1e-11}
    assert transition_values(matrix, "dirac") == {"lambda_12": 1e-11} | element_values("lambda_21", -1e-11)


# --- faults -------------------------------------------------------------------------------------------


def test_all_faults_are_reported_at_once():
    document = {
        "neutrinos": "majorana",
        "colour": "blue",
        "m_4": 10,
        "mixing": {"theta_12": 0.5, "theta_14": 2.0, "theta_24": "wide", "theta_34": True},
        "moments": {11: 1e-11, 12: 1e-11, 21: 1e-11, 13: float("nan"), 15: 1e-11},
    }
    found = faults(document)
    assert len(found) == 10
    text = "\n".join(found)
    for part in (
        "colour: is an unknown field; use some of: neutrinos, basis",
        "m_4: 10 has no unit",
        "mixing.theta_12: is unknown; use some of: theta_14",
        "mixing.theta_14: theta_14 = 2.0 rad is outside its domain [0, 1.5708]",
        "mixing.theta_24: 'wide' is no angle; a number in rad",
        "mixing.theta_34: True is no angle",
        "moments.11: 1e-11 is diagonal, which a Majorana neutrino has not; 0, elements such as 12, or neutrinos: dirac",
        "moments.21: 1e-11 is not minus moments.12, as for Majorana neutrinos; -1e-11, or neutrinos: dirac",
        "moments.13: nan is no finite moment",
        "moments.15: is no element; use some of: 11, 12",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([1], "the content is no mapping of fields"),
        ({}, "moments: are missing; either moments: {12: 1e-11}, or matrix:"),
        ({"moments": {12: 1}, "matrix": [[0]]}, "moments: and matrix are both given"),
        ({"moments": [1]}, "moments: [1] is no mapping of elements"),
        ({"moments": {12: 0}}, "moments: are all zero"),
        ({"matrix": [[0, 1], [-1, 0]]}, "matrix: is no square of 3 or 4 rows"),
        ({"matrix": [[0, 1e-11, 0], [0, 0, 0], [0, 0, 0]]}, "matrix[1][0]: 0 is not minus matrix[0][1]"),
        ({"neutrinos": "weyl", "moments": {12: 1}}, "neutrinos: 'weyl' is unknown; use dirac or majorana"),
        ({"basis": "weak", "moments": {12: 1}}, "basis: 'weak' is unknown; use mass or flavour"),
        ({"basis": "flavour", "moments": {12: 1e-11}}, "moments.12: is no element; use some of: ee, emu"),
        ({"basis": "flavour", "moments": {"ee": 1e-11}}, "moments.ee: 1e-11 is diagonal"),
        ({"moments": {14: 1e-11}}, "m_4: is missing, but there are moments to the fourth state; m_4: 10 keV, or 0 keV"),
        ({"moments": {12: 1e-11}, "m_4": "-1 keV"}, "m_4: m_4 = -1.0 keV is outside its domain"),
        ({"moments": {12: 1e-11}, "mixing": 0.1}, "mixing: 0.1 is no mapping"),
        ({"moments": {12: 1e-11}, "mixing": {"theta_14": float("nan")}}, "mixing.theta_14: nan is no angle"),
    ],
)
def test_each_fault_says_what_would_be_right(document, message):
    (found,) = faults(document)
    assert found.startswith(message)


def test_mixing_makes_active_moments_lead_to_the_fourth_state():
    document = {"basis": "flavour", "moments": {"emu": 1e-11}, "mixing": {"theta_14": 0.1}}
    assert faults(document) == ["m_4: is missing, but there are moments to the fourth state; m_4: 10 keV, or 0 keV"]


def test_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("moments: {12: 1e-11, 12: 2e-11}\nm_4: 1\nm_4: 2 keV\n", encoding="utf-8")
    with pytest.raises(MomentFileError, match=r"a\.yaml: 2 faults\n  m_4: is given twice; each once\n  12: is given"):
        read_moment_file(path)
    path.write_text("moments: {12", encoding="utf-8")
    with pytest.raises(MomentFileError, match=r"a\.yaml: is not YAML"):
        read_moment_file(path)
    path.write_bytes(b"\xff\xfe\x00moments")
    with pytest.raises(MomentFileError, match=r"a\.yaml: is not YAML"):
        read_moment_file(path)
