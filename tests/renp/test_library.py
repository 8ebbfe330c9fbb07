"""Cards of atomic schemes: names, paths, and every fault in one error."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

from nulight.experiments.faults import CardError, Fault
from nulight.renp import atomic_scheme, load_scheme, renp_experiment

MINE = """
name: mine
title: My atom
quality: proxy
levels: [e, p, g]
E_eg: 0.4 eV
E_pg: 4000 cm^-1
gamma_pg: 1 /us
spin_factor: 2
target: {volume: 0.1 l, n_atoms: 1e26 m^-3, n_photons: 1e20 cm^-3, eta: 0.5}
triggers: [190 meV, 0.18 eV]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    return path


def faults_of(path: Path, text: str) -> list[Fault]:
    path.write_text(text)
    with pytest.raises(CardError) as error:
        load_scheme(path)
    assert str(error.value).count("\n") == len(error.value.faults)
    return error.value.faults


def test_a_users_card_is_read_like_a_shipped_one(mine: Path) -> None:
    loaded = load_scheme(mine)
    assert loaded.scheme.E_eg == pytest.approx(0.4, rel=1e-14)
    assert loaded.scheme.E_pg == pytest.approx(0.49593679, rel=1e-7)
    assert loaded.scheme.gamma_pg == pytest.approx(1e6, rel=1e-14)
    assert (loaded.target.volume, loaded.target.n_atoms, loaded.target.eta) == pytest.approx((100, 1e20, 0.5))
    assert loaded.triggers == pytest.approx([0.19, 0.18], rel=1e-14)
    assert len(renp_experiment(mine).observed) == 2


def test_a_changed_card_is_read_again(mine: Path) -> None:
    before = load_scheme(mine).scheme
    mine.write_text(MINE.replace("0.4 eV", "0.41 eV"))
    after = atomic_scheme(str(mine))
    assert (before.E_eg, after.E_eg) == pytest.approx((0.4, 0.41), rel=1e-14)
    assert before.sha256 != after.sha256


def test_what_is_shared_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_scheme("yb").triggers[0] = 1.0
    np.testing.assert_array_equal(load_scheme("yb").triggers, renp_experiment("yb").triggers)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ybb", "'ybb' is no atomic scheme; did you mean yb?"),
        ("caesium", "one of: generic, xe, yb, yb-dinh-2012, or the path of a YAML card"),
        ("./nothing.yaml", "is no file; the path of a YAML card"),
        ("", "is a folder"),
    ],
)
def test_unknown_names_say_what_there_is(name: str, message: str) -> None:
    with pytest.raises(CardError) as error:
        load_scheme(name)
    assert message in str(error.value)


def test_a_folder_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="is a folder; the path of a YAML card"):
        load_scheme(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("- a\n- b\n", "is not a mapping of fields"),
        ("name: [", "is not YAML"),
        ("name: !!python/object/apply:os.getcwd []\n", "is not YAML"),
        ("name: \x07bell\n", "is not YAML"),
    ],
)
def test_what_is_no_card_is_refused(mine: Path, text: str, problem: str) -> None:
    (fault,) = faults_of(mine, text)
    assert problem in fault.problem
    assert fault.expected


def test_broken_yaml_is_shown_by_line(mine: Path) -> None:
    (fault,) = faults_of(mine, "name: mine\nlevels: [e, p\ntitle: x\n")
    assert fault.path.startswith("line 3, column ")


def test_a_binary_file_is_not_text(mine: Path) -> None:
    mine.write_bytes(b"\x89PNG\xff\xfe\x00")
    with pytest.raises(CardError, match=r"is not text.*a YAML file in UTF-8"):
        load_scheme(mine)


