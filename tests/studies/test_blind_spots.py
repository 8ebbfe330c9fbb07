"""Blind spots over two phases against closed forms, and experiments against their flavours."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.conventions import Conventions
from nulight.models.moment_range import moment_range
from nulight.models.parameters import ParameterError
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.sources import solar_source
from nulight.studies.blind_spots import blind_spot_map

U = pmns(get_oscillation("nufit-6.0-no"))
EQUAL = {"lambda_14": 1e-11, "lambda_24": 1e-11, "lambda_34": 1e-11}
LARGE_34 = EQUAL | {"lambda_34": 3e-11}
FLAVOURS = ("nu_e", "nu_mu", "nu_tau")


@pytest.mark.parametrize("moduli", [EQUAL, LARGE_34], ids=["equal", "large 34"])
def test_ends_over_two_phases_are_those_of_the_triangle(moduli):
    """Of three phases one is an overall one: two of them reach everything."""
    found = blind_spot_map(moduli, FLAVOURS, n=41)
    for source in FLAVOURS:
        closed = moment_range(moduli, U, source)
        assert found.maximum[source] == pytest.approx(closed.maximum, rel=1e-9)
        assert found.minimum[source] == pytest.approx(closed.minimum, abs=1e-8 * closed.maximum)
        if closed.suppression < 1e-6:
            known = [closed.phases_at_minimum[name] for name in found.parameters]
            nearest = min(np.max(np.abs(np.subtract(place, known))) for place in found.blind_spots[source])
            assert nearest < 1e-6


def test_a_triangle_that_closes_does_so_in_two_ways():
    found = blind_spot_map(LARGE_34, FLAVOURS, n=41)
    assert [len(found.blind_spots[source]) for source in FLAVOURS] == [2, 1, 1]
    assert found.minimum["nu_e"] < 1e-8 * found.maximum["nu_e"]


def test_moments_on_the_grid_are_the_formula():
    found = blind_spot_map(LARGE_34, ("nu_mu",), n=17, fixed={"lambda_14_phase": 0.3})
    lam = [1e-11 * np.exp(0.3j), 1e-11 * np.exp(1j * found.x[3]), 3e-11 * np.exp(1j * found.y[11])]
    assert found.moments["nu_mu"][11, 3] == pytest.approx(abs(np.dot(lam, U[1].conj())), rel=1e-12)


def test_the_sun_sees_no_phase():
    moduli = EQUAL | {"lambda_12": 2e-11, "lambda_34": 4e-11}
    found = blind_spot_map(moduli, ("solar",), phases=("lambda_12_phase", "lambda_34_phase"), n=17)
    assert found.blind_spots["solar"] == ()
    assert np.ptp(found.moments["solar"]) < 1e-14 * found.maximum["solar"]
    totals = sum(flux.total() for flux in solar_source(oscillation=get_oscillation("nufit-6.0-no")).fluxes)
    P = totals / totals.sum()
    squares = np.array([4 + 1, 4 + 1, 16]) * 1e-22  # sum_k |lambda_kj|^2
    assert found.maximum["solar"] == pytest.approx(np.sqrt(P @ squares), rel=1e-12)
    assert 0.5 < P[0] < 0.7


def test_solar_experiments_see_no_phase_either():
    found = blind_spot_map(EQUAL, (nl.load("xenonnt-2022-er"),), n=17)
    assert found.blind_spots["xenonnt-2022-er"] == ()
    assert found.maximum["xenonnt-2022-er"] == pytest.approx(1e-11, rel=1e-9)  # sum P_ej = 1
    assert found.provenance["experiments"] == ("xenonnt-2022-er",)
    assert found.provenance["data"]


def test_a_reactor_is_as_blind_as_the_electron_antineutrino():
    found = blind_spot_map(LARGE_34, ("nu_e", nl.load("conus-plus-2025")), n=17)
    np.testing.assert_allclose(
        found.moments["conus-plus-2025"], found.moments["nu_e"], atol=1e-6 * found.maximum["nu_e"]
    )
    assert found.minimum["conus-plus-2025"] < 1e-6 * found.maximum["nu_e"]


def test_pion_decay_is_blind_to_neither_of_its_flavours_alone():
    found = blind_spot_map(EQUAL, ("nu_e", "nu_mu", nl.load("coherent-csi-2021")), n=31)
    assert found.minimum["coherent-csi-2021"] > 0.1 * found.maximum["coherent-csi-2021"]
    between = found.moments["coherent-csi-2021"] ** 2
    e, mu = found.moments["nu_e"] ** 2, found.moments["nu_mu"] ** 2
    assert np.all(between >= np.minimum(e, mu) * (1 - 1e-9))
    assert np.all(between <= np.maximum(e, mu) * (1 + 1e-9))


def test_where_one_source_is_blind_the_others_are_not():
    """Complementarity with equal moduli: at the blind spots of nu_mu, nu_e has two thirds of its largest moment."""
    found = blind_spot_map(EQUAL, n=61)
    for x, y in found.blind_spots["nu_mu"]:
        i, j = np.abs(found.x - x).argmin(), np.abs(found.y - y).argmin()
        assert found.ratio("nu_mu")[j, i] < 0.05
        assert found.ratio("nu_e")[j, i] > 0.6
        assert found.ratio("solar")[j, i] == pytest.approx(1.0, rel=1e-12)


def test_oscillation_parameters_are_those_of_the_conventions():
    default, other = (
        blind_spot_map(EQUAL, ("nu_mu",), n=17, conventions=c)
        for c in ("default", Conventions(oscillation="desalas-2020-no"))
    )
    assert default.blind_spots["nu_mu"] != other.blind_spots["nu_mu"]
    assert other.citations[-1] == "deSalas:2020pgw"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"moduli": {}}, "here none"),
        ({"moduli": {"mu_nu": 1e-11}}, "moduli are lambda_12, lambda_14..., here mu_nu"),
        ({"phases": ("lambda_12_phase", "lambda_34_phase")}, "lambda_12_phase is no free phase"),
        ({"fixed": {"lambda_24_phase": 0.0}}, "lambda_24_phase is no free phase"),
        ({"phases": ("lambda_24_phase", "delta_cp")}, "delta_cp is no free phase"),
        ({"moduli": EQUAL | {"lambda_14": -1.0}}, "outside its domain"),
    ],
)
def test_what_is_no_map_is_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        blind_spot_map(**{"moduli": EQUAL, **arguments})


def test_unknown_sources_and_coarse_grids_are_refused():
    with pytest.raises(ValueError, match="unknown source 'nu_s'; use nu_e"):
        blind_spot_map(EQUAL, ("nu_s",))
    with pytest.raises(ValueError, match="at least 16 grid points"):
        blind_spot_map(EQUAL, n=5)
