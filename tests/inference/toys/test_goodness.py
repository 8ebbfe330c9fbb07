"""Goodness of fit: chi2 where everything is Gaussian and linear, exact sums over counts where it is not."""

from __future__ import annotations

import cloudpickle
import numpy as np
import pytest
from scipy.stats import chi2, poisson

import nulight as nl
from breaking import Breaking
from nulight.inference.coordinates import Prior
from nulight.inference.model import Nuisance
from nulight.inference.toys.goodness import goodness
from nulight.results.reading import read_result

N = 3000


def error(p, n=N):
    return 4 * np.sqrt(p * (1 - p) / n)


@pytest.fixture(scope="module")
def line(toy, parameter):
    """A straight line through Gaussian points, one of its two coefficients known to 20 %."""

    def build(observed, **options):
        n = len(observed)
        return toy(
            statistic="gaussian",
            observed=np.asarray(observed, float),
            sigma=np.ones(n),
            terms={"slope": [({"a": 1}, np.arange(n))], "level": [({}, np.full(n, 10.0))]},
            scales={"level": ("norm",)},
            nuisances=(Nuisance("norm", "gaussian", 0.2),),
            known=(parameter("a"),),
            **options,
        )

    return build


DATA = 10 + np.array([1.3, -0.4, 0.7, -1.9, 2.2, -1.0, 0.1, 1.1])


def test_gaussian_and_linear_is_a_chi2(line):
    found = goodness(line(DATA), ["a"], n_toys=N)
    assert found.ndof == 8 + 1 - 2
    assert found.p_asymptotic == pytest.approx(chi2.sf(found.observed, 7), rel=1e-9)
    assert found.p_value == pytest.approx(found.p_asymptotic, abs=error(found.p_asymptotic))
    assert np.quantile(found.toys, 0.5) == pytest.approx(chi2.median(7), rel=0.05)
    assert not found.warnings
    x = np.column_stack([np.arange(8), np.full(8, 10.0)])
    weight = x.T @ x + np.diag([0, 1 / 0.2**2])
    best = np.linalg.solve(weight, x.T @ (DATA - 10))
    rest = DATA - 10 - x @ best
    assert found.observed == pytest.approx(rest @ rest + (best[1] / 0.2) ** 2, rel=1e-8)
    assert found.values["a"] == pytest.approx(best[0], abs=1e-7)


def test_pearson_of_gaussian_data_is_the_likelihood(line):
    saturated, pearson = (goodness(line(DATA), ["a"], n_toys=600, statistic=s) for s in ("saturated", "pearson"))
    assert pearson.observed == pytest.approx(saturated.observed, rel=1e-9)
    assert pearson.toys == pytest.approx(saturated.toys, rel=1e-7, abs=1e-9)


def test_a_prior_counts_as_a_measurement(line):
    found = goodness(line(DATA), {"a": Prior(0.0, 0.1)}, n_toys=N, statistic="pearson")
    assert found.ndof == 8 + 2 - 2
    assert found.p_value == pytest.approx(chi2.sf(found.observed, 8), abs=error(found.p_value))


@pytest.mark.parametrize("statistic", ["saturated", "pearson"])
def test_few_counts_without_a_fit_follow_the_sum_over_all_outcomes(counting, statistic):
    background, seen = 1.3, 4
    found = goodness(counting(float(seen), background), n_toys=N, statistic=statistic)
    n = np.arange(40)
    log = np.where(n > 0, n * np.log(np.maximum(n, 1) / background), 0.0)
    value = {"saturated": 2 * (background - n + log), "pearson": (n - background) ** 2 / background}[statistic]
    assert found.observed == pytest.approx(value[seen], rel=1e-12)
    exact = poisson.pmf(n, background)[value >= value[seen] - 1e-9].sum()
    assert found.p_value == pytest.approx(exact, abs=error(exact))
    assert found.p_lower < found.p_value < found.p_upper
    assert found.ndof == 1