@pytest.mark.parametrize(
    ("old", "new", "path", "value", "problem", "expected"),
    [
        ("E_eg: 0.4 eV\n", "", "E_eg", "", "is missing", "required"),
        ("E_eg: 0.4 eV", "E_eg: 0.4", "E_eg", "0.4", "has no unit", "eV"),
        ("E_eg: 0.4 eV", "E_eg: 0.4 cm", "E_eg", "'0.4 cm'", "is not an energy or a wavenumber", "cm^-1"),
        ("E_eg: 0.4 eV", "E_eg: -0.4 eV", "E_eg", "'-0.4 eV'", "is not positive", "positive"),
        ("E_eg: 0.4 eV", "E_eg: .nan", "E_eg", "nan", "is not a number with a unit", "eV"),
        ("E_eg: 0.4 eV", "E_eg: 0.5 eV", "E_pg", "'4000 cm^-1'", "is not above E_eg = 0.5 eV", "highest"),
        ("1 /us", "1 MHz", "gamma_pg", "'1 MHz'", "is not an inverse time", "/s"),
        ("factor: 2", "factor: 0", "spin_factor", "0", "is not valid", "greater than 0"),
        ("factor: 2", "factor: .inf", "spin_factor", "inf", "is not valid", "finite"),
        ("eta: 0.5", "eta: 2", "target.eta", "2", "is not valid", "less than or equal to 1"),
        ("0.1 l", "0.1 cm", "target.volume", "'0.1 cm'", "is not a volume", "cm^3"),
        ("n_atoms", "natoms", "target.natoms", "'1e26 m^-3'", "unknown field", "did you mean n_atoms?"),
        ("title:", "titel:", "titel", "'My atom'", "unknown field", "did you mean title?"),
        ("title:", "colour:", "colour", "'My atom'", "unknown field", "known fields: name, title"),
        ("quality: proxy", "quality: good", "quality", "'good'", "is not allowed", "'exact', 'digitised'"),
        ("name: mine", "name: my atom", "name", "'my atom'", "is no name", "without spaces"),
        ("[e, p, g]", "[e, p]", "levels[2]", "", "is missing", "required"),
        ("0.18 eV", "0.3 eV", "triggers[1]", "'0.3 eV'", "is not below half of E_eg = 0.4 eV", "no pair"),
        ("0.18 eV", "0.18", "triggers[1]", "0.18", "has no unit", "eV"),
    ],
)
def test_a_fault_says_where_what_and_what_would_be_right(
    mine: Path, old: str, new: str, path: str, value: str, problem: str, expected: str
) -> None:
    assert old in MINE
    found = {fault.path: fault for fault in faults_of(mine, MINE.replace(old, new, 1))}
    assert found[path].value == value
    assert problem in found[path].problem
    assert expected in found[path].expected


def test_keys_given_twice_are_a_fault(mine: Path) -> None:
    (fault,) = faults_of(mine, MINE + "E_eg: 0.39 eV\n")
    assert (fault.path, fault.value, fault.problem) == ("line 12", "'E_eg'", "is given twice")


def test_every_fault_is_in_one_error(mine: Path) -> None:
    text = MINE.replace("4000 cm^-1", "3000 cm^-1").replace("1 /us", "1").replace("190 meV", "210 meV")
    found = faults_of(mine, text.replace("title: My atom\n", "") + "colour: blue\n")
    assert {fault.path for fault in found} == {"E_pg", "gamma_pg", "triggers[0]", "title", "colour"}


def test_cards_need_not_have_more_than_is_required(mine: Path) -> None:
    loaded = load_scheme(mine)
    assert (loaded.notes, loaded.scheme.references) == ((), ())


def test_own_card_with_the_name_of_a_shipped_one_is_told_apart(tmp_path):
    shipped = (Path(inspect.getfile(load_scheme)).parent / "cards" / "yb.yaml").read_text()
    own, copy = tmp_path / "own.yaml", tmp_path / "copy.yaml"
    own.write_text(shipped.replace("1.155e6 /s", "1.2e6 /s"))
    copy.write_text(shipped)
    assert load_scheme(own).scheme.name == "yb (own card)"
    assert load_scheme(copy).scheme.name == "yb"
    assert renp_experiment(own).provenance()["atom"] == "yb (own card)"
