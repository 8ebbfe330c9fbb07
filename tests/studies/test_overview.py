"""The overview: our rows against the limits they repeat, the literature beside them, and what may fail."""

from __future__ import annotations

from itertools import islice

import pytest

import nulight as nl
from nulight.literature.limits import couplings_with_limits, published_limits
from nulight.models.parameters import PARAMETERS, ParameterError
from nulight.studies.overview import COUPLINGS, default_experiments, limits_table

XENON, OLDER, SOURCE = "xenonnt-2022-er", "xenon1t-2020-er", "xenonnt-51cr"


@pytest.fixture(scope="module")
def table():
    return limits_table([OLDER, XENON, SOURCE], ["mu_nu", "mu_nu_mu"], combined=True, conventions="default")


def row(table, coupling, experiment):
    (found,) = [row for row in table.select(coupling) if row.experiment == experiment]
    return found


@pytest.mark.parametrize(("coupling", "name"), [("mu_nu", XENON), ("mu_nu_mu", OLDER)])
def test_row_is_the_limit_of_the_library(table, coupling, name):
    found = row(table, coupling, name)
    limit = nl.limit(nl.load(name), coupling)
    assert (found.lower, found.upper, found.regions) == (limit.lower, limit.upper, limit.regions)
    assert (found.expected_lower, found.expected_upper) == (limit.expected.lower, limit.expected.upper)
    assert (found.cl, found.definition, found.conventions, found.unit) == (0.9, "two-sided", "default", "mu_B")


def test_ratio_is_to_what_is_published_on_the_same_data(table):
    found = row(table, "mu_nu", XENON)
    assert (found.published_upper, found.published_reference) == (6.4e-12, "arXiv:2207.11330")
    assert found.ratio == found.upper / 6.4e-12
    assert row(table, "mu_nu", OLDER).ratio == row(table, "mu_nu", OLDER).upper / 2.9e-11
    assert row(table, "mu_nu_mu", XENON).ratio is None


def test_experiment_that_does_not_see_the_flavour_says_so(table):
    blind = row(table, "mu_nu_mu", SOURCE)  # 51Cr emits nu_e only
    assert (blind.note, blind.lower, blind.upper, blind.regions) == ("no sensitivity", None, None, ())
    assert row(table, "mu_nu", SOURCE).upper > 0
    assert row(table, "mu_nu", SOURCE).note == "planned: the expectation stands for the data"


def test_combination_takes_those_that_see_the_flavour(table):
    (both,) = table.select("mu_nu_mu", "combined")
    assert both.experiment == f"{OLDER}+{XENON}"
    model = nl.combine(nl.load(OLDER), nl.load(XENON))
    assert both.upper == nl.limit(model, "mu_nu_mu").upper
    assert table.select("mu_nu", "combined")[0].experiment == f"{OLDER}+{XENON}+{SOURCE}"


def test_combination_leaves_out_what_would_count_twice_and_says_why():
    found = limits_table([XENON, f"{XENON}:2keV-bins", OLDER], ["mu_nu"], combined=True)
    (both,) = found.select("mu_nu", "combined")
    assert both.experiment == f"{XENON}+{OLDER}"
    assert f"without {XENON}:2keV-bins" in both.note
    assert "count twice" in both.note


def test_combination_that_must_not_be_made_says_why():
    twice = limits_table([XENON, f"{XENON}:2keV-bins"], ["mu_nu"], combined=True)
    (refused,) = twice.select("mu_nu", "combined")
    assert refused.note.startswith("not combined: without")
    assert refused.regions == ()
    mixed = limits_table([XENON, SOURCE], ["mu_nu", "mu_nu_mu"], combined=True)
    assert "choose one for the combination" in mixed.select("mu_nu", "combined")[0].note
    assert mixed.conventions == {"name": "default, herrera-huber-2024"}
    assert mixed.select("mu_nu_mu", "combined") == ()  # only one of them sees nu_mu


