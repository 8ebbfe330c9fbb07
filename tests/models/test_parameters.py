"""The registry of named parameters and its errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.models.parameters import (
    FLAVOUR_PAIRS,
    PARAMETERS,
    ParameterError,
    check_domain,
    check_parameters,
    flavour_matrix,
)


def test_every_name_of_the_design_is_known() -> None:
    names = ["sin2_theta_w", "mu_nu", "mu_nu_e", "mu_nu_tau", "mu_e4", "mu_tau4", "m_4", "q_nu_ee", "gg_scalar_ee"]
    check_parameters(
        [*names, "r2_nu_ee", "r2_nu_emu", "a_nu_ee", "a_nu_tautau", "g_vector", "m_vector", "gg_scalar_ee"]
    )


def test_registry_is_consistent() -> None:
    for name, parameter in PARAMETERS.items():
        assert parameter.name == name
        assert parameter.latex
        assert parameter.description
        assert parameter.lower < parameter.upper
        assert parameter.scale > 0
        assert parameter.unit in {"", "mu_B", "cm^2", "e", "keV", "fm", "rad"}


def test_flavour_pairs_are_the_upper_triangle() -> None:
    assert sorted(FLAVOUR_PAIRS.values()) == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("name", "offer"), [("mu_nue", "mu_nu_e"), ("r2_ee", "r2_nu_ee"), ("sin2thetaw", "sin2_theta_w")]
)
def test_an_unknown_name_offers_close_ones(name: str, offer: str) -> None:
    with pytest.raises(ParameterError, match=rf"unknown parameter '{name}'.*{offer}"):
        check_parameters([name])


@pytest.mark.parametrize(
    ("name", "value"),
    [("sin2_theta_w", 1.2), ("mu_nu", -1e-11), ("m_4", -1.0), ("mu_nu", np.nan), ("q_nu_ee", np.inf)],
)
def test_a_value_outside_its_domain_is_named_with_its_unit(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=rf"{name} = {value} ?{PARAMETERS[name].unit}.*outside its domain"):
        check_domain(name, np.array([PARAMETERS[name].scale, value]))


def test_values_in_the_domain_pass() -> None:
    check_domain("q_nu_ee", np.array([-1e-12, 0.0, 1e-12]))
    check_domain("sin2_theta_w", np.array(0.2))


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_flavour_matrices_are_symmetric(ee: float, emu: float, tautau: float) -> None:
    values = {"q_nu_ee": np.array(ee), "q_nu_emu": np.array([emu, 0.0]), "q_nu_tautau": np.array(tautau)}
    matrix = flavour_matrix("q_nu", values)
    assert matrix is not None
    assert matrix.shape == (2, 3, 3)
    assert np.array_equal(matrix, np.swapaxes(matrix, 1, 2))
    assert matrix[0].tolist() == [[ee, emu, 0], [emu, 0, 0], [0, 0, tautau]]


def test_entries_that_are_not_set_keep_their_fill() -> None:
    assert flavour_matrix("r2_nu", {"q_nu_ee": np.array(1.0)}) is None
    matrix = flavour_matrix("r2_nu", {"r2_nu_ee": np.array(5.0)}, fill=np.diag([1.0, 2.0, 3.0]))
    assert matrix is not None
    assert np.diag(matrix).tolist() == [5.0, 2.0, 3.0]
