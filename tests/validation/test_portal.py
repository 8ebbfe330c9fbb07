"""Quantities of the dipole portal against the functions users call and against hand-made curves."""

import math

import numpy as np
import pytest

import nulight as nl
from nulight.literature.curves import published_curves
from nulight.studies.portal import portal_limit
from nulight.validation.portal import (
    _crossings,
    coverage_of_curve,
    coverage_of_region,
    flavours_of_excess,
    heaviest_seen,
    interference_over,
    mass_of_island,
    mass_of_loss,
    mass_of_region,
    ratio_to_curve,
)
from nulight.validation.workspace import Workspace

WORK = Workspace()
EXCESS = "xenon1t-2020-er:gaussian"
SETUP = {"conventions": "miranda-2021"}


def test_heaviest_seen_on_nuclei_is_just_below_the_highest_line():
    measured = heaviest_seen(WORK, experiment="51cr-cevns-si", coupling="mu_e4", **SETUP)
    assert 0.74 < measured.value < measured.details["end"] == pytest.approx(0.752, rel=1e-3)


def test_limit_at_the_mass_of_loss_is_weaker_by_the_factor():
    for experiment in ("51cr-cevns-ge", "51cr-lxe-a"):
        mass = mass_of_loss(WORK, experiment=experiment, coupling="mu_e4", factor=3.0, **SETUP).value
        model = nl.load(experiment, **SETUP)
        light, there = portal_limit(model, "mu_e4", [1.0, mass], expected=False).upper
        assert there / light == pytest.approx(3, rel=0.05)  # straight between masses of the grid


def test_where_the_limit_never_weakens_so_much_the_loss_is_at_the_end():
    measured = mass_of_loss(WORK, experiment="51cr-cevns-si", coupling="mu_e4", factor=1e9, **SETUP)
    assert measured.value == pytest.approx(measured.details["end"], rel=2e-3)


def test_ratio_to_a_curve_and_its_coverage_are_those_of_the_limit():
    setup = {"experiment": "cenns-750", "coupling": "mu_mu4", "curve": "CHARM-II"} | SETUP
    (curve,) = published_curves("mu_mu4", names=["CHARM-II"])
    ratio = ratio_to_curve(WORK, m_4=1e4, **setup)
    limit = portal_limit(nl.load("cenns-750", **SETUP), "mu_mu4", [1e4], expected=False).upper[0]
    assert ratio.value == pytest.approx(limit / curve.excluded_from(1e4), rel=1e-9)
    covered = coverage_of_curve(WORK, **setup)
    last = covered.details["up_to_MeV"] * 1e3
    assert (
        ratio_to_curve(WORK, m_4=0.95 * last, **setup).value < 1 < ratio_to_curve(WORK, m_4=1.1 * last, **setup).value
    )
    low, high = math.log(curve.m_4.min()), math.log(curve.m_4.max())
    assert covered.value == pytest.approx((math.log(last) - low) / (high - low), abs=0.01)


def test_region_of_every_mass_is_that_of_the_interval():
    measured = mass_of_region(WORK, experiment=EXCESS, coupling="mu_e4", dof=None, **SETUP)
    inside = nl.limit(nl.load(EXCESS, **SETUP), "mu_e4", fixed={"m_4": measured.value})
    outside = nl.limit(nl.load(EXCESS, **SETUP), "mu_e4", fixed={"m_4": 1.1 * measured.value})
    assert inside.lower > 0
    assert outside.lower in (None, 0.0)
    light = nl.limit(nl.load(EXCESS, **SETUP), "mu_e4", fixed={"m_4": 1.0})
    assert [measured.details[end] for end in ("lower", "upper")] == pytest.approx([light.lower, light.upper], rel=1e-3)


def test_region_of_one_degree_of_freedom_has_the_ends_of_the_interval_at_light_masses():
    # The global minimum is at a light mass, where nothing depends on it.
    region = mass_of_region(WORK, experiment=EXCESS, coupling="mu_e4", dof=1, **SETUP)
    single = mass_of_region(WORK, experiment=EXCESS, coupling="mu_e4", dof=None, **SETUP)
    for end in ("lower", "upper"):
        assert region.details[end] == pytest.approx(single.details[end], rel=0.01)
    wider = mass_of_region(WORK, experiment=EXCESS, coupling="mu_e4", dof=2, **SETUP)
    assert wider.value > region.value
    assert wider.details["lower"] < region.details["lower"]


def test_island_is_apart_from_the_region():
    island = mass_of_island(WORK, experiment=EXCESS, coupling="mu_tau4", dof=2, **SETUP)
    end = mass_of_region(WORK, experiment=EXCESS, coupling="mu_tau4", dof=2, **SETUP).value
    assert end < island.details["first"] <= island.value <= island.details["last"]
    # boron-8 hardly arrives as the first mass state
    assert math.isnan(mass_of_island(WORK, experiment=EXCESS, coupling="lambda_14", dof=2, **SETUP).value)


def test_coverage_counts_masses_and_area():
    setup = {"excess": EXCESS, "coupling": "mu_e4", "dof": None, "up_to_keV": 100.0} | SETUP
    none, some, everything = (
        coverage_of_region(WORK, experiment=name, **setup)
        for name in ("texono-csi-2010", "51cr-cevns-ge", "51cr-lxe-a")
    )
    assert (none.value, none.details["area"]) == (0.0, 0.0)
    assert (everything.value, everything.details["area"]) == (1.0, 1.0)
    d = some.details
    assert d["lower"] < d["limit"] < d["upper"]
    light = math.log(d["upper"] / d["limit"]) / math.log(d["upper"] / d["lower"])
    assert some.details["area"] == pytest.approx(light, abs=0.08)  # hardly a change up to 100 keV


def test_moments_of_flavours_go_with_the_root_of_their_counts():
    measured = flavours_of_excess(WORK, experiment=EXCESS, first="mu_tau4", second="mu_e4", m_4=10.0, **SETUP)
    # survival of pp and beryllium neutrinos nearly the same: one spectrum, other size
    assert measured.value == pytest.approx(measured.details["share"] ** -0.5, rel=1e-3)


def test_interference_goes_with_the_mass_at_small_masses():
    setup = {"first": "51cr-cevns-ge", "second": "51cr-lxe-c", "coupling": "mu_e4", "second_coupling": "mu_e4"} | SETUP
    shares = [interference_over(WORK, m_4=m, **setup).details["first"] for m in (1.0, 10.0)]
    assert shares[1] / shares[0] == pytest.approx(10, rel=0.05)
    same = interference_over(WORK, m_4=10.0, **{**setup, "second": "51cr-cevns-ge"})
    assert same.value == pytest.approx(1.0)


def test_crossings_are_those_of_a_parabola():
    x = np.linspace(-2, 4, 601)
    low, high = _crossings(x, (x - 1.003) ** 2 - 1)
    assert [math.log(low), math.log(high)] == pytest.approx([0.003, 2.003], abs=1e-4)
    assert all(math.isnan(end) for end in _crossings(x, x**2 + 1))
