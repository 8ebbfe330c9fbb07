"""Named parameters: their registry, their domains, and the matrices they stand for."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.conventions import get_conventions
from nulight.models.matrix_checks import Nature
from nulight.models.moments import transition_matrix
from nulight.models.parameter import ParameterError
from nulight.models.parameters import PARAMETERS
from nulight.renp import PAIRS, RENP_PARAMETERS, couplings, element, family_of
from nulight.renp.couplings import check_couplings
from nulight.renp.parameters import FAMILIES, LAMBDAS, parameter_values

NATURES = get_args(Nature)
size = st.floats(1e-13, 1e-9)
phase = st.floats(-np.pi, np.pi)


def made(nature: Nature, **values: Any) -> Any:
    return couplings({name: np.asarray(value, float) for name, value in values.items()}, nature)


# --- registry ---------------------------------------------------------------------------------------


def test_registry_is_consistent() -> None:
    for name, row in RENP_PARAMETERS.items():
        assert row.name == name
        assert row.latex
        assert "%" not in row.latex
        assert row.lower < row.upper
        assert row.scale > 0
        assert row.unit in {"", "mu_B", "cm^2", "keV", "eV", "rad"}


def test_every_family_has_six_elements() -> None:
    for family in FAMILIES:
        assert [name for name in RENP_PARAMETERS if family_of(name) == family and name != family] == [
            f"{family}_{pair}" for pair in PAIRS
        ]


def test_what_recoil_experiments_share_is_the_same_object() -> None:
    shared = set(RENP_PARAMETERS) & set(PARAMETERS)
    assert {"m_vector", "m_scalar", *LAMBDAS} <= shared
    assert all(RENP_PARAMETERS[name] is PARAMETERS[name] for name in shared)
    assert len(LAMBDAS) == 9


@pytest.mark.parametrize("name", ["m_vector", "m_lightest", "alpha_21", "lambda_12", "mu_21", "mu", "gg_44", "x_11"])
def test_what_is_no_coupling_of_a_pair_has_no_family(name: str) -> None:
    assert family_of(name) is None


# --- domains ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("mu_11", -1e-11, r"mu_11 = -1e-11 mu_B is outside its domain \[0, inf\]"),
        ("eps_12", np.nan, "eps_12 = nan mu_B"),
        ("gg_axial", np.inf, "gg_axial = inf is outside"),
        ("m_lightest", -0.01, "m_lightest = -0.01 eV is outside its domain"),
        ("m_vector", [1.0, -2.0], "m_vector = -2.0 keV"),
        ("m_scalar", np.nan, "m_scalar = nan keV"),
        ("lambda_12", -1e-11, "lambda_12 = -1e-11 mu_B"),
        ("lambda_12_phase", 7.0, "lambda_12_phase = 7.0 rad"),
        ("alpha_31", np.inf, "alpha_31 = inf rad"),
        ("mu_11", "1e-11 mu_B", "mu_11 = '1e-11 mu_B': give a number in mu_B"),
        ("gg_axial", None, "gg_axial = nan is outside"),
        ("yy_scalar", {}, "yy_scalar = {}: give a number"),
        ("mu_11", [[1e-11, 2e-11]], r"mu_11 has shape \(1, 2\); give one number or a list"),
        ("mu_12x", 1.0, "unknown parameter 'mu_12x'; did you mean: mu_12"),
        ("mu_nu", 1e-11, "unknown parameter 'mu_nu'"),
    ],
)
def test_values_outside_their_domain_are_refused(name: str, value: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parameter_values({name: value})


def test_arrays_must_have_one_length() -> None:
    with pytest.raises(ParameterError, match=r"mu_11 2, m_vector 3; give one, or one each"):
        parameter_values({"mu_11": [1e-11, 2e-11], "m_vector": [1.0, 2.0, 3.0], "eps_11": 0.0})


def test_single_values_go_with_lists() -> None:
    values = parameter_values({"mu_11": [1e-11, 2e-11], "m_vector": 1.0, "eps_11": [0.0]})
    assert [values[name].shape for name in ("mu_11", "m_vector", "eps_11")] == [(2,), (), (1,)]


# --- matrices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["mu", "eps", "r2", "a", "gg_axial", "gg_right", "yy_scalar", "yy_pseudo"])
def test_elements_stand_in_their_own_matrix(family: str) -> None:
    new = made("dirac", **{f"{family}_13": 2e-11, f"{family}_22": 3e-11})
    expected = element("13", 2e-11) + element("22", 3e-11)
    places = {
        "mu": lambda: new.mu,
        "eps": lambda: new.epsilon,
        "r2": lambda: new.r2,
        "a": lambda: new.anapole,
        "gg_axial": lambda: new.vector.left,
        "gg_right": lambda: new.vector.right,
        "yy_scalar": lambda: new.scalar.scalar,
        "yy_pseudo": lambda: new.scalar.pseudoscalar,
    }
    for name, place in places.items():
        shares_mediator = name.partition("_")[0] == family.partition("_")[0] and "_" in family
        if name == family:
            np.testing.assert_array_equal(place(), expected)
        elif shares_mediator or name in ("mu", "eps", "r2", "a"):
            assert not np.any(place())
    check_couplings(new, "dirac")


def test_a_universal_coupling_and_one_of_a_pair_add_up() -> None:
    new = made("dirac", gg_axial=1e-26, gg_axial_11=2e-26, gg_axial_12=-1e-26)
    np.testing.assert_allclose(new.vector.left, 1e-26 * np.array([[3, -1, 0], [-1, 1, 0], [0, 0, 1]]), rtol=1e-15)


def test_masses_of_mediators_become_electronvolts() -> None:
    assert made("dirac", gg_axial=1e-20, m_vector=2e-3).vector.mass == pytest.approx(2.0, rel=1e-15)
    assert made("dirac", yy_pseudo_11=1e-20, m_scalar=[0.0, 5.0]).scalar.mass == pytest.approx([0.0, 5000.0])


def test_a_mass_alone_is_no_interaction() -> None:
    new = made("dirac", m_vector=1.0, m_scalar=1.0, alpha_21=1.0)
    assert (new.vector, new.scalar) == (None, None)


@pytest.mark.parametrize("family", ["mu", "eps", "r2"])
def test_a_majorana_neutrino_has_no_diagonal_moment(family: str) -> None:
    with pytest.raises(ParameterError, match=rf"{family}_22: a Majorana neutrino has no diagonal .*{family}_12"):
        made("majorana", **{f"{family}_22": 1e-11})
    new = made("majorana", **{f"{family}_23": 1e-11})
    check_couplings(new, "majorana")


# --- lambda = mu - i eps ----------------------------------------------------------------------------


@given(value=size, angle=phase)
def test_of_dirac_neutrinos_lambda_11_is_mu_and_eps_at_once(value: float, angle: float) -> None:
    new = made("dirac", lambda_11=value, lambda_11_phase=angle)
    assert new.mu[0, 0] == pytest.approx(value * np.cos(angle), rel=1e-12, abs=1e-28)
    assert new.epsilon[0, 0] == pytest.approx(-value * np.sin(angle), rel=1e-12, abs=1e-28)
    assert np.count_nonzero(new.mu) + np.count_nonzero(new.epsilon) <= 2


@given(value=size, pair=st.sampled_from(["12", "13", "23"]))
def test_of_majorana_neutrinos_a_real_lambda_is_electric_and_an_imaginary_one_magnetic(value: float, pair: str) -> None:
    real = made("majorana", **{f"lambda_{pair}": value})
    electric = made("majorana", **{f"eps_{pair}": value})
    np.testing.assert_allclose(real.epsilon, electric.epsilon, rtol=1e-14)
    np.testing.assert_allclose(real.mu, 0, atol=1e-14 * value)
    imaginary = made("majorana", **{f"lambda_{pair}": value, f"lambda_{pair}_phase": np.pi / 2})
    magnetic = made("majorana", **{f"mu_{pair}": value})
    np.testing.assert_allclose(imaginary.mu, magnetic.mu, rtol=1e-14)
    np.testing.assert_allclose(imaginary.epsilon, 0, atol=1e-14 * value)


@given(value=size, angle=phase, nature=st.sampled_from(NATURES), pair=st.sampled_from(["12", "13", "23"]))
def test_lambda_is_the_matrix_of_the_recoil_experiments(value: float, angle: float, nature: Nature, pair: str) -> None:
    """mu - i eps, rows the final states, is what `models.moments` gives to magnetic scattering."""
    values = {f"lambda_{pair}": np.asarray(value), f"lambda_{pair}_phase": np.asarray(angle)}
    recoil = transition_matrix(values, get_conventions("default").with_changes(neutrinos=nature))
    new = couplings(values, nature)
    assert recoil is not None
    np.testing.assert_allclose(new.mu - 1j * np.asarray(new.epsilon), recoil[:3, :3], rtol=1e-13, atol=1e-14 * value)
    check_couplings(new, nature)


@given(a=size, b=size, c=size, alpha=phase, beta=phase)
def test_a_full_dirac_lambda_splits_into_hermitian_parts(
    a: float, b: float, c: float, alpha: float, beta: float
) -> None:
    new = made("dirac", lambda_12=a, lambda_12_phase=alpha, lambda_21=b, lambda_21_phase=beta, lambda_33=c)
    first, second = a * np.exp(1j * alpha), b * np.exp(1j * beta)
    assert new.mu[0, 1] == pytest.approx((first + second.conjugate()) / 2, rel=1e-12, abs=1e-24)
    assert new.epsilon[0, 1] == pytest.approx(0.5j * (first - second.conjugate()), rel=1e-12, abs=1e-24)
    check_couplings(new, "dirac")


def test_lambda_excludes_mu_and_eps() -> None:
    for other in ("mu_12", "eps_33"):
        with pytest.raises(ParameterError, match="lambda_12 is mu - i eps of the same moments; set either, not both"):
            made("dirac", lambda_12=1e-11, **{other: 1e-11})
    made("dirac", lambda_12=1e-11, r2_12=1e-30, gg_axial=1e-26)


def test_a_phase_needs_its_modulus() -> None:
    with pytest.raises(ParameterError, match="phase of lambda_kj is set without its modulus"):
        made("dirac", lambda_12_phase=1.0)


@pytest.mark.parametrize(("name", "message"), [("lambda_22", "no diagonal"), ("lambda_31", "-lambda_13")])
def test_majorana_lambdas_are_those_above_the_diagonal(name: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        made("majorana", **{name: 1e-11})
