"""Cards from files: names and paths, variants, extensions, YAML traps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from nulight.experiments.faults import CardError
from nulight.experiments.loader import card_names, load_card, merged
from nulight.experiments.schema import CylinderGeometry, EffectiveDistance, ElectronCaptureSource
from oracles_cards import CSI, DRESDEN, changed

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


def test_broken_yaml_is_shown_by_line_and_in_words(own: Path) -> None:
    own.write_text("name: mine\nsources: [{kind: solar}\ntarget: {material: Ge}\n")
    with pytest.raises(CardError) as error:
        load_card(own)
    (fault,) = error.value.faults
    assert fault.path.startswith("line 3, column ")
    assert "unicode string" not in str(fault)
    assert not str(fault).endswith("a YAML file")


def test_a_card_with_data_has_counts_but_an_expectation_may_be_laid_over_it(own: Path) -> None:
    own.write_text(OWN.replace("status: planned", "status: data"))
    with pytest.raises(CardError, match=r"observed\.kind: 'asimov' is an expectation, beside status: data; .* planned"):
        load_card(own)
    assert load_card("xenonnt-2022-er", changes={"observed": {"kind": "asimov"}}).card.status == "data"


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


# --- numbers of a card with several observables -------------------------------------------------

COUNTS = """\
# columns: lo [PE]; hi [PE]; t_lo [us]; t_hi [us]; n [counts]
lo,hi,t_lo,t_hi,n
0,8,0,1,99
8,12,0,1,4
8,12,1,6,6
12,14,0,1,1
14,16,0,1,2
12,16,1,6,0
"""
PULSE = "# columns: t_lo [us]; t_hi [us]; p [-]\nt_lo,t_hi,p\n-1,0,2\n0,0.5,2\n0.5,1,3\n1,6,3\n"
SHAPE = """\
# columns: lo [PE]; hi [PE]; f_lo [-]; f_hi [-]; n [-]
lo,hi,f_lo,f_hi,n
8,12,0.5,0.6,1
8,12,0.6,0.9,3
12,16,0.5,0.6,0
12,16,0.6,0.9,0
"""
RATE = (
    "# columns: lo [keVee]; hi [keVee]; rate [-]; err [-]\nlo,hi,rate,err\n0.2,0.3,-1,3\n0.3,0.35,2,3\n0.35,0.4,1,4\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"counts.csv": COUNTS, "pulse.csv": PULSE, "shape.csv": SHAPE, "rate.csv": RATE}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def write(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / f"{document['name']}.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def test_counts_are_flattened_energy_first(folder: Path) -> None:
    loaded = load_card(write(folder, CSI))
    assert (loaded.family, loaded.shape, loaded.n_bins, loaded.time_axis) == ("PE", (2, 2), 4, "time")
    assert loaded.edges().tolist() == [8, 12, 16]
    ((name, times),) = loaded.axes
    np.testing.assert_allclose(times, [0, 1e-6, 6e-6], rtol=1e-15)
    assert name == "time"
    assert loaded.observed().tolist() == [4, 6, 3, 0]  # type: ignore[union-attr]
    assert loaded.observed_sigma() is None
    assert (loaded.signal_shape(), loaded.shaped_axes) == (None, ())


def test_a_product_is_its_factors_and_a_flat_rate_is_uniform_in_time(folder: Path) -> None:
    counts = load_card(write(folder, CSI)).background_counts()
    energy, time = np.array([10, 3]) / 112, np.array([5, 3]) / 10
    np.testing.assert_allclose(counts["brn"], 18.4 * np.outer(energy, time).ravel(), rtol=1e-14)
    per_bin = 0.1 * 14.6 * 365.25 * 4
    np.testing.assert_allclose(counts["flat"], per_bin * np.tile([1 / 6, 5 / 6], 2), rtol=1e-14)


def test_a_rate_table_in_photoelectrons_is_integrated_and_spread_over_time(folder: Path) -> None:
    (folder / "r.csv").write_text("# columns: E [PE]; R [events/(kg d PE)]\nE,R\n0,0\n20,2\n")
    entry = {
        "kind": "rate-table",
        "name": "slope",
        "file": "r.csv",
        "energy": "E",
        "rate": "R",
        "interpolation": "linear",
    }
    loaded = load_card(write(folder, changed(CSI, ("backgrounds.2", entry))))
    total = 14.6 * 365.25 * 0.1 * np.array([40, 56])
    expected = np.outer(total, [1 / 6, 5 / 6]).ravel()
    np.testing.assert_allclose(loaded.background_counts()["slope"], expected, rtol=1e-13)
    np.testing.assert_allclose(loaded.uniform_in_time(total), expected, rtol=1e-13)


def test_the_shape_of_the_signal_is_normalised_in_each_energy_bin_and_uniform_where_empty(folder: Path) -> None:
    shape = {"file": "shape.csv", "lower": "lo", "upper": "hi", "axes": {"f90": ["f_lo", "f_hi"]}, "column": "n"}
    f90 = {"name": "f90", "edges": [0.5, 0.6, 0.9]}
    time = CSI["axes"][0]
    document = changed(
        CSI, ("axes", [time, f90]), ("signal_shape", shape), ("observed", {"kind": "asimov"}), ("backgrounds", []),
        ("nuisances", []), ("status", "planned"),
    )  # fmt: skip
    loaded = load_card(write(folder, document))
    assert (loaded.shape, loaded.n_bins, loaded.shaped_axes) == ((2, 2, 2), 8, ("f90",))
    np.testing.assert_allclose(loaded.signal_shape(), [[0.25, 0.75], [0.25, 0.75]], rtol=1e-14)  # type: ignore[arg-type]
    assert loaded.background_counts() == {}


def test_counts_with_errors_of_their_own_may_be_negative(folder: Path) -> None:
    loaded = load_card(write(folder, DRESDEN))
    assert loaded.observed().tolist() == [-10, 30]  # type: ignore[union-attr]
    np.testing.assert_allclose(loaded.observed_sigma(), [30, 50], rtol=1e-15)  # type: ignore[arg-type]
    assert loaded.background_counts() == {}
    assert (loaded.family, loaded.axes, loaded.time_axis, loaded.shape) == ("keVee", (), None, (2,))


def test_counts_grow_with_the_exposure_of_a_projection(folder: Path) -> None:
    path = write(folder, CSI)
    base = load_card(path)
    longer = load_card(path, changes={"exposure": "29.2 kg yr", "observed": {"kind": "asimov"}})
    for name, counts in base.background_counts().items():
        np.testing.assert_allclose(longer.background_counts()[name], 2 * counts, rtol=1e-14)
    assert longer.exposure_ratio(longer.card.backgrounds[0]) == pytest.approx(2)  # type: ignore[arg-type]


def test_observed_counts_do_not_follow_an_exposure(folder: Path) -> None:
    path = write(folder, CSI | {"variants": {"long": {"description": "twice", "exposure": "29.2 kg yr"}}})
    with pytest.raises(CardError, match=r"observed: holds the counts of 14.6 kg yr, the exposure is now 29.2 kg yr"):
        load_card(path, "long")
    with pytest.raises(CardError, match=r"observed: \{kind: asimov\}"):
        load_card(path, changes={"exposure": "29.2 kg yr"})
    kept = load_card(path, changes={"exposure": "14.7 kg yr", "observed": {"kind": "counts"}})
    assert kept.observed().sum() == 13  # type: ignore[union-attr]
    (folder / "more.yaml").write_text(f"name: more\ntitle: More\nextends: {path.name}\nexposure: 1 t yr\n")
    with pytest.raises(CardError, match="the exposure is now 1 t yr"):
        load_card(folder / "more.yaml")


# --- changed cards ------------------------------------------------------------------------------


def test_a_changed_card_differs_in_what_was_changed_and_keeps_its_other_nuisances(folder: Path) -> None:
    base = load_card(write(folder, CSI))
    up = base.changed(base.card.nuisances[1].changes.up)  # type: ignore[union-attr]
    assert (base.card.response.quenching.factor, up.card.response.quenching.factor) == (1.0, 1.1)  # type: ignore[union-attr]
    assert [n.name for n in up.card.nuisances] == ["brn_norm"]
    assert (up.label, up.path, up.frame is base.frame) == (base.label, base.path, False)
    assert up.tables.keys() == base.tables.keys()
    assert up.tables["counts.csv"] is base.tables["counts.csv"]
    assert base.document["response"]["quenching"].get("factor") is None


def test_a_changed_card_is_validated_and_may_use_further_tables(folder: Path) -> None:
    base = load_card(write(folder, CSI))
    with pytest.raises(CardError, match=r"response.quenching.factor"):
        base.changed({"response": {"quenching": {"factor": 0}}})
    (folder / "late.csv").write_text(PULSE)
    late = base.changed({"backgrounds": {"brn": {"axes": {"time": {"file": "late.csv"}}}}})
    assert "late.csv" in late.tables
    assert "late.csv" not in base.tables


def test_tables_of_a_shape_are_tables_of_the_card(folder: Path) -> None:
    (folder / "qf.csv").write_text("# columns: e [keVnr]; q [-]\ne,q\n0,0.08\n60,0.09\n")
    table = {"kind": "table", "file": "qf.csv", "energy": "e", "value": "q"}
    document = changed(CSI, ("nuisances.1.changes.up", {"response": {"quenching": table}}))
    loaded = load_card(write(folder, document))
    assert "qf.csv" in loaded.tables
    with pytest.raises(CardError, match=r"nuisances\[1\].changes.up.response.quenching.energy: .*no column 'T'"):
        load_card(write(folder, changed(document, ("nuisances.1.changes.up.response.quenching.energy", "T"))))


def test_variants_reach_into_the_changes_of_a_nuisance(folder: Path) -> None:
    twice = {
        "nuisances": {"quenching": {"changes": {"down": None, "up": {"response": {"quenching": {"factor": 1.2}}}}}}
    }
    nuisance = load_card(write(folder, CSI), changes=twice).card.nuisances[1]
    assert nuisance.changes.up == {"response": {"quenching": {"factor": 1.2}}}  # type: ignore[union-attr]
    assert nuisance.changes.down is None  # type: ignore[union-attr]


@pytest.mark.slow
def test_cards_load_fast(folder: Path) -> None:
    from time import perf_counter

    def best(path: str | Path) -> float:
        times = []
        for _ in range(5):
            start = perf_counter()
            load_card(path)
            times.append(perf_counter() - start)
        return min(times)

    assert best("xenonnt-51cr") < 0.06
    assert best(write(folder, CSI)) < 0.15


# --- every kind together ------------------------------------------------------------------------

SPALLATION = """
name: spallation
title: Every kind of an experiment at a spallation source
status: data
quality: exact
sources:
  - kind: pion-decay
    name: sns
    protons: 3.198e23
    run_time: 1 yr
    yield: 0.0848
    distance: 19.3 m
    uncertainty: 10 %
    time: {kind: table, file: pulse.csv, lower: t_lo, upper: t_hi, prompt: q, delayed: q}
  - {kind: atmospheric, name: atm}
  - {kind: dsnb, name: dsnb, uncertainty: 50 %}
