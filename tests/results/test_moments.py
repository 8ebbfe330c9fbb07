"""What follows from a limit on the common scale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nulight.results import MomentsResult, MomentsRow, ScaleLimit
from nulight.results.moments import ComponentMoment, FlavourMoment


def limit(regions, delta_chi2):
    return ScaleLimit(regions=regions, best=0.0, delta_chi2=delta_chi2, threshold=2.706)


@pytest.mark.parametrize(
    ("regions", "delta_chi2", "verdict"),
    [
        (((0.0, 2.0),), 1.0, "allowed"),
        (((0.0, 0.5),), 9.0, "excluded"),
        (((1.5, 3.0),), 9.0, "too small"),
        (((0.0, 0.5), (1.5, 3.0)), 9.0, "excluded"),
        (((0.0, None),), 0.0, "allowed"),
        ((), None, "no events"),
    ],
)
def test_verdict_is_about_the_factor_one(regions, delta_chi2, verdict):
    assert limit(regions, delta_chi2).verdict == verdict


def test_ends_are_the_outer_ones():
    found = limit(((0.0, 0.5), (1.5, 3.0)), 9.0)
    assert (found.lower, found.upper) == (0.0, 3.0)
    assert found.to_dict() | {"regions": 0} == {
        **{"regions": 0, "best": 0.0, "delta_chi2": 9.0, "threshold": 2.706, "converged": True},
        **{"lower": 0.0, "upper": 3.0, "verdict": "excluded"},
    }


@pytest.mark.parametrize(
    ("regions", "delta_chi2", "words"),
    [
        (((0.0, 2.0),), 1.0, "< 2\n  the point itself, factor 1: allowed\n  its Delta chi2: 1, allowed up to 2.706"),
        (((1.5, 3.0),), 9.0, "1.5 to 3\n  the point itself, factor 1: too small"),
        (((0.0, 0.5), (1.5, 3.0)), 9.0, "< 0.5 or 1.5 to 3\n"),
        (((0.25, None),), 0.0, "> 0.25\n"),
        ((), None, "no count depends on it\n  the point itself, factor 1: no events"),
    ],
)
def test_limit_says_what_it_allows(regions, delta_chi2, words):
    found = limit(regions, delta_chi2)
    assert repr(found).startswith(f"common factor of all moments: {words}")
    assert "<caption>common factor of all moments: " in found._repr_html_()
    assert "converged" not in repr(found)
    assert "the best fit has not converged" in repr(replace(found, converged=False))


def test_table_has_a_line_for_the_experiment_and_for_every_component():
    parts = tuple(ComponentMoment(source="sun", component=c, mu_eff=1e-11, mu_eff_heavy=0.0) for c in ("pp", "B8"))
    row = MomentsRow(
        experiment="toy",
        status="data",
        conventions="default",
        sources=("sun",),
        mu_eff=2e-11,
        mu_eff_heavy=None,
        events=3.0,
        events_heavy=0.0,
        heaviest=500.0,
        limit=limit(((0.0, 2.0),), 1.0),
        components=parts,
        note="a note",
    )
    flavours = (FlavourMoment(flavour="nu_e", mu_eff=1e-11, mu_eff_heavy=0.0),)
    result = MomentsResult(values={"lambda_12": 1e-11}, neutrinos="majorana", cl=0.9, flavours=flavours, rows=(row,))
    header, *lines = [line for line in result.to_csv().splitlines() if not line.startswith("#")]
    assert header.startswith("experiment,status,source,component,mu_eff,mu_eff_heavy,events")
    assert lines == [
        "toy,data,sun,all,2e-11,,3.0,0.0,500.0,1.0,allowed,0.0,2.0,default,a note",
        "toy,data,sun,pp,1e-11,0.0,,,,,,,,,",
        "toy,data,sun,B8,1e-11,0.0,,,,,,,,,",
    ]
    assert not result.heavy
    assert "mu_eff 2e-11 mu_B, allowed, common factor up to 2" in repr(result)
