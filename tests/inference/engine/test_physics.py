"""Counts and their derivatives in profiled parameters: polynomials where possible, stencils elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.coordinates import coordinates
from nulight.inference.engine.blocks import Block
from nulight.inference.engine.objective import Objective
from nulight.inference.engine.physics import _Stencil, physics_counts
from nulight.inference.engine.polynomial import Polynomial
from nulight.inference.expectation import Morph
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import Nuisance
from nulight.inference.profile import minimise
from oracles_shapes import ShapedModel

RANGES = {"g": (0.5, 1.5), "mu": (0.0, 2.0)}


def _model(toy, parameter, name="toy", **options):
    shape1, shape2 = np.array([40.0, 30.0, 20.0]), np.array([2.0, 6.0, 18.0])
    return toy(
        name=name,
        observed=np.array([60.0, 55.0, 30.0]),
        terms={"nu": [({"g": 2}, shape1), ({"g": 1, "r": 1}, 2 * shape1), ({"g": 1, "mu": 2}, shape2)]},
        known=(parameter("g", default=1.0), parameter("r"), parameter("mu", lower=0.0)),
        nuisances=(Nuisance("a", "gaussian", 0.1), Nuisance("b", "box", 0.2)),
        scales={"nu": ("a", "b")},
        **options,
    )


class _Resonance:
    """A model that is no polynomial in its mass and fails outside the range it was given."""

    def __init__(self, base, low, high):
        self.base, self.low, self.high = base, low, high

    def __getattr__(self, name):
        return getattr(self.base, name)

    def expected(self, params):
        m = np.atleast_1d(np.asarray(params.get("m", 1.0), float))
        assert np.all((m >= self.low) & (m <= self.high)), "asked outside its range"
        return 30 * np.array([[1.0, 0.7, 0.3]])[:, None] / (1 + m[:, None, None] ** 2) + np.ones((1, 1, 3))


def _counts_of(model, ranges, params=None, n_points=1):
    layout = coordinates(model, ranges, {})
    blocks = [Block(model, layout.nuisances)]
    return physics_counts(blocks, layout, params or {}, n_points, 1), layout


def test_couplings_are_recognised_as_polynomials(toy, parameter):
    counts, layout = _counts_of(_model(toy, parameter), RANGES, {"r": np.array([-0.3, 0.2])}, 2)
    assert isinstance(counts, Polynomial)
    x = np.array([[0.3, -0.4], [-1.0, 1.0]])
    values = x * layout.scale[2:] + layout.offset[2:]
    direct = _model(toy, parameter).expected({"r": np.array([-0.3, 0.2]), "g": values[:, 0], "mu": values[:, 1]})
    np.testing.assert_allclose(counts.counts(x, np.arange(2))[0], direct, rtol=1e-12)


def test_polynomial_and_stencil_agree(toy, parameter):
    """Quadratic in each coupling: exact up to rounding divided by the step; mixed ones to the step, 1e-3."""
    counts, layout = _counts_of(_model(toy, parameter), RANGES, {"r": np.zeros(3)}, 3)
    stencil = _Stencil(counts.counts, layout.lower[2:], layout.upper[2:], 1)
    x = np.array([[0.3, -0.4], [-1.0, 1.0], [1.0, -1.0]])
    (exact,), (numeric,) = (c.derivatives(x, np.arange(3)) for c in (counts, stencil))
    np.testing.assert_allclose(numeric.counts, exact.counts, rtol=1e-13)
    for a, b in zip(numeric.first, exact.first, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-10)
    assert set(numeric.second) == set(exact.second) == {(0, 0), (0, 1), (1, 1)}
    for pair, bend in numeric.second.items():
        tolerance = 1e-7 if pair[0] == pair[1] else 2e-3 * np.abs(exact.second[pair]).max()
        np.testing.assert_allclose(bend, exact.second[pair], atol=tolerance)


def test_other_functions_fall_back_to_stencils_inside_the_range(toy, parameter):
    base = toy(observed=np.array([16.0, 11.5, 5.5]), terms={"x": []}, known=(parameter("m", lower=0.0),))
    model = _Resonance(base, 0.2, 3.0)
    assert isinstance(_counts_of(model, {"m": (0.2, 3.0)})[0], _Stencil)
    found = minimise(model, profile={"m": (0.2, 3.0)})
    assert found.converged[0]
    assert found.parameters["m"][0] == pytest.approx(1.0, rel=1e-6)  # 30/2 + 1 = 16 and so on
    at_the_end = minimise(_Resonance(base, 1.5, 3.0), profile={"m": (1.5, 3.0)})
    assert at_the_end.parameters["m"][0] == pytest.approx(1.5, rel=1e-6)


OPEN = (-np.inf, np.inf)


def test_couplings_are_polynomials_over_open_ranges(toy, parameter):
    model = _model(toy, parameter)
    counts, layout = _counts_of(model, {"r": OPEN, "mu": (0.0, np.inf)}, {"g": np.array([0.9, 1.2])}, 2)
    assert isinstance(counts, Polynomial)
    x = np.array([[-3.0, 0.7], [2e3, 5e4]])  # near, and far outside the nodes
    values = x * layout.scale[2:] + layout.offset[2:]
    direct = model.expected({"g": np.array([0.9, 1.2]), "r": values[:, 0], "mu": values[:, 1]})
    np.testing.assert_allclose(counts.counts(x, np.arange(2))[0], direct, rtol=1e-9)


def test_several_parameters_are_polynomials_of_few_terms(toy, parameter):
    counts, _ = _counts_of(_model(toy, parameter), {**RANGES, "r": OPEN})
    assert isinstance(counts, Polynomial)
    # in shifted coordinates g^2 has 3 terms, g r another 2 and g mu^2 another 4: half of 3 x 3 x 2
    assert len(counts.powers) == 9
    many = [parameter(f"p{i}") for i in range(5)]
    terms = {"x": [({p.name: 2}, np.ones(2)) for p in many] + [({}, np.ones(2))]}
    model = toy(observed=np.ones(2), terms=terms, known=tuple(many))
    assert isinstance(_counts_of(model, {p.name: OPEN for p in many[:4]})[0], Polynomial)
    assert isinstance(_counts_of(model, {p.name: OPEN for p in many})[0], _Stencil)


def test_a_polynomial_must_hold_far_outside_its_nodes(toy, parameter):
    """Counts that level off beyond 100 are no polynomial although all nodes of the open range say so."""
    base = toy(observed=np.array([16.0, 11.5, 5.5]), terms={"x": []}, known=(parameter("m", lower=0.0),))

    class Level(_Resonance):
        def expected(self, params):
            m = np.atleast_1d(np.asarray(params.get("m", 1.0), float))
            return (1 + np.minimum(m, 100.0))[:, None, None] ** 2 * np.array([[1.0, 0.7, 0.3]])[:, None]

    model = Level(base, 0.0, np.inf)
    assert isinstance(_counts_of(model, {"m": (0.0, 50.0)})[0], Polynomial)
    assert isinstance(_counts_of(model, {"m": (0.0, np.inf)})[0], _Stencil)
    found = minimise(model, profile={"m": (0.0, np.inf)})
    scan = minimise(model, {"m": np.linspace(2, 4, 2001)}).twice_nll
    assert found.twice_nll[0] == pytest.approx(scan.min(), abs=1e-5)


def test_other_functions_use_stencils_over_open_ranges(toy, parameter):
    base = toy(observed=np.array([16.0, 11.5, 5.5]), terms={"x": []}, known=(parameter("m", lower=0.0),))
    model = _Resonance(base, 0.0, np.inf)
    assert isinstance(_counts_of(model, {"m": (0.0, np.inf)})[0], _Stencil)
    assert minimise(model, profile={"m": (0.0, np.inf)}).parameters["m"][0] == pytest.approx(1.0, rel=1e-6)


def test_open_and_wide_ranges_have_the_same_minima(toy, parameter):
    model, mu = _model(toy, parameter), np.linspace(0, 2, 9)
    open_, wide = (
        minimise(model, {"mu": mu}, profile={"r": r, "g": g}) for r, g in ((OPEN, OPEN), ((-40, 40), (-40, 40)))
    )
    assert open_.converged.all()
    np.testing.assert_allclose(open_.twice_nll, wide.twice_nll, atol=1e-7)


def test_changes_of_shape_depend_on_the_parameters_too(toy, parameter):
    """Rows of a change of shape are part of the polynomial, and their derivatives of the objective's."""
    base = _model(toy, parameter)
    change = [({"g": 1, "mu": 2}, [1.0, -2.0, 3.0]), ({"r": 2}, [0.5, 0.5, 0.5])]
    model = ShapedModel(base=base, morphs=(Morph("nu", ("b",)), Morph("nu", ("b", "b"))), changes=[change, change[:1]])
    counts, layout = _counts_of(model, {"r": OPEN, "mu": (0.0, 2.0)})
    assert isinstance(counts, Polynomial)
    x = np.array([[0.4, -0.6]])
    values = dict(zip(("r", "mu"), (x * layout.scale[2:] + layout.offset[2:])[0], strict=True))
    direct = np.concatenate([model.expected(values), model.morph_counts(values)], axis=1)
    np.testing.assert_allclose(counts.counts(x, np.arange(1))[0], direct, rtol=1e-12)
    ranges = {"r": (-1.0, 1.0), "mu": (0.0, 2.0)}
    exact = minimise(model, {"g": np.array([0.8, 1.0])}, profile=ranges)
    points = {"g": np.array([0.8, 1.0]), **exact.parameters}
    np.testing.assert_allclose(exact.twice_nll, twice_nll(model, points, exact.nuisances), atol=1e-9)