target: {material: CsI, atomic: stepping, shells: hf, form_factor: klein-nystrand}
exposure: 14.6 kg yr
channel: both
response:
  quenching: {kind: polynomial, coefficients: [0.0554628, 4.30681, -111.707, 840.384], of: MeV,
              range: [0 keVnr, 60 keVnr]}
  resolution: {kind: gamma, light_yield: 13.35 PE/keVee, b: 9.56}
  efficiency: {kind: logistic, height: 1.32045, slope: 0.285979, midpoint: 10.8646 PE, offset: -0.333322,
               threshold: 6 PE}
bins: {kind: edges, edges: [8 PE, 12 PE, 16 PE]}
axes:
  - {name: time, edges: [0 us, 1 us, 6 us], efficiency: {kind: decay, start: 0.52 us, rate: 0.0494 /us}}
observed: {kind: counts, file: counts.csv, lower: lo, upper: hi, column: n, axes: {time: [t_lo, t_hi]}}
backgrounds:
  - {kind: counts, name: steady, file: counts.csv, lower: lo, upper: hi, column: n, axes: {time: [t_lo, t_hi]},
     exposure: 29.2 kg yr}
  - kind: product
    name: brn
    counts: 18.4
    energy: {file: counts.csv, lower: lo, upper: hi, column: n}
    axes: {time: {file: pulse.csv, lower: t_lo, upper: t_hi, column: p}}
  - {kind: exponential, name: tail, amplitude: "300 events/(kg d PE)", scale: 2 PE}
  - {kind: line, name: L1, counts: 900, centre: 10 PE, sigma: 2 PE}
  - {kind: relative, name: flat20, of: signal, fraction: 20 %}
