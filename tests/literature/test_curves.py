"""Published dipole-portal curves: numbers of the file, the factor 2 and its evidence, closed lines."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

import nulight
from nulight.constants import ALPHA, HBAR_C, M_E, MU_B
from nulight.io.bibtex import bibtex
from nulight.literature.curves import CURVE_COUPLINGS, published_curves, unavailable_curves
from nulight.units import GeV, MeV, km

TABLES = Path(nulight.__file__).parent / "data" / "limits"


def one(name):
    (curve,) = published_curves(names=[name])
    return curve


def rows(table):
    lines = [line for line in (TABLES / table).read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


# --- the numbers of the file


@pytest.mark.parametrize(
    ("name", "i", "m_4_GeV", "value"),
    [
        ("LSND", 42, 0.06326964, 7.676781e-07),
        ("SK_atm_tau", 0, 0.005090023, 5.924034e-07),
        ("CHARM-II", 0, 0.001001965, 4.272389e-07),
        ("MiniBooNE", 51, 0.1525964, 1.94361e-07),
        ("NOMAD", 8, 0.9970251, 6.067151e-07),
        ("DONUT", 0, 0.001005999, 5.773952e-05),
        ("Borexino", 0, 0.001006019, 2.427338e-07),
        ("Borexino+SK", 17, 0.006267668, 3.50235e-08),
        ("LEP", 6, 0.002028921, 2.058715e-05),
        ("BBN", 127, 0.151898, 1.994402e-13),
        ("SN1987A", 0, 1.008937e-05, 5.401829e-13),
        ("SN1987A", 67, 1.003006e-05, 4.211775e-10),
    ],
)
def test_points_are_those_of_the_collection(name, i, m_4_GeV, value):
    curve = one(name)
    assert curve.m_4[i] == pytest.approx(m_4_GeV * GeV, rel=1e-6)
    assert curve.published[i] == pytest.approx(value, rel=1e-6)


def test_every_drawn_point_of_the_table_is_in_one_curve_and_no_other():
    table = rows("dipole_portal_curves.csv")
    assert len(table) == 1024
    drawn = [row for row in table if row["drawn"] == "1"]
    assert sum(len(curve.m_4) for curve in published_curves()) == len(drawn)
    assert {curve.name for curve in published_curves()} == {row["curve"] for row in table}
    for curve in published_curves():
        assert len(curve.m_4) == len(curve.mu) == len(curve.published)
        assert np.all(curve.mu > 0)


def test_edges_that_the_drawing_added_are_left_out():
    hidden = [row for row in rows("dipole_portal_curves.csv") if row["drawn"] == "0"]
    assert {row["curve"] for row in hidden} == {"BBN", "NOMAD"}
    assert len(hidden) == 8
    bbn = one("BBN")
    assert bbn.mu.min() > 1e-13  # the lower frame is at 1e-18
    assert bbn.mu.max() < 1e-7  # the upper one at 1e-4
    assert np.ptp(bbn.m_4[:2]) > 0  # no vertical start
    nomad = one("NOMAD")
    assert nomad.m_4[-1] == nomad.m_4.max()


# --- one convention


def test_unit_convention_doubles_and_bohr_magnetons_stay():
    for curve in published_curves():
        factor = {"unit": 2 / MU_B, "mu_B as published": 1.0}[curve.convention]
        np.testing.assert_allclose(curve.mu, factor * curve.published)
        np.testing.assert_allclose(curve.d, MU_B * curve.mu)
        assert (curve.unit == "mu_B") == (curve.convention == "mu_B as published")


def test_donut_is_the_published_bound_on_the_moment_of_the_tau_neutrino():
    (bound,) = [b for b in nulight.published_limits("mu_nu_tau") if b.experiment == "DONUT"]
    # light N: a moment like any other. Digitised: 1 %.
    assert one("DONUT").mu[0] == pytest.approx(bound.upper, rel=0.01)
    assert float(one("DONUT").excluded_from(50 * MeV)) == pytest.approx(bound.upper, rel=0.02)


# Borexino, d/mu_B of the exclusion by the authors of arXiv:2007.15563 as kept in github koppj/mm-astro-nu
# (exclusion_plot.py), where the cross section is 4 alpha d^2 (1/T - 1/E) and 2 d is drawn as moment.
BOREXINO_D = {1.1013: 8.3100e-10, 1.2381: 8.6004e-10, 1.3918: 8.9973e-10, 1.5647: 9.5556e-10}


@pytest.mark.parametrize(("m_4_MeV", "d"), BOREXINO_D.items())
def test_borexino_curve_is_d_of_its_authors(m_4_MeV, d):
    # two digitisations of one line: 3 %; the other reading would be off by 2
    assert float(one("Borexino").excluded_from(m_4_MeV * MeV)) == pytest.approx(2 * d, rel=0.03)


def test_decay_length_that_fixes_borexino_and_sk():
    # arXiv:2010.04193 as coded by its author: one Earth radius at d = 1.97e-9 MeV^-1, 1 MeV, 10 MeV
    d, m_4, E = 1.97e-9 / MeV, 1 * MeV, 10 * MeV
    mu = 2 * d
    width = mu**2 * m_4**3 / (16 * math.pi)  # of the package's Lagrangian
    length = math.sqrt(E**2 - m_4**2) / m_4 / width * HBAR_C
    assert length == pytest.approx(6371 * km, rel=0.005)


def test_angular_cross_section_that_fixes_super_kamiokande():
    # arXiv:2205.02234 as coded by its authors, heavy target, Z = 1, light N: with Q2 = 2 E^2 (1 - cos)
    # dsigma/dcos = 2 alpha d^2 (4 E^2) / Q2. Here: alpha mu^2 / T at T = Q2/(2 M), dT = E^2/M dcos
    E, cos, M, d = 500 * MeV, 0.3, 1e6 * GeV, 1e-9 / MeV
    Q2 = 2 * E**2 * (1 - cos)
    theirs = 2 * ALPHA * d**2 * 4 * E**2 / Q2
    ours = ALPHA * (2 * d) ** 2 / (Q2 / (2 * M)) * E**2 / M
    assert ours == pytest.approx(theirs)


def test_charm_ii_would_have_seen_its_moment_in_one_reading_only():
    E, T_min, G_F = 24 * GeV, 3 * GeV, 1.1664e-5 / GeV**2
    magnetic = math.pi * ALPHA**2 / M_E**2 * (math.log(E / T_min) - (1 - T_min / E))
    weak = 2 * G_F**2 * M_E / math.pi * (0.27**2 * (E - T_min) + 0.23**2 * E / 3)
    shares = [factor**2 * magnetic * one("CHARM-II").mu[0] ** 2 / weak for factor in (1.0, 0.5)]
    assert 0.05 < shares[0] < 0.10
    assert shares[1] < 0.025


def test_what_is_not_settled_says_so():
    open_ones = {curve.name for curve in published_curves() if curve.status == "not known"}
    assert open_ones == {"BBN", "SN1987A"}
    assert {curve.status for curve in published_curves()} == {"shown", "inferred", "not known"}
    assert all(curve.how_known for curve in published_curves())


# --- reading a curve


@pytest.mark.parametrize("name", ["SK_atm_e", "SK_atm_mu", "LSND", "MiniBooNE"])
def test_lines_that_turn_back_are_read_on_their_lowest_passage(name):
    curve = one(name)
    assert np.any(np.diff(curve.m_4) < 0)
    at = np.geomspace(curve.m_4.min(), curve.m_4.max(), 200)[1:-1]
    lowest = curve.excluded_from(at)
    assert np.all(np.isfinite(lowest))
    # no point of the line lies below
    for m_4, mu in zip(curve.m_4, curve.mu, strict=True):
        assert float(curve.excluded_from(m_4)) <= mu * (1 + 1e-12)


def test_sk_lower_and_upper_branch():
    curve = one("SK_atm_mu")
    assert float(curve.excluded_from(80.95497 * MeV)) == pytest.approx(2 * 7.796497e-07 / MU_B, rel=0.01)


def test_sn1987a_is_a_region_read_on_its_lower_edge():
    curve = one("SN1987A")
    assert curve.region == "excluded between"
    assert float(curve.excluded_from(22.05071 * MeV)) == pytest.approx(6.252355e-13, rel=1e-6)
    assert np.isnan(curve.excluded_from(10.05))  # keV: only the upper edge reaches there
    half = np.argmax(curve.m_4)
    assert np.all(np.diff(curve.m_4[: half + 1]) > 0)


def test_outside_its_masses_nothing_is_excluded():
    found = one("Borexino").excluded_from(np.array([0.5, 2.0, 4.0]) * MeV)
    assert list(np.isnan(found)) == [True, False, True]


def test_a_boundary_without_side_is_not_read():
    with pytest.raises(ValueError, match="excluded side is not known"):
        one("BBN").excluded_from(1e3)


def test_best_value_is_the_lowest_point():
    m_4, mu = one("MiniBooNE").best
    assert (m_4, mu) == pytest.approx((152.5964 * MeV, 2 * 1.94361e-07 / MU_B))


def test_curves_cannot_be_changed():
    curve = one("NOMAD")
    with pytest.raises(ValueError, match="read-only"):
        curve.mu[0] = 1.0
    with pytest.raises(FrozenInstanceError):
        curve.cl = 0.5


# --- selecting


def test_newest_first_by_the_number_of_the_paper():
    curves = published_curves()
    years = [curve.year for curve in curves]
    assert years == sorted(years, reverse=True)
    for curve in [*curves, *unavailable_curves()]:
        if number := re.fullmatch(r"arXiv:(?:[a-z-]+/)?(\d\d)\d\d.*", curve.reference):
            assert curve.year == 2000 + int(number[1])


@pytest.mark.parametrize("coupling", CURVE_COUPLINGS)
def test_coupling_and_flavour_select_the_same(coupling):
    flavour = coupling[3:-1]
    by_coupling = published_curves(coupling)
    assert [c.name for c in by_coupling] == [c.name for c in published_curves(flavour=flavour)]
    assert all(coupling in curve.couplings for curve in by_coupling)
    own = published_curves(coupling, universal=False)
    assert all(curve.flavours == (flavour,) for curve in own)
    assert {"SN1987A", "LEP"} <= {c.name for c in by_coupling} - {c.name for c in own}


def test_kinds():
    assert {c.name for c in published_curves(kind="astrophysical")} == {"SN1987A"}
    assert {c.name for c in published_curves(kind="cosmological")} == {"BBN"}
    assert len(published_curves(kind="laboratory")) == len(published_curves()) - 2


def test_other_couplings_have_no_curves():
    assert published_curves("lambda_14") == published_curves("mu_nu_e") == unavailable_curves("lambda_34") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("mu_nu4",), "mu_e4, mu_mu4, mu_tau4"),
        (("m_4",), "no electromagnetic coupling"),
        ((None, "nu_e"), "use one of: e, mu, tau"),
        ((None, None, "solar"), "laboratory, astrophysical, cosmological"),
        ((None, None, None, ["nomad", "Nomads"]), "no curve 'Nomads'; use one of: .*NOMAD"),
    ],
)
def test_mistakes_list_what_there_is(arguments, says):
    with pytest.raises(ValueError, match=says):
        published_curves(*arguments)


def test_drawings_are_named_and_not_redrawn():
    names = " ".join(curve.name for curve in unavailable_curves())
    assert all(word in names for word in ("IceCube", "DUNE", "SHiP", "LHC", "Dresden-II"))
    assert {c.reference for c in unavailable_curves()} >= {"arXiv:1707.08573", "arXiv:2105.09699", "arXiv:2406.07477"}
    assert all(curve.why for curve in unavailable_curves())
    assert all("mu" in curve.flavours for curve in unavailable_curves("mu_mu4"))


def test_every_reference_makes_one_bibtex_entry():
    references = {curve.reference for curve in [*published_curves(), *unavailable_curves()]}
    assert bibtex(references).count("@") == len(references)
