"""Coverage of the intervals against closed forms of a Gaussian measurement and exact sums over Poisson counts."""

from __future__ import annotations

import json
from dataclasses import replace

import cloudpickle
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, poisson

import nulight as nl
from breaking import Breaking
from nulight.inference.model import Nuisance, with_nuisances
from nulight.results.reading import read_result
from nulight.runs import RunFolder
from nulight.studies.coverage import coverage

T, Q = norm.ppf(0.95) ** 2, norm.ppf(0.90) ** 2
TRUTHS = np.array([0.0, 0.6, 1.3, 2.5])
N = 4000


def agrees(found, exact, n=N):
    """Within 4 binomial errors of the exact probability."""
    exact = np.asarray(exact)
    return np.all(np.abs(found - exact) <= 4 * np.sqrt(exact * (1 - exact) / n) + 1e-12)


@pytest.fixture(scope="module")
def bounded(toy, parameter):
    """One Gaussian measurement, error 1, of s >= 0."""
    return toy(
        statistic="gaussian",
        observed=np.zeros(1),
        sigma=np.ones(1),
        terms={"signal": [({"s": 1}, [1.0])]},
        known=(parameter("s", lower=0.0),),
    )


@pytest.fixture(scope="module")
def result(bounded):
    return coverage(bounded, "s", TRUTHS, n_toys=N, seed=3)


def lowest_inside(truth, threshold):
    """Smallest measurement for which -2 ln L of the truth is within the threshold of the minimum at s >= 0."""
    if truth >= np.sqrt(threshold):
        return truth - np.sqrt(threshold)
    return (truth**2 - threshold) / (2 * truth) if truth > 0 else -np.inf


def test_two_sided_interval_next_to_the_bound_covers_as_its_closed_form(result):
    exact = [norm.cdf(np.sqrt(T)) - norm.cdf(lowest_inside(s, T) - s) for s in TRUTHS]
    assert exact[0] == pytest.approx(0.95, rel=1e-12)
    assert agrees(result.coverage["two-sided"], exact)


def test_upper_limit_next_to_the_bound_covers_as_its_closed_form(result):
    exact = [norm.sf(lowest_inside(s, Q) - s) for s in TRUTHS]
    assert agrees(result.coverage["upper"], exact)


def test_cls_covers_as_its_closed_form(result):
    """Both tails of q are those of the measurement: CLs = Phi(x - s) / Phi(x)."""

    def excluded_below(s):
        return brentq(lambda x: norm.cdf(x - s) - 0.1 * norm.cdf(x), -20, s)

    exact = np.array([1.0, *(norm.sf(excluded_below(s) - s) for s in TRUTHS[1:])])
    # the critical value has the noise of as many toys again, times the slope of CLs
    assert np.all(np.abs(result.coverage["cls"] - exact) <= 4 * np.sqrt(2 * exact * (1 - exact) / N) + 1e-12)


def test_feldman_cousins_covers_what_it_says(result):
    assert np.all(np.abs(result.coverage["feldman-cousins"] - 0.9) <= 4 * np.sqrt(2 * 0.09 / N))


def test_distribution_at_the_bound_is_half_a_chi2(result):
    assert result.at_zero[0] == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / N))
    half = norm.ppf(np.array([0.68, 0.90, 0.95])) ** 2  # P(t > c) = P(x > sqrt(c))
    error = (result.critical_upper - result.critical_lower)[0] / 2
    assert np.all(np.abs(result.critical[0] - half) < 4 * error)
    assert result.chi2_quantiles == pytest.approx(norm.ppf((1 + result.levels) / 2) ** 2, rel=1e-10)


def test_statement_says_where_wilks_fails(result):
    assert list(result.deviates("two-sided")) == [True, True, False, False]
    assert result.statement("two-sided").startswith("over-covers from 0 to 0.6 (")
    assert result.statement("two-sided").endswith("90 % within errors at the others")
    assert result.statement("feldman-cousins") == "covers 90 % within errors at every true value"
    shares = np.array([0.9, 0.8, 0.7, 0.9])
    low = replace(result, coverage={"two-sided": shares}, upper={"two-sided": shares + 0.01})
    assert low.statement("two-sided").startswith("under-covers from 0.6 to 1.3 (70.0 to 80.0 %)")


