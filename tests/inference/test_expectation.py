"""Changes of shape and parametric counts: the definition, its derivatives, its minima, what is made of a model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.contours import contour
from nulight.inference.coordinates import coordinates
from nulight.inference.engine.objective import Objective
from nulight.inference.expectation import Morph, expected_counts, morphs, parametric, row_counts, rows
from nulight.inference.intervals import interval_of, limit
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import Nuisance, asimov, combine, with_nuisances, with_planned_data
from nulight.inference.profile import minimise
from oracles_shapes import Exponential, Lines, ShapedModel

X = np.linspace(0.2, 1.5, 9)
SECOND = np.exp(-X)
TAIL = Exponential(x=X, amplitude=20.0, scale=0.4)
LINES = Lines(x=X, area=15.0, centre=0.9, width=0.2, ratio=0.3, second=SECOND)


def _shape(name, **changes):
    return Nuisance(name, **({"kind": "gaussian", "width": 1.0, "lower": -5.0, "upper": 5.0} | changes))


def _full_model(toy, parameter, statistic="poisson", name="full"):
    """Everything at once: norms, linear, quadratic and mixed changes, parametric counts, a parameter squared."""
    rng = np.random.default_rng(4)
    shape = {key: rng.uniform(2, 9, 9) for key in ("a", "b", "c")}
    change = [rng.normal(0, 0.5, 9) for _ in range(4)]
    base = toy(
        name=name,
        statistic=statistic,
        observed=rng.poisson(30, 9).astype(float),
        sigma=rng.uniform(4, 7, 9),
        terms={"signal": [({}, shape["a"]), ({"mu": 2}, shape["b"])], "rest": [({}, shape["c"])]},
        known=(parameter("mu", lower=0.0),),
        scales={"signal": ("flux", "mass"), "rest": ("bg",)},
        nuisances=(
            Nuisance("flux", "gaussian", 0.1),
            Nuisance("mass", "box", 0.2),
            Nuisance("bg", "free"),
            _shape("q"),
            _shape("p"),
            *(Nuisance(n, "free", lower=-0.5, upper=2.0) for n in (*TAIL.nuisances, *LINES.nuisances)),
        ),
    )
    return ShapedModel(
        base=base,
        morphs=(
            Morph("signal", ("q",)),
            Morph("signal", ("q", "q")),
            Morph("rest", ("q", "p")),
            Morph("rest", ("flux",)),
        ),
        changes=[
            [({}, change[0]), ({"mu": 2}, change[1])],
            [({"mu": 2}, change[2])],
            [({}, change[3])],
            [({}, change[1])],
        ],
        parametric=(TAIL, LINES),
    )


def _one_bin(toy, parameter, observed, *, changes, factors, nuisances=None, sigma=2.0, **options):
    base = toy(
        statistic="gaussian",
        observed=np.array([float(observed)]),
        sigma=np.array([sigma]),
        terms={"signal": [({"s": 1}, [10.0])]},
        known=(parameter("s", default=1.0, lower=0.0),),
        nuisances=(_shape("q"),) if nuisances is None else nuisances,
        **options,
    )
    return ShapedModel(base=base, morphs=tuple(Morph("signal", f) for f in factors), changes=changes)


# The definition


def test_expectation_by_hand(toy, parameter):
    model = _full_model(toy, parameter)
    u = {"flux": 0.1, "mass": -0.05, "bg": 0.2, "q": 1.5, "p": -0.5, "tail_scale": 0.3, "line_centre": 0.1}
    counts, changes = model.expected({"mu": 1.3})[0], model.morph_counts({"mu": 1.3})[0]
    norm = 1.1 * 0.95
    hand = norm * (counts[0] + 1.5 * changes[0] + 1.5**2 * changes[1])
    hand = hand + 1.2 * (counts[1] + 1.5 * -0.5 * changes[2] + 0.1 * changes[3])
    hand = hand + 20 * np.exp(-X / (0.4 * 1.3))
    hand = hand + 15 * (np.exp(-(((X - 0.99) / 0.2) ** 2) / 2) / np.sqrt(2 * np.pi) / 0.2 + 0.3 * SECOND)
    np.testing.assert_allclose(expected_counts(model, {"mu": 1.3}, u)[0], hand, rtol=1e-13)


def test_points_and_nuisances_broadcast(toy, parameter):
    model, mu = _full_model(toy, parameter), np.array([0.0, 0.7, 2.0])
    q = np.array([0.5, -1.0, 2.0])
    together = expected_counts(model, {"mu": mu}, {"q": q, "tail_norm": q / 10})
    alone = [expected_counts(model, {"mu": m}, {"q": v, "tail_norm": v / 10})[0] for m, v in zip(mu, q, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-14)


def test_models_of_components_alone_work_as_they_are(counting):
    model = counting([4.0], background=1.0)
    assert morphs(model) == parametric(model) == ()
    assert rows(model) == [((), ()), ((), ())]
    np.testing.assert_array_equal(row_counts(model, {"s": 2.0}), model.expected({"s": 2.0}))


def test_a_change_of_shape_needs_a_nuisance():
    with pytest.raises(ValueError, match="change of signal without a nuisance"):
        Morph("signal", ())


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"morphs": (Morph("signal", ("x",)),)}, "x changes a shape but is not among"),
        ({"morphs": (Morph("signa", ("q",)),)}, "changes of shape of signa, which is no component"),
        ({"parametric": (TAIL,)}, "tail_norm, tail_scale enters parametric counts"),
    ],
)
def test_undeclared_names_are_errors(toy, parameter, options, match):
    model = _one_bin(toy, parameter, 5, changes=[[({}, [1.0])]], factors=[("q",)])
    with pytest.raises(ValueError, match=match):
        minimise(ShapedModel(base=model.base, changes=model.changes, **options))


# Derivatives


@pytest.mark.parametrize("shape", [TAIL, LINES])
def test_toy_shapes_have_right_derivatives(shape):
    rng, h = np.random.default_rng(2), 1e-5
    k = len(shape.nuisances)
    u = rng.uniform(-0.3, 0.5, (4, k))
    _, first, second = shape.evaluate(u)
    for i, step in enumerate(h * np.eye(k)):
        up, down = shape.evaluate(u + step), shape.evaluate(u - step)
        np.testing.assert_allclose(first[:, i], (up[0] - down[0]) / (2 * h), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(second[:, i], (up[1] - down[1]) / (2 * h), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("statistic", ["poisson", "gaussian"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_objective_derivatives_equal_finite_differences(toy, parameter, statistic, seed):
    model = _full_model(toy, parameter, statistic)
    layout = coordinates(model, {"mu": (0.0, 2.0)}, {})
    objective, index, exact = Objective(model, layout, {}, 1), np.arange(1), np.array([True])
    h, z = 1e-5, np.random.default_rng(seed).uniform(-0.2, 0.2, (1, len(layout.lower)))  # inside all bounds
    gradient, curvature = objective.derivatives(z, index, exact)
    values = layout.values(z)[0]
    direct = twice_nll(model, {"mu": values[-1]}, dict(zip(layout.nuisances, values, strict=False)))
    np.testing.assert_allclose(objective.value(z, index), direct, rtol=1e-12)
    size = 1 + np.abs(curvature).max()
    for k, step in enumerate(h * np.eye(len(layout.lower))):
        slope = (objective.value(z + step, index) - objective.value(z - step, index))[0] / (2 * h)
        assert gradient[0, k] == pytest.approx(slope, abs=1e-7 * size)
        up, down = (objective.derivatives(z + s, index, exact)[0][0] for s in (step, -step))
        np.testing.assert_allclose(curvature[0, k], (up - down) / (2 * h), atol=1e-6 * size)


# Minima in closed form


@pytest.mark.parametrize("observed", [25.0, 12.0, 10.0, 4.0])
def test_square_of_a_nuisance_has_its_closed_form(toy, parameter, observed):
    """((n - 10 - 3 u^2)/2)^2 + u^2 is a parabola in v = u^2: v = (n - 10)/3 - 4/(2 * 9), at least zero."""
    model = _one_bin(toy, parameter, observed, changes=[[({}, [3.0])]], factors=[("q", "q")])
    v = max((observed - 10) / 3 - 4 / 18, 0.0)
    found = minimise(model)
    assert found.converged[0]
    # converged to 1e-10 in a parabola of curvature 18 v + 2 at least: 1e-5 in u
    assert found.nuisances["q"][0] ** 2 == pytest.approx(v, abs=4e-5)
    assert found.twice_nll[0] == pytest.approx(((observed - 10 - 3 * v) / 2) ** 2 + v, abs=1e-9)


def test_linear_change_equals_two_components(toy, parameter):
    """A + u D under a norm is the component A - D and the component D scaled by 1 + u, both under the norm."""
    rng = np.random.default_rng(8)
    whole, change = rng.uniform(20, 40, 6), rng.uniform(2, 5, 6)
    common = {
        "observed": rng.poisson(whole + change).astype(float),
        "known": (parameter("s", lower=0.0, default=1.0),),
        "nuisances": (Nuisance("norm", "gaussian", 0.05), Nuisance("q", "gaussian", 0.3)),
    }
    morphed = ShapedModel(
        base=toy(terms={"signal": [({"s": 1}, whole)]}, scales={"signal": ("norm",)}, **common),
        morphs=(Morph("signal", ("q",)),),
        changes=[[({"s": 1}, change)]],
    )
    explicit = toy(
        terms={"rest": [({"s": 1}, whole - change)], "part": [({"s": 1}, change)]},
        scales={"rest": ("norm",), "part": ("norm", "q")},
        **common,
    )
    s = np.linspace(0.5, 1.6, 12)
    one, two = (minimise(model, {"s": s}) for model in (morphed, explicit))
    np.testing.assert_allclose(one.twice_nll, two.twice_nll, atol=1e-9)
    np.testing.assert_allclose(one.nuisances["q"], two.nuisances["q"], atol=1e-6)
    assert interval_of(morphed, "s").upper == pytest.approx(interval_of(explicit, "s").upper, rel=1e-6)


def test_change_of_shape_shares_the_scales_of_its_component(toy, parameter):
    """Everything of the component is multiplied, so a free norm hides the size of the signal."""
    free = (Nuisance("norm", "free"), _shape("q"))
    model = _one_bin(
        toy,
        parameter,
        30,
        changes=[[({"s": 1}, [2.0])]],
        factors=[("q",)],
        nuisances=free,
        scales={"signal": ("norm",)},
    )
    np.testing.assert_allclose(minimise(model, {"s": np.array([0.5, 1.0, 7.0])}).twice_nll, 0, atol=1e-9)


def test_shared_shape_in_a_combination(toy, parameter):
    """Two bins that move together: data 10 + 3 u and 10 - 2 u, one u, one penalty."""
    first = _one_bin(toy, parameter, 16, changes=[[({}, [3.0])]], factors=[("q",)], name="a")
    second = _one_bin(toy, parameter, 11, changes=[[({}, [-2.0])]], factors=[("q",)], name="b", sigma=3.0)
    u = (6 * 3 / 4 - 1 * 2 / 9) / (9 / 4 + 4 / 9 + 1)
    chi2 = ((6 - 3 * u) / 2) ** 2 + ((1 + 2 * u) / 3) ** 2 + u**2
    both = combine([first, second])
    found = minimise(both)
    assert len(both.nuisances) == 1
    assert found.nuisances["q"][0] == pytest.approx(u, abs=1e-8)
    assert found.twice_nll[0] == pytest.approx(chi2, abs=1e-9)
    other = _one_bin(
        toy, parameter, 11, changes=[[({}, [1.0])]], factors=[("q",)], name="b", nuisances=(_shape("q", upper=3.0),)
    )
    with pytest.raises(ValueError, match=r"u from -5 to 5\) in a, q \(gaussian 1, u from -5 to 3\) in b.*bounds"):
        combine([first, other])


def test_bounds_of_a_shape_hold(toy, parameter):
    model = _one_bin(toy, parameter, 1000, changes=[[({}, [3.0])]], factors=[("q",)])
    assert minimise(model).nuisances["q"][0] == 5.0
    low = _one_bin(toy, parameter, -1000, changes=[[({}, [3.0])]], factors=[("q",)])
    assert minimise(low).nuisances["q"][0] == -5.0
    assert np.isinf(twice_nll(model, {}, {"q": 5.1})[0])


# What is made of a model


def test_fixed_shapes_are_gone(toy, parameter):
    model = _full_model(toy, parameter)
    fixed = with_nuisances(model, {"q": "fixed", "tail_scale": "fixed", "flux": "fixed"})
    assert fixed.morphs == ()  # each of them has q or, as a plain factor, flux
    assert fixed.parametric[0].nuisances == ("tail_norm",)
    assert fixed.parametric[0].name == "tail"
    assert fixed.parametric[1] is model.parametric[1]
    u = {"bg": 0.2, "p": 2.0, "mass": 0.1, "tail_norm": 0.3, "line_width": 0.4}
    np.testing.assert_allclose(
        expected_counts(fixed, {"mu": 1.0}, u | {"q": 3.0, "tail_scale": 1.0, "flux": 0.5}),
        expected_counts(model, {"mu": 1.0}, u),
        rtol=1e-14,
    )
    again = with_nuisances(fixed, {"tail_norm": "fixed", "p": "free"})
    assert again.parametric[0].nuisances == ()
    np.testing.assert_allclose(expected_counts(again, {}, {}), expected_counts(model, {}, {}), rtol=1e-14)
    held = minimise(model, hold={"q": 0.0, "tail_scale": 0.0, "flux": 0.0}).twice_nll
    np.testing.assert_allclose(minimise(fixed).twice_nll, held, atol=1e-8)


def test_one_of_several_changes_may_be_fixed(toy, parameter):
    model = _full_model(toy, parameter)
    fixed = with_nuisances(model, {"p": "fixed"})
    assert [m.factors for m in fixed.morphs] == [("q",), ("q", "q"), ("flux",)]
    np.testing.assert_array_equal(fixed.morph_counts({"mu": 1.0}), model.morph_counts({"mu": 1.0})[:, [0, 1, 3]])


def test_asimov_data_contain_everything(toy, parameter):
    model = _full_model(toy, parameter)
    data = asimov(model, {"mu": 1.2})
    np.testing.assert_allclose(data.observed, expected_counts(model, {"mu": 1.2})[0], rtol=1e-14)
    assert (data.morphs, data.parametric) == (model.morphs, model.parametric)
    found = minimise(data, profile={"mu": (0.0, 3.0)})
    assert found.twice_nll[0] == pytest.approx(0, abs=1e-9)
    both = asimov(combine([model, _full_model(toy, parameter, name="second")]), {"mu": 1.2})
    assert minimise(both, {"mu": 1.2}).twice_nll[0] == pytest.approx(0, abs=1e-9)


def test_planned_data_contain_everything(toy, parameter):
    model = _full_model(toy, parameter)
    planned = replace(asimov(model), planned=True)
    moved = with_planned_data(planned, {"mu": 0.8})
    np.testing.assert_allclose(moved.observed, expected_counts(model, {"mu": 0.8})[0], rtol=1e-14)


def test_limit_lists_shapes_among_its_impacts(toy, parameter):
    """A linear change by 4 of 10 +- 2: alone sigma = 2, with the shape sqrt(4 + 16); s = 1 is 10 counts."""
    model = _one_bin(toy, parameter, 13, changes=[[({}, [4.0])]], factors=[("q",)])
    result = limit(model, "s")
    width = np.sqrt(2.705543454) * np.sqrt(20) / 10
    assert result.upper == pytest.approx(1.3 + width, rel=1e-6)
    assert result.statistical.upper == pytest.approx(1.3 + np.sqrt(2.705543454) * 0.2, rel=1e-6)
    assert result.expected.upper == pytest.approx(1.0 + width, rel=1e-6)
    impact = next(i for i in result.impacts if i.name == "q")
    assert impact.upper == pytest.approx(result.statistical.upper, rel=1e-6)
    assert "q (gaussian 1, u from -5 to 5)" in result.definition


def test_parameter_that_changes_only_a_shape_has_an_effect(toy, parameter):
    base = toy(
        statistic="gaussian",
        observed=np.array([14.0, 6.0]),
        sigma=np.array([1.0, 1.0]),
        terms={"flat": [({}, [10.0, 10.0])]},
        known=(parameter("tilt"),),
        nuisances=(_shape("q"),),
    )
    model = ShapedModel(base=base, morphs=(Morph("flat", ("q",)),), changes=[[({"tilt": 1}, [1.0, -1.0])]])
    # chi2 = 2 (4 - t q)^2 + q^2 is least at q = 8 t/(2 t^2 + 1): 32/(2 t^2 + 1), which falls for ever
    t = np.array([0.5, 1.0, 2.0])
    np.testing.assert_allclose(minimise(model, {"tilt": t}).twice_nll, 32 / (2 * t**2 + 1), atol=1e-9)
    assert interval_of(model, "tilt").upper is None


def test_contour_with_shapes_has_the_minimum_of_a_scan(toy, parameter):
    model = _full_model(toy, parameter)
    terms = {**model.base.terms, "rest": [({"g": 1}, np.full(9, 5.0))]}
    known = (*model.base.known, parameter("g", default=1.0))
    two = replace(model, base=replace(model.base, terms=terms, known=known))
    result = contour(two, "mu", "g", ((0.0, 2.0), (0.5, 1.5)), n=(5, 5))
    x, y = np.meshgrid(result.x, result.y)
    scan = minimise(two, {"mu": x.ravel(), "g": y.ravel()}).twice_nll
    np.testing.assert_allclose(result.delta_chi2.ravel(), scan - result.twice_nll, atol=1e-8)


@pytest.mark.parametrize("treatment", ["free", 2.0, Nuisance("x", "gaussian", 2.0)])
def test_treatments_keep_the_bounds(toy, parameter, treatment):
    model = _one_bin(toy, parameter, 5, changes=[[({}, [1.0])]], factors=[("q",)])
    assert with_nuisances(model, {"q": treatment}).nuisances[0].bounds == (-5.0, 5.0)
    narrow = with_nuisances(model, {"q": Nuisance("q", "gaussian", 1.0, lower=-2.0)})
    assert narrow.nuisances[0].bounds == (-2.0, 5.0)
