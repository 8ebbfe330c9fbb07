"""Bounds and curves in one list."""

import pytest

from nulight.literature.curves import CURVE_COUPLINGS, published_curves, unavailable_curves
from nulight.literature.limits import couplings_with_limits, is_electromagnetic, published_limits
from nulight.literature.records import literature, literature_couplings
from nulight.units import MeV


def test_everything_is_there_once_newest_first_and_drawings_last():
    records = literature()
    by_kind = [sum(r.record == kind for r in records) for kind in ("limit", "curve", "not available")]
    assert by_kind == [len(published_limits()), len(published_curves()), len(unavailable_curves())]
    found = [r.year for r in records if r.record != "not available"]
    assert found == sorted(found, reverse=True)
    assert [r.record for r in records[len(found) :]] == ["not available"] * by_kind[2]


@pytest.mark.parametrize("coupling", literature_couplings())
def test_every_listed_coupling_has_entries(coupling):
    records = literature(coupling)
    assert records
    assert all(coupling in r.coupling.split(", ") for r in records)
    assert is_electromagnetic(coupling)


def test_couplings_are_those_of_bounds_and_curves():
    assert set(literature_couplings()) == {*couplings_with_limits(), *CURVE_COUPLINGS}


def test_curves_are_read_at_the_mass_asked_for():
    at = {r.name: r for r in literature("mu_mu4", m_4=10 * MeV) if r.record == "curve"}
    curve = published_curves("mu_mu4", names=["CHARM-II"])[0]
    assert at["CHARM-II"].value == float(curve.excluded_from(10 * MeV))
    assert at["CHARM-II"].m_4 == 10 * MeV
    assert at["Borexino"].value is None  # ends at 3.4 MeV
    assert at["BBN"].value is None
    best = {r.name: r for r in literature("mu_mu4") if r.record == "curve"}
    assert (best["CHARM-II"].m_4, best["CHARM-II"].value) == curve.best


def test_kind_and_flavour_select():
    assert {r.kind for r in literature(kind="astrophysical")} == {"astrophysical"}
    assert {r.kind for r in literature(kind="laboratory")} == {"laboratory"}
    assert {r.kind for r in literature()} == {"laboratory", "astrophysical", "cosmological"}
    couplings = {c for r in literature(flavour="tau") if r.record == "limit" for c in [r.coupling]}
    assert couplings == {"mu_nu_tau", "q_nu_tautau", "r2_nu_tautau"}


def test_charge_radii_keep_value_and_convention():
    (limit,) = [r for r in literature("r2_nu_ee") if r.reference == "arXiv:0911.1597"]
    assert (limit.lower, limit.value, limit.convention) == (pytest.approx(-4.2e-32), pytest.approx(6.6e-32), "half")


def test_transition_moments_to_the_sterile_state_have_none():
    assert literature("lambda_14") == []


def test_superseded_bounds_say_so():
    old = {(r.name, r.year) for r in literature("mu_nu_e") if "superseded" in r.note}
    assert old == {("GEMMA", 2007), ("GEMMA", 2010), ("TEXONO_CsI", 2008)}


def test_mistakes_list_what_there_is():
    with pytest.raises(ValueError, match=r"mu_e4.*mu_nu_e"):
        literature("mu_nue")
    with pytest.raises(ValueError, match="positive mass"):
        literature("mu_e4", m_4=0.0)
