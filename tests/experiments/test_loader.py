"""Cards from files: names and paths, variants, extensions, YAML traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from nulight.experiments.faults import CardError
from nulight.experiments.loader import card_names, load_card, merged
from nulight.experiments.schema import CylinderGeometry, EffectiveDistance, ElectronCaptureSource

OWN = """
name: mine
title: My detector
status: planned
quality: proxy
sources: [{kind: solar}]
target: {material: Ge}
exposure: 10 kg d
channel: electron-recoil
response: {resolution: {kind: perfect}, efficiency: {kind: constant, value: 80 %, threshold: 0.5 keVee}}
bins: {kind: uniform, from: 1 keVee, to: 10 keVee, n: 9}
observed: {kind: asimov}
backgrounds:
  - {kind: rate-table, name: flat, file: background.csv, energy: E, rate: R, interpolation: linear}
statistic: poisson
variants:
  more: {description: ten times longer, exposure: 100 kg d}
"""
BACKGROUND = "# columns: E [keV]; R [events/(kg d keV)]\nE,R\n0.5,2\n20,2\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(OWN)
    (tmp_path / "background.csv").write_text(BACKGROUND)
    return tmp_path / "mine.yaml"


def test_a_users_card_is_used_like_a_shipped_one(own: Path) -> None:
    loaded = load_card(str(own))
    assert (loaded.label, loaded.observed()) == ("mine", None)
    assert loaded.background_counts()["flat"] == pytest.approx([20.0] * 9)
    assert loaded.document["exposure"] == "10 kg d"
    assert len(loaded.tables["background.csv"].sha256) == 64


def test_a_path_takes_a_variant_like_a_name(own: Path) -> None:
    assert load_card(f"{own}:more").card.exposure == 10 * load_card(own).card.exposure
    assert load_card(own, "more").label == "mine:more"


def test_an_unknown_name_suggests_a_near_one() -> None:
    with pytest.raises(CardError, match="did you mean xenonnt-2022-er"):
        load_card("xenonnt-2022")
    with pytest.raises(CardError, match="is no file"):
        load_card("./nothing.yaml")


def test_an_unknown_variant_lists_those_there_are() -> None:
    with pytest.raises(CardError, match="2keV-bins") as error:
        load_card("xenonnt-2022-er", "3keV-bins")
    assert error.value.faults[0].value == "'3keV-bins'"


def test_every_fault_of_a_file_is_in_one_error(own: Path) -> None:
    text = OWN.replace("10 kg d", "10 kg").replace("80 %", "180 %").replace("background.csv", "missing.csv")
    own.write_text(text + "exposure: 20 kg d\nexposre: 1 t yr\n")
    with pytest.raises(CardError) as error:
        load_card(own)
    paths = {fault.path for fault in error.value.faults}
    assert paths == {"line 18", "response.efficiency.value", "backgrounds[0].file", "exposre"}
    assert str(error.value).count("\n") == len(error.value.faults)


def test_keys_given_twice_are_a_fault_and_not_silently_the_last(own: Path) -> None:
    own.write_text(OWN.replace("n: 9}", "n: 9, n: 10}"))
    with pytest.raises(CardError, match="'n' is given twice"):
        load_card(own)


@pytest.mark.parametrize("text", ["name: [", "- a\n- b\n", ""])
def test_what_is_no_mapping_is_refused(own: Path, text: str) -> None:
    own.write_text(text)
    with pytest.raises(CardError, match="is not"):
        load_card(own)


def test_yaml_cannot_build_objects(own: Path) -> None:
    own.write_text("name: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(CardError, match="is not YAML"):
        load_card(own)


def test_a_card_may_extend_a_shipped_one_and_use_its_tables(own: Path) -> None:
    own.write_text(
        "name: bigger\ntitle: Bigger\nextends: xenonnt-51cr:gauss\nexposure: 100 t yr\n"
        "sources: {cr51: {activity: 5 MCi}}\n"
    )
    loaded, base = load_card(own), load_card("xenonnt-51cr", "gauss")
    assert loaded.card.exposure == pytest.approx(10 * base.card.exposure)
    assert loaded.card.nuisances == base.card.nuisances
    assert loaded.card.variants == {}
    assert loaded.card.sources[0].activity == pytest.approx(5 * 3.7e16)  # type: ignore[union-attr]


def test_a_card_that_extends_itself_is_a_fault(own: Path) -> None:
    own.write_text(OWN + "extends: mine.yaml\n")
    with pytest.raises(CardError, match="leads back to this card"):
        load_card(own)


def test_superseded_names_must_exist(own: Path) -> None:
    own.write_text(OWN + "supersedes: [xenonnt-2022-er, xenonnt-2023]\n")
    with pytest.raises(CardError) as error:
        load_card(own)
    assert [fault.path for fault in error.value.faults] == ["supersedes[1]"]


def test_variants_are_laid_over_in_order() -> None:
    loaded = load_card("xenonnt-51cr:physical+3MCi+60t")
    source = loaded.card.sources[0]
    assert loaded.label == "xenonnt-51cr:physical+3MCi+60t"
    assert isinstance(source, ElectronCaptureSource)
    assert source.activity == pytest.approx(3 * 3.7e16)
    assert isinstance(source.geometry, CylinderGeometry)
    assert source.decay == "average"


def test_a_variant_of_another_kind_drops_the_fields_of_the_old_one() -> None:
    old = {"geometry": {"kind": "effective", "distance": "1 m"}, "name": "x"}
    new = merged(old, {"geometry": {"kind": "cylinder", "radius": "1 m"}})
    assert new == {"geometry": {"kind": "cylinder", "radius": "1 m"}, "name": "x"}
    geometry = load_card("xenonnt-51cr").card.sources[0].geometry  # type: ignore[union-attr]
    assert geometry == EffectiveDistance(kind="effective", distance="131.9 cm")  # type: ignore[arg-type]


def test_merging_changes_adds_and_removes_items_by_name_and_leaves_the_base_alone() -> None:
    base = {"list": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]}
    over = {"list": {"a": None, "b": {"n": 3}, "c": {"n": 4}}}
    assert merged(base, over) == {"list": [{"name": "b", "n": 3}, {"name": "c", "n": 4}]}
    assert base == {"list": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]}
    assert merged(base, {"list": []}) == {"list": []}
    assert merged({"width": 1}, {"width": None}) == {}


def test_changes_are_laid_over_last_and_validated() -> None:
    loaded = load_card("xenonnt-51cr", "6t", {"exposure": "30 t yr", "sources": {"cr51": {"activity": "5 MCi"}}})
    assert loaded.document["exposure"] == "30 t yr"
    assert loaded.card.sources[0].activity == pytest.approx(5 * 3.7e16)  # type: ignore[union-attr]
    with pytest.raises(CardError, match="exposure: '30 t'"):
        load_card("xenonnt-51cr", changes={"exposure": "30 t"})


def test_shipped_names_are_sorted() -> None:
    assert list(card_names()) == sorted(card_names())