def test_few_counts_cover_as_the_sum_over_all_outcomes(counting):
    """n ~ Poisson(s + 3): coverage jumps from count to count and is known exactly."""
    background, truths = 3.0, np.array([0.5, 2.0, 4.5])
    found = coverage(counting(background, background), "s", truths, intervals=("two-sided", "upper"), n_toys=N, seed=8)
    n = np.arange(60)

    def deviance(mu):
        return 2 * (mu - n + np.where(n > 0, n * np.log(np.maximum(n, 1) / mu), 0.0))

    for i, s in enumerate(truths):
        t = deviance(s + background) - deviance(np.maximum(n, background))
        p = poisson.pmf(n, s + background)
        assert agrees(found.coverage["two-sided"][i], p[t <= T].sum())
        assert agrees(found.coverage["upper"][i], p[(t <= Q) | (n > s + background)].sum())


def test_feldman_cousins_of_few_counts_covers_at_least_what_it_says(counting):
    """Discrete data: the exact belt over-covers, by as much as the toys find."""
    background, s = 3.0, 0.5
    found = coverage(counting(background, background), "s", [s], intervals=("feldman-cousins",), n_toys=N, seed=2)
    n = np.arange(60)
    p, mu = poisson.pmf(n, s + background), np.maximum(n, background)
    order = np.argsort(poisson.pmf(n, mu) / np.maximum(p, 1e-300))
    sums = np.cumsum(p[order])
    exact = sums[np.argmax(sums >= 0.9)]
    assert exact > 0.905
    assert agrees(found.coverage["feldman-cousins"], exact)


@pytest.fixture(scope="module")
def boxed(toy, parameter):
    """One Gaussian measurement, error 1, of x + u with |u| <= 0.8."""
    return toy(
        statistic="gaussian",
        observed=np.full(1, 5.0),
        sigma=np.ones(1),
        terms={"signal": [({"x": 1}, [1.0])], "offset": [({}, [1.0])]},
        scales={"offset": ("shift",)},
        nuisances=(Nuisance("shift", "box", 0.8),),
        known=(parameter("x"),),
    )


def test_a_box_over_covers_in_its_middle_and_less_at_its_edge(boxed):
    """The fit moves inside the box for nothing: |x + u - x_hat| <= 0.8 + 1.645 is allowed."""
    reach, options = 0.8 + np.sqrt(T), {"intervals": ("two-sided",), "n_toys": N}
    middle = coverage(boxed, "x", [4.0], **options)
    edge = coverage(boxed, "x", [4.0], nuisances={"shift": 1.0}, **options)
    drawn = coverage(boxed, "x", [4.0], nuisances="prior", **options)
    assert agrees(middle.coverage["two-sided"], 2 * norm.cdf(reach) - 1)
    assert agrees(edge.coverage["two-sided"], norm.cdf(reach - 0.8) - norm.cdf(-reach - 0.8))
    u = np.linspace(-0.8, 0.8, 2001)
    assert agrees(drawn.coverage["two-sided"], np.mean(norm.cdf(reach - u) - norm.cdf(-reach - u)))
    assert "shift +1 widths off" in edge.definition


def test_feldman_cousins_loses_coverage_where_its_toys_had_other_nuisances(boxed):
    """Critical values of the middle of the box, data from its edge."""
    found = coverage(boxed, "x", [4.0], intervals=("feldman-cousins",), nuisances={"shift": 1.0}, n_toys=N)
    half = brentq(lambda c: 2 * norm.cdf(c) - 1.9, 0, 3)  # |z| below it with 90 %, larger than the box
    exact = norm.cdf(half - 0.8) - norm.cdf(-half - 0.8)
    assert exact < 0.82
    assert abs(found.coverage["feldman-cousins"][0] - exact) < 4 * np.sqrt(2 * exact * (1 - exact) / N) + 0.02