def test_literature_is_complete_but_for_what_stands_beside_ours(table):
    theirs = {bound.reference for bound in published_limits("mu_nu")}
    shown = {row.reference for row in table.select("mu_nu", "published")}
    assert theirs - shown == {"arXiv:2207.11330", "arXiv:2006.09721"}
    assert shown <= theirs
    assert [row.year for row in table.select("mu_nu", "published")] == sorted(
        (row.year for row in table.select("mu_nu", "published")), reverse=True
    )
    assert {row.direct for row in table.select("mu_nu", "published")} == {True, False}


def test_definition_can_be_chosen():
    one_sided = row(limits_table([XENON], ["mu_nu"], interval="upper", cl=0.95), "mu_nu", XENON)
    limit = nl.limit(nl.load(XENON), "mu_nu", interval="upper", cl=0.95)
    assert (one_sided.upper, one_sided.lower) == (limit.upper, None)
    assert one_sided.ratio == limit.upper / 6.4e-12
    assert (one_sided.cl, one_sided.published_cl) == (0.95, 0.9)


def test_conventions_reach_our_rows_and_the_anapoles_of_the_literature():
    half, whole = (
        limits_table(["xenonnt-51cr:gauss"], ["a_nu_ee"], conventions=preset)
        for preset in ("literature-half", "default")
    )
    assert half.conventions["name"] == "literature-half"
    for one, two in zip(half.rows, whole.rows, strict=True):
        assert one.upper == pytest.approx(two.upper / 2)


def test_flavour_keeps_its_couplings_and_unknown_ones_are_refused():
    assert limits_table([XENON], ["mu_nu_e", "mu_nu_mu", "mu_nu"], flavour="e").couplings == ("mu_nu_e",)
    with pytest.raises(ParameterError, match="did you mean"):
        limits_table([XENON], ["mu_nue"])
    with pytest.raises(ValueError, match="flavour tau"):
        limits_table([XENON], ["mu_nu_e"], flavour="tau")
    with pytest.raises(ValueError, match="use one of: e, mu, tau"):
        limits_table([XENON], flavour="electron")


def test_moments_of_mass_states_stand_beside_published_ones():
    found = limits_table([XENON], ["lambda_12"])
    assert {row.kind for row in found.rows} == {"ours", "published"}
    assert {row.coupling for row in found.rows} == {"lambda_12"}


def test_every_coupling_with_published_bounds_is_a_parameter():
    assert set(couplings_with_limits()) <= set(PARAMETERS)


def test_interrupted_table_keeps_what_is_done():
    def impatient(tasks):
        assert [task.label for task in tasks] == [f"{c}, {e}" for c in ("mu_nu", "mu_nu_e") for e in (XENON, SOURCE)]
        yield from islice(tasks, 1)
        raise KeyboardInterrupt

    found = limits_table([XENON, SOURCE], ["mu_nu", "mu_nu_e"], track=impatient)
    assert [row.experiment for row in found.rows if row.kind == "ours"] == [XENON]
    assert "interrupted: 1 of 4 limits are done" in found.warnings
    assert found.select("mu_nu_e", "published")


def test_values_from_memory_are_counted_in_a_warning():
    found = limits_table([XENON], ["mu_nu_tau"])
    unread = [row for row in found.rows if row.read_in == "memory"]
    assert unread
    assert any(text.startswith(f"{len(unread)} published values are from memory") for text in found.warnings)


def test_result_names_its_sources(table):
    assert {"Vogel:1989iv", "arXiv:1707.09355", "arXiv:2207.11330"} <= set(table.citations)
    assert table.provenance["experiments"] == (OLDER, XENON, SOURCE)
    assert "data" in table.provenance
    assert table.conventions["name"] == "default"


def test_defaults_are_data_that_are_neither_proxies_nor_superseded():
    names = default_experiments()
    assert {XENON, OLDER} <= set(names)
    summaries = {summary.name: summary for summary in nl.list_experiments()}
    for name in names:
        assert summaries[name].status == "data"
        assert summaries[name].quality != "proxy"
    models = [nl.load(name) for name in names]
    assert not {old for model in models for old in model.card.supersedes} & set(names)
    assert {"mu_nu", "mu_nu_e", "r2_nu_mumu", "q_nu_tautau"} <= set(COUPLINGS)
