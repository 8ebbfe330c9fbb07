import math
import string

import pytest

from nulight.conventions import PRESETS
from nulight.validation import TargetError, load_targets
from nulight.validation.quantities import QUANTITIES
from nulight.validation.targets import parse_targets

TARGETS = load_targets()

# The statements of the reproduced paper that must be judged, each under its own recipe and a physical one.
CLAIMS = {
    "19.5 times the solar rate": "source-over-solar",
    "1.8 from a range up to 140 keV": "range-gain",
    "one sigma at 60 t run": "sm-anapole-60t",
    "three sigma at 300 t run": "sm-anapole-300t",
    "20 % from solar neutrinos": "solar-improvement",
    "one or two fillings beside 60 t": "fillings-60t",
    "one or two fillings beside 80 t": "fillings-80t",
    "about ten fillings beside 5.9 t": "fillings-5.9t",
    "a = 1e-32 beyond the error bars of most bins": "bins-beyond-errors",
    "muon moment ten times below the contour": "muon-reach",
}

# Rows of the reference values: one sigma and two sigma reach, Delta chi2, rates, limits.
REFERENCE = (
    "sm-anapole-formula-nu-e",
    "recoil-maximum",
    "source-rate",
    "source-rate-30keV",
    "source-rate-70keV",
    "solar-rate",
    "source-over-solar-own",
    "range-gain-own",
    "rate-change",
    "rate-change-sm",
    "reach-1sigma",
    "reach-2sigma",
    "sm-delta-chi2",
    "sm-delta-chi2-300t",
    "solar-only-reach",
    "one-run-reach",
    "reach-with-solar",
)

ENTRY = {
    "id": "x",
    "paper": "p",
    "observable": "something",
    "unit": "",
    "source": "somewhere",
    "origin": "own",
    "kind": "relative",
    "value": 1.0,
    "tolerance": 0.1,
    "quantity": "magneton",
    "cases": {"one": {"preset": "default"}},
}


def cases(name):
    return {t.id.rpartition(".")[2]: t for t in TARGETS if t.id.rpartition(".")[0] == name}


def test_ids_are_unique():
    assert len({t.id for t in TARGETS}) == len(TARGETS)


def test_every_quantity_exists_and_every_quantity_is_used():
    assert {t.quantity for t in TARGETS} == set(QUANTITIES)


@pytest.mark.parametrize("name", [*CLAIMS.values(), *REFERENCE[3:4]])
def test_every_claim_is_judged_under_the_preset_of_the_paper_and_the_physical_one(name):
    presets = {case.preset for case in cases(name).values()}
    assert "herrera-huber-2024" in presets
    assert "physical" in presets


@pytest.mark.parametrize("name", CLAIMS.values())
def test_claims_are_published_and_explained(name):
    for target in cases(name).values():
        assert target.origin == "published"
        assert "{" in target.because


@pytest.mark.parametrize("name", REFERENCE)
def test_every_reference_value_is_there(name):
    assert cases(name)
    assert all(target.origin == "own" for target in cases(name).values())


def test_presets_are_conventions_or_physical():
    assert {t.preset for t in TARGETS} <= {*PRESETS, "physical"}


def test_preset_of_a_source_run_is_that_of_its_experiment():
    for target in TARGETS:
        texts = [text for value in target.arguments.values() for text in ([value] if isinstance(value, str) else [])]
        for text in texts:
            if text.startswith(("xenonnt-51cr", "xenonnt-solar", "xlzd")):
                assert ("physical" in text) == (target.preset == "physical"), target.id


def test_explanations_are_templates_with_numbers_only_from_the_computation():
    for target in TARGETS:
        fields = [name for _, name, _, _ in string.Formatter().parse(target.because) if name]
        assert bool(fields) == bool(target.because), target.id
        assert all(name.isidentifier() for name in fields), target.id


def test_sources_name_a_publication_or_say_own():
    for target in TARGETS:
        assert target.source.startswith("own") == (target.origin == "own"), target.id


def test_values_are_finite_and_tolerances_below_one():
    for target in TARGETS:
        values = target.value if isinstance(target.value, tuple) else (target.value,)
        assert all(math.isfinite(v) for v in values)
        assert target.tolerance is None or 0 < target.tolerance < 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": [1.0, 2.0]}, "does not fit"),
        ({"kind": "guess"}, "use one of: relative, interval, claim"),
        ({"tolerance": 0.0}, "positive tolerance"),
        ({"kind": "claim"}, "a claim needs a rule"),
        ({"origin": "published"}, "needs a because"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"cases": {"one": {}}}, "preset is missing"),
        ({"cases": {"3.1MCi": {"preset": "default"}}}, "named without a dot"),
        ({"cases": {"one": {"preset": "default", "because": "no number"}}}, "cites no computed number"),
        ({"because": "{ours:.1f}", "beside": {"tree": {"conventions": "tree"}}}, "beside has tree"),
    ],
)
def test_a_faulty_target_is_named_with_its_fault(change, message):
    with pytest.raises(TargetError, match=message):
        parse_targets([ENTRY | change])


def test_a_case_lays_its_arguments_over_those_of_the_entry_and_replaces_the_rest():
    shared = {"arguments": {"a": 1, "b": 2}, "because": "{x:.1f}", "beside": {"x": {"a": 5}}, "preset": "tree"}
    one = {"arguments": {"b": 3, "c": 4}}
    other = {"preset": "default", "because": "{y:.1f}", "beside": {"y": {"b": 6}}, "value": 2.0}
    first, second = parse_targets([ENTRY | shared | {"cases": {"one": one, "other": other}}])
    assert first.arguments == {"a": 1, "b": 3, "c": 4}
    assert (first.preset, first.because, first.beside, first.value) == ("tree", "{x:.1f}", {"x": {"a": 5}}, 1.0)
    assert second.arguments == {"a": 1, "b": 2}
    assert (second.preset, second.because, second.beside, second.value) == ("default", "{y:.1f}", {"y": {"b": 6}}, 2.0)


def test_works_are_files_in_alphabetical_order():
    papers = list(dict.fromkeys(t.paper for t in TARGETS))
    assert papers == sorted(papers)
    assert {"herrera-huber-2024", "coherent-csi-2021", "dresden-ii-2022", "solar-b8"} <= set(papers)


def test_values_from_memory_say_so():
    recalled = {t.id.rpartition(".")[0] for t in TARGETS if "recalled" in t.source}
    expected = {"csi-2017-prediction", "csi-2021-prediction", "csi-2021-fit", "proton-coupling", "xenonnt-b8"}
    assert recalled == expected | {"xenonnt-solar"}


def test_all_faults_are_reported_at_once():
    with pytest.raises(TargetError) as error:
        parse_targets([ENTRY | {"kind": "guess"}, ENTRY | {"id": "y", "tolerance": -1}, ENTRY, ENTRY])
    assert all(text in str(error.value) for text in ("x.one: kind", "y.one: a relative", "x.one: stands twice"))
