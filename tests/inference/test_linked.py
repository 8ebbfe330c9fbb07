"""Experiments whose nuisances are sums of others: the counts are those at the sums."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nulight as nl
from nulight.inference.expectation import Morph, expected_counts, parametric
from nulight.inference.linked import linked
from nulight.inference.model import Nuisance, combine, strangers, with_nuisances
from oracles_counts import PolynomialModel

OLD = ("a", "b", "c", "tilt")
NEW = ("x", "y", "z")


class Rich(PolynomialModel):
    """Components with several factors, changes of shape with products of nuisances."""

    morphs = (Morph("signal", ("tilt",)), Morph("signal", ("tilt", "tilt")), Morph("background", ("a", "tilt")))

    def morph_counts(self, params):
        s = np.atleast_1d(params.get("s", 0.0))[:, None, None]
        return s * np.array([[3.0, -1.0, 2.0], [1.0, 1.0, 0.5], [0.0, 2.0, 4.0]])


@pytest.fixture(scope="module")
def rich(parameter):
    return Rich(
        observed=np.array([30.0, 40.0, 50.0]),
        terms={"signal": [({"s": 1}, [5.0, 6.0, 7.0])], "background": [({}, [20.0, 30.0, 40.0])]},
        scales={"signal": ("a", "b"), "background": ("b", "c", "b")},
        nuisances=tuple(Nuisance(name, "gaussian", 0.1) for name in OLD),
        known=(parameter("s", lower=0.0),),
    )


def _sums(links, values):
    return {old: sum(k * values.get(new, 0.0) for new, k in links.get(old, {old: 1.0}).items()) for old in OLD}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_counts_are_those_at_the_sums(rich, seed):
    rng = np.random.default_rng(seed)
    links = {
        old: {new: float(rng.choice([1.0, rng.normal()])) for new in rng.choice(NEW, rng.integers(1, 4), replace=False)}
        for old in OLD
        if rng.uniform() < 0.7
    }
    new = {name: Nuisance(name, "gaussian", 1.0) for name in NEW}
    model = linked(rich, links, new)
    values = {name: rng.normal(0, 0.3, 20) for name in (*NEW, *OLD)}
    params = {"s": rng.uniform(0, 3, 20)}
    truth = expected_counts(rich, params, _sums(links, values))
    np.testing.assert_allclose(expected_counts(model, params, values), truth, rtol=1e-12, atol=1e-12)
    assert {n.name for n in model.nuisances} == {n for old in OLD for n in links.get(old, {old: 1.0})}


def test_another_name_leaves_factors_as_they_are(rich):
    model = linked(rich, {"a": {"x": 1.0}}, {"x": Nuisance("x", "gaussian", 0.1)})
    assert model.scales["signal"] == ("x", "b")
    assert [morph.factors for morph in model.morphs] == [("tilt",), ("tilt", "tilt"), ("tilt", "x")]


def test_other_experiments_stay_what_they_are(rich):
    assert linked(rich, {"other": {"x": 1.0}}, {"x": Nuisance("x", "gaussian", 0.1)}) is rich


def test_parametric_counts_have_the_right_derivatives():
    base = nl.load("dresden-ii-2022")
    links = {
        "dresden_tail_scale": {"x": 0.4, "y": -0.2},
        "dresden_L_width": {"x": -0.1},
        "dresden_tail": {"y": 0.7, "dresden_tail": 1.0},
    }
    own = {n.name: n for n in base.nuisances if n.name == "dresden_tail"}
    model = linked(base, links, own | {name: Nuisance(name, "free", None, -1.0, 1.0) for name in ("x", "y")})
    rng, step = np.random.default_rng(0), 1e-4
    for shape in parametric(model):
        k = len(shape.nuisances)
        u = rng.uniform(-0.1, 0.1, (1, k))
        counts, first, second = shape.evaluate(u)
        np.testing.assert_allclose(shape.counts(u), counts, rtol=1e-13)
        for i, shift in enumerate(step * np.eye(k)):
            up, down = (shape.evaluate(u + sign * shift) for sign in (1, -1))
            np.testing.assert_allclose(first[:, i], (up[0] - down[0]) / (2 * step), atol=1e-5 * np.abs(first).max())
            np.testing.assert_allclose(second[:, i], (up[1] - down[1]) / (2 * step), atol=1e-5 * np.abs(second).max())
    values = {"x": 0.1, "y": -0.15, "dresden_tail": 0.05}
    sums = {"dresden_tail_scale": 0.07, "dresden_L_width": -0.01, "dresden_tail": -0.055}
    np.testing.assert_allclose(expected_counts(model, {}, values), expected_counts(base, {}, sums), rtol=1e-12)


def test_what_else_is_known_of_the_experiment(rich, toy, parameter):
    other = toy(name="other", observed=np.ones(1), terms={"o": [({"q": 1}, [1.0])]}, known=(parameter("q"),))
    part = combine([rich, other]).parts[0]
    model = linked(part, {"a": {"x": 2.0}}, {"x": Nuisance("x", "gaussian", 0.1)})
    assert (model.name, model.statistic, model.components) == (part.name, part.statistic, part.components)
    assert model.parameters() == part.parameters()
    assert model.provenance() == part.provenance() | {"linked_nuisances": {"a": {"x": 2.0}}}
    assert model.foreign == {"q"}
    assert strangers(model, "q") == (model.name,)
    assert expected_counts(model, {"s": 1.0, "q": 2.0}).shape == (1, 3)
    held = with_nuisances(model, {"x": "fixed"})
    np.testing.assert_allclose(
        expected_counts(held, {"s": 1.0}, {"b": 0.1, "tilt": 0.2}),
        expected_counts(rich, {"s": 1.0}, {"b": 0.1, "tilt": 0.2}),
    )
    assert pickle.loads(pickle.dumps(model)).morphs == model.morphs
