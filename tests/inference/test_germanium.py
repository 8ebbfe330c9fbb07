"""A background of seven free parameters under a signal in a moment: does the minimiser get there from anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from iminuit import Minuit
from scipy.optimize import least_squares

from nulight.inference.coordinates import coordinates
from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.engine.objective import Objective
from nulight.inference.intervals import interval_of
from nulight.inference.likelihood import expected_counts, twice_nll
from nulight.inference.profile import minimise
from oracles_shapes import FREE, germanium


@pytest.fixture(scope="module")
def model(toy, parameter):
    return germanium(toy, parameter)


def _starts(n, centre, seed=3):
    """Everything off by up to 50 %, the line centre by up to `centre`; the line has a width of 0.055 of it."""
    rng = np.random.default_rng(seed)
    u = rng.uniform(-0.5, 0.5, (n, len(FREE)))
    u[:, FREE.index("line_centre")] = rng.uniform(-centre, centre, n)
    return u


@pytest.mark.parametrize("centre", [0.0, 0.05, 0.1])
def test_every_start_leads_to_the_same_minimum(model, centre):
    n, layout = 100, coordinates(model, {}, {})
    assert layout.nuisances == FREE
    objective = Objective(model, layout, {"mu": np.full(n, 0.5)}, n)
    found = minimise_in_box(objective, _starts(n, centre), layout.lower, layout.upper, escape=np.ones(len(FREE), bool))
    assert found.converged.all()
    np.testing.assert_allclose(found.value, minimise(model, {"mu": 0.5}).twice_nll[0], atol=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_wrong_nominal_values_change_nothing_but_the_coordinates(toy, parameter, model, seed):
    """All but the ratio, whose prior is centred at its nominal value."""
    start = _starts(1, 0.03, seed)[0]
    start[FREE.index("line_ratio")] = 0.0
    mu = np.linspace(0, 1.5, 5)
    one, other = minimise(model, {"mu": mu}), minimise(germanium(toy, parameter, start=start), {"mu": mu})
    assert other.converged.all()
    np.testing.assert_allclose(other.twice_nll, one.twice_nll, atol=1e-6)
    for name, shift in zip(FREE, start, strict=True):
        np.testing.assert_allclose((1 + other.nuisances[name]) * (1 + shift), 1 + one.nuisances[name], atol=1e-4)


@pytest.mark.parametrize("mu", [0.0, 0.6, 1.5])
def test_minimum_equals_scipy_and_iminuit(model, mu):
    ours = minimise(model, {"mu": mu})
    width = model.nuisances[-1].width

    def residuals(u):
        pulls = (model.observed - expected_counts(model, {"mu": mu}, dict(zip(FREE, u, strict=True)))[0]) / model.sigma
        return np.append(pulls, u[-1] / width)

    squares = least_squares(residuals, np.full(7, 0.01), x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert ours.twice_nll[0] == pytest.approx(2 * squares.cost, abs=1e-6)
    minuit = Minuit(
        lambda u: twice_nll(model, {"mu": mu}, dict(zip(FREE, u, strict=True)))[0], np.full(7, 0.01), name=FREE
    )
    minuit.errordef, minuit.strategy, minuit.tol = 1, 2, 1e-4
    minuit.limits = [n.bounds for n in model.nuisances]
    minuit.migrad()
    assert minuit.valid
    assert ours.twice_nll[0] == pytest.approx(minuit.fval, abs=1e-6)
    for name in FREE:
        assert ours.nuisances[name][0] == pytest.approx(minuit.values[name], abs=2e-3 * minuit.errors[name])


def test_profiled_moment_equals_a_fine_scan(model):
    best = minimise(model, profile={"mu": (0.0, np.inf)})
    near = best.parameters["mu"][0] + np.linspace(-0.02, 0.02, 41)
    assert best.converged[0]
    assert best.twice_nll[0] <= minimise(model, {"mu": np.abs(near)}).twice_nll.min() + 1e-9
    band = interval_of(model, "mu")
    edge = minimise(model, {"mu": band.upper}).twice_nll[0]
    assert edge - best.twice_nll[0] == pytest.approx(2.705543454, abs=1e-5)


def test_a_profile_takes_few_steps(model):
    """From the nominal values a hundred points need the steps of a Newton method, not of a creeping one."""
    n, layout = 100, coordinates(model, {}, {})
    objective = Objective(model, layout, {"mu": np.linspace(0, 1.5, n)}, n)
    found = minimise_in_box(objective, np.zeros((n, 7)), layout.lower, layout.upper, max_steps=8)
    assert found.converged.all()