def test_gaussian_nuisances_off_nominal_change_nothing_where_everything_is_linear(toy, parameter):
    model = toy(
        statistic="gaussian",
        observed=np.full(2, 5.0),
        sigma=np.ones(2),
        terms={"signal": [({"x": 1}, [1.0, 0.0])], "offset": [({}, [4.0, 4.0])]},
        scales={"offset": ("norm",)},
        nuisances=(Nuisance("norm", "gaussian", 0.1),),
        known=(parameter("x"),),
    )
    for nuisances in ("nominal", "prior", {"norm": 2.0}):
        found = coverage(model, "x", [1.0], intervals=("two-sided",), nuisances=nuisances, n_toys=N)
        assert agrees(found.coverage["two-sided"], 0.9)


def test_values_of_a_second_region_belong_to_the_upper_limit(toy, parameter):
    """4 +- 0.5 of x^2: an upper limit is the largest value allowed, so -2 is always below it."""
    model = toy(
        statistic="gaussian",
        observed=np.full(1, 4.0),
        sigma=np.full(1, 0.5),
        terms={"signal": [({"x": 2}, [1.0])]},
        known=(parameter("x", default=2.0),),
    )
    found = coverage(model, "x", [-2.0, 0.0, 2.0], intervals=("upper", "two-sided"), n_toys=1000)
    assert found.coverage["upper"][:2] == pytest.approx([1.0, 1.0])
    assert agrees(found.coverage["upper"][2], 0.9, 1000)
    assert agrees(found.coverage["two-sided"][[0, 2]], 0.9, 1000)


def test_the_pieces_of_the_work_are_the_same_in_any_order_and_place(bounded, result, tmp_path):
    class Elsewhere:
        def run(self, task, chunks):
            again = cloudpickle.loads(cloudpickle.dumps(task))
            for chunk in reversed(chunks):
                yield chunk, again(chunk)

    found = coverage(bounded, "s", TRUTHS, n_toys=N, seed=3, executor=Elsewhere(), folder=tmp_path)
    assert found.to_dict() == result.to_dict()
    status = RunFolder(tmp_path).status()
    assert status.n_done == status.n_chunks == len(TRUTHS) * N // 500


def test_an_interrupted_study_goes_on_where_it_stopped(bounded, tmp_path):
    options = {"n_toys": 700, "seed": 3}
    with pytest.raises(KeyboardInterrupt):
        coverage(bounded, "s", TRUTHS, **options, folder=tmp_path, executor=Breaking(3))
    found = coverage(bounded, "s", TRUTHS, **options, folder=tmp_path, executor=Breaking(5))
    assert found.to_dict() == coverage(bounded, "s", TRUTHS, **options).to_dict()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seed": 4}, "what.seed is 3 there and 4 now"),
        ({"truths": [0.0, 0.7]}, r"what.truths\[1\] is 0.6 there and 0.7 now"),
        ({"intervals": "two-sided"}, "what.intervals"),
        ({"cl": 0.95}, "what.cl is 0.9 there and 0.95 now"),
        ({"fixed": {"b": 1.0}}, "what.fixed.b is null there and 1.0 now"),
        ({"profile": {"b": (-1.0, 1.0)}}, 'what.profile.b is null there and {"range": "-1.0 to 1.0"} now'),
    ],
)
def test_the_folder_of_another_study_is_refused(toy, parameter, tmp_path, change, text):
    model = toy(
        statistic="gaussian",
        observed=np.zeros(2),
        sigma=np.ones(2),
        terms={"signal": [({"s": 1}, [1.0, 0.0])], "other": [({"b": 1}, [1.0, 2.0])]},
        known=(parameter("s", lower=0.0), parameter("b")),
    )
    options = {"truths": [0.0, 0.6], "n_toys": 20, "seed": 3, "folder": tmp_path}
    coverage(model, "s", **options)
    with pytest.raises(ValueError, match=f"holds another run .*{text}"):
        coverage(model, "s", **options | change)


def test_the_level_matters_to_toys_of_upper_limits_only(bounded, tmp_path):
    options = {"intervals": ["two-sided", "feldman-cousins"], "n_toys": 600, "seed": 3}
    coverage(bounded, "s", TRUTHS, **options, folder=tmp_path)
    found = coverage(bounded, "s", TRUTHS, **options, cl=0.4, folder=tmp_path, executor=Breaking(0))
    assert found.to_dict() == coverage(bounded, "s", TRUTHS, **options, cl=0.4).to_dict()
    exact = [norm.cdf(np.sqrt(t)) - norm.cdf(lowest_inside(s, t) - s) for t in [norm.ppf(0.7) ** 2] for s in TRUTHS]
    assert agrees(found.coverage["two-sided"], exact, 600)