statistic: poisson
nuisances:
  - {name: brn_norm, kind: gaussian, width: 25 %, scales: [brn]}
  - {name: tail_scale, kind: free, scales: [tail.scale], bounds: [-0.9, 4]}
  - name: csi_quenching
    kind: gaussian
    changes: {up: {response: {quenching: {file: up.csv, kind: table, energy: e, value: q}}},
              down: {response: {quenching: {factor: 0.9}}}}
variants:
  electrons: {description: electron recoils only, channel: electron-recoil}
  one-dimension:
    description: without the time
    axes: null
    observed: {kind: asimov}
    backgrounds: {steady: null, brn: {axes: null}}
  constant: {description: constant quenching, response: {quenching: {kind: constant, value: 8.78 %,
             range: [0 keVnr, 60 keVnr]}}, nuisances: {csi_quenching: null}}
"""


@pytest.fixture
def spallation(folder: Path) -> Path:
    (folder / "up.csv").write_text("# columns: e [keVnr]; q [-]\ne,q\n0,0.08\n60,0.09\n")
    (folder / "pulse.csv").write_text(
        "# columns: t_lo [us]; t_hi [us]; p [-]; q [-]\nt_lo,t_hi,p,q\n-1,0,2,0\n0,0.5,2,0.2\n0.5,1,3,0.5\n1,6,3,0.3\n"
    )
    (folder / "spallation.yaml").write_text(SPALLATION)
    return folder / "spallation.yaml"


def test_a_card_may_hold_every_kind_at_once(spallation: Path) -> None:
    loaded = load_card(spallation)
    assert (loaded.family, loaded.n_bins) == ("PE", 4)
    assert set(loaded.background_counts()) == {"steady", "brn"}
    assert loaded.background_counts()["steady"].tolist() == [2, 3, 1.5, 0]
    assert {"up.csv", "pulse.csv", "counts.csv"} == set(loaded.tables)
    assert [type(entry).__name__ for entry in loaded.card.sources] == [
        "PionDecaySource", "AtmosphericSource", "SupernovaBackgroundSource",
    ]  # fmt: skip
    assert loaded.card.sources[0].neutrinos_per_proton == 0.0848  # type: ignore[union-attr]
    assert loaded.card.axes[0].efficiency.rate == pytest.approx(4.94e4)  # type: ignore[union-attr]


@pytest.mark.parametrize("variant", ["electrons", "one-dimension", "constant"])
def test_its_variants_are_cards(spallation: Path, variant: str) -> None:
    loaded = load_card(spallation, variant)
    assert loaded.n_bins == (2 if variant == "one-dimension" else 4)


def test_lists_of_sources_and_backgrounds_are_kept_in_a_changed_card(spallation: Path) -> None:
    base = load_card(spallation)
    down = base.changed(base.card.nuisances[2].changes.down)  # type: ignore[union-attr]
    assert [b.name for b in down.card.backgrounds] == [b.name for b in base.card.backgrounds]
    for name, counts in base.background_counts().items():
        assert down.background_counts()[name].tolist() == counts.tolist()