def test_few_counts_are_told(counting):
    found = goodness(counting(np.zeros(30), 0.05), n_toys=500)
    assert found.warnings[0] == "30 of 30 bins expect fewer than 5 events: use the toys, not the chi2"
    assert found.p_asymptotic > 0.99
    assert found.p_value == pytest.approx(1.0)
    assert found.observed == pytest.approx(2 * 30 * 0.05, rel=1e-12)
    wrong = goodness(counting(np.full(30, 1.0), 0.3), n_toys=500)
    assert any(text.startswith("the asymptotic p-value") for text in wrong.warnings)


def test_data_that_agree_and_data_that_cannot(line):
    assert goodness(line(np.full(8, 10.0)), ["a"], n_toys=200).p_value == 1.0
    far = goodness(line(np.array([10.0, 30.0] * 4)), ["a"], n_toys=200)
    assert (far.p_value, far.p_lower) == (0.0, 0.0)
    assert far.p_upper == pytest.approx(1 / 201, rel=1e-9)


def test_the_pieces_of_the_work_are_the_same_in_any_order_and_place(line, tmp_path):
    class Elsewhere:
        def run(self, task, chunks):
            again = cloudpickle.loads(cloudpickle.dumps(task))
            for chunk in reversed(chunks):
                yield chunk, again(chunk)

    here = goodness(line(DATA), ["a"], n_toys=1200, seed=5)
    there = goodness(line(DATA), ["a"], n_toys=1200, seed=5, executor=Elsewhere())
    assert there.to_dict() == here.to_dict()
    assert read_result(here.save(tmp_path / "goodness.json")).to_dict() == here.to_dict()
    assert len(here.to_csv().splitlines()) == 1200 + 5


def test_mistakes_are_explained(line):
    with pytest.raises(ValueError, match="statistic 'neyman'; use saturated or pearson"):
        goodness(line(DATA), ["a"], statistic="neyman")
    with pytest.raises(ValueError, match="no parameter 'b'"):
        goodness(line(DATA), ["b"])
    with pytest.raises(ValueError, match="a: fitted or fixed; choose one"):
        goodness(line(DATA), ["a"], fixed={"a": 1.0})


def test_a_shipped_experiment_with_few_counts():
    """A third of the bins of COHERENT CsI expect fewer than five events."""
    found = goodness(nl.load("coherent-csi-2021"), n_toys=400)
    assert found.observed == pytest.approx(103.352, abs=1e-3)
    assert 0.3 < found.p_value < 0.55
    assert "of 99 bins expect fewer than 5 events" in found.warnings[0]


def test_an_interrupted_study_goes_on_where_it_stopped(line, tmp_path):
    options = {"n_toys": 1200, "seed": 5}
    with pytest.raises(KeyboardInterrupt):
        goodness(line(DATA), ["a"], **options, folder=tmp_path, executor=Breaking(1))
    found = goodness(line(DATA), ["a"], **options, folder=tmp_path, executor=Breaking(2))
    assert found.to_dict() == goodness(line(DATA), ["a"], **options).to_dict()
    with pytest.raises(ValueError, match=r"holds another run .what.seed is 5 there and 6 now"):
        goodness(line(DATA), ["a"], n_toys=1200, seed=6, folder=tmp_path)
    with pytest.raises(ValueError, match=r"what.profile.a is null there"):
        goodness(line(DATA), {"a": Prior(0.0, 1.0)}, **options, folder=tmp_path)
    with pytest.raises(ValueError, match=r"what.statistic"):
        goodness(line(DATA), ["a"], **options, statistic="pearson", folder=tmp_path)


def test_a_name_alone_is_one_parameter(line):
    model, known = line(DATA), goodness(line(DATA), ["a"], n_toys=20)
    assert goodness(model, "a", n_toys=20).to_dict() == known.to_dict()
    assert nl.goodness(nl.load("xenon1t-2020-er"), "mu_nu", n_toys=20).ndof == 29 + 1 - 2


def test_no_toys_are_no_study(line):
    with pytest.raises(ValueError, match="n_toys = 0; throw at least 1 pseudo-experiment"):
        goodness(line(DATA), ["a"], n_toys=0)
