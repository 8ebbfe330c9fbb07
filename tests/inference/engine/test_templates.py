"""Templates through a few points of a model: right powers, right counts, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.inference.coordinates import coordinates
from nulight.inference.engine.blocks import Block
from nulight.inference.engine.physics import AskModel
from nulight.inference.engine.templates import fit_templates

SHAPE = np.array([[40.0, 30.0, 20.0], [2.0, 6.0, 18.0], [5.0, 5.0, 1.0]])


def _fit(model, ranges):
    layout = coordinates(model, ranges, {})
    n_u = len(layout.nuisances)
    ask = AskModel([Block(model, layout.nuisances)], layout, {}, 1)
    low, high = layout.lower[n_u:], layout.upper[n_u:]
    return fit_templates(ask, low, high, -layout.offset[n_u:] / layout.scale[n_u:]), layout


def _sum(found, layout, values):
    x = (values - layout.offset) / layout.scale
    s = (x - found.origin) / found.reach
    return np.einsum("nk,kgb->ngb", np.prod(s[:, None] ** found.powers, axis=2), found.tables[0])


@pytest.fixture
def model(toy, parameter):
    terms = [({}, SHAPE[0]), ({"mu": 2}, SHAPE[1]), ({"r": 1}, SHAPE[2]), ({"r": 1, "q": 1}, SHAPE[0])]
    known = (parameter("mu"), parameter("r"), parameter("q"))
    return toy(observed=np.ones(3), terms={"x": terms, "flat": [({}, np.ones(3))]}, known=known)


def test_only_powers_that_occur_have_templates(model):
    found, layout = _fit(model, {"mu": (0.0, 2.0), "r": (-1.0, 1.0), "q": (-3.0, 3.0)})
    assert {tuple(row) for row in found.powers.tolist()} == {(0, 0, 0), (2, 0, 0), (0, 1, 0), (0, 1, 1)}
    values = np.random.default_rng(1).uniform([0, -1, -3], [2, 1, 3], (20, 3))
    direct = model.expected(dict(zip(("mu", "r", "q"), values.T, strict=True))).sum(axis=1)
    np.testing.assert_allclose(_sum(found, layout, values).sum(axis=1), direct, rtol=1e-12)


def test_small_signals_survive_a_wide_range(model):
    """At 1e-6 of the range the signal is 1e-12 of that at its end, and the rest keeps its digits."""
    found, layout = _fit(model, {"mu": (0.0, 1e6)})
    values = np.array([[0.0], [1.0], [1e3], [1e6]])
    direct = model.expected({"mu": values[:, 0]}).sum(axis=1)
    np.testing.assert_allclose(_sum(found, layout, values).sum(axis=1), direct, rtol=1e-9)


def test_products_of_squares_need_more_than_the_total_degree(toy, parameter):
    known = tuple(parameter(name) for name in "ab")
    model = toy(observed=np.ones(3), terms={"x": [({"a": 2, "b": 2}, SHAPE[0]), ({}, SHAPE[1])]}, known=known)
    found, layout = _fit(model, {"a": (-1.0, 2.0), "b": (0.5, 2.0)})
    values = np.array([[0.3, 1.7], [-0.9, 0.6]])
    direct = model.expected({"a": values[:, 0], "b": values[:, 1]})
    np.testing.assert_allclose(_sum(found, layout, values), direct, rtol=1e-12)


def test_many_couplings_have_few_terms(toy, parameter):
    """A quadratic form of six couplings: 28 terms, not 3^6."""
    known = tuple(parameter(f"p{i}") for i in range(6))
    pairs = [({p.name: 1, q.name: 1}, SHAPE[0]) for i, p in enumerate(known) for q in known[:i]]
    squares = [({p.name: 2}, SHAPE[1]) for p in known]
    model = toy(observed=np.ones(3), terms={"x": [*pairs, *squares, ({}, SHAPE[2])]}, known=known)
    found, layout = _fit(model, {p.name: (-1.0, 1.0) for p in known})
    assert len(found.powers) == 22  # 15 products, 6 squares, the constant
    values = np.random.default_rng(2).uniform(-1, 1, (10, 6))
    direct = model.expected({p.name: column for p, column in zip(known, values.T, strict=True)})
    np.testing.assert_allclose(_sum(found, layout, values), direct, rtol=1e-12)


def test_a_mass_has_no_templates(model):
    class Mediator:
        def __getattr__(self, name):
            return getattr(model, name)

        def expected(self, params):
            mass = np.atleast_1d(np.asarray(params.get("mu", 1.0), float))
            return np.ones((1, 2, 3)) / (1 + mass[:, None, None] ** 2)

    assert _fit(Mediator(), {"mu": (0.1, 3.0)})[0] is None


def test_a_range_of_one_value_is_a_constant(model):
    found, layout = _fit(model, {"mu": (1.5, 1.5)})
    assert found.powers.tolist() == [[0]]
    np.testing.assert_allclose(_sum(found, layout, np.array([[1.5]])).sum(axis=1), model.expected({"mu": 1.5}).sum(1))


def test_magnetic_moments_of_xenon_are_two_templates():
    experiment = nl.load("xenonnt-2022-er")
    found, layout = _fit(experiment, {"mu_nu": (0.0, 1e-7)})
    assert found.powers.tolist() == [[0], [2]]
    n_u = len(layout.nuisances)
    x = (np.array([0.0, 6e-12, 1e-7]) - layout.offset[n_u]) / layout.scale[n_u]
    s = (x - found.origin) / found.reach
    counts = np.einsum("nk,kgb->nb", s[:, None] ** found.powers[:, 0], found.tables[0])
    direct = experiment.expected({"mu_nu": np.array([0.0, 6e-12, 1e-7])}).sum(axis=1)
    np.testing.assert_allclose(counts, direct, rtol=1e-9)
