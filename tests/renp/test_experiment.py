"""The scan as a count model: counts, defaults, domains, poles, heavy neutrinos."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.model import CountModel
from nulight.models.parameter import ParameterError
from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import (
    RENP_PARAMETERS,
    NewPhysics,
    RenpExperiment,
    Target,
    VectorMediator,
    momentum_transfer_squared,
    renp_experiment,
    spectral_parts,
)
from nulight.renp.units import KEV
from nulight.units import d

NUFIT_5 = OscillationParameters(
    s2_12=0.304, s2_13=0.0222, s2_23=0.45, delta_cp=0.0, dm2_21=7.42e-5, dm2_31=2.515e-3, source="arXiv:2007.14792"
)
YB = renp_experiment("yb-dinh-2012", oscillation=NUFIT_5)
MAJORANA = renp_experiment("generic", nature="majorana")


def test_it_is_a_count_model() -> None:
    assert isinstance(YB, CountModel)
    assert YB.expected({}).shape == (1, len(YB.components), len(YB.triggers))
    assert "6 trigger frequencies, 1.069-1.07164 eV, 10 d each; dirac neutrinos, m_0 = 0.01 eV" in repr(YB)


def test_weak_counts_of_ytterbium() -> None:
    """Events a day of a prototype written apart from this package."""
    np.testing.assert_allclose(YB.with_time(1.0).observed, [2.67, 2.16, 2.03, 1.97, 0.98, 0.066], rtol=5e-3)


@pytest.mark.parametrize(
    "params",
    [
        {"mu_11": 3e-11},
        {"eps_23": 5e-11},
        {"lambda_12": 3e-11, "lambda_21": 1e-11, "lambda_21_phase": 2.0},
        {"gg_axial": -1e-26, "gg_axial_13": 2e-26, "gg_right": 1e-26, "m_vector": 1e-5},
        {"yy_scalar": 1e-19, "yy_pseudo_12": -2e-19, "m_scalar": 1e-4},
        {"r2_12": 1e-26, "a_33": -1e-26},
        {"m_lightest": 0.0},
    ],
)
def test_points_are_counted_one_by_one_or_together(params: dict[str, float]) -> None:
    scale = np.array([0.0, 0.3, 1.0])
    together = YB.expected({name: value * scale for name, value in params.items()})
    assert together.shape == (3, 3, 6)
    for k, share in enumerate(scale):
        single = YB.expected({name: value * share for name, value in params.items()})
        np.testing.assert_allclose(together[k], single[0], rtol=1e-13, atol=1e-13)


def test_counts_are_rate_times_spectral_function_times_time() -> None:
    params = {"mu_11": 2e-11}
    parts, counts = YB.spectral_parts(params), YB.expected(params)[0]
    np.testing.assert_allclose(counts[0], parts["weak"][0] * YB.rate * 10 * d, rtol=1e-14)
    np.testing.assert_allclose(counts[1], parts["magnetic"][0] * YB.rate * 10 * d, rtol=1e-14)


@settings(max_examples=30)
@given(x=st.floats(0.1, 10), family=st.sampled_from(["mu_11", "mu_23", "eps_12", "lambda_13"]))
def test_moments_count_with_their_square(x: float, family: str) -> None:
    one, other = YB.expected({family: [1e-11, x * 1e-11]})[:, 1]
    np.testing.assert_allclose(other, x**2 * one, rtol=1e-12)


def test_a_vector_has_a_linear_and_a_quadratic_part() -> None:
    values = 1e-26 * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    counts = YB.expected({"gg_axial": values})[:, 1]
    np.testing.assert_allclose(np.diff(counts, n=3, axis=0), 0, atol=1e-10 * np.abs(counts).max())
    assert not np.allclose(counts[0], counts[-1])
    np.testing.assert_array_equal(counts[2], 0)


# --- one lambda for both natures --------------------------------------------------------------------


def test_one_lambda_makes_as_many_pairs_of_dirac_as_of_majorana_neutrinos_far_above_threshold() -> None:
    """sum_ij |lambda_ij|^2 over ordered pairs, or half of it; lambda_21 is 0, or -lambda_12."""
    dirac, majorana = (renp_experiment("yb", 0.5, lightest=0.0, nature=nature) for nature in ("dirac", "majorana"))
    counts = [experiment.expected({"lambda_12": 1e-10})[0, 1, 0] for experiment in (dirac, majorana)]
    assert counts[0] == pytest.approx(counts[1], rel=1e-3)


def test_the_phase_of_a_majorana_lambda_is_that_of_electric_and_magnetic() -> None:
    values = [MAJORANA.expected({"lambda_12": 1e-10, "lambda_12_phase": phase})[0, 1] for phase in (0, np.pi / 2, -1)]
    electric, magnetic = (MAJORANA.expected({name: 1e-10})[0, 1] for name in ("eps_12", "mu_12"))
    np.testing.assert_allclose(values[0], electric, rtol=1e-12)
    np.testing.assert_allclose(values[1], magnetic, rtol=1e-12)
    np.testing.assert_allclose(values[2], np.cos(1) ** 2 * electric + np.sin(1) ** 2 * magnetic, rtol=1e-12)


def test_the_phase_of_a_diagonal_dirac_lambda_is_that_of_magnetic_and_electric() -> None:
    values = [YB.expected({"lambda_11": 1e-11, "lambda_11_phase": phase})[0, 1] for phase in (0, np.pi / 2)]
    np.testing.assert_allclose(values[0], YB.expected({"mu_11": 1e-11})[0, 1], rtol=1e-12)
    np.testing.assert_allclose(values[1], YB.expected({"eps_11": 1e-11})[0, 1], rtol=1e-12)


# --- defaults ---------------------------------------------------------------------------------------


def test_a_value_goes_before_a_default() -> None:
    experiment = renp_experiment("generic", lightest=0.02, nature="majorana", alpha_21=1.0).with_defaults(m_vector=1e-4)
    other = {"m_lightest": 0.01, "alpha_21": 0.3, "gg_axial": 1e-22, "m_vector": 3e-4}
    direct = renp_experiment("generic", lightest=0.01, nature="majorana", alpha_21=0.3).with_defaults(m_vector=3e-4)
    np.testing.assert_array_equal(experiment.expected(other), direct.expected({"gg_axial": 1e-22}))
    assert not np.allclose(experiment.expected({"gg_axial": 1e-22}), direct.expected({"gg_axial": 1e-22}))
    np.testing.assert_array_equal(experiment.neutrinos(other).masses, direct.neutrinos().masses)


def test_defaults_are_shown_as_the_parameters_baseline() -> None:
    rows = YB.with_defaults(m_vector=2.0, mu_11=1e-11).parameters()
    assert [rows[name].default for name in ("m_vector", "mu_11", "m_lightest", "mu_12")] == [2.0, 1e-11, 0.01, 0.0]


def test_a_coupling_among_the_defaults_is_in_the_planned_data() -> None:
    changed = YB.with_defaults(mu_11=5e-11)
    np.testing.assert_allclose(changed.observed, YB.expected({"mu_11": 5e-11})[0].sum(axis=0), rtol=1e-14)
    np.testing.assert_array_equal(changed.expected({"mu_11": 0.0}), YB.expected({}))


def test_changes_leave_the_experiment_as_it_is() -> None:
    before = YB.observed.copy()
    longer = YB.with_time([1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(longer.observed, before * np.arange(1, 7) / 10, rtol=1e-14)
    np.testing.assert_array_equal(YB.observed, before)
    with pytest.raises(ValueError, match="days: 2 values for 6"):
        YB.with_time([1, 2])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"m_vectr": 1.0}, "did you mean: m_vector"),
        ({"m_vector": -1.0}, "m_vector = -1.0 keV is outside"),
        ({"m_lightest": np.nan}, "m_lightest = nan eV"),
    ],
)
def test_wrong_defaults_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        YB.with_defaults(**values)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"mu_11": -1e-11}, r"mu_11 = -1e-11 mu_B is outside its domain \[0, inf\]"),
        ({"m_lightest": -1e-3}, "m_lightest"),
        ({"gg_axial": np.nan}, "gg_axial = nan"),
        ({"mu_11": [0, 1e-11], "m_vector": [1, 2, 3]}, "mu_11 2, m_vector 3"),
        ({"mu_nu": 1e-11}, "unknown parameter 'mu_nu'"),
        ({"lambda_12": 1e-11, "mu_12": 1e-11}, "set either, not both"),
    ],
)
def test_wrong_values_are_refused(params: dict[str, Any], message: str) -> None:
    for ask in (YB.expected, YB.spectral_parts):
        with pytest.raises(ParameterError, match=message):
            ask(params)


def test_majorana_neutrinos_have_no_diagonal_moments_and_one_vector_coupling() -> None:
    with pytest.raises(ParameterError, match="mu_11: a Majorana neutrino has no diagonal magnetic moment"):
        MAJORANA.expected({"mu_11": 1e-11})
    with pytest.raises(ValueError, match="one vector coupling"):
        MAJORANA.expected({"gg_right": 1e-26})
    assert np.all(MAJORANA.expected({"gg_right": 0.0, "m_vector": 1.0})[:, 1] == 0)


# --- masses -----------------------------------------------------------------------------------------


def test_neutrinos_too_heavy_for_a_trigger_are_no_counts_and_no_error() -> None:
    masses = np.array([0.0, 0.01, 0.05, 1.0, 10.0])
    for new in ({}, {"mu_11": 1e-11}, {"gg_axial": 1e-26}, {"yy_pseudo": 1e-19}, {"r2_12": 1e-26}):
        counts = YB.expected({"m_lightest": masses, **new})
        assert np.all(np.isfinite(counts))
        np.testing.assert_array_equal(counts[3:], 0)
        assert np.all(counts[0, 0] > 0)
    assert YB.expected({"m_lightest": 0.05})[0, 0].tolist()[1:] == [0.0] * 5
    np.testing.assert_array_equal(YB.with_defaults(m_lightest=3.0).observed, 0)


def test_a_massless_lightest_neutrino_is_a_limit_like_others() -> None:
    zero, small = YB.expected({"m_lightest": [0.0, 1e-9], "mu_11": 1e-11})
    np.testing.assert_allclose(zero, small, rtol=1e-6)
    assert np.all(np.isfinite(renp_experiment("yb", lightest=0.0, ordering="inverted").observed))


def test_lighter_neutrinos_make_more_pairs_near_the_threshold() -> None:
    counts = YB.expected({"m_lightest": np.linspace(0, 0.03, 40)})[:, 0, -1]
    assert np.all(np.diff(counts) <= 0)


# --- poles ------------------------------------------------------------------------------------------


def _pole(experiment: RenpExperiment, k: int) -> float:
    return float(np.sqrt(momentum_transfer_squared(experiment.triggers[k], experiment.scheme.E_eg))) * 1e-3  # keV


@pytest.mark.parametrize(("coupling", "mass"), [("gg_axial", "m_vector"), ("yy_scalar", "m_scalar")])
def test_a_mediator_on_its_pole_is_left_out_at_that_trigger_only(coupling: str, mass: str) -> None:
    scale = RENP_PARAMETERS[coupling].scale
    params = {coupling: scale, mass: _pole(YB, 3)}
    counts = YB.expected(params)[0, 1]
    assert np.all(np.isfinite(counts))
    assert counts[3] == 0
    assert np.all(counts[[0, 1, 2, 4, 5]] != 0)


def test_other_interactions_stay_where_a_mediator_is_on_its_pole() -> None:
    pole = {"gg_axial": 1e-26, "m_vector": _pole(YB, 3)}
    alone = YB.expected({"mu_11": 1e-11})[0, 1]
    both, vector = YB.expected({"mu_11": 1e-11, **pole})[0, 1], YB.expected(pole)[0, 1]
    assert both[3] == alone[3] > 0
    np.testing.assert_allclose(both, alone + vector, rtol=1e-13)


# --- nuisances and records --------------------------------------------------------------------------


def test_uncertainties_become_nuisances() -> None:
    experiment = renp_experiment("yb", background=1.0, rate_error=0.2, background_error=0.3)
    assert [(n.name, n.width) for n in experiment.nuisances] == [("renp_rate", 0.2), ("renp-yb_background", 0.3)]
    assert experiment.scales["new physics"] == experiment.scales["weak"] == ("renp_rate",)
    assert experiment.scales["background"] == ("renp-yb_background",)
    assert YB.nuisances == ()


def test_provenance_says_what_the_counts_depend_on() -> None:
    record = YB.provenance()
    assert record["tables"] == {"yb-dinh-2012.yaml": YB.scheme.sha256}
    assert record["conventions"]["Gamma_0_per_s"] == YB.rate
    assert record["conventions"]["nature"] == "dirac"
    assert record["days"] == (10.0,) * 6
    assert "arXiv:1209.4808" in record["citations"]
    assert "arXiv:2007.14792" in record["citations"]


def test_a_record_and_the_name_say_how_the_scan_was_set_up() -> None:
    made = renp_experiment(
        "yb", [1.0, 1.07], efficiency=[0.5, 0.25], background=2.0, rate_error=0.1, background_error=0.2, rate=1e-3
    )
    told = made.provenance()["conventions"]
    wanted = {"efficiency": (0.5, 0.25), "background_per_day": 2.0, "rate_error": 0.1, "background_error": 0.2}
    assert wanted.items() <= told.items()
    assert told["target"] == "none, Gamma_0 was given"
    assert "Gamma_0 as given, efficiency 0.25 to 0.5, background 2 /d, rate error 10 %, background error 20 %" in repr(
        made
    )
    small = renp_experiment("yb", target=Target(volume=1.0))
    assert small.provenance()["conventions"]["target"] == {"volume": 1.0, "n_atoms": 1e21, "n_photons": 1e21, "eta": 1}
    assert repr(small).endswith("target with volume 1 cm^3")
    assert repr(YB).endswith("/s")


def test_longitudinal_part_is_that_of_the_spectral_function() -> None:
    whole, m, g = renp_experiment("yb", longitudinal=True), 0.03, 3e-27
    vector = VectorMediator(mass=m, left=g * np.eye(3), longitudinal=True)
    parts = spectral_parts(whole.triggers, whole.scheme, whole.neutrinos(), NewPhysics(vector=vector))
    found = whole.spectral_parts({"gg_axial": g, "m_vector": m / KEV})
    np.testing.assert_allclose(found["vector"][0], parts["vector"], rtol=1e-12)
    assert whole.provenance()["conventions"]["longitudinal"] is True
    assert whole.parameters()["mu_11"].scale == renp_experiment("yb").parameters()["mu_11"].scale
    with pytest.raises(ValueError, match="m_vector = 0: a massless vector has no longitudinal part; give it a mass"):
        whole.expected({"gg_axial": g})