def test_fallback_finds_the_same_minimum(toy, parameter, monkeypatch):
    model, r = _model(toy, parameter), np.linspace(-2, 1, 7)
    exact = minimise(model, {"r": r}, profile=RANGES)
    monkeypatch.setattr("nulight.inference.engine.physics.fit_polynomial", lambda *_: None)
    np.testing.assert_allclose(minimise(model, {"r": r}, profile=RANGES).twice_nll, exact.twice_nll, atol=1e-8)


@pytest.mark.parametrize("statistic", ["poisson", "gaussian"])
def test_derivatives_equal_finite_differences(toy, parameter, statistic):
    model = _model(toy, parameter, statistic=statistic, sigma=np.array([7.0, 7.0, 5.0]))
    layout = coordinates(model, RANGES, {})
    objective = Objective(model, layout, {"r": np.array([0.1])}, 1)
    z, index, h = np.array([[0.05, -0.1, 0.2, -0.3]]), np.arange(1), 1e-5
    gradient, curvature = objective.derivatives(z, index, np.array([True]))
    shifts = h * np.eye(4)
    slopes = [(objective.value(z + s, index) - objective.value(z - s, index))[0] / (2 * h) for s in shifts]
    np.testing.assert_allclose(gradient[0], slopes, rtol=1e-6, atol=1e-6)
    for k, s in enumerate(shifts):
        up, down = (objective.derivatives(z + t, index, np.array([True]))[0][0] for t in (s, -s))
        np.testing.assert_allclose(curvature[0, k], (up - down) / (2 * h), rtol=1e-6, atol=1e-5)
