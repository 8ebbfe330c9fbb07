"""Combining, replacing data and changing nuisances."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.likelihood import twice_nll
from nulight.inference.model import CombinedModel, CountModel, Nuisance, asimov, combine, with_nuisances
from nulight.inference.profile import minimise


def _pair(counting, first=5.0, second=7.0, other=None):
    shared = Nuisance("flux", "gaussian", 0.1)
    scales = {"signal": ("flux",)}
    return (
        counting([first], nuisances=(shared,), scales=scales, name="a"),
        counting([second], nuisances=(other or shared,), scales=scales, name="b"),
    )


def test_synthetic_model_has_the_shape_of_a_count_model(counting):
    assert isinstance(counting([1.0]), CountModel)


def test_shared_nuisance_equals_hand_calculation(counting):
    """Counts 5 and 7 with s = 10 both: minimise 2 (2 mu - 12 ln mu) + (u/0.1)^2 over one u."""
    both = combine(_pair(counting))
    found = minimise(both, {"s": 10.0})
    # d/du: 2 (20 - 12/(1+u)) + 200 u = 0  ->  100 u^2 + 120 u + 8 = 0
    u = (-120 + np.sqrt(120**2 - 4 * 100 * 8)) / 200
    mu = 10 * (1 + u)
    expected = sum(2 * (mu - n + n * np.log(n / mu)) for n in (5, 7)) + (u / 0.1) ** 2
    assert found.nuisances["flux"][0] == pytest.approx(u, abs=1e-9)
    assert found.twice_nll[0] == pytest.approx(expected, abs=1e-9)
    assert len(both.nuisances) == 1


def test_combination_of_independent_experiments_adds(counting):
    a, b = counting([5.0], name="a"), counting([7.0], name="b")
    s = np.array([1.0, 6.0, 11.0])
    total = minimise(combine([a, b]), {"s": s}).twice_nll
    np.testing.assert_allclose(total, twice_nll(a, {"s": s}) + twice_nll(b, {"s": s}), rtol=1e-12)


def test_nested_combination_is_flat(counting):
    a, b = _pair(counting)
    assert [p.name for p in combine([combine([a]), b]).parts] == ["a", "b"]


def test_same_data_twice_is_refused(counting):
    a, _ = _pair(counting)
    with pytest.raises(ValueError, match="count twice: a"):
        combine([a, a])


def test_different_definitions_of_a_shared_nuisance_are_refused(counting):
    a, b = _pair(counting, other=Nuisance("flux", "box", 0.1))
    with pytest.raises(ValueError, match=r"flux \(gaussian 0.1\) in a, flux \(box 0.1\) in b"):
        combine([a, b])
    with pytest.raises(ValueError, match="nothing to combine"):
        combine([])


def test_provenance_of_a_combination_joins_both(counting):
    joined = combine(_pair(counting)).provenance()
    assert joined["version"] == "0"
    assert joined["citations"] == ("a:2022", "b:2022")
    assert joined["hashes"] == {"a.csv": "00", "b.csv": "00"}


def test_asimov_data_fit_perfectly(counting):
    model = asimov(counting([5.0, 6.0], background=2.0), {"s": 3.0})
    np.testing.assert_allclose(model.observed, 5.0)
    assert twice_nll(model, {"s": 3.0})[0] == 0
    assert isinstance(asimov(combine([model])), CombinedModel)


def test_asimov_needs_one_point(counting):
    with pytest.raises(ValueError, match="got 2 points"):
        asimov(counting([5.0]), {"s": np.array([1.0, 2.0])})


@pytest.mark.parametrize(
    ("treatment", "kind", "width"),
    [("free", "free", None), (0.2, "gaussian", 0.2), (Nuisance("x", "box", 0.3), "box", 0.3)],
)
def test_treatments_replace_the_nuisance_under_its_name(counting, treatment, kind, width):
    a, _ = _pair(counting)
    assert with_nuisances(a, {"flux": treatment}).nuisances == (Nuisance("flux", kind, width),)


def test_new_width_keeps_a_box_a_box(counting):
    a, _ = _pair(counting)
    box = with_nuisances(a, {"flux": Nuisance("flux", "box", 0.1)})
    assert with_nuisances(box, {"flux": 0.2}).nuisances[0] == Nuisance("flux", "box", 0.2)


def test_fixed_nuisance_is_gone_everywhere(counting):
    both = with_nuisances(combine(_pair(counting)), {"flux": "fixed"})
    assert both.nuisances == ()
    assert minimise(both, {"s": 6.0}).twice_nll[0] == pytest.approx(twice_nll(both, {"s": 6.0})[0], abs=1e-12)


def test_unknown_nuisances_and_treatments_are_named(counting):
    a, _ = _pair(counting)
    with pytest.raises(ValueError, match="no nuisance mass in a; it has flux"):
        with_nuisances(a, {"mass": "free"})
    with pytest.raises(ValueError, match="use 'fixed', 'free'"):
        with_nuisances(a, {"flux": "loose"})


@pytest.mark.parametrize(("kind", "width"), [("gaussian", None), ("box", -1.0), ("gaussian", 0.0), ("normal", 0.1)])
def test_nuisance_checks_kind_and_width(kind, width):
    with pytest.raises(ValueError, match="nuisance 'x'"):
        Nuisance("x", kind, width)


def test_component_scaled_by_an_undeclared_nuisance_is_an_error(counting):
    with pytest.raises(ValueError, match="toy: mass scales a component"):
        minimise(counting([5.0], scales={"signal": ("mass",)}), {"s": 1.0})


def test_planned_experiments_expect_what_is_fixed() -> None:
    from nulight.experiments import load
    from nulight.inference.intervals import interval_of
    from nulight.inference.model import with_planned_data

    planned, data = load("xenonnt-51cr:6t+gauss"), load("xenonnt-2022-er")
    assert with_planned_data(data, {"sin2_theta_w": 0.24}) is data
    moved = with_planned_data(planned, {"sin2_theta_w": 0.24})
    np.testing.assert_allclose(moved.observed, planned.expected({"sin2_theta_w": 0.24})[0].sum(axis=0))
    # so the truth is the best fit, whatever angle it is taken at
    assert interval_of(planned, "a_nu_ee", fixed={"sin2_theta_w": 0.24}).best_fit == pytest.approx(0, abs=1e-36)
    # and data chosen by hand stay
    chosen = asimov(planned, {"a_nu_ee": 1e-33})
    assert with_planned_data(chosen, {"sin2_theta_w": 0.24}).observed is chosen.observed


def test_parameters_that_only_one_experiment_knows_do_not_reach_the_others():
    from nulight.experiments import load
    from nulight.inference.intervals import limit
    from nulight.renp import renp_experiment

    atom, recoil = renp_experiment("yb"), load("coherent-csi-2017")
    both = combine([atom, recoil])
    alone = limit(atom, "gg_axial", fixed={"m_vector": 1e-3})
    together = limit(both, "gg_axial", fixed={"m_vector": 1e-3})
    assert together.upper == pytest.approx(alone.upper, rel=1e-6)
    with pytest.raises(ValueError, match="gg_axiall"):
        limit(both, "gg_axiall")
