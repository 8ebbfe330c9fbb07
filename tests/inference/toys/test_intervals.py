"""Intervals from pseudo-experiments against exact belts, closed forms and the asymptotic limit."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from breaking import Breaking
from nulight.inference.coordinates import Prior
from nulight.inference.intervals import limit
from nulight.inference.model import Nuisance, asimov, combine
from nulight.inference.toys.exact_belts import bounded_gaussian, feldman_cousins, gaussian_p_value, poisson_p_value
from nulight.inference.toys.intervals import _begin, _problem, toy_limit
from nulight.inference.toys.run import CHUNK, Throws
from nulight.runs import Chunks, Memory, run_chunk
from oracles_belts import BackgroundMeasured

FIVE = 5.0  # standard deviations: a dozen numbers are compared per test


def significances(found, exact):
    """Deviations of p-values from exact ones in binomial standard deviations."""
    spread = np.sqrt(np.maximum(exact * (1 - exact), 1e-12) / found.n_toys)
    return (found.p_value - exact) / np.maximum(spread, 1 / found.n_toys)


@pytest.fixture(scope="module")
def seven_on_three(counting):
    return toy_limit(counting(7, 3.0), "s", n_toys=2000, seed=11)


def test_counting_experiment_has_the_exact_p_values(seven_on_three):
    exact = poisson_p_value(7, seven_on_three.value, 3.0)
    assert np.abs(significances(seven_on_three, exact)).max() < FIVE


def test_counting_experiment_has_the_exact_interval(seven_on_three):
    lower, upper = feldman_cousins(7, 3.0, monotone=False)
    # straight lines between values are exact where the p-value is smooth; jumps are found to an eighth of a gap
    gap = np.diff(seven_on_three.value).max()
    assert seven_on_three.lower == pytest.approx(lower, abs=FIVE * seven_on_three.lower_error + gap / 8, rel=0)
    assert seven_on_three.upper == pytest.approx(upper, abs=FIVE * seven_on_three.upper_error + gap / 8, rel=0)
    assert 0 < seven_on_three.upper_error < 0.3


def test_no_counts_on_a_background_have_the_exact_upper_end_on_average(counting):
    """p-values of 10.3 to 12.4 % end in a jump to 6.8 % at 0.953: straight lines across it would end at 0.72."""
    upper = feldman_cousins(0, 3.0, monotone=False)[1]
    found = [toy_limit(counting(0, 3.0), "s", n_toys=1000, seed=seed) for seed in range(1, 5)]
    error = np.sqrt(np.mean([r.upper_error**2 for r in found]))
    assert error < 0.1
    assert np.mean([r.upper for r in found]) == pytest.approx(upper, abs=4 * error / np.sqrt(len(found)), rel=0)


def test_critical_value_separates_what_is_accepted(seven_on_three):
    r = seven_on_three
    assert np.array_equal(r.statistic <= r.critical_value + 1e-6, r.p_value > 0.1)


def test_expected_ends_are_those_of_the_belt_for_background_counts(seven_on_three):
    counts = [poisson.ppf(norm.cdf(band), 3.0) for band in (-2, -1, 0, 1, 2)]
    upper = [feldman_cousins(int(n), 3.0, monotone=False)[1] for n in counts]
    gap = np.diff(seven_on_three.value).max()
    for ours, exact, error in zip(
        seven_on_three.expected.upper, upper, seven_on_three.expected.upper_error, strict=True
    ):
        assert ours == pytest.approx(exact, abs=FIVE * error + gap / 8, rel=0)
    assert seven_on_three.expected.lower[:3] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("x", [-1.0, 0.4, 2.6])
def test_bounded_gaussian_is_exact(counting, x):
    model = counting([10 + x], 10.0, statistic="gaussian", sigma=np.ones(1))
    found = toy_limit(model, "s", n_toys=2000, seed=5)
    assert np.abs(significances(found, gaussian_p_value(x, found.value))).max() < FIVE
    lower, upper = bounded_gaussian(x)
    assert found.lower == pytest.approx(lower, abs=FIVE * found.lower_error, rel=0)
    assert found.upper == pytest.approx(upper, abs=FIVE * found.upper_error, rel=0)


def cls_limit(n, b, alpha=0.1):
    return brentq(lambda s: poisson.cdf(n, s + b) / poisson.cdf(n, b) - alpha, 0, 60)


@pytest.fixture(scope="module")
def cls_of_two_on_three(counting):
    return toy_limit(counting(2, 3.0), "s", interval="cls", n_toys=2000, seed=2)


def test_cls_of_a_counting_experiment_is_a_ratio_of_poisson_probabilities(cls_of_two_on_three):
    r = cls_of_two_on_three
    exact = poisson.cdf(2, r.value + 3) / poisson.cdf(2, 3)
    assert np.abs((r.p_value - exact)[1:] / r.p_error[1:]).max() < FIVE
    assert r.p_value[0] == 1.0
    assert r.upper == pytest.approx(cls_limit(2, 3.0), abs=FIVE * r.upper_error, rel=0)
    assert r.lower is None
    below = poisson.cdf(2, 3)
    assert r.background_p_value[1:] == pytest.approx(below, abs=FIVE * np.sqrt(below / 2000), rel=0)


def test_expected_cls_limits_are_those_of_background_counts(cls_of_two_on_three):
    counts = [poisson.ppf(norm.cdf(band), 3.0) for band in (-2, -1, 0, 1, 2)]
    exact = [cls_limit(n, 3.0) for n in counts]
    expected = cls_of_two_on_three.expected
    for ours, end, error in zip(expected.upper, exact, expected.upper_error, strict=True):
        assert ours == pytest.approx(end, abs=FIVE * error, rel=0)
        assert error < 0.5


def test_upper_limit_of_a_counting_experiment_is_the_classical_one(counting):
    found = toy_limit(counting(4, 1.0), "s", interval="upper", n_toys=2000, seed=3)
    exact = brentq(lambda s: poisson.cdf(4, s + 1) - 0.1, 0, 30)
    assert found.upper == pytest.approx(exact, abs=FIVE * found.upper_error, rel=0)
    assert found.regions == ((0.0, found.upper),)


def test_profiled_background_agrees_with_integrals_over_counts_and_measurements(counting):
    nuisance = Nuisance("norm", "gaussian", 0.2)
    model = counting(6, 3.0, nuisances=(nuisance,), scales={"background": ("norm",)})
    found = toy_limit(model, "s", n_toys=3000, seed=8, values=[0.0, 3.0, 6.0, 9.0])
    oracle = BackgroundMeasured(3.0, 0.2)
    exact = np.array([oracle.p_value(s, 6) for s in found.value])
    assert exact[0] < 0.2
    assert np.abs(significances(found, exact)).max() < FIVE


def test_a_profiled_parameter_with_a_prior_is_thrown_and_held_like_a_nuisance(toy, parameter):
    model = toy(
        observed=np.array([6.0]),
        terms={"signal": [({"s": 1}, [1.0])], "background": [({"b": 1}, [3.0])]},
        known=(parameter("s", lower=0.0), parameter("b", lower=0.0, default=1.0)),
    )
    values = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    found = toy_limit(model, "s", n_toys=2000, values=values, profile={"b": Prior(1.0, 0.2)}, impacts=["b"])
    exact = np.array([BackgroundMeasured(3.0, 0.2).p_value(s, 6) for s in values])
    assert np.abs(significances(found, exact)).max() < FIVE
    (impact,) = found.impacts
    held = poisson_p_value(6, np.array(values), 3.0 * found.profiled["b"])
    assert impact.interval.upper == found.statistical.upper
    assert np.interp(impact.interval.upper, values, held) == pytest.approx(0.1, abs=0.05, rel=0)


def test_experiments_share_their_nuisances_in_the_toys(counting):
    """Two halves of one experiment with a common norm are the experiment, bin by bin."""
    nuisance = Nuisance("norm", "gaussian", 0.3)
    options = {"nuisances": (nuisance,), "scales": {"background": ("norm",)}}
    both = combine([counting(n, 20.0, name=f"half {n}", **options) for n in (24, 30)])
    one = counting([24, 30], 20.0, **options)
    request = {"n_toys": 500, "seed": 3, "values": [0.0, 5.0, 10.0, 20.0]}
    separate, together = toy_limit(both, "s", **request), toy_limit(one, "s", **request)
    assert separate.experiments == ("half 24", "half 30")
    assert separate.statistic == pytest.approx(together.statistic, rel=1e-6, abs=1e-8)
    spread = np.sqrt(2) * np.maximum(together.p_error, separate.p_error)
    assert np.all(np.abs(separate.p_value - together.p_value) <= FIVE * spread)


@pytest.fixture(scope="module")
def many_counts(counting):
    """A thousand counts a bin, a measured background and a measured efficiency."""
    shape = np.array([1.0, 0.5, 0.25])
    nuisances = (Nuisance("norm", "gaussian", 0.02), Nuisance("efficiency", "gaussian", 0.1))
    scales = {"signal": ("efficiency",), "background": ("norm",)}
    return counting(1000 + 150 * shape, 1000.0, nuisances=nuisances, scales=scales)


@pytest.fixture(scope="module")
def many_toys(many_counts):
    return toy_limit(many_counts, "s", n_toys=1000, seed=4, impacts="all")


def test_many_counts_have_the_asymptotic_interval(many_counts, many_toys):
    r = many_toys
    wilks = limit(many_counts, "s")
    assert r.asymptotic.upper == pytest.approx(wilks.upper, rel=1e-9)
    assert r.best_fit == pytest.approx(wilks.best_fit, rel=1e-4)
    assert r.lower == pytest.approx(wilks.lower, abs=FIVE * r.lower_error, rel=0)
    assert r.upper == pytest.approx(wilks.upper, abs=FIVE * r.upper_error, rel=0)
    near = r.asymptotic_p_value > 0.01
    assert np.abs(r.p_value - r.asymptotic_p_value)[near].max() < FIVE * r.p_error[near].max()


def test_impacts_of_toys_are_the_asymptotic_ones_where_these_hold(many_counts, many_toys):
    asymptotic = {impact.name: impact.change for impact in limit(many_counts, "s").impacts}
    assert [impact.name for impact in many_toys.impacts] == sorted(asymptotic, key=lambda n: -abs(asymptotic[n]))
    for impact in many_toys.impacts:
        assert impact.change == pytest.approx(asymptotic[impact.name], abs=FIVE * impact.change_error, rel=0)


def test_statistical_interval_of_toys_is_the_asymptotic_one(many_counts, many_toys):
    found, wilks = many_toys.statistical, limit(many_counts, "s").statistical
    assert found.lower == pytest.approx(wilks.lower, abs=FIVE * found.lower_error, rel=0)
    assert found.upper == pytest.approx(wilks.upper, abs=FIVE * found.upper_error, rel=0)


def test_common_random_numbers_make_the_errors_of_small_impacts_small(counting):
    """Two independent intervals would give their difference to about sqrt 2 times the error of each."""
    nuisances = (Nuisance("efficiency", "gaussian", 0.01),)
    model = counting(1150.0, 1000.0, nuisances=nuisances, scales={"signal": ("efficiency",)})
    found = toy_limit(model, "s", n_toys=1000, seed=4, impacts=["efficiency"])
    independent = np.sqrt(2) * np.hypot(found.lower_error, found.upper_error) / (found.upper - found.lower)
    (impact,) = found.impacts
    assert impact.change_error < independent / 3
    assert abs(impact.change) < FIVE * impact.change_error + 0.002


def test_expected_bands_of_cls_become_asymptotic(many_counts):
    found = toy_limit(asimov(many_counts), "s", interval="cls", n_toys=1000, seed=6)
    for ours, error, wilks in zip(
        found.expected.upper, found.expected.upper_error, found.expected.asymptotic, strict=True
    ):
        assert ours == pytest.approx(wilks, abs=FIVE * np.hypot(error, found.upper_error), rel=0)
    assert found.expected.asymptotic[2] == pytest.approx(found.asymptotic.upper, rel=1e-4)


def test_two_regions_are_found_apart(toy, parameter):
    """Counts 1000 + (s - 30)^2 s^2 / 500: like those of a charge radius, with two degenerate minima."""
    model = toy(
        observed=np.array([1000.0]),
        terms={"counts": [({}, [1000.0]), ({"s": 2}, [1.8]), ({"s": 3}, [-0.12]), ({"s": 4}, [0.002])]},
        known=(parameter("s", lower=-np.inf, scale=3.0),),
    )
    found = toy_limit(model, "s", n_toys=300, seed=9)
    assert len(found.regions) == len(found.asymptotic.regions) == 2
    assert np.ravel(found.regions) == pytest.approx(np.ravel(found.asymptotic.regions), abs=1.0, rel=0)


class Shuffled:
    """Does chunks in a random order, each by a copy of the task that went through pickle."""

    def __init__(self, seed):
        self.seed = seed

    def run(self, task, chunks):
        import cloudpickle

        chunks = list(chunks)
        random.Random(self.seed).shuffle(chunks)
        text = cloudpickle.dumps(task)
        for chunk in chunks:
            yield chunk, run_chunk(cloudpickle.loads(text), chunk)


@pytest.mark.parametrize("interval", ["feldman-cousins", "cls"])
def test_who_does_the_work_and_when_changes_nothing(counting, interval):
    nuisance = Nuisance("norm", "gaussian", 0.2)
    model = counting([3, 5], 4.0, nuisances=(nuisance,), scales={"background": ("norm",)})
    options = {"interval": interval, "n_toys": 700, "seed": 1, "values": [0.0, 2.0, 4.0, 8.0], "impacts": ["norm"]}
    one = toy_limit(model, "s", **options)
    other = toy_limit(model, "s", **options, executor=Shuffled(3))
    assert one.to_dict() == other.to_dict()
    assert toy_limit(model, "s", **(options | {"seed": 2})).p_value.tolist() != one.p_value.tolist()


def files(folder):
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("chunks/*/*.npz")}


@pytest.mark.parametrize(
    "options",
    [
        {"n_toys": 600, "values": [0.0, 3.0, 6.0, 9.0]},
        {"n_toys": 100},
        {"interval": "cls", "n_toys": 100, "impacts": "all"},
    ],
)
def test_an_interrupted_study_goes_on_where_it_stopped(counting, tmp_path, options):
    nuisance = Nuisance("norm", "gaussian", 0.2)
    model = counting(3, 1.0, nuisances=(nuisance,), scales={"background": ("norm",)})
    folder, n, kept = tmp_path / "run", 0, {}
    while True:
        try:
            found = toy_limit(model, "s", **options, folder=folder, executor=Breaking(9))
        except KeyboardInterrupt:
            now = files(folder)
            assert len(now) == len(kept) + 9
            assert {name: now[name] for name in kept} == kept
            kept, n = now, n + 1
        else:
            break
    assert n > 0
    assert found.to_dict() == toy_limit(model, "s", **options).to_dict()
    assert found.to_dict() == toy_limit(model, "s", **options, folder=folder, executor=Breaking(0)).to_dict()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seed": 2}, "what.seed is 1 there and 2 now"),
        ({"truth": 1.0}, "what.truth is 0.0 there and 1.0 now"),
        ({"values": [0.0, 2.0, 6.0]}, "what.values"),
        ({"interval": "upper"}, 'what.interval is "feldman-cousins" there and "upper" now'),
        ({"cl": 0.95}, "what.cl is 0.9 there and 0.95 now"),
        ({"n_toys": 51}, "what.n_toys is 50 there and 51 now"),
    ],
)
def test_the_folder_of_another_study_is_refused(counting, tmp_path, change, text):
    options = {"n_toys": 50, "values": [0.0, 3.0, 6.0], "folder": tmp_path}
    toy_limit(counting(3, 1.0), "s", **options)
    with pytest.raises(ValueError, match=f"holds another run .*{text}"):
        toy_limit(counting(3, 1.0), "s", **options | change)
    with pytest.raises(ValueError, match=r"what.fingerprint"):
        toy_limit(counting(4, 1.0), "s", **options)


def test_nothing_is_written_for_values_that_cannot_be(counting, tmp_path):
    with pytest.raises(ValueError, match="give at least two"):
        toy_limit(counting(3, 1.0), "s", n_toys=50, values=[3.0], folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_store_of_another_run_is_refused(counting):
    problem, store = _problem(counting(3, 1.0), "s", "feldman-cousins", 0.9, None, {}, {}), Memory()

    def thrown(values, seed):
        throws = Throws(toys=Chunks(n_items=50, size=CHUNK), seed=seed, store=store)
        _, _, chosen, run = _begin(problem, np.array(values), 50, throws)
        return run.belt(chosen)

    thrown([0.0, 3.0, 6.0], 1)
    with pytest.raises(ValueError, match="belongs to another run"):
        thrown([0.0, 2.0, 6.0], 1)
    with pytest.raises(ValueError, match="with seed 1, not at 0 with seed 2"):
        thrown([0.0, 3.0, 6.0], 2)


def test_values_are_added_where_toys_allow_more_than_expected(counting):
    """Without background the belt reaches 2.44 where Wilks ends at 1.35, and nothing is cut off."""
    found = toy_limit(counting(0, 0.0), "s", n_toys=1000, seed=1)
    assert found.asymptotic.upper == pytest.approx(norm.ppf(0.95) ** 2 / 2, rel=1e-6)
    assert found.upper == pytest.approx(feldman_cousins(0, 0.0)[1], abs=0.2, rel=0)
    assert found.value[-1] > found.upper


def test_a_parameter_that_nothing_bounds_has_an_open_interval(counting):
    free = Nuisance("scale", "free")
    model = counting(5, 0.0, nuisances=(free,), scales={"signal": ("scale",)})
    found = toy_limit(model, "s", n_toys=20, seed=1, values=[0.0, 5.0, 10.0])
    assert found.upper is None
    assert found.upper_error is None
    assert found.asymptotic.upper is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"interval": "two-sided"}, "use 'feldman-cousins'"),
        ({"interval": "central"}, "use one of: feldman-cousins, upper, cls"),
        ({"cl": 90}, "0.9 for 90 %"),
        ({"interval": "cls", "cl": 0.4}, "more than 50 %"),
        ({"n_toys": 1}, "at least 2 pseudo-experiments"),
        ({"values": [1.0]}, "at least two of s"),
        ({"values": [-1.0, 2.0]}, "between 0 and inf"),
        ({"truth": -1.0}, "outside its domain"),
        ({"impacts": ["nothing"]}, "neither a nuisance nor profiled"),
        ({"n_toys": 2, "values": np.linspace(0, 9, 400)}, "400 values to test; at most 399"),
    ],
)
def test_senseless_requests_are_refused(counting, options, text):
    with pytest.raises(ValueError, match=text):
        toy_limit(counting(3, 1.0), "s", **options)


def test_few_toys_in_the_tail_are_warned_of(counting):
    found = toy_limit(counting(3, 1.0), "s", n_toys=40, values=[0.0, 3.0, 6.0, 9.0])
    assert any("throw more" in text for text in found.warnings)


def test_data_that_are_rare_without_a_signal_have_few_toys_in_the_tail_of_cls(counting):
    """No count on 3: 10 % of the 5 % of the toys at the limit, ln 10 above the background, are 5 of 1000."""
    found = toy_limit(counting(0, 3.0), "s", interval="cls", n_toys=1000, values=[0.0, 1.0, 2.0, 3.0, 5.0])
    assert any("throw more" in text for text in found.warnings)
    found = toy_limit(counting(4, 3.0), "s", interval="cls", n_toys=1000, values=[0.0, 3.0, 5.0, 7.0])
    assert found.warnings == ()
