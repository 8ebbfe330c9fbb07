"""Dipole couplings of the validation against the calls a user makes and the curves themselves."""

import numpy as np
import pytest

import nulight as nl
from nulight.constants import MU_B
from nulight.literature.curves import published_curves
from nulight.validation.planes import (
    dipole_coupling,
    preferred_over_reach,
    published_over_ours,
    ratio_of_dipole_couplings,
)
from nulight.validation.workspace import Workspace

WORK = Workspace()
LAR, XENON, PANDAX = "coherent-lar-2020:1d", "xenonnt-2022-er", "pandax4t-b8-2024"


def test_coupling_is_the_limit_at_the_mass_in_inverse_GeV():
    limit = nl.limit(nl.load(LAR), "mu_mu4", fixed={"m_4": 10e3})
    measured = dipole_coupling(WORK, experiment=LAR, parameter="mu_mu4", m_4_MeV=10)
    assert measured.value == pytest.approx(limit.upper * MU_B, rel=1e-4)
    assert measured.details["mu"] == pytest.approx(limit.upper, rel=1e-4)


def test_light_sterile_neutrinos_have_the_limit_on_the_moment_of_the_flavour():
    moment = nl.limit(nl.load(XENON), "mu_nu_e").upper
    measured = dipole_coupling(WORK, experiment=XENON, parameter="mu_e4", m_4_MeV=1e-6)
    assert measured.details["mu"] == pytest.approx(moment, rel=1e-3)


def test_ratio_of_a_card_to_itself_is_one():
    arguments = {"first": LAR, "second": LAR, "parameter": "mu_mu4", "m_4_MeV": 10}
    assert ratio_of_dipole_couplings(WORK, **arguments).value == 1.0


def test_ratio_of_two_cards_is_that_of_their_couplings():
    at = {"parameter": "mu_e4", "m_4_MeV": 0.1}
    ends = [dipole_coupling(WORK, experiment=name, **at).value for name in (XENON, "texono-csi-2010")]
    measured = ratio_of_dipole_couplings(WORK, first=XENON, second="texono-csi-2010", **at)
    assert measured.value == pytest.approx(ends[0] / ends[1], rel=1e-12)


def test_published_curve_over_ours_is_in_one_convention():
    at = {"experiment": PANDAX, "parameter": "mu_tau4", "m_4_MeV": 3.0}
    ours = dipole_coupling(WORK, **at).value
    (curve,) = published_curves("mu_tau4", names=["XENON1T_NR"])
    # the curve is drawn for L = d Nbar sigma nu F: twice its d is that of the package
    drawn = np.exp(np.interp(np.log(3e3), np.log(curve.m_4), np.log(curve.published)))
    measured = published_over_ours(WORK, **at, curves=["XENON1T_NR"])
    assert measured.value == pytest.approx(2 * drawn / ours, rel=1e-9)
    assert measured.details["unconverted"] == pytest.approx(drawn / ours, rel=1e-9)


def test_smallest_of_all_laboratory_curves_counts():
    measured = published_over_ours(WORK, experiment=PANDAX, parameter="mu_tau4", m_4_MeV=3.0)
    ratios = {name: measured.details[name] for name in ("XENON1T_NR", "Borexino", "Borexino_SK", "LEP", "DONUT")}
    assert measured.value == min(ratios.values()) == ratios["Borexino_SK"]
    assert np.isnan(measured.details["SK_atm_tau"])
    assert "SN1987A" not in measured.details


def test_a_mass_that_no_curve_has_is_named():
    with pytest.raises(ValueError, match=r"no published curve on mu_tau4 has a value at 0\.1 MeV"):
        published_over_ours(WORK, experiment=PANDAX, parameter="mu_tau4", m_4_MeV=0.1, curves=["DONUT"])


def test_preferred_coupling_over_reach():
    at = {"parameter": "mu_e4", "m_4_MeV": 0.1}
    region = nl.limit(nl.load("xenon1t-2020-er"), "mu_e4", fixed={"m_4": 100.0})
    reach = dipole_coupling(WORK, experiment=XENON, **at).details["mu"]
    measured = preferred_over_reach(WORK, preferred="xenon1t-2020-er", experiment=XENON, **at)
    assert measured.value == pytest.approx(region.lower / reach, rel=1e-3)
    assert measured.details["low"] < measured.details["best_fit"] < measured.details["high"]
