"""The same limit under other choices, published limits beside it, and combinations that must not be."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.inference.likelihood import poisson_twice_nll
from nulight.studies.comparison import alternatives, background_nuisances, driving_bins
from nulight.studies.published import published_beside

XENON = "xenonnt-2022-er"


@pytest.fixture(scope="module")
def xenon():
    return nl.load(XENON)


@pytest.fixture(scope="module")
def rows(xenon):
    found = alternatives([xenon], "mu_nu", cl=0.9)
    return {(row.background, row.interval): row for row in found}


def test_freer_backgrounds_expect_weaker_limits(rows):
    for interval in ("two-sided", "upper"):
        fixed, prior, free = (rows[name, interval].expected_upper for name in ("fixed", "prior", "free"))
        assert fixed < prior < free


def test_one_sided_limits_are_stronger_than_two_sided_ones(rows):
    for background in ("fixed", "prior", "free"):
        assert rows[background, "upper"].upper < rows[background, "two-sided"].upper


def test_alternatives_are_the_limits_with_those_nuisances(xenon, rows):
    model = nl.with_nuisances(xenon, {"xenonnt_background": "free"})
    assert rows["free", "upper"].upper == nl.upper_limit(model, "mu_nu").upper


def test_only_pure_background_nuisances_are_varied():
    assert set(background_nuisances([nl.load(XENON)])) == {"xenonnt_background"}
    assert set(background_nuisances([nl.load("xenon1t-2020-er")])) == {"xenon1t_background"}
    assert alternatives([nl.load("xenonnt-51cr")], "a_nu_ee") == ()


def test_shares_of_all_bins_and_the_penalties_add_up_to_the_whole(xenon):
    model = nl.with_nuisances(xenon, {n.name: "fixed" for n in xenon.nuisances})
    found = driving_bins(model, "mu_nu", 0.0, 1e-11, n=29)
    assert sum(row.share for row in found) == pytest.approx(1, abs=1e-12)
    first = found[0]
    counts = xenon.expected({"mu_nu": np.array([0.0, 1e-11])}).sum(axis=1)
    chi2 = poisson_twice_nll(xenon.observed, counts)
    assert first.share == pytest.approx((chi2[1, 0] - chi2[0, 0]) / np.diff(chi2.sum(axis=1))[0], rel=1e-12)
    assert (first.low, first.high, first.observed) == (1.0, 2.0, 4.0)


def test_own_result_on_the_data_comes_before_the_literature(xenon):
    rows = published_beside([xenon], "mu_nu")
    assert [row.same_data for row in rows] == [True] + [False] * (len(rows) - 1)
    assert sum("2207.11330" in row.reference for row in rows) == 1
    assert published_beside([xenon], "sin2_theta_w") == ()


def test_anapole_limits_follow_the_convention_of_the_experiment():
    def upper(preset):
        return published_beside([nl.load(XENON, conventions=preset)], "a_nu_ee")[0].upper

    assert upper("literature-half") == pytest.approx(upper("default") / 2)


def test_data_do_not_count_twice_and_conventions_do_not_mix(xenon):
    with pytest.raises(ValueError, match="count twice"):
        nl.combine(xenon, nl.load(XENON, variant="2keV-bins"))
    with pytest.raises(ValueError, match="choose one for the combination"):
        nl.combine(xenon, nl.load("xenon1t-2020-er", conventions="tree"))
    assert nl.combine(xenon) is xenon


def test_experiments_may_not_be_combined_with_what_they_supersede(tmp_path):
    card = tmp_path / "newer.yaml"
    card.write_text(f"name: newer\ntitle: A newer analysis\nextends: {XENON}\nsupersedes: [{XENON}]\n")
    with pytest.raises(ValueError, match="count twice"):
        nl.combine(nl.load(card), nl.load(XENON))


def test_a_list_or_a_name_in_place_of_an_experiment_is_told():
    with pytest.raises(TypeError, match=r"list is no experiment; .* combine\(\*experiments\)"):
        nl.combine([nl.load("xenonnt-2022-er")])
    with pytest.raises(TypeError, match="str is no experiment"):
        nl.combine("xenonnt-2022-er")