def test_one_interval_needs_no_list(bounded):
    found = coverage(bounded, "s", 1.3, intervals="upper", n_toys=50)
    assert found.to_dict() == coverage(bounded, "s", [1.3], intervals=["upper"], n_toys=50).to_dict()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"n_toys": 0}, "n_toys = 0; throw at least 1 pseudo-experiment"),
        ({"cl": 0.4}, "an upper limit at 40 %"),
        ({"cl": 0.4, "intervals": "cls"}, "an upper limit at 40 %"),
        ({"cl": 1.4, "intervals": "two-sided"}, "confidence level 1.4"),
        ({"intervals": "bayes"}, "interval 'bayes'; use two-sided"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(bounded, tmp_path, options, text):
    with pytest.raises(ValueError, match=text):
        coverage(bounded, "s", TRUTHS, **options, folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_records_come_back_and_say_what_they_are(result, tmp_path):
    again = read_result(result.save(tmp_path / "coverage.json"))
    assert again.to_dict() == json.loads((tmp_path / "coverage.json").read_text())
    assert again.statement("upper") == result.statement("upper")
    table = result.save(tmp_path / "coverage.csv").read_text()
    assert table.splitlines()[-1].startswith("2.5,")
    assert "Feldman:1997qc" in table


def test_parameters_without_a_bound_have_no_cls(boxed):
    assert "cls" not in coverage(boxed, "x", [4.0], n_toys=50).intervals
    with pytest.raises(ValueError, match="x can go below its default"):
        coverage(boxed, "x", [4.0], intervals=("cls",))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"intervals": ("central",)}, "interval 'central'; use two-sided"),
        ({"nuisances": "typical"}, "use 'nominal', 'prior' or values"),
        ({"nuisances": {"norm": 1.0}}, "no nuisance norm in toy; it has shift"),
        ({"truths": []}, "no true values"),
        ({"seed": -1}, "seed -1"),
    ],
)
def test_mistakes_are_explained(boxed, options, message):
    with pytest.raises(ValueError, match=message):
        coverage(boxed, "x", **{"truths": [4.0], "n_toys": 10} | options)


def test_a_shipped_experiment_next_to_its_bound():
    """Few free parameters: half of the best fits sit at zero, the interval over-covers as for a bounded Gaussian."""
    found = coverage(nl.load("51cr-cevns-ge"), "mu_nu_e", [0.0], intervals=("two-sided",), n_toys=1000)
    assert agrees(found.coverage["two-sided"], 0.95, 1000)
    assert agrees(found.at_zero, 0.5, 1000)


def test_nuisances_for_which_counts_are_negative_are_drawn_again(counting):
    """Expected are s + 1 + u events, u with a width of one: a tenth of the draws is impossible."""

    class Shape:
        name, nuisances = "shape", ("tilt",)

        def evaluate(self, u):
            return u, np.ones((len(u), 1, 1)), np.zeros((len(u), 1, 1, 1))

    base = counting(1.0, 1.0, nuisances=(Nuisance("tilt", "gaussian", 1.0, lower=-5.0, upper=5.0),))
    model = with_nuisances(base, {})
    model = replace(model, parametric=(Shape(),))
    found = coverage(model, "s", [0.2], intervals=("two-sided",), nuisances="prior", n_toys=400)
    assert 0.8 < found.coverage["two-sided"][0] <= 1.0


def test_one_of_many_true_values_may_be_off_by_chance(result):
    """2.5 errors are significant at one true value, and happen about once among a hundred."""

    def deviates(shares):
        ends = {
            name: {"two-sided": shares + step} for name, step in (("coverage", 0), ("lower", -0.008), ("upper", 0.008))
        }
        return replace(result, truths=np.arange(float(len(shares))), **ends).deviates("two-sided")

    assert deviates(np.array([0.88]))[0]
    assert not deviates(np.array([0.885]))[0]
    assert not deviates(np.where(np.arange(100) == 7, 0.88, 0.9)).any()
    assert list(np.flatnonzero(deviates(np.where(np.arange(100) == 7, 0.86, 0.9)))) == [7]
