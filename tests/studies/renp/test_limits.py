"""Limits on several couplings: those of `limit`, published reach, families, and what no count sees."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.models.parameter import ParameterError
from nulight.renp import momentum_transfer_squared
from nulight.studies.renp.limits import coupling_names
from nulight.validation.renp_setup import NUFIT_5

DINH = nl.renp_experiment("yb-dinh-2012", oscillation=NUFIT_5)
TWO = nl.renp_experiment("yb", [1.069, 1.0716])
PAIRS = ("11", "12", "13", "22", "23", "33")


def test_reach_of_the_moments_is_that_of_the_prototype():
    # Asimov chi2 = 2.71, all six frequencies, 10 d each: an independent calculation, rounded to two digits
    expected = {"mu_11": 2.7, "mu_12": 2.5, "mu_33": 6.6, "eps_11": 4.4, "eps_12": 3.2, "eps_33": 33}
    found = nl.renp_limits(DINH, list(expected))
    assert [one.parameter for one in found.limits] == list(expected)
    np.testing.assert_allclose([1e11 * one.upper for one in found.limits], list(expected.values()), rtol=0.02)
    assert found.asimov


def test_every_limit_is_the_one_of_limit():
    fixed = {"m_vector": 1e-3, "m_lightest": 0.011}
    found = nl.renp_limits(TWO, ["gg_axial", "a_12"], cl=0.95, interval="upper", fixed=fixed)
    for one in found.limits:
        alone = nl.limit(TWO, one.parameter, cl=0.95, interval="upper", fixed=fixed)
        assert one.upper == pytest.approx(alone.upper, rel=1e-8)  # to which limits are solved
        assert (one.lower, len(one.regions)) == (alone.lower, len(alone.regions))
    assert (found.cl, found.interval, dict(found.fixed)) == (0.95, "upper", fixed)
    assert found.conventions["lightest_eV"] == 0.011
    assert {"arXiv:2110.03510", "arXiv:2306.12953"} <= set(found.citations)


def test_counts_given_are_data():
    data = nl.renp_experiment("yb", [1.069, 1.0716], observed=[40.0, 15.0])
    found = nl.renp_limits(data, "mu_11")
    assert not found.asimov
    assert found.observed.tolist() == [40.0, 15.0]
    assert found.limits[0].lower > 0  # twelve and four more than expected
    assert "counts given" in found.definition
    assert "Asimov" in nl.renp_limits(TWO, "mu_11").definition


@pytest.mark.parametrize(
    ("words", "nature", "names"),
    [
        ("mu", "dirac", [f"mu_{p}" for p in PAIRS]),
        ("mu", "majorana", ["mu_12", "mu_13", "mu_23"]),
        (["r2", "a"], "majorana", ["r2_12", "r2_13", "r2_23", *(f"a_{p}" for p in PAIRS)]),
        ("gg_axial", "dirac", ["gg_axial"]),
        ("gg_axial_ij", "majorana", [f"gg_axial_{p}" for p in PAIRS]),
        (["eps_12", "eps", "eps_12"], "majorana", ["eps_12", "eps_13", "eps_23"]),
        (["m_lightest", "lambda_12"], "dirac", ["m_lightest", "lambda_12"]),
    ],
)
def test_families_are_their_elements(words, nature, names):
    assert list(coupling_names(words, nature)) == names


def test_unknown_names_offer_near_ones():
    with pytest.raises(ParameterError, match="did you mean: eps"):
        coupling_names("epsilon")
    with pytest.raises(ParameterError, match="unknown parameter 'm_lightest_ij'"):
        coupling_names("m_lightest_ij")
    with pytest.raises(ValueError, match="name at least one coupling"):
        nl.renp_limits(TWO, [])


def test_a_closed_pair_is_left_out_of_its_family_and_refused_alone():
    experiment = nl.renp_experiment("yb", [1.0709])
    found = nl.renp_limits(experiment, ["mu"])
    assert [one.parameter for one in found.limits] == ["mu_11", "mu_12", "mu_22"]
    assert [text.partition(":")[0] for text in found.warnings] == ["mu_13", "mu_23", "mu_33"]
    with pytest.raises(ValueError, match=r"mu_33: no trigger frequency is below 1\.06930855 eV"):
        nl.renp_limits(experiment, ["mu", "mu_33"])


def test_triggers_on_a_pole_are_reported():
    mass = 1e-3 * float(np.sqrt(momentum_transfer_squared(1.069, TWO.scheme.E_eg)))
    found = nl.renp_limits(TWO, ["mu_11", "gg_axial"], fixed={"m_vector": mass})
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("gg_axial: 1 of 2 trigger frequencies, 1.069 eV, lie on the pole")
    other = nl.renp_experiment("yb", [1.0716])
    alone = nl.renp_limits(other, "gg_axial", fixed={"m_vector": mass}).limits[0]
    assert found.limits[1].upper == pytest.approx(alone.upper, rel=1e-6)


def test_what_has_no_effect_says_why():
    with pytest.raises(ValueError, match="spin_sum = 'coherent'"):
        nl.renp_limits(nl.renp_experiment("yb", spin_sum="coherent"), "yy_scalar")
    with pytest.raises(ValueError, match="no count depends on m_scalar"):
        nl.renp_limits(TWO, "m_scalar")


def test_a_light_vector_without_the_rest_of_its_propagator_is_reported():
    light, heavy = {"m_vector": 5e-5}, {"m_vector": 1e-3}  # 50 meV, 1 eV
    text = "m_vector = 0.05 eV is below 0.1 eV and the part q_mu q_nu/m^2 of the propagator is left out"
    scan = nl.renp_experiment("yb")
    assert text in nl.renp_limits(scan, "gg_axial", fixed=light).warnings[0]
    assert nl.renp_limits(scan, "gg_axial", fixed=heavy).warnings == ()
    assert nl.renp_limits(nl.renp_experiment("yb", longitudinal=True), "gg_axial", fixed=light).warnings == ()
    assert any(text in one for one in nl.renp_reach(scan, "gg_axial", masses=[0.05, 1.0]).warnings)
    assert not any("q_mu" in one for one in nl.renp_reach(scan, ["gg_axial"], days=[10.0], fixed=heavy).warnings)
    massless = nl.renp_limits(scan, "gg_axial")
    assert massless.definition.endswith("; m_vector = 0 (massless)")
    assert "m_scalar has no effect" in nl.renp_limits(scan, "mu_11", fixed={"m_scalar": 1e-3}).warnings[0]
