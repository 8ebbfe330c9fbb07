"""Limits on a scan of trigger frequencies: closed forms, nuisances, exposure, combinations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.optimize import minimize as scipy_minimize
from scipy.stats import chi2

import nulight as nl
from nulight.inference.intervals import interval_of
from nulight.inference.likelihood import twice_nll
from nulight.inference.masses.mass_grid import mass_table
from nulight.inference.model import Model, combine, parts, with_nuisances
from nulight.inference.profile import minimise
from nulight.models.parameter import ParameterError
from nulight.renp import renp_experiment
from nulight.typing import FloatArray

YB = renp_experiment("yb-dinh-2012")
LEVEL = float(chi2.ppf(0.90, 1))


def closed_form(
    signal: Callable[[float], FloatArray], expected: FloatArray, high: float, level: float = LEVEL
) -> float:
    """Where 2 sum [s - N ln(1 + s/N)] of Asimov data N reaches the level."""

    def excess(x: float) -> float:
        s = signal(x)
        return float(2 * np.sum(s - expected * np.log(1 + s / expected))) - level

    return float(brentq(excess, 1e-3 * high, high, xtol=1e-14 * high, rtol=1e-13))


def upper(model: Model, coupling: str = "mu_11", **options: Any) -> float:
    found = interval_of(model, coupling, **options).upper
    assert found is not None
    return found


@pytest.mark.parametrize("coupling", ["mu_11", "mu_23", "eps_33", "lambda_12"])
def test_a_limit_is_the_closed_form(coupling: str) -> None:
    per_square = YB.expected({coupling: 1e-11})[0, 1] / 1e-22
    expected = closed_form(lambda x: per_square * x**2, YB.observed, high=1e-8)
    result = nl.limit(YB, coupling)
    assert result.upper == pytest.approx(expected, rel=1e-6)
    assert (result.lower, result.best_fit, result.unit) == (0.0, 0.0, "mu_B")


def test_an_upper_limit_has_its_own_threshold() -> None:
    per_square = YB.expected({"mu_11": 1e-11})[0, 1] / 1e-22
    expected = closed_form(lambda x: per_square * x**2, YB.observed, high=1e-8, level=float(chi2.ppf(0.80, 1)))
    assert upper(YB, interval="upper") == pytest.approx(expected, rel=1e-6)


def test_ten_days_of_ytterbium() -> None:
    """2.7e-11 mu_B of a prototype written apart from this package, to the oscillation parameters."""
    assert upper(YB) == pytest.approx(2.7e-11, rel=0.05)
    assert upper(YB, "eps_11") == pytest.approx(4.4e-11, rel=0.05)


def test_both_signs_of_a_vector_are_the_closed_form() -> None:
    plus, minus = YB.expected({"gg_axial": [1e-26, -1e-26]})[:, 1]
    linear, square = (plus - minus) / 2e-26, (plus + minus) / 2e-52
    result = nl.limit(YB, "gg_axial")
    assert result.lower is not None
    assert result.upper is not None
    for sign, end in ((1, result.regions[-1][1]), (-1, result.regions[0][0])):
        assert end is not None
        signal = linear * end + square * end**2
        value = 2 * np.sum(signal - YB.observed * np.log(1 + signal / YB.observed))
        assert value == pytest.approx(LEVEL, rel=1e-5)
        assert sign * end > 0


def test_data_with_counts_move_the_limit_as_they_should() -> None:
    few, many = (renp_experiment("yb", observed=np.round(f * renp_experiment("yb").observed)) for f in (0.7, 1.5))
    plan = upper(renp_experiment("yb"))
    assert upper(few) < plan < upper(many)
    found = nl.limit(many, "mu_11")
    assert found.best_fit > 0
    assert found.expected.upper == pytest.approx(plan, rel=1e-6)


# --- nuisances --------------------------------------------------------------------------------------


def test_an_uncertain_rate_weakens_the_limit_and_an_exact_one_does_not() -> None:
    plain = upper(YB)
    limits = [upper(renp_experiment("yb-dinh-2012", rate_error=error)) for error in (0.0, 1e-4, 0.1, 1.0)]
    assert limits[0] == plain
    assert limits[1] == pytest.approx(plain, rel=1e-6)
    assert plain < limits[2] < limits[3]
    free = upper(with_nuisances(renp_experiment("yb-dinh-2012", rate_error=0.1), {"renp_rate": "free"}))
    assert limits[3] < free < 10 * plain  # the shape is left


def test_an_uncertain_rate_is_profiled_as_by_hand() -> None:
    """One frequency: minimise 2 [(1+u)(N+s) - N - N ln((1+u)(1+s/N))] + (u/w)^2 over u."""
    width = 0.1
    experiment = renp_experiment("yb", [1.0712], days=100, rate_error=width)
    n = float(experiment.observed[0])
    per_square = float(experiment.expected({"mu_11": 1e-11})[0, 1, 0]) / 1e-22

    def profiled(x: float) -> float:
        r = 1 + per_square * x**2 / n  # u: 2 N r - 2 N/(1+u) + 2 u/w^2 = 0
        b, c = 1 + n * r * width**2, n * (r - 1) * width**2
        u = (-b + np.sqrt(b**2 - 4 * c)) / 2
        return float(2 * n * ((1 + u) * r - 1 - np.log((1 + u) * r)) + (u / width) ** 2)

    expected = brentq(lambda x: profiled(x) - LEVEL, 1e-13, 1e-9, xtol=1e-24, rtol=1e-12)
    assert upper(experiment) == pytest.approx(expected, rel=1e-6)


def test_a_background_weakens_and_an_uncertain_one_more() -> None:
    limits = [
        upper(renp_experiment("yb", background=background, background_error=error))
        for background, error in ((0.0, 0.0), (1.0, 0.0), (10.0, 0.0), (10.0, 0.1), (10.0, 1.0))
    ]
    assert np.all(np.diff(limits) > 0)
    with_background = renp_experiment("yb", background=10.0)
    per_square = with_background.expected({"mu_11": 1e-11})[0, 1] / 1e-22
    expected = closed_form(lambda x: per_square * x**2, with_background.observed, high=1e-8)
    assert limits[2] == pytest.approx(expected, rel=1e-6)


# --- exposure ---------------------------------------------------------------------------------------


def test_reach_grows_with_the_fourth_root_of_time_on_many_events_and_with_the_square_root_on_none() -> None:
    """s = k mu^2 T on N = w T: chi2 = T sum k^2 mu^4 / w for s << N, and 2 T sum k mu^2 for s >> N."""
    days = np.array([1e6, 1e8])
    many = [upper(YB.with_time(value)) for value in days]
    assert np.log(many[1] / many[0]) / np.log(days[1] / days[0]) == pytest.approx(-0.25, abs=2e-3)
    days = np.array([1e-10, 1e-8])
    none = [upper(YB.with_time(value)) for value in days]
    assert np.log(none[1] / none[0]) / np.log(days[1] / days[0]) == pytest.approx(-0.5, abs=1e-3)
    per_square_day = YB.with_time(1.0).expected({"mu_11": 1e-11})[0, 1].sum() / 1e-22
    assert none[0] == pytest.approx(np.sqrt(LEVEL / (2 * per_square_day * days[0])), rel=2e-2)


def test_interference_reaches_with_the_square_root_of_time() -> None:
    heavy = YB.with_defaults(m_vector=1.0)
    limits = [upper(heavy.with_time(days), "gg_axial") for days in (1e5, 1e7)]
    assert np.log(limits[1] / limits[0]) / np.log(100) == pytest.approx(-0.5, abs=5e-3)


# --- several experiments ----------------------------------------------------------------------------


def test_two_atoms_add_their_chi2_and_share_the_rate() -> None:
    atoms = [
        renp_experiment(name, days=30, rate_error=0.2, background=0.5, background_error=0.1) for name in ("yb", "xe")
    ]
    both = combine(atoms)
    assert [n.name for n in both.nuisances] == ["renp_rate", "renp-yb_background", "renp-xe_background"]
    exact = combine([renp_experiment(name, days=30) for name in ("yb", "xe")])
    points = {"mu_11": np.array([0.0, 2e-11, 4e-11])}
    alone = sum(minimise(part, points).twice_nll for part in exact.parts)
    np.testing.assert_allclose(minimise(exact, points).twice_nll, alone, rtol=1e-9, atol=1e-12)
    names = [nuisance.name for nuisance in both.nuisances]
    shared = scipy_minimize(
        lambda u: float(twice_nll(both, {"mu_11": 2e-11}, dict(zip(names, u, strict=True)))[0]),
        np.zeros(3),
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 2000},
    )
    assert minimise(both, {"mu_11": 2e-11}).twice_nll[0] == pytest.approx(shared.fun, rel=1e-7)


def test_rates_that_differ_are_not_shared() -> None:
    with pytest.raises(ValueError, match=r"shared nuisance defined twice: .*renp_rate"):
        combine([renp_experiment("yb", rate_error=0.1), renp_experiment("xe", rate_error=0.2)])
    with pytest.raises(ValueError, match="the same data would count twice: renp-yb"):
        combine([renp_experiment("yb"), renp_experiment("yb", [1.0])])
    combine([renp_experiment("yb"), renp_experiment("yb", [1.0], name="other")])


def test_atoms_share_the_mass_of_a_mediator() -> None:
    parts = [renp_experiment(name, days=30) for name in ("yb", "generic")]
    fixed = {"m_vector": 1e-2}
    limits = [upper(part, "gg_axial", fixed=fixed) for part in (*parts, combine(parts))]
    assert limits[2] <= min(limits[:2]) * (1 + 1e-9)


def test_recoils_and_pairs_limit_one_lambda() -> None:
    """Both know lambda_12; together chi2 adds up, at the same parameter, for Majorana neutrinos."""
    pairs = renp_experiment("generic", days=1e-3, nature="majorana")
    recoils = nl.load("xenonnt-2022-er")
    both = combine([pairs, recoils])
    points = {"lambda_12": np.array([0.0, 5e-12, 1e-11])}
    alone = minimise(pairs, points).twice_nll + minimise(recoils, points).twice_nll
    np.testing.assert_allclose(minimise(both, points).twice_nll, alone, rtol=1e-8)
    limits = [upper(model, "lambda_12") for model in (pairs, recoils, both)]
    assert limits[2] <= max(limits[:2])
    assert limits[1] == pytest.approx(limits[0], rel=1)  # so that neither does it alone


# --- other parameters -------------------------------------------------------------------------------


def test_the_mass_of_the_lightest_neutrino_has_an_interval() -> None:
    result = nl.limit(renp_experiment("generic", days=100), "m_lightest")
    assert result.lower is not None
    assert result.upper is not None
    assert 0 < result.lower < 0.01 < result.upper < 0.011
    assert result.best_fit == pytest.approx(0.01, rel=1e-6)


def test_a_parameter_without_effect_is_no_result() -> None:
    with pytest.raises(ValueError, match="no count depends on alpha_21"):
        nl.limit(YB, "alpha_21")
    with pytest.raises(ValueError, match="no count depends on m_vector"):
        nl.limit(YB, "m_vector")
    with pytest.raises(ParameterError, match="no diagonal"):
        nl.limit(renp_experiment("generic", nature="majorana"), "mu_11")


def test_planned_data_follow_what_is_held() -> None:
    """The neutrinos' mass held elsewhere is that of the data as well."""
    held = nl.limit(YB, "mu_11", fixed={"m_lightest": 0.005})
    made = nl.limit(YB.with_defaults(m_lightest=0.005), "mu_11")
    assert held.upper == pytest.approx(made.upper, rel=1e-6)


def test_counts_are_tabulated_over_the_mass_of_a_mediator() -> None:
    """Four decades of mass are eight of the coupling: its size is to be that of the heaviest."""
    masses = np.geomspace(1e-3, 10, 15)
    heavy = YB.with_defaults(m_vector=10.0)
    table = mass_table(heavy, "gg_axial", masses, mass="m_vector")
    assert np.all(table.reachable)
    for k in (0, 7, 14):
        counts = parts(table.model)[0].expected({"mass_index": k, "strength": 0.7}).sum(axis=1)
        coupling = float(table.value(np.array([0.7]), np.array([k]))[0])
        direct = heavy.expected({"gg_axial": coupling, "m_vector": masses[k]}).sum(axis=1)
        np.testing.assert_allclose(counts, direct, rtol=1e-5)
